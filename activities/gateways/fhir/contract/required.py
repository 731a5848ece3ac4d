"""What our client cannot do without."""

from __future__ import annotations

import asyncio

from activities.gateways.fhir import keys
from activities.gateways.fhir.contract.bench import SYSTEM, Bench, identified
from activities.gateways.fhir.contract.registry import Unmet, expect, required, required_when_signed_in
from activities.gateways.fhir.errors import (
    BadRequest,
    Conflict,
    FhirError,
    IncompleteSearch,
    NotFound,
    PreconditionFailed,
    Unauthorized,
    Unprocessable,
)
from activities.gateways.fhir.provenance import Actor, Origin, versions_named
from activities.gateways.fhir.resource import Reference, Resource, version_of
from activities.gateways.fhir.scope import Contract


@required
async def speaks_r4(bench: Bench) -> None:
    """The core says that it speaks FHIR R4."""
    said = (await bench.client.capabilities()).get("fhirVersion", "nothing")
    expect(str(said).startswith("4."), f"its CapabilityStatement says fhirVersion {said}")


@required
async def creates_and_reads(bench: Bench) -> None:
    """What was created can be read at once, with an id and a version, extensions and all letters kept."""
    extension = [{"url": "urn:carelane:contract", "valueString": "kept"}]
    names = [{"family": "Ångström-Nguyễn", "given": ["山"]}]
    made = await bench.made({"resourceType": "Patient", "name": names, "extension": extension})
    expect(made.get("id") and version_of(made), "the answer to a create has no id or no version")
    read = await bench.client.read(Reference.of(made).unversioned)
    expect(version_of(read) == version_of(made), "reading gives another version than the create did")
    expect(read["name"][0]["family"] == names[0]["family"], "letters were lost in a name")
    expect(read.get("extension") == extension, "an extension was lost")


@required
async def creates_once_by_identifier(bench: Bench) -> None:
    """A create repeated under the same key gives the resource that is there (If-None-Exist by identifier)."""
    task: Resource = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "for": {"reference": await bench.patient()},
    }
    key = bench.key("once")
    first = bench.note(await bench.client.create(task, key=key))
    second = bench.note(await bench.client.create(task, key=key))
    expect(first["id"] == second["id"], "the second create made a second resource")
    found = await bench.found("Task", keys.search_parameter("Task", key))
    expect(len(found) == 1, f"{len(found)} resources carry the key")


@required
async def creates_once_by_tag(bench: Bench) -> None:
    """A create of a type without identifiers is as safe (If-None-Exist by tag)."""
    target = Reference.of(await bench.task()).unversioned
    provenance: Resource = {
        "resourceType": "Provenance",
        "target": [{"reference": target}],
        "recorded": "2026-01-01T00:00:00Z",
        "agent": [{"who": {"display": "Carelane"}}],
    }
    key = bench.key("tagged")
    first = bench.note(await bench.client.create(provenance, key=key))
    second = bench.note(await bench.client.create(provenance, key=key))
    expect(first["id"] == second["id"], "the second create made a second resource")


@required
async def updates(bench: Bench) -> None:
    """An update makes a new version, which is there for the next reader."""
    task = await bench.task()
    reference = Reference.of(task).unversioned
    changed = await bench.client.update(reference, lambda current: current | {"status": "accepted"})
    expect(version_of(changed) not in (None, version_of(task)), "the version is the same after an update")
    read = await bench.client.read(reference, fresh=True)
    expect(read["status"] == "accepted", f"the status read afterwards is {read['status']}")


@required
async def refuses_stale_updates(bench: Bench) -> None:
    """An update that names an old version is refused, and changes nothing (If-Match)."""
    task = await bench.task()
    reference = Reference.of(task).unversioned
    await bench.client.update(reference, lambda current: current | {"status": "accepted"})
    try:
        await bench.client.put(task | {"status": "rejected"}, if_match=version_of(task))
    except (Conflict, PreconditionFailed):
        pass
    else:
        raise Unmet("it was accepted, so changes of others would be lost")
    read = await bench.client.read(reference, fresh=True)
    expect(read["status"] == "accepted", "it was refused and carried out all the same")


@required
async def merges_after_a_lost_race(bench: Bench) -> None:
    """Two writers of one resource both get their change in, the slower one by reading again."""
    reference = Reference.of(await bench.task()).unversioned
    raced = False

    def note(current: Resource) -> Resource:
        return current | {"description": "by the slower one"}

    original = bench.client.read

    async def read_then_be_overtaken(reference: str, *, fresh: bool = False) -> Resource:
        nonlocal raced
        read = await original(reference, fresh=fresh)
        if not raced:
            raced = True
            await bench.client.update(reference, lambda current: current | {"status": "accepted"})
        return read

    bench.client.read = read_then_be_overtaken  # type: ignore[method-assign]
    try:
        await bench.client.update(reference, note)
    finally:
        bench.client.read = original  # type: ignore[method-assign]
    read = await bench.client.read(reference, fresh=True)
    merged = (read["status"], read.get("description"))
    expect(merged == ("accepted", "by the slower one"), f"afterwards the resource says {merged}")


@required
async def finds_by_identifier(bench: Bench) -> None:
    """A search by identifier finds what was just written, and nothing else."""
    value = bench.key("found")
    task = await bench.task(identifier=identified(value))
    found = await bench.found("Task", ("identifier", f"{SYSTEM}|{value}"))
    expect([each["id"] for each in found] == [task["id"]], f"it found {len(found)} resources instead of one")
    none = await bench.found("Task", ("identifier", f"{SYSTEM}|{value}-not"))
    expect(not none, "a search for what is not there found something")


@required
async def finds_by_patient_and_status(bench: Bench) -> None:
    """A search by patient and status finds what holds both, right after a change."""
    mine = await bench.task(status="received")
    patient = await bench.patient()
    found = await bench.found("Task", ("patient", patient), ("status", "received"))
    expect([each["id"] for each in found] == [mine["id"]], f"it found {len(found)} resources instead of one")
    await bench.client.update(Reference.of(mine).unversioned, lambda task: task | {"status": "completed"})
    found = await bench.found("Task", ("patient", patient), ("status", "received"))
    expect(not found, "a fresh search still finds what was changed a moment ago")


@required
async def never_loses_matches(bench: Bench) -> None:
    """A search with more matches than a page holds gives all of them, or says that it does not."""
    value = bench.key("many")
    for _ in range(5):
        await bench.task(identifier=identified(value))
    found: list[Resource] = []
    try:
        async for each in bench.client.search(
            "Task", [("identifier", f"{SYSTEM}|{value}"), ("_count", "2")], fresh=True
        ):
            found.append(each)  # noqa: PERF401 - what came before an error counts
    except IncompleteSearch:
        return
    ids = {each["id"] for each in found}
    expect(len(ids) == len(found) == 5, f"{len(found)} of 5 matches came, {len(ids)} of them different")


@required
async def says_what_is_not_there(bench: Bench) -> None:
    """Reading what never was is answered 404."""
    try:
        await bench.client.read(f"Task/carelane-contract-{bench.run}-none")
    except NotFound:
        return
    raise Unmet("it gave a resource")


@required
async def explains_refusals(bench: Bench) -> None:
    """What cannot be stored is refused as the sender's fault, with an OperationOutcome."""
    patient = {"resourceType": "Patient", "name": [{"family": "Contract"}]}
    try:
        await bench.raw.send("POST", "Task", "create a Patient among the Tasks", body=patient)
    except (BadRequest, Unprocessable) as error:
        expect(error.outcome_text, f"it answered {error.status} without an OperationOutcome")
    except FhirError as error:
        raise Unmet(f"it answered {error.status}, which reads as a fault of the core") from error
    else:
        raise Unmet("it was accepted")


@required
async def keeps_provenance(bench: Bench) -> None:
    """A step's write leaves one Provenance that names who, where from and what was read, retries included."""
    patient = await bench.patient()
    origin = Origin("contract", "1.0.0", bench.run, "check", bench.key("step"), Actor("A person", identifier="person"))
    contract = Contract(frozenset({"Patient"}), frozenset({"Task"}))
    for _attempt in range(2):
        step = bench.client.narrowed(contract, origin)
        read = await step.read(patient)
        task = {
            "resourceType": "Task",
            "status": "requested",
            "intent": "order",
            "for": {"reference": patient},
        }
        bench.note(await step.create(task))
    by_key = keys.search_parameter("Provenance", f"{origin.key}/provenance")
    found = [bench.note(each) for each in await bench.found("Provenance", by_key)]
    expect(len(found) == 1, f"{len(found)} Provenance resources were found for one write")
    named = versions_named(found[0])
    expect(named.get(patient) == version_of(read), f"it names the version {named.get(patient)} of what was read")


@required
async def serves_several_at_once(bench: Bench) -> None:
    """Ten requests at the same time are all answered."""
    patient = await bench.patient()
    read = await asyncio.gather(*(bench.client.read(patient) for _ in range(10)))
    expect(len({each["id"] for each in read}) == 1, "they gave different patients")


@required_when_signed_in
async def asks_for_a_sign_in(bench: Bench) -> None:
    """Without a token nothing is read."""
    patient = await bench.patient()
    try:
        await bench.unsigned.send("GET", patient, "read Patient without a token")
    except Unauthorized:
        return
    except FhirError as error:
        raise Unmet(f"it answered {error.status} instead of 401") from error
    raise Unmet("it gave a patient to nobody")
