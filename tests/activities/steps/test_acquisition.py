"""Where a dose's drug comes from."""

from __future__ import annotations

from typing import Any

from tests.activities.steps.conftest import Clinic

DOSE = {"product": "infliximab", "dose": "dose-1", "amount": {"value": "410", "unit": "mg"}, "by": "2026-03-20"}


async def reserved(clinic: Clinic, order: dict[str, Any]) -> Any:
    """A dose from stock."""
    given = {"patient": clinic.patient, "order": order, **DOSE}
    return await clinic.run("acquisition.reserve_stock", given, key="01/stock")


async def shipped(clinic: Clinic) -> Any:
    """A dose from the specialty pharmacy."""
    given = {"patient": clinic.patient, "order": await clinic.infusion_order(), **DOSE, "supply": "white-bag"}
    return await clinic.run("acquisition.order_shipment", given, key="01/ship")


async def test_a_reservation_is_made_once_and_given_back(clinic: Clinic) -> None:
    """What was used stays used."""
    order = await clinic.infusion_order()
    first, again = await reserved(clinic, order), await reserved(clinic, order)
    assert first.output == again.output
    back = {"supply": first.output["supply"], "reason": "Moved"}
    assert (await clinic.run("acquisition.release_stock", back)).output["status"] == "cancelled"
    await clinic.fhir.update(back["supply"]["reference"], lambda one: {**one, "status": "completed"})
    assert (await clinic.run("acquisition.release_stock", back, key="01/again")).output["status"] == "completed"


async def test_what_was_used_is_never_given_back(clinic: Clinic) -> None:
    """Of a dose that was moved and reserved again, it is the reservation that stands."""
    order = await clinic.infusion_order()
    moved = (await reserved(clinic, order)).output["supply"]
    await clinic.run("acquisition.release_stock", {"supply": moved, "reason": "Moved"})
    given = {"patient": clinic.patient, "order": order, **DOSE}
    standing = (await clinic.run("acquisition.reserve_stock", given, key="01/stock-2")).output["supply"]
    used = await clinic.run("acquisition.record_use", {"dose": "dose-1"})
    assert used.output["supply"]["reference"] == standing["reference"]
    back = {"supply": standing, "reason": "The order was revoked"}
    assert (await clinic.run("acquisition.release_stock", back, key="01/late")).output["status"] == "completed"
    assert (await clinic.run("acquisition.record_use", {"dose": "dose-9"})).output == {"supply": None}


async def test_what_was_opened_and_not_given_is_used_too(clinic: Clinic) -> None:
    """The next reservation of the dose is another one, and that is the one that is used when it is given."""
    order = await clinic.infusion_order()
    lost = (await reserved(clinic, order)).output["supply"]
    await clinic.run("acquisition.record_use", {"dose": "dose-1", "wasted": True}, key="01/lost")
    back = {"supply": lost, "reason": "The dose was moved"}
    assert (await clinic.run("acquisition.release_stock", back)).output["status"] == "completed"
    assert (await clinic.read(lost))["reasonCode"][-1]["text"] == "Opened and not given"
    given = {"patient": clinic.patient, "order": order, **DOSE}
    anew = (await clinic.run("acquisition.reserve_stock", given, key="01/stock-2")).output["supply"]
    used = (await clinic.run("acquisition.record_use", {"dose": "dose-1"}, key="01/used")).output["supply"]
    assert used["reference"] == anew["reference"]
    assert (await clinic.read(anew))["status"] == "completed"


async def test_out_of_stock(clinic: Clinic) -> None:
    """The pharmacy's system says so on the order."""
    order = await clinic.infusion_order(meta={"tag": [{"code": "stock-short"}]})
    assert (await reserved(clinic, order)).problem == "out-of-stock"


async def test_a_shipment_is_bound_to_its_patient(clinic: Clinic) -> None:
    """Its receipt is matched by an identifier, also when it is replaced."""
    output = (await shipped(clinic)).output
    request = await clinic.read(output["supply"])
    assert request["deliverTo"]["reference"] == clinic.patient["reference"]
    assert output["identifier"] == "01INSTANCE-dose-1"
    replacing = {"supply": output["supply"], "reason": "Too warm", "by": "2026-03-22"}
    replaced = (await clinic.run("acquisition.replace_shipment", replacing)).output
    assert replaced["identifier"] == output["identifier"]
    assert (await clinic.read(output["supply"]))["reasonCode"][-1]["text"] == "Replaced: Too warm"
    back = {"supply": output["supply"], "reason": "Moved"}
    assert (await clinic.run("acquisition.cancel_shipment", back)).output["status"] == "cancelled"


async def test_no_consent_no_shipment(clinic: Clinic) -> None:
    """The patient is asked first."""
    await clinic.refuses("Shipment")
    assert (await shipped(clinic)).problem == "no-consent-to-ship"


async def test_what_is_not_there(clinic: Clinic) -> None:
    """Taking back what the core does not know is a named problem."""
    gone = {"supply": {"reference": "SupplyRequest/none"}, "reason": "Moved"}
    for action in ("acquisition.release_stock", "acquisition.cancel_shipment"):
        assert (await clinic.run(action, gone)).problem == "supply-not-found"
    replacing = {**gone, "by": "2026-03-22"}
    assert (await clinic.run("acquisition.replace_shipment", replacing)).problem == "supply-not-found"
