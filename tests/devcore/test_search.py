"""Searches find what they should, in pages, and refuse what they do not know."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

PATIENTS: list[dict[str, Any]] = [
    {
        "resourceType": "Patient",
        "id": "ann",
        "active": True,
        "identifier": [{"system": "urn:mrn", "value": "1"}, {"value": "bare"}],
        "name": [{"family": "Ångström", "given": ["Ann", "Marie"]}],
        "birthDate": "1980-02-29",
        "gender": "female",
        "meta": {"tag": [{"system": "urn:tags", "code": "red"}]},
    },
    {
        "resourceType": "Patient",
        "id": "bob",
        "active": False,
        "identifier": [{"system": "urn:mrn", "value": "2"}],
        "name": [{"family": "Under_score", "given": ["Bob"]}],
        "birthDate": "1990-06-01",
        "gender": "male",
    },
]
TASKS: list[dict[str, Any]] = [
    {
        "resourceType": "Task",
        "id": f"t{number}",
        "status": status,
        "intent": "order",
        "for": {"reference": patient},
        "authoredOn": authored,
        "businessStatus": {"coding": [{"system": "urn:bs", "code": "a,b|c"}]},
    }
    for number, (status, patient, authored) in enumerate(
        [
            ("requested", "Patient/ann", "2026-01-01T10:00:00Z"),
            ("accepted", "Patient/ann", "2026-01-01T23:30:00-05:00"),
            ("requested", "Patient/bob", "2026-01-03"),
        ]
    )
]


@pytest.fixture
async def filled(http: httpx.AsyncClient) -> httpx.AsyncClient:
    """A core with two patients and three tasks."""
    for resource in [*PATIENTS, *TASKS]:
        put = await http.put(f"{resource['resourceType']}/{resource['id']}", json=resource)
        assert put.status_code == 201
    return http


def ids(bundle: dict[str, Any], mode: str = "match") -> list[str]:
    """The ids of a searchset's matches."""
    return [entry["resource"]["id"] for entry in bundle.get("entry", []) if entry["search"]["mode"] == mode]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Patient", ["ann", "bob"]),
        ("Patient?_id=ann", ["ann"]),
        ("Patient?_id=ann,bob,none", ["ann", "bob"]),
        ("Patient?identifier=urn:mrn|1", ["ann"]),
        ("Patient?identifier=1", ["ann"]),
        ("Patient?identifier=urn:mrn|", ["ann", "bob"]),
        ("Patient?identifier=|bare", ["ann"]),
        ("Patient?identifier=|1", []),
        ("Patient?identifier=urn:other|1", []),
        ("Patient?identifier=urn:mrn|1,urn:mrn|2", ["ann", "bob"]),
        ("Patient?identifier:not=urn:mrn|1", ["bob"]),
        ("Patient?active=true", ["ann"]),
        ("Patient?gender=male", ["bob"]),
        ("Patient?_tag=urn:tags|red", ["ann"]),
        ("Patient?family=angs", ["ann"]),
        ("Patient?family=gstr", []),
        ("Patient?family:contains=GSTR", ["ann"]),
        ("Patient?family:exact=Ångström", ["ann"]),
        ("Patient?name=marie", ["ann"]),
        ("Patient?given=bob,ann", ["ann", "bob"]),
        ("Patient?family=under_", ["bob"]),
        ("Patient?family=under%25", []),
        ("Patient?birthdate=1980", ["ann"]),
        ("Patient?birthdate=1980-02", ["ann"]),
        ("Patient?birthdate=ge1980-03-01", ["bob"]),
        ("Patient?birthdate=lt1980-02-29", []),
        ("Patient?birthdate=le1980-02-29", ["ann"]),
        ("Patient?birthdate=ne1980", ["bob"]),
        ("Patient?birthdate=sa1980&birthdate=eb1991", ["bob"]),
        ("Patient?birthdate:missing=true", []),
        ("Patient?birthdate:missing=false&gender=male", ["bob"]),
        ("Task?patient=Patient/ann", ["t0", "t1"]),
        ("Task?patient=ann", ["t0", "t1"]),
        ("Task?patient=http://core/fhir/Patient/ann", ["t0", "t1"]),
        ("Task?subject:Patient=bob", ["t2"]),
        ("Task?patient=ann&status=requested", ["t0"]),
        ("Task?status=requested,accepted&patient=bob", ["t2"]),
        ("Task?business-status=urn:bs|a\\,b\\|c", ["t0", "t1", "t2"]),
        ("Task?business-status=urn:bs|a\\,b", []),
        ("Task?authored-on=2026-01-01", ["t0"]),
        ("Task?authored-on=2026-01-02", ["t1"]),
        ("Task?authored-on=ge2026-01-02", ["t1", "t2"]),
        ("Task?authored-on=2026-01-01T10:00:00Z", ["t0"]),
        ("Task?authored-on=2026-01-01T12:00:00%2B02:00", ["t0"]),
        ("Task?_sort=-authored-on", ["t2", "t1", "t0"]),
        ("Task?_sort=-_lastUpdated", ["t2", "t1", "t0"]),
        ("Task?_sort=_id&_count=2", ["t0", "t1"]),
        ("Task?_sort=status,-_id", None),
    ],
)
async def test_a_query_finds(filled: httpx.AsyncClient, query: str, found: list[str] | None) -> None:
    """Each parameter, modifier and prefix finds exactly what it should; None stands for a refusal."""
    answered = await filled.get(query)
    if found is None:
        assert answered.status_code == 400
    else:
        assert ids(answered.json()) == found


@pytest.mark.parametrize(
    "query",
    [
        "Task?nonsense=1",
        "Task?status:exact=x",
        "Task?authored-on=soon",
        "Task?_count=many",
        "Task?_include=Task:nothing",
    ],
)
async def test_what_is_not_known_is_refused(filled: httpx.AsyncClient, query: str) -> None:
    """Unknown parameters, modifiers and values are a 400 with an OperationOutcome."""
    answered = await filled.get(query)
    assert answered.status_code == 400
    assert answered.json()["resourceType"] == "OperationOutcome"


async def test_last_updated_is_exact(filled: httpx.AsyncClient) -> None:
    """`ge` with a resource's own lastUpdated includes it, `gt` does not."""
    at = (await filled.get("Task/t1")).json()["meta"]["lastUpdated"]
    assert ids((await filled.get("Task", params={"_lastUpdated": f"ge{at}"})).json()) == ["t1", "t2"]
    assert ids((await filled.get("Task", params={"_lastUpdated": f"gt{at}"})).json()) == ["t2"]


async def test_pages_are_linked(filled: httpx.AsyncClient) -> None:
    """Following `next` gives every match once; the total is on every page."""
    page = (await filled.get("Task?_count=1")).json()
    seen, pages = ids(page), 1
    while link := {each["relation"]: each["url"] for each in page["link"]}.get("next"):
        page = (await filled.get(link)).json()
        seen += ids(page)
        pages += 1
        assert page["total"] == 3
    assert (seen, pages) == (["t0", "t1", "t2"], 3)
    assert (await filled.get("http://core/fhir?_page=nonsense")).status_code == 404


async def test_a_count_alone(filled: httpx.AsyncClient) -> None:
    """`_summary=count` and `_count=0` give a total and no entries."""
    for query in ("Task?_summary=count", "Task?_count=0"):
        bundle = (await filled.get(query)).json()
        assert (bundle["total"], "entry" in bundle) == (3, False)


async def test_includes_come_along_once(filled: httpx.AsyncClient) -> None:
    """`_include` and `_revinclude` bring what is referred to, and what refers, each once."""
    bundle = (await filled.get("Task?_include=Task:patient&patient=ann")).json()
    assert (ids(bundle), ids(bundle, "include")) == (["t0", "t1"], ["ann"])
    typed = (await filled.get("Task?_include=Task:patient:Group")).json()
    assert ids(typed, "include") == []
    reverse = (await filled.get("Patient?_id=ann&_revinclude=Task:patient")).json()
    assert ids(reverse, "include") == ["t0", "t1"]


async def test_a_search_may_be_posted(filled: httpx.AsyncClient) -> None:
    """POST _search keeps values out of the URL."""
    answered = await filled.post("Patient/_search", data={"family": "angs"})
    assert ids(answered.json()) == ["ann"]


async def test_the_index_follows_changes(filled: httpx.AsyncClient) -> None:
    """A changed or deleted resource is found by what it says now."""
    await filled.put("Task/t0", json=TASKS[0] | {"status": "completed"})
    await filled.delete("Task/t2")
    assert ids((await filled.get("Task?status=requested")).json()) == []
    assert ids((await filled.get("Task?status=completed")).json()) == ["t0"]
