"""A step reaches what its pathway's contract lists, and accounts for what it writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from activities.gateways.fhir import Actor, Contract, FhirClient, Origin, Reference, Resource, errors
from activities.gateways.fhir.provenance import ORIGIN_EXTENSION, versions_named
from activities.gateways.fhir.resource import version_of
from devcore.quirks import Quirks
from tests.support.core import LiveCore, live_core

CONTRACT = Contract(frozenset({"Patient", "Coverage"}), frozenset({"Task"}))
TASK: Resource = {"resourceType": "Task", "status": "requested", "intent": "order"}


def origin(step: str) -> Origin:
    """A step of an instance, on behalf of a person."""
    return Origin("referral", "1.0.0", "01J", step, f"01J/{step}", Actor("Ann Nurse", identifier="ann"))


async def provenances(client: FhirClient, resource: Resource) -> list[Resource]:
    """What accounts for a resource, in order of writing."""
    target = Reference.of(resource).unversioned
    return [each async for each in client.search("Provenance", {"target": target}, fresh=True)]


async def test_what_is_not_listed_is_refused_before_any_request(core: LiveCore, client: FhirClient) -> None:
    """A type outside the contract is an error of the step, and the core never hears of it."""
    scoped = client.narrowed(CONTRACT, origin("refused"))
    before = core.counts()["requests"]
    for attempt in (
        scoped.read("Observation/1"),
        scoped.vread("Observation/1", "1"),
        anext(aiter(scoped.search("Observation", {}))),
        anext(aiter(scoped.search("Task", {"_include": "Task:patient:Group"}))),
        anext(aiter(scoped.search("Task", {"_revinclude": "Observation:focus"}))),
        scoped.create({"resourceType": "Patient"}),
        scoped.update("Patient/1", lambda patient: patient),
        scoped.delete("Coverage/1"),
    ):
        with pytest.raises(errors.ContractViolation, match="Step refused may not"):
            await attempt
    assert core.counts()["requests"] == before


async def test_an_included_type_must_be_listed_too(client: FhirClient) -> None:
    """What a search brings along is held to the contract as well."""
    patient = await client.create({"resourceType": "Patient"}, key="scope/patient")
    await client.create(TASK | {"for": {"reference": f"Patient/{patient['id']}"}}, key="scope/task")
    scoped = client.narrowed(Contract(frozenset({"Task"}), frozenset()), origin("included"))
    with pytest.raises(errors.ContractViolation, match="read Patient"):
        _ = [each async for each in scoped.search("Task", {"_include": "Task:patient"})]


async def test_reads_are_remembered(client: FhirClient) -> None:
    """Every version read is listed once, with its time, whichever way it was read."""
    patient = await client.create({"resourceType": "Patient"}, key="reads")
    reference = Reference.of(patient).unversioned
    scoped = client.narrowed(CONTRACT, origin("reads"))
    for _ in range(2):
        await scoped.read(reference)
    _ = [each async for each in scoped.search("Patient", {"_id": patient["id"]})]
    await scoped.vread(reference, "1")
    assert [(read.reference, read.version) for read in scoped.reads] == [(reference, "1")]
    assert scoped.reads[0].at.tzinfo is not None


async def test_a_write_names_step_person_and_sources(client: FhirClient) -> None:
    """The Provenance of a write says which step of which pathway wrote, for whom, on which versions."""
    patient = await client.create({"resourceType": "Patient"}, key="sources")
    scoped = client.narrowed(CONTRACT, origin("open"))
    await scoped.read(Reference.of(patient).unversioned)
    task = await scoped.create(TASK)
    (provenance,) = await provenances(client, task)
    assert provenance["target"][0]["reference"] == f"Task/{task['id']}/_history/1"
    assert provenance["agent"][0]["onBehalfOf"]["display"] == "Ann Nurse"
    assert provenance["activity"]["coding"][0]["code"] == "CREATE"
    assert versions_named(provenance) == {f"Patient/{patient['id']}": "1"}
    (stated,) = [each for each in provenance["extension"] if each["url"] == ORIGIN_EXTENSION]
    assert {each["url"]: each["valueString"] for each in stated["extension"]} == {
        "pathway": "referral",
        "version": "1.0.0",
        "instance": "01J",
        "step": "open",
    }


async def test_a_step_tried_again_accounts_once(core: LiveCore, client: FhirClient) -> None:
    """A step that died between its write and its Provenance leaves one of each after the next try."""

    async def step() -> tuple[Resource, Resource]:
        scoped = client.narrowed(CONTRACT, origin("retried"))
        task = await scoped.create(TASK, key="task")
        changed = await scoped.update(Reference.of(task).unversioned, lambda current: current | {"status": "accepted"})
        return task, changed

    for passed in range(2):
        core.fail(match={"method": "POST", "type": "Provenance"}, status=500, skip=passed)
        with pytest.raises(errors.Unavailable):
            await step()
        core.heal()
    task, changed = await step()
    assert (changed["id"], version_of(changed)) == (task["id"], "2")
    acts = [each["activity"]["coding"][0]["code"] for each in await provenances(client, task)]
    assert acts == ["CREATE", "UPDATE"]


async def test_two_changes_by_one_step_are_two_provenances(client: FhirClient) -> None:
    """Each change of a resource by the same step is accounted for."""
    scoped = client.narrowed(CONTRACT, origin("twice"))
    task = await scoped.create(TASK)
    reference = Reference.of(task).unversioned
    await scoped.update(reference, lambda current: current | {"status": "accepted"})
    await scoped.update(reference, lambda current: current | {"status": "completed"})
    assert len(await provenances(client, task)) == 3


async def test_versions_survive_a_core_that_drops_them(tmp_path: Path) -> None:
    """Where references lose their version when stored, the extension still names it."""
    with live_core(tmp_path / "core.db", quirks=Quirks(keeps_reference_versions=False)) as core:
        async with FhirClient(core.base_url) as client:
            patient = await client.create({"resourceType": "Patient"}, key="dropped")
            scoped = client.narrowed(CONTRACT, origin("dropped"))
            await scoped.read(Reference.of(patient).unversioned)
            (provenance,) = await provenances(client, await scoped.create(TASK))
            assert provenance["entity"][0]["what"]["reference"] == f"Patient/{patient['id']}"
            assert versions_named(provenance) == {f"Patient/{patient['id']}": "1"}


async def test_a_deletion_is_accounted_for(client: FhirClient) -> None:
    """What was deleted is named by an identifier, for a reference to it would be refused."""
    made = await client.create(TASK, key="to-delete")
    reference = Reference.of(made).unversioned
    await client.narrowed(CONTRACT, origin("delete")).delete(reference)
    found = [each async for each in client.search("Provenance", {"_sort": "-_lastUpdated"}, fresh=True)]
    assert found[0]["target"] == [
        {"type": "Task", "identifier": {"system": "urn:carelane:deleted", "value": reference}}
    ]
