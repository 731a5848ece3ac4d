"""The engine on Temporal: starts workflows and sends them updates, and turns Temporal's failures into our errors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import TypeAdapter
from temporalio.client import (
    Client,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api.services.engine import EngineAwayError, EngineRefusedError, InstanceGoneError
from pathways.events import Cancelled, Retried, TaskCompleted
from pathways.messages import Answer, Description, Refused, StartInstance
from workflows.pathway import REFUSED, WORKFLOW, Pathway, workflow_id

Found = TypeVar("Found")

ATTEMPT = timedelta(seconds=4)
"""How long one attempt may take; a person is waiting."""

ATTEMPTS = 3
"""How often a request is sent, always with the same id, before it is given up."""

_BETWEEN = 0.2
_REFUSED = TypeAdapter(Refused)
_AGAIN = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.ABORTED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.INTERNAL,
    RPCStatusCode.UNKNOWN,
}


class _NotReadyError(Exception):
    """A worker could not answer yet; the same may be asked again."""


class TemporalEngine:
    """The `Engine` of production. `connect` is awaited when something is first asked, and until it succeeds."""

    def __init__(self, connect: Callable[[], Awaitable[Client]], *, task_queue: str) -> None:
        self._connect = connect
        self._client: Client | None = None
        self._task_queue = task_queue

    async def start(self, start: StartInstance) -> None:
        """Start an instance; one that runs already, or has ended, is left as it is."""

        async def send() -> None:
            try:
                client = await self._connected()
                await client.start_workflow(
                    WORKFLOW,
                    start,
                    id=workflow_id(start.instance),
                    task_queue=self._task_queue,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    rpc_timeout=ATTEMPT,
                )
            except WorkflowAlreadyStartedError:
                return

        await _persistently(send)

    async def complete(self, instance: str, event: TaskCompleted, *, request: str) -> Answer:
        """Complete a task."""
        return await self._update(instance, Pathway.complete, event, request)

    async def operate(self, instance: str, event: Retried | Cancelled, *, request: str) -> Answer:
        """Retry an incident's step, or cancel the instance."""
        return await self._update(instance, Pathway.operate, event, request)

    async def move_clock(self, instance: str, to: datetime | None, *, request: str) -> Answer:
        """Move the demonstration clock, to the instance's nearest deadline unless said otherwise."""
        return await self._update(instance, Pathway.move_clock, to, request)

    async def describe(self, instance: str) -> Description:
        """Where an instance stands."""

        async def send() -> Description:
            handle = (await self._connected()).get_workflow_handle(workflow_id(instance))
            try:
                return await handle.query(Pathway.describe, rpc_timeout=ATTEMPT)
            except WorkflowQueryFailedError as error:
                raise _NotReadyError from error

        return await _persistently(send)

    async def _connected(self) -> Client:
        if self._client is None:
            try:
                self._client = await self._connect()
            except RuntimeError as error:  # the SDK's word for a server that is not there
                raise _NotReadyError from error
        return self._client

    async def _update(self, instance: str, update: Any, argument: Any, request: str) -> Answer:
        async def send() -> Answer:
            handle = (await self._connected()).get_workflow_handle(workflow_id(instance))
            try:
                answer: Answer = await handle.execute_update(update, argument, id=request, rpc_timeout=ATTEMPT)
            except WorkflowUpdateFailedError as error:
                raise _meaning(error) from error
            return answer

        answer = await _persistently(send)
        if answer.refused is not None:
            raise EngineRefusedError(answer.refused)
        return answer


def _meaning(error: WorkflowUpdateFailedError) -> Exception:
    """What a failed update says: the pathway's refusal, or an instance that is over."""
    cause = error.cause
    if isinstance(cause, ApplicationError):
        if cause.type == REFUSED and cause.details:
            return EngineRefusedError(_REFUSED.validate_python(cause.details[0]))
        if cause.type == "AcceptedUpdateCompletedWorkflow":
            return InstanceGoneError("The pathway ended while it took this.")
    return error


def _is_not_ready(error: RPCError) -> bool:
    """Whether the workflow's first task has not been done yet: the server then takes no update."""
    details = error.grpc_status.details if error.grpc_status is not None else ()
    return any(one.type_url.endswith("WorkflowNotReadyFailure") for one in details)


async def _persistently(send: Callable[[], Awaitable[Found]]) -> Found:
    """Send until there is an answer, a few times; what is sent carries its id, so that it is done once."""
    last: Exception | None = None
    for attempt in range(ATTEMPTS):
        if attempt:
            await asyncio.sleep(_BETWEEN * attempt)
        try:
            return await send()
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                raise InstanceGoneError("The pathway has ended, or has not begun yet.") from error
            if error.status not in _AGAIN and not _is_not_ready(error):
                raise
            last = error
        except (WorkflowUpdateRPCTimeoutOrCancelledError, _NotReadyError, TimeoutError) as error:
            last = error
    raise EngineAwayError(
        "The pathways do not answer now.", hint="Send it again in a moment; it is done once, however often it is sent."
    ) from last
