"""Running a step as a Temporal activity: its input checked, the core narrowed, its errors sorted.

An error that may pass is left to Temporal's retries, with the wait that the outside system asked for. One that will
not is final at once, with the system's own words for the person who deals with the incident.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.gateways.fhir import Actor, Contract, FhirClient, Origin, ScopedFhir
from activities.gateways.fhir.errors import ContractViolation
from activities.liveness import beating
from activities.registry import AnyStep, Problem, StepContext
from pathways.errors import CarelaneError
from pathways.messages import ActionRequest, ActionResult
from pathways.state import Source
from pathways.time.zones import zone

Json = Any

CONTRACT = "contract"
"""The failure type that becomes an incident of this kind."""

_log = logging.getLogger(__name__)


def activities_of(steps: Iterable[AnyStep], fhir: FhirClient) -> list[Callable[..., Any]]:
    """A Temporal activity for each step, of the same name."""
    return [_activity(one, fhir) for one in steps]


def _activity(step: AnyStep, fhir: FhirClient) -> Callable[..., Any]:
    @activity.defn(name=step.name)
    async def run(request: ActionRequest) -> ActionResult:
        work = execute(step, request, fhir, attempt=activity.info().attempt)
        return await (beating(work) if request.beats else work)

    return run


async def execute(step: AnyStep, request: ActionRequest, fhir: FhirClient, *, attempt: int = 1) -> ActionResult:
    """Run a step once. Raises `ApplicationError` with (attempt, detail) as its details."""
    scoped = _narrowed(step, request, fhir)
    context = StepContext(scoped, request.key, request.now, request.instance, request.address, zone(request.zone))
    try:
        output = await step(_input(step, request.input), context)
    except Problem as problem:
        if problem.name in step.problems:
            return ActionResult(
                sources=_sources(scoped), problem=problem.name, message=problem.message, detail=problem.detail
            )
        raise _final(attempt, f"{step.name} reports {problem.name}, which it does not declare.") from None
    except ContractViolation as error:
        raise _final(attempt, str(error), kind=CONTRACT) from None
    except CarelaneError as error:
        raise _sorted(error, attempt) from None
    except ApplicationError:
        raise
    except Exception as error:  # noqa: BLE001 - sorted like every other error: nothing of it may leak
        # What an unforeseen error says may hold a patient's data: where it happened is kept, its words are not.
        where = "".join(traceback.format_tb(error.__traceback__))
        _log.error("%s failed with %s\n%s", step.name, type(error).__name__, where)
        raise ApplicationError(f"{type(error).__name__} in {step.name}", attempt, None, type="unforeseen") from None
    return ActionResult(output.model_dump(mode="json"), _sources(scoped))


def _input(step: AnyStep, given: Json) -> Any:
    """The input as the step's model; null is how the engine says absent."""
    present = {name: value for name, value in (given or {}).items() if value is not None}
    try:
        return step.input.model_validate(present)
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in one["loc"]) for one in error.errors(include_input=False)})
        raise _InvalidInputError(f"The input of {step.name} does not fit: {', '.join(places)}.") from None


class _InvalidInputError(CarelaneError):
    code = "invalid-input"


def _narrowed(step: AnyStep, request: ActionRequest, fhir: FhirClient) -> ScopedFhir:
    allowed = Contract(
        reads=frozenset(step.reads) & frozenset(request.contract.reads),
        writes=frozenset(step.writes) & frozenset(request.contract.writes),
    )
    person = Actor(request.by, identifier=request.by) if request.by is not None else None
    origin = Origin(request.pathway, request.version, request.instance, request.step, request.key, person)
    return fhir.narrowed(allowed, origin)


def _sources(scoped: ScopedFhir) -> tuple[Source, ...]:
    return tuple(Source(read.reference, read.version, read.at) for read in scoped.reads)


def _sorted(error: CarelaneError, attempt: int) -> ApplicationError:
    """A gateway's error as Temporal should treat it: tried again as asked, or final."""
    if not getattr(error, "retryable", False):
        return _final(attempt, error.message, detail=_detail(error), kind=error.code)
    wait = getattr(error, "retry_after", None)
    return ApplicationError(
        error.message,
        attempt,
        _detail(error),
        type=error.code,
        next_retry_delay=None if wait is None else timedelta(seconds=wait),
    )


def _final(attempt: int, message: str, *, detail: Json = None, kind: str = "action-failed") -> ApplicationError:
    return ApplicationError(message, attempt, detail, type=kind, non_retryable=True)


def _detail(error: CarelaneError) -> Json:
    """What the person who deals with it should read: the code, the status, and the outside system's own words."""
    said = {
        "code": error.code,
        "status": getattr(error, "status", None),
        "outcome": getattr(error, "outcome_text", None),
        "hint": error.hint,
    }
    return {name: value for name, value in said.items() if value}
