"""What our client uses where a core has it, and how pathways fare without it is said in each check."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from activities.gateways.fhir import keys
from activities.gateways.fhir.contract.bench import SYSTEM, Bench, identified
from activities.gateways.fhir.contract.registry import Unmet, capability, expect
from activities.gateways.fhir.errors import FhirError, Gone, NotFound
from activities.gateways.fhir.rawjson import Number
from activities.gateways.fhir.resource import Reference, Resource, version_from_etag, version_of


@capability("concurrent-conditional-create")
async def creates_once_when_raced(bench: Bench) -> None:
    """Creates under one key at the same moment make one resource; else only one worker may act at a time."""
    task = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "for": {"reference": await bench.patient()},
    }
    key = bench.key("raced")
    made = await asyncio.gather(*(bench.client.create(task, key=key) for _ in range(5)))
    for each in made:
        bench.note(each)
    found = await bench.found("Task", keys.search_parameter("Task", key))
    expect(len(found) == 1, f"{len(found)} resources carry the key")


@capability("paging")
async def pages(bench: Bench) -> None:
    """Long results come in pages linked by `next`; else only searches that fit a page are answered."""
    value = bench.key("paged")
    for _ in range(3):
        await bench.task(identifier=identified(value))
    params = [("identifier", f"{SYSTEM}|{value}"), ("_count", "1")]
    found = [each async for each in bench.client.search("Task", params, fresh=True)]
    expect(len({each["id"] for each in found}) == 3, f"{len(found)} of 3 matches came")


@capability("include")
async def includes(bench: Bench) -> None:
    """A search brings along what its matches refer to; else each is read on its own."""
    value = bench.key("included")
    await bench.task(identifier=identified(value))
    found = await bench.found("Task", ("identifier", f"{SYSTEM}|{value}"), ("_include", "Task:patient"))
    types = sorted(each["resourceType"] for each in found)
    expect(types == ["Patient", "Task"], f"it gave {types}")


@capability("last-updated")
async def finds_by_last_updated(bench: Bench) -> None:
    """A search by `_lastUpdated`, the latest first; else watching for changes reads more than it needs."""
    first = await bench.task()
    second = await bench.task()
    since = first["meta"]["lastUpdated"]
    found = await bench.found(
        "Task", ("_lastUpdated", f"ge{since}"), ("patient", await bench.patient()), ("_sort", "-_lastUpdated")
    )
    ids = [each["id"] for each in found]
    expect(ids[:1] == [second["id"]], "the latest did not come first")
    expect(first["id"] in ids, "what was changed at that very instant is missing")


@capability("search-by-date")
async def finds_by_date(bench: Bench) -> None:
    """A search by a range of dates; else appointments of a day are read and sorted out here."""
    appointment: Resource = {
        "resourceType": "Appointment",
        "status": "booked",
        "start": "2031-05-05T10:00:00Z",
        "end": "2031-05-05T11:00:00Z",
        "participant": [{"actor": {"reference": await bench.patient()}, "status": "accepted"}],
    }
    made = await bench.made(appointment)
    patient = ("patient", await bench.patient())
    found = await bench.found("Appointment", patient, ("date", "ge2031-05-05"), ("date", "lt2031-05-06"))
    expect([each["id"] for each in found] == [made["id"]], f"it found {len(found)} instead of one")
    other = await bench.found("Appointment", patient, ("date", "ge2031-05-06"))
    expect(not other, "it found an appointment of another day")


@capability("strict-search")
async def refuses_unknown_parameters(bench: Bench) -> None:
    """An unknown search parameter is refused; else a mistyped one widens a search unnoticed."""
    try:
        found = await bench.found("Task", ("carelane-contract", "1"), ("patient", await bench.patient()))
    except FhirError as error:
        _must_be_a_refusal(error)
        return
    raise Unmet(f"it was answered, with {len(found)} matches")


@capability("vread")
async def reads_versions(bench: Bench) -> None:
    """An earlier version can be read; else a page shows only that a value was changed since, not how."""
    task = await bench.task()
    reference = Reference.of(task).unversioned
    await bench.client.update(reference, lambda current: current | {"status": "accepted"})
    earlier = await bench.client.vread(reference, version_of(task))
    expect(earlier["status"] == "requested", f"the first version says {earlier['status']}")


@capability("history")
async def gives_the_history(bench: Bench) -> None:
    """Every version of a resource is listed, the latest first."""
    task = await bench.task()
    reference = Reference.of(task).unversioned
    await bench.client.update(reference, lambda current: current | {"status": "accepted"})
    states = [each["status"] async for each in bench.client.history(reference)]
    expect(states == ["accepted", "requested"], f"its versions say {states}")


@capability("delete")
async def deletes(bench: Bench) -> None:
    """What is deleted is gone, and deleting it again is no error."""
    reference = Reference.of(await bench.task()).unversioned
    await bench.client.delete(reference)
    try:
        await bench.client.read(reference, fresh=True)
    except NotFound:
        await bench.client.delete(reference)
        return
    raise Unmet("it can still be read")


@capability("deleted-answers-410")
async def says_what_is_gone(bench: Bench) -> None:
    """Reading what was deleted is told apart from what never was (410); else both read as not found."""
    reference = Reference.of(await bench.task()).unversioned
    await bench.client.delete(reference)
    try:
        await bench.client.read(reference, fresh=True)
    except Gone:
        return
    except NotFound as error:
        raise Unmet("it answers 404") from error
    raise Unmet("it can still be read")


@capability("json-patch")
async def patches(bench: Bench) -> None:
    """JSON Patch changes one element; else the whole resource is read and written."""
    task = await bench.task()
    patched = await bench.client.patch(
        Reference.of(task).unversioned,
        [{"op": "replace", "path": "/status", "value": "accepted"}],
        if_match=version_of(task),
    )
    expect(patched["status"] == "accepted", "the answer shows no change")
    expect(version_of(patched) not in (None, version_of(task)), "the answer shows no new version")


@capability("weak-etag")
async def gives_etags(bench: Bench) -> None:
    """Reads say their version in an ETag as well; else `meta.versionId` is all there is, which suffices."""
    task = await bench.task()
    answer = await bench.raw.send("GET", Reference.of(task).unversioned, "read Task")
    etag = answer.headers.get("ETag")
    expect(version_from_etag(etag) == version_of(task), f"the ETag is {etag}")
    expect(str(etag).startswith("W/"), f"the ETag is not in the weak form: {etag}")


@capability("client-assigned-ids")
async def updates_as_create(bench: Bench) -> None:
    """A PUT to a new id makes the resource; else seeds get ids of the core's choosing."""
    made = await bench.client.put(
        {"resourceType": "Patient", "id": f"contract-{bench.run}", "name": [{"family": "Contract"}]}
    )
    bench.note(made)
    expect(made["id"] == f"contract-{bench.run}", f"it was given the id {made['id']}")


@capability("decimal-precision")
async def keeps_decimals(bench: Bench) -> None:
    """`1.10` stays `1.10`; else a weight or dose reads as less precise than it was entered."""
    value: dict[str, Any] = {"value": Number("1.10"), "unit": "mg", "system": "http://unitsofmeasure.org"}
    observation = await bench.made(_observation(await bench.patient(), value | {"code": "mg"}))
    read = await bench.client.read(Reference.of(observation).unversioned)
    stored = read["valueQuantity"]["value"]
    expect(isinstance(stored, Number) and stored.text == "1.10", f"it came back as {stored!r}")


@capability("versioned-references")
async def keeps_versions_in_references(bench: Bench) -> None:
    """A reference to a version stays one; else only our extension says which version was meant."""
    patient = await bench.client.read(await bench.patient())
    reference = str(Reference.of(patient))
    made = await bench.task(focus={"reference": reference})
    read = await bench.client.read(Reference.of(made).unversioned)
    expect(read["focus"]["reference"] == reference, f"it became {read['focus']['reference']}")


@capability("search-by-versioned-reference")
async def finds_by_versioned_reference(bench: Bench) -> None:
    """A search finds what refers to a version; else Provenance is found by its key, not by its target."""
    task = await bench.task()
    made = await bench.made(
        {
            "resourceType": "Provenance",
            "target": [{"reference": str(Reference.of(task))}],
            "recorded": "2026-01-01T00:00:00Z",
            "agent": [{"who": {"display": "Carelane"}}],
        }
    )
    found = await bench.found("Provenance", ("target", Reference.of(task).unversioned))
    expect([each["id"] for each in found] == [made["id"]], f"it found {len(found)} instead of one")


@capability("validation")
async def refuses_invalid_resources(bench: Bench) -> None:
    """A resource without a required element is refused; else ours is the only check (it is made always)."""
    try:
        answer = await bench.raw.send(
            "POST", "Task", "create an invalid Task", body={"resourceType": "Task", "status": "requested"}
        )
    except FhirError as error:
        _must_be_a_refusal(error)
        return
    if isinstance(answer.body, dict) and "id" in answer.body:
        bench.note(answer.body)
    raise Unmet("a Task without its intent was accepted")


@capability("transaction")
async def carries_out_transactions(bench: Bench) -> None:
    """A transaction makes its entries, links among them included; else seeds are sent one by one."""
    patient, task = await _transaction(bench)
    read = await bench.client.read(task)
    expect(read["for"]["reference"] == patient, f"the link among entries became {read['for']['reference']}")


@capability("atomic-transactions")
async def undoes_failed_transactions(bench: Bench) -> None:
    """A transaction with a bad entry does nothing; else a bundle may be loaded in part."""
    value = bench.key("atomic")
    entries = [
        _entry({"resourceType": "Patient", "identifier": identified(value)}),
        {
            "resource": {"resourceType": "Patient", "active": "perhaps"},
            "request": {"method": "POST", "url": "Task"},
        },
    ]
    try:
        await bench.client.transaction({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    except FhirError:
        pass
    else:
        raise Unmet("a transaction with an impossible entry was accepted")
    found = [bench.note(each) for each in await bench.found("Patient", ("identifier", f"{SYSTEM}|{value}"))]
    expect(not found, "the good entry was carried out")


@capability("conditional-references")
async def resolves_conditional_references(bench: Bench) -> None:
    """`Patient?identifier=...` in a transaction finds the patient; else we look it up before sending."""
    value = bench.key("conditional")
    patient = await bench.made({"resourceType": "Patient", "identifier": identified(value)})
    reference = f"Patient?identifier={SYSTEM}|{value}"
    task = {"resourceType": "Task", "status": "requested", "intent": "order", "for": {"reference": reference}}
    response = await bench.client.transaction(
        {"resourceType": "Bundle", "type": "transaction", "entry": [_entry(task)]}
    )
    read = bench.note(await bench.client.read(_locations(response)[0]))
    expect(read["for"]["reference"] == f"Patient/{patient['id']}", f"it became {read['for']['reference']}")


@capability("conditional-transaction-entries")
async def creates_once_in_transactions(bench: Bench) -> None:
    """`ifNoneExist` holds inside a transaction too; else seeds are looked for before they are sent."""
    value = bench.key("entry-once")
    entry = _entry({"resourceType": "Patient", "identifier": identified(value)})
    entry["request"]["ifNoneExist"] = f"identifier={SYSTEM}|{value}"
    for _ in range(2):
        await bench.client.transaction({"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
    found = [bench.note(each) for each in await bench.found("Patient", ("identifier", f"{SYSTEM}|{value}"))]
    expect(len(found) == 1, f"{len(found)} resources were made")


async def _transaction(bench: Bench) -> tuple[str, str]:
    link = f"urn:uuid:{uuid.uuid4()}"
    task = {"resourceType": "Task", "status": "requested", "intent": "order", "for": {"reference": link}}
    entries = [_entry({"resourceType": "Patient", "name": [{"family": "Contract"}]}, link), _entry(task)]
    response = await bench.client.transaction({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    patient, made = _locations(response)
    for reference in (patient, made):
        bench.note(await bench.client.read(reference))
    return patient, made


def _entry(resource: Resource, full_url: str | None = None) -> dict[str, Any]:
    request = {"method": "POST", "url": resource["resourceType"]}
    return {"fullUrl": full_url or f"urn:uuid:{uuid.uuid4()}", "resource": resource, "request": request}


def _locations(response: Resource) -> list[str]:
    return [_location(entry) for entry in response.get("entry", [])]


def _location(entry: dict[str, Any]) -> str:
    if "location" in entry.get("response", {}):
        return Reference.parse(entry["response"]["location"]).unversioned
    if "id" in entry.get("resource", {}):
        return Reference.of(entry["resource"]).unversioned
    raise Unmet("the response to an entry says neither its location nor its resource")


def _observation(patient: str, quantity: dict[str, Any]) -> Resource:
    code = {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": code,
        "subject": {"reference": patient},
        "valueQuantity": quantity,
    }


def _must_be_a_refusal(error: FhirError) -> None:
    """Only a 4xx refuses; a core that fails or is away has said nothing about the request."""
    if error.status is None or not 400 <= error.status < 500:
        raise error
