"""Running the actions that the engine orders, as activities, and turning what comes of them into events.

An action's first attempt is an activity of its own. Where it fails and may be tried again, what has happened so far
is recorded before the further attempts, so that lists do not wait for an outside system that is down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, RetryState, TimeoutError  # noqa: A004
from temporalio.workflow import ActivityCancellationType

from pathways.catalog import Retry
from pathways.commands import AbandonAction, Command, RunAction
from pathways.events import ActionCompleted, ActionFailed, ActionProblem
from pathways.messages import ActionRequest, ActionResult
from workflows.clock import Clock

Json = Any
ActionEvent = ActionCompleted | ActionProblem | ActionFailed

CONTRACT = "contract"
"""The type of an activity's failure when it reached for what its contract does not allow."""

_FINAL = (RetryState.NON_RETRYABLE_FAILURE, RetryState.CANCEL_REQUESTED)


@dataclass
class _InFlight:
    """An action that runs. `lasting` when nobody should wait for it: it is slow, tried again, or abandoned."""

    task: asyncio.Task[None]
    lasting: bool


class Actions:
    """The actions of one instance that are running."""

    def __init__(
        self,
        clock: Clock,
        request: Callable[[RunAction], ActionRequest],
        report: Callable[[ActionEvent], None],
        settle: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._request = request
        self._report = report
        self._settle = settle
        self._in_flight: dict[tuple[str, int], _InFlight] = {}

    @property
    def none_running(self) -> bool:
        """Whether no activity of an action is in flight, awaited or not."""
        return not self._in_flight

    @property
    def at_rest(self) -> bool:
        """Whether nothing runs whose result is expected at any moment."""
        return all(one.lasting for one in self._in_flight.values())

    def carry_out(self, commands: tuple[Command, ...]) -> None:
        """Start and abandon actions as the engine says."""
        for command in commands:
            match command:
                case RunAction():
                    task = asyncio.create_task(self._run(command))
                    self._in_flight[command.address, command.run] = _InFlight(task, command.slow)
                case AbandonAction():
                    self._abandon(command)

    def _abandon(self, command: AbandonAction) -> None:
        """Ask for cancellation; what comes all the same is reported, and the engine takes it as a late fact."""
        running = self._in_flight.get((command.address, command.run))
        if running is not None:
            running.lasting = True
            running.task.cancel()

    async def _run(self, command: RunAction) -> None:
        event: ActionEvent | None = None
        try:
            event = await self._outcome(command)
        except asyncio.CancelledError:
            event = None  # abandoned between two attempts
        finally:
            del self._in_flight[command.address, command.run]
        if event is not None:
            self._report(event)
        self._settle()

    async def _outcome(self, command: RunAction) -> ActionEvent | None:
        retry = command.retry
        at_once = command.slow or retry.attempts == 1
        try:
            result = await self._execute(command, retry if at_once else Retry(attempts=1))
        except ActivityError as error:
            if _cancelled(error):
                return None
            if at_once or error.retry_state in _FINAL:
                return _failed(command, error, 0)
            return await self._try_on(command, error)
        return _answered(command, result)

    async def _try_on(self, command: RunAction, error: ActivityError) -> ActionEvent | None:
        """The attempts after the first, which failed with `error`."""
        self._in_flight[command.address, command.run].lasting = True
        self._settle()
        retry = command.retry
        await workflow.sleep(_asked_delay(error) or self._clock.wait(retry.first))
        following = Retry(retry.attempts - 1, min(retry.first * retry.factor, retry.most), retry.factor, retry.most)
        try:
            result = await self._execute(command, following)
        except ActivityError as last:
            return None if _cancelled(last) else _failed(command, last, 1)
        return _answered(command, result)

    async def _execute(self, command: RunAction, retry: Retry) -> ActionResult:
        result: ActionResult = await workflow.execute_activity(
            command.action,
            self._request(command),
            result_type=ActionResult,
            start_to_close_timeout=self._clock.limit(command.timeout_seconds),
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
