"""What must hold of cases after everything that went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from activities.gateways.fhir.keys import SYSTEM
from devcore.demo.stage import Case
from store.snapshots import stored_digest
from tests.faults.office import Office
from workflows.pathway import Pathway

Json = Any

PARTS = ("Task", "Appointment", "Communication", "CommunicationRequest")
"""What referrals leave in the core."""

ONCE = {
    "task": "instance, address",
    "timeline": "instance, rev, place",
    "instance": "request",
    "inbox": "source, event_id",
    "(SELECT * FROM delivery WHERE verdict = 'consumed') AS consumed": "event, instance",
}
"""Tables of the store, with what no two of their rows may share."""


@dataclass(frozen=True)
class Trace:
    """All that a case has left behind, but for ids and times: the same however often something was killed.

    `core`: each resource with its state, how often it was written, and how many Provenances account for that.
    """

    outcome: str | None
    facts: Sequence[str]
    tasks: Sequence[str]
    core: Sequence[str]


async def trace_of(office: Office, case: Case) -> Trace:
    """What a case has left behind."""
    async with office.store.transaction() as unit:
        stored = await unit.instances.get(case.instance)
        timeline = await unit.timeline.all(case.instance)
        tasks = await unit.tasks.of_instance(case.instance)
    return Trace(
        outcome=stored.outcome if stored else None,
        facts=[f"{one.rev} {one.kind} {one.address or ''}" for one in timeline],
        tasks=sorted(f"{one.address}: {one.status} {one.outcome}" for one in tasks),
        core=sorted([await _told(office, one) async for one in _left_in_core(office, case)]),
    )


async def must_be_as_undisturbed(office: Office, cases: Sequence[Case], undisturbed: Mapping[str, Trace]) -> None:
    """Fail with all that is not as it must be. `undisturbed`: the traces of the same scripts, by title."""
    wrong = [
        f"{case.script.title} ({case.instance}): {what}"
        for case in cases
        async for what in _wrong(office, case, undisturbed)
    ]
    wrong += [what async for what in _wrong_everywhere(office)]
    assert not wrong, "\n".join(wrong)


async def _wrong(office: Office, case: Case, undisturbed: Mapping[str, Trace]) -> AsyncIterator[str]:
    trace, usual = await trace_of(office, case), undisturbed[case.script.title]
    if trace.outcome != case.script.outcome:
        yield f"ended as {trace.outcome}, not as {case.script.outcome}"
    for name in ("facts", "tasks", "core"):
        found, expected = Counter(getattr(trace, name)), Counter(getattr(usual, name))
        for one in found - expected:
            yield f"{name}: too much: {one} ({found[one]} times, else {expected[one]})"
        for one in expected - found:
            yield f"{name}: missing: {one} ({found[one]} times, else {expected[one]})"
    if list(trace.facts) != list(usual.facts):
        yield "\n  ".join(["facts as they are:", *trace.facts])
    async for one in differing_from_workflow(office, case):
        yield one


async def differing_from_workflow(office: Office, case: Case) -> AsyncIterator[str]:
    """How the store differs from what the workflow itself says, and whether that has ended well."""
    described = await office.workflow(case).query(Pathway.describe)
    async with office.store.transaction() as unit:
        stored = await unit.instances.get(case.instance)
        assert stored is not None
        incidents = await unit.incidents.of_instance(case.instance)
        digest = await stored_digest(unit, stored)
    if (stored.rev, described.recorded_rev) != (described.rev, described.rev):
        yield f"the store has rev {stored.rev}, the workflow {described.rev}, recorded {described.recorded_rev}"
    if digest != described.digest:
        yield "the store's picture is not the workflow's"
    if await office.workflow(case).result() != case.script.outcome:
        yield "the workflow did not end with the outcome"
    for incident in incidents:
        yield f"incident at {incident.address}: {incident.message}"


async def _wrong_everywhere(office: Office) -> AsyncIterator[str]:
    """What is twice in the store or in the core, and whether the audit holds."""
    async with office.store.transaction() as unit:
        for rows, what in ONCE.items():
            twice = f"SELECT {what} FROM {rows} GROUP BY {what} HAVING count(*) > 1"
            for row in await unit.connection.execute(text(twice)):
                yield f"twice in the store: {rows} {tuple(row)}"
        verified = await unit.audit.verify()
    if not verified.holds:
        yield f"the audit is broken at {verified.broken_at}: {verified.why}"
    for kind in (*PARTS, "Provenance", "DocumentReference"):
        stamps = Counter([stamp async for one in office.core.search(kind, {}, fresh=True) for stamp in _stamps(one)])
        for stamp, count in stamps.items():
            if count > 1:
                yield f"{count} times in the core: {kind} {stamp}"


async def _left_in_core(office: Office, case: Case) -> AsyncIterator[Mapping[str, Json]]:
    for kind in PARTS:
        async for one in office.core.search(kind, {"patient": case.patient}, fresh=True):
            yield one


async def _told(office: Office, resource: Mapping[str, Json]) -> str:
    """A resource's kind, state, words and versions."""
    target = f"{resource['resourceType']}/{resource['id']}"
    accounts = [one async for one in office.core.search("Provenance", {"target": target}, fresh=True)]
    state = [resource.get("status"), *_words(resource.get("businessStatus")), *_words(resource.get("topic"))]
    state += [*_words(resource.get("category")), *_words(resource.get("reasonCode")), *_words(resource.get("medium"))]
    said = " ".join(str(one) for one in state)
    return f"{resource['resourceType']} {said}, version {resource['meta']['versionId']}, {len(accounts)} accounts"


def _words(concepts: Json) -> Iterator[str]:
    """The codes of a CodeableConcept, or of several; their text where there are none."""
    for concept in concepts if isinstance(concepts, list) else [concepts] if concepts else []:
        codes = [coding["code"] for coding in concept.get("coding", []) if "code" in coding]
        yield from codes or [concept.get("text", "")]


def _stamps(resource: Mapping[str, Json]) -> Iterator[str]:
    """The idempotency keys that a resource carries."""
    for one in resource.get("identifier", []):
        if one.get("system") == SYSTEM:
            yield one["value"]
    for one in resource.get("meta", {}).get("tag", []):
        if one.get("system") == SYSTEM:
            yield one["code"]
