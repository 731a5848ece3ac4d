"""An instance's values as its page lays them out: in the definition's order, field by field, with people's names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from api.services.instances import InstanceDetail
from api.services.records import Instance
from pathways.datatypes import DataType, Field
from store import tables
from tests.support.dosing import plan
from tests.support.office import Office
from tests.support.reader import Reader
from web.presenters.instance_data import data_groups
from web.presenters.places import Places
from web.presenters.values import Told, told

Json = Any
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def detail_of(data: dict[str, Json], names: dict[str, str] | None = None) -> InstanceDetail:
    """An instance that knows this."""
    given = dict.fromkeys(Instance.__dataclass_fields__)
    saved = {name: {"value": value, "at": NOW.isoformat(), "address": "plan"} for name, value in data.items()}
    instance = Instance(**{**given, "id": "i-1", "zone": "UTC", "status": "running", "data": {"": saved}})  # type: ignore[arg-type]
    return InstanceDetail(instance, plan(), (), (), (), (), names or {})


def test_values_come_in_the_order_of_the_definition() -> None:
    """Not in that of the store, which sorts names by their length; inputs are first."""
    found = detail_of({"order": {"reference": "ServiceRequest/1"}, "patient": {"reference": "Patient/1"}})
    (group,) = data_groups(found, Places(plan()), NOW)
    assert [one.name for one in group.values] == ["Patient", "Order"]


def test_who_did_something_is_told_by_name() -> None:
    """Also within a value: nobody reads a person's id."""
    found = detail_of({"sent": {"by": "p-1", "reference_number": "E-1"}}, {"p-1": "Ann Lee"})
    (group,) = data_groups(found, Places(plan()), NOW)
    assert {one.label: one.text for one in group.values[0].value.parts} == {"By": "Ann Lee", "Reference number": "E-1"}


def test_objects_are_laid_out_in_their_declared_order() -> None:
    """Whatever is not declared comes last; what is empty is left out."""
    declared = DataType("object", fields=(Field("number", DataType("text")), Field("at", DataType("date"))))
    shown = told({"at": "2026-03-09", "more": None, "extra": 1, "number": "A-1"}, "UTC", declared)
    assert [(one.label, one.text) for one in shown.parts] == [
        ("Number", "A-1"),
        ("At", "Mon 9 Mar 2026"),
        ("Extra", "1"),
    ]


def test_a_list_of_objects_is_laid_out_one_by_one() -> None:
    """A list of plain values, a reference, a quantity and a period stay one text."""
    assert told([{"code": "J1745"}, {"code": "96413"}], "UTC").parts == (
        Told("", parts=(Told("J1745", "Code"),)),
        Told("", parts=(Told("96413", "Code"),)),
    )
    assert told(["J1745", "96413"], "UTC") == Told("J1745, 96413")
    assert told({"value": 410, "unit": "mg"}, "UTC") == Told("410 mg")
    assert told({}, "UTC") == Told("–")


async def test_people_within_values_are_looked_up(place: Office, nurse: Reader, referral: str) -> None:
    """The page names who is meant by an id that a value holds."""
    async with place.client("coordinator") as client:
        me = (await client.get("/me")).json()["id"]
    row = tables.instance.update().where(tables.instance.c.id == referral)
    saved = {"value": {"by": me, "channel": "fax"}, "at": NOW.isoformat(), "address": "receive"}
    async with place.database.transaction() as unit:
        await unit.connection.execute(row.values(data={"": {"sent": saved}}))
    shown = (await nurse.get(f"/instances/{referral}")).text
    assert me not in shown
    assert "By Corinne Day" in shown
