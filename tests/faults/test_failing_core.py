"""The core fails in every way in which cores fail: tried again, waited for, merged, or a matter for a person."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from devcore.demo.stage import Case
from tests.faults.office import SEEN, Office, until
from tests.faults.stack import Stack

pytestmark = pytest.mark.faults

Json = Any

WORDS = "Slot is reserved for another clinic"
RETRY = {"reason": "The core was put right"}


@pytest_asyncio.fixture(autouse=True)
async def _whole_core(stack: Stack) -> AsyncIterator[None]:
    """A core without faults before and after, and requests counted from zero."""
    await stack.forget_core_counts()
    yield
    await stack.heal()


async def begun(office: Office, name: str) -> Case:
    """A referral that has just been started."""
    (case,) = await office.begin(name, [SEEN])
    return case


async def requests(stack: Stack, which: str) -> int:
    """How many requests the core has answered so, as `POST Task 201`."""
    return int((await stack.core_counts())["requests"].get(which, 0))


async def of_case(office: Office, case: Case, kind: str) -> list[Json]:
    """What the core holds of a case."""
    return [one async for one in office.core.search(kind, {"patient": case.patient}, fresh=True)]


async def business_status(office: Office, case: Case) -> tuple[str, str]:
    """Where the case's Task in the core says that it stands, and how often it was written."""
    (task,) = await of_case(office, case, "Task")
    return task["businessStatus"]["coding"][0]["code"], task["meta"]["versionId"]


async def test_server_errors_are_tried_again(stack: Stack, office: Office) -> None:
    """Two failures, one of them after the deed was done: one message, and nobody is bothered."""
    await stack.fail(match={"method": "POST", "type": "Communication"}, status=500)
    await stack.fail(match={"method": "POST", "type": "Communication"}, status=500, when="after")
    case = await begun(office, "errors")
    await office.task_of(case, "triage", who="nurse-reviewer")
    assert await requests(stack, "POST Communication 500") == 2
    assert len(await of_case(office, case, "Communication")) == 1
    assert (await office.instance(case))["open_incidents"] == []


async def test_the_core_is_given_the_time_it_asks_for(stack: Stack, office: Office) -> None:
    """After 429 with Retry-After nothing is sent before that, the second time as the first."""
    await stack.fail(match={"method": "POST", "type": "Task"}, status=429, headers={"Retry-After": "1"}, times=2)
    begun_at = time.monotonic()
    case = await begun(office, "busy")
    await office.task_of(case, "triage", who="nurse-reviewer")
    assert time.monotonic() - begun_at >= 2
    assert await requests(stack, "POST Task 429") == 2
    assert len(await of_case(office, case, "Task")) == 1


@pytest.mark.parametrize("fault", [{"delay_ms": 11_000}, {"drop": True}], ids=["late", "cut"])
async def test_an_answer_that_never_comes(stack: Stack, office: Office, fault: Json) -> None:
    """What was done though its answer came too late, or not at all, is not done again."""
    await stack.fail(match={"method": "POST", "type": "Communication"}, when="after", **fault)
    case = await begun(office, f"never-{'-'.join(fault)}")
    await office.task_of(case, "triage", who="nurse-reviewer")
    assert len(await of_case(office, case, "Communication")) == 1


@pytest.mark.parametrize("status", [409, 412])
async def test_a_version_conflict_is_read_again_and_merged_once(stack: Stack, office: Office, status: int) -> None:
    """One refusal costs one more try at once: no attempt of the action is lost, and one version is written."""
    await stack.fail(match={"method": "PUT", "type": "Task"}, status=status)
    case = await begun(office, f"conflict-{status}")
    await office.task_of(case, "triage", who="nurse-reviewer")
    assert await business_status(office, case) == ("in-triage", "2")
    assert [await requests(stack, f"PUT Task {which}") for which in (status, 200)] == [1, 1]


async def test_what_others_write_meanwhile_is_kept(stack: Stack, office: Office) -> None:
    """Somebody else changes the Task between our reading and our writing: both changes stand."""
    await stack.fail(match={"method": "PUT", "type": "Task"}, delay_ms=1_000)
    case = await begun(office, "merged")
    await until(stack.has_failed)  # it was read, and what is to be written is on its way
    (task,) = await of_case(office, case, "Task")
    note = [{"text": "The patient prefers mornings"}]
    await office.core.update(f"Task/{task['id']}", lambda resource: {**resource, "note": note})
    await office.task_of(case, "triage", who="nurse-reviewer")
    (task,) = await of_case(office, case, "Task")
    assert task["note"] == note
    assert await business_status(office, case) == ("in-triage", "3")
    assert await requests(stack, "PUT Task 412") == 1


async def test_what_cannot_pass_is_for_a_person(stack: Stack, office: Office) -> None:
    """A refusal is an incident in the core's own words, for its case alone; it closes when a retry has passed."""
    issue = {"severity": "error", "code": "processing", "diagnostics": WORDS}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    await stack.fail(match={"method": "POST", "type": "Appointment"}, status=422, times=None, body=outcome)
    case, other = await office.begin("refused", [SEEN, SEEN])
    await office.work(case, "triage", who="nurse-reviewer")
    await office.work(case, "reach-patient")

    incident = await office.incident_of(case)
    assert (incident["step"], incident["status"]) == ("book", "open")
    assert WORDS in f"{incident['message']} {incident['detail']}"
    assert await requests(stack, "POST Appointment 422") == 1, "a refusal is not tried again by itself"
    await office.work(other, "triage", who="nurse-reviewer")
    await office.task_of(other, "reach-patient")

    retry = f"/incidents/{incident['id']}/retry"
    await office.api.post("supervisor", retry, RETRY, key="too-early")
    await until(partial(_has_retried, office, incident["id"]))
    assert (await office.api.get("supervisor", f"/incidents/{incident['id']}"))["status"] == "open"

    await stack.heal()
    await office.api.post("supervisor", retry, RETRY, key="put-right")
    await office.play([case, other])
    closed = await office.api.get("supervisor", f"/incidents/{incident['id']}")
    assert (closed["status"], closed["closed_how"]) == ("closed", "completed")
    for one in (case, other):
        assert (await office.instance(one))["outcome"] == one.script.outcome
        assert len(await of_case(office, one, "Appointment")) == 1


async def _has_retried(office: Office, incident: str) -> bool:
    """Whether a retry has come to its end, in vain."""
    found = await office.api.get("supervisor", f"/incidents/{incident}")
    return bool(found["occurrences"] == 2 and found["retried_at"] is None)
