"""Running the actions that the engine orders, as activities, and turning what comes of them into events.

An action's first attempt is an activity of its own. Where it fails and may be tried again, what has happened so far
is recorded before the further attempts, so that lists do not wait for an outside system that is down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    CancelledError,
    RetryState,
    TimeoutError,  # noqa: A004 - the SDK's own name
    TimeoutType,
)
from temporalio.workflow import ActivityCancellationType

from pathways.catalog import Retry
from pathways.commands import AbandonAction, RunAction
from pathways.events import ActionCompleted, ActionFailed, ActionProblem
from pathways.messages import ActionRequest, ActionResult
from workflows.clock import Clock

Json = Any
ActionEvent = ActionCompleted | ActionProblem | ActionFailed

CONTRACT = "contract"
"""The type of an activity's failure when it reached for what its contract does not allow."""

_FINAL = (RetryState.NON_RETRYABLE_FAILURE, RetryState.CANCEL_REQUESTED)

# An action that may take longer than this says that it is alive; its silence then costs less than its whole limit.
_BEATS_ABOVE = timedelta(seconds=15)
_SILENCE = timedelta(seconds=10)


@dataclass
class _InFlight:
    """An action that was ordered in revision `rev` and runs.

    `lasting` when nobody should wait for it: it is slow, tried again, or abandoned.
    """

    request: ActionRequest
    rev: int
    lasting: bool
    task: asyncio.Task[None] | None = None
    begun: bool = False


class Actions:
    """The actions of one instance that are running.

    `report` is told what came of one, and on whose behalf it ran; `settle` is called when one was given up, or takes
    longer.
    """

    def __init__(
        self,
        clock: Clock,
        report: Callable[[ActionEvent, str | None], object],
        settle: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._report = report
        self._settle = settle
        self._in_flight: dict[tuple[str, int], _InFlight] = {}

    @property
    def none_running(self) -> bool:
        """Whether no activity of an action is in flight, awaited or not."""
        return not self._in_flight

    def runs(self, command: RunAction) -> bool:
        """Whether an action that was ordered runs; one that was abandoned at once does not."""
        return (command.address, command.run) in self._in_flight

    def awaited_since(self, settling: Container[str]) -> int | None:
        """The revision that ordered the oldest action whose result is expected at any moment; None without one.

        Nobody waits like that for what is `settling`, by its address.
        """
        return min(self._awaited(settling), default=None)

    def _awaited(self, settling: Container[str]) -> Iterator[int]:
        for (address, _), one in self._in_flight.items():
            if not one.lasting and address not in settling:
                yield one.rev

    def order(self, command: RunAction, request: ActionRequest, rev: int) -> None:
        """Start an action."""
        one = _InFlight(request, rev, command.slow)
        self._in_flight[command.address, command.run] = one
        one.task = asyncio.create_task(self._run(command, one))

    def abandon(self, command: AbandonAction) -> None:
        """Ask for cancellation; what comes all the same is reported, and the engine takes it as a late fact."""
        one = self._in_flight.get((command.address, command.run))
        if one is None or one.task is None:
            return
        one.lasting = True
        one.task.cancel()
        if not one.begun:  # it never will, so nothing but this takes it out
            del self._in_flight[command.address, command.run]

    async def _run(self, command: RunAction, one: _InFlight) -> None:
        one.begun = True
        event: ActionEvent | None = None
        try:
            event = await self._outcome(command, one)
        except asyncio.CancelledError:
            event = None  # abandoned between two attempts
        finally:
            del self._in_flight[command.address, command.run]
        if event is not None:
            self._report(event, one.request.by)
        else:
            self._settle()

    async def _outcome(self, command: RunAction, one: _InFlight) -> ActionEvent | None:
        retry = command.retry
        at_once = command.slow or retry.attempts == 1
        try:
            result = await self._execute(command, one.request, retry if at_once else Retry(attempts=1))
        except ActivityError as error:
            if _cancelled(error):
                return None
            if at_once or error.retry_state in _FINAL:
                return _failed(command, error, 0)
            return await self._try_on(command, one, error)
        return _answered(command, result)

    async def _try_on(self, command: RunAction, one: _InFlight, error: ActivityError) -> ActionEvent | None:
        """The attempts after the first, which failed with `error`."""
        one.lasting = True
        self._settle()
        retry = command.retry
        await workflow.sleep(_asked_delay(error) or self._clock.wait(retry.first))
        following = Retry(retry.attempts - 1, min(retry.first * retry.factor, retry.most), retry.factor, retry.most)
        try:
            result = await self._execute(command, replace(one.request, now=self._clock.now()), following)
        except ActivityError as last:
            return None if _cancelled(last) else _failed(command, last, 1)
        return _answered(command, result)

    async def _execute(self, command: RunAction, request: ActionRequest, retry: Retry) -> ActionResult:
        limit = self._clock.limit(command.timeout_seconds)
        beats = limit > _BEATS_ABOVE
        result: ActionResult = await workflow.execute_activity(
            command.action,
            replace(request, beats=True) if beats else request,
            result_type=ActionResult,
            start_to_close_timeout=limit,
            heartbeat_timeout=_SILENCE if beats else None,
            retry_policy=RetryPolicy(
                initial_interval=self._clock.wait(retry.first),
                backoff_coefficient=retry.factor,
                maximum_interval=self._clock.wait(max(retry.first, retry.most)),
                maximum_attempts=retry.attempts,
            ),
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        return result


def _answered(command: RunAction, result: ActionResult) -> ActionEvent:
    if result.problem is not None:
        return ActionProblem(command.address, command.run, result.problem, result.message, result.detail)
    return ActionCompleted(command.address, command.run, result.output, result.sources)


def _cancelled(error: ActivityError) -> bool:
    return isinstance(error.cause, CancelledError)


def _asked_delay(error: ActivityError) -> timedelta | None:
    """The wait that the outside system asked for (`Retry-After`)."""
    return error.cause.next_retry_delay if isinstance(error.cause, ApplicationError) else None


def _failed(command: RunAction, error: ActivityError, attempts_before: int) -> ActionFailed:
    """The failure in the outside system's words; an activity's details are the attempt's number and its own detail."""
    cause = error.cause
    attempts, detail = command.retry.attempts - attempts_before, None
    message = str(cause or error)
    kind = "action-failed"
    match cause:
        case TimeoutError(type=TimeoutType.HEARTBEAT):
            message = "What was doing it stopped, and whether it was done is not known."
        case TimeoutError():
            message = f"No answer within {command.timeout_seconds:g} seconds."
        case ApplicationError():
            message = cause.message
            kind = cause.type or kind
            if len(cause.details) == 2:
                attempts, detail = int(cause.details[0]), cause.details[1]
    return ActionFailed(
        command.address,
        command.run,
        message,
        attempts + attempts_before,
        "contract" if kind == CONTRACT else "action-failed",
        detail,
    )
