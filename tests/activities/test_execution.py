"""How a step runs as an activity: its errors sorted, its reach narrowed, nothing of a patient in its words."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel
from temporalio.exceptions import ApplicationError

from activities.execution import execute
from activities.gateways.fhir import FhirClient
from activities.registry import AnyStep, Problem, StepContext, step
from pathways.messages import ActionRequest
from pathways.plan import Contract
from tests.support.core import LiveCore, live_core
from tests.support.plans import MONDAY


class Given(BaseModel):
    """What the examples take."""

    minutes: int = 30


class Gives(BaseModel):
    """What the examples give."""

    minutes: int


@step("test.echo")
async def echo(given: Given, context: StepContext) -> Gives:
    """Give back what was given."""
    return Gives(minutes=given.minutes)


@step("test.create", writes=["Task"])
async def create(given: Given, context: StepContext) -> Gives:
    """Write a Task."""
    await context.fhir.create({"resourceType": "Task", "status": "requested", "intent": "order"})
    return Gives(minutes=given.minutes)


@step("test.invalid", writes=["Task"])
async def invalid(given: Given, context: StepContext) -> Gives:
    """Write what is no Task."""
    await context.fhir.create({"resourceType": "Task"})
    return Gives(minutes=given.minutes)


@step("test.peek")
async def peek(given: Given, context: StepContext) -> Gives:
    """Read what it does not declare."""
    await context.fhir.read("Patient/1")
    return Gives(minutes=given.minutes)


@step("test.problem", problems=["declared"])
async def problem(given: Given, context: StepContext) -> Gives:
    """Report a problem, one that it declares or one that it does not."""
    raise Problem("declared" if given.minutes else "undeclared", "as it is", {"a": 1})


@step("test.bug")
async def bug(given: Given, context: StepContext) -> Gives:
    """Fail with words that hold a patient's name."""
    raise KeyError("Jane Example")


REQUEST = ActionRequest(
    instance="01I",
    pathway="p",
    version="1.0.0",
    digest="d",
    step="s",
    address="s",
    key="01I/s",
    input={},
    contract=Contract(reads=("Patient", "Task"), writes=("Task",)),
    now=MONDAY,
)


@pytest.fixture
def core(tmp_path: Path) -> Iterator[LiveCore]:
    """A core of this test alone."""
    with live_core(tmp_path / "core.db") as running:
        yield running


@pytest.fixture
async def fhir(core: LiveCore) -> AsyncIterator[FhirClient]:
    """A client of it."""
    async with FhirClient(core.base_url) as client:
        yield client


async def _failure(one: AnyStep, fhir: FhirClient, request: ActionRequest = REQUEST) -> ApplicationError:
    with pytest.raises(ApplicationError) as raised:
        await execute(one, request, fhir, attempt=2)
    return raised.value


async def test_null_is_absent(fhir: FhirClient) -> None:
    """The engine's null for an absent input leaves the model's default."""
    result = await execute(echo, replace(REQUEST, input={"minutes": None}), fhir)
    assert result.output == {"minutes": 30}


async def test_an_input_that_does_not_fit(fhir: FhirClient) -> None:
    """It is final, and names the place, not the value."""
    failure = await _failure(echo, fhir, replace(REQUEST, input={"minutes": "Jane Example"}))
    assert failure.non_retryable
    assert failure.message == "The input of test.echo does not fit: minutes."


@pytest.mark.parametrize(("status", "headers", "delay"), [(429, {"Retry-After": "7"}, 7), (503, {}, None)])
async def test_what_may_pass(
    core: LiveCore, fhir: FhirClient, status: int, headers: dict[str, str], delay: int | None
) -> None:
    """Throttling and outages are tried again, after the wait that the core asks for."""
    core.fail(match={"type": "Task"}, status=status, headers=headers)
    failure = await _failure(create, fhir)
    assert not failure.non_retryable
    assert failure.next_retry_delay == (None if delay is None else timedelta(seconds=delay))
    assert failure.details[0] == 2


async def test_what_will_not_pass(core: LiveCore, fhir: FhirClient) -> None:
    """A refusal is final, with the OperationOutcome's words for the person."""
    issue = {"severity": "error", "code": "business-rule", "diagnostics": "Tasks need an owner"}
    core.fail(match={"type": "Task"}, status=422, body={"resourceType": "OperationOutcome", "issue": [issue]})
    failure = await _failure(create, fhir)
    assert failure.non_retryable
    attempt, detail = failure.details
    assert (attempt, detail["status"], detail["outcome"]) == (2, 422, "Tasks need an owner")
    assert "Tasks need an owner" in failure.message


async def test_an_invalid_resource(fhir: FhirClient) -> None:
    """What we would send wrongly is not sent, and final."""
    failure = await _failure(invalid, fhir)
    assert failure.non_retryable
    assert failure.type == "fhir-invalid-resource"


async def test_reaching_past_the_declaration(fhir: FhirClient) -> None:
    """A step may read only what it declares, whatever the contract lists."""
    failure = await _failure(peek, fhir)
    assert (failure.type, failure.non_retryable) == ("contract", True)


async def test_reaching_past_the_contract(fhir: FhirClient) -> None:
    """A step may write only what the pathway's contract lists, whatever it declares."""
    failure = await _failure(create, fhir, replace(REQUEST, contract=Contract(reads=("Task",))))
    assert (failure.type, failure.non_retryable) == ("contract", True)


async def test_problems(fhir: FhirClient) -> None:
    """A declared problem is an answer; one that is not declared is a final failure."""
    result = await execute(problem, REQUEST, fhir)
    assert (result.problem, result.message, result.detail) == ("declared", "as it is", {"a": 1})
    failure = await _failure(problem, fhir, replace(REQUEST, input={"minutes": 0}))
    assert failure.non_retryable
    assert "undeclared" in failure.message


async def test_unforeseen_errors_keep_their_words(fhir: FhirClient, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the failure nor the log holds what an unforeseen error says."""
    with caplog.at_level(logging.ERROR):
        failure = await _failure(bug, fhir)
    assert not failure.non_retryable
    assert failure.message == "KeyError in test.bug"
    assert "test_execution.py" in caplog.text
    assert "Jane Example" not in failure.message + caplog.text.replace('raise KeyError("Jane Example")', "")


@pytest.mark.parametrize(("by", "expected"), [("nurse-1", ["nurse-1"]), (None, [])])
async def test_on_whose_behalf(fhir: FhirClient, by: str | None, expected: list[str]) -> None:
    """The Provenance of what is written names the person on whose behalf it was; without one it names nobody."""
    await execute(create, replace(REQUEST, by=by), fhir)
    (found,) = [one async for one in fhir.search("Provenance", [], fresh=True)]
    named = [agent["onBehalfOf"]["display"] for agent in found["agent"] if "onBehalfOf" in agent]
    assert named == expected
