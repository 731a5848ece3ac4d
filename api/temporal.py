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
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import QueryRejectCondition
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from api.services.engine import EngineAwayError, EngineRefusedError, InstanceGoneError
from pathways.events import Operation, TaskCompleted
from pathways.foresight import Foresight
from pathways.messages import Answer, Description, Migrate, Refused, StartInstance
from workflows.names import REFUSED, workflow_id
from workflows.pathway import Pathway
from workflows.starting import Starter

Json = Any
Found = TypeVar("Found")

ATTEMPT = timedelta(seconds=4)
"""How long one attempt may take; a person is waiting."""

ATTEMPTS = 3
"""How often a request is sent, always with the same id, before it is given up."""

_BETWEEN = 0.2
_NOT_YET = ("not-started", "plan-missing")
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
        self._starter = Starter(task_queue, attempt=ATTEMPT)

    async def start(self, start: StartInstance) -> None:
        """Start an instance; one that runs already, or has ended, is left as it is."""

        async def send() -> None:
            await self._starter.start(await self._connected(), start)

        await _persistently(send)

    async def complete(self, instance: str, event: TaskCompleted, *, request: str) -> Answer:
        """Complete a task."""
        return await self._update(instance, Pathway.complete, event, request)

    async def operate(self, instance: str, event: Operation, *, request: str) -> Answer:
        """Intervene as an operator: retry, skip, move, change data, suspend, resume, add a task, cancel and so on."""
        return await self._update(instance, Pathway.operate, event, request)

    async def foresee(self, instance: str, event: Operation | TaskCompleted) -> Foresight:
        """What `operate` or `complete` would bring; nothing is changed."""
        foreseen: Foresight = await self._query(instance, Pathway.foresight, event)
        return foreseen

    async def migrate(self, instance: str, order: Migrate, *, request: str) -> Answer:
        """Go on with another plan."""
        return await self._update(instance, Pathway.migrate, order, request)

    async def preview_migration(self, instance: str, order: Migrate) -> Json:
        """What `migrate` would do; nothing is changed."""
        return await self._query(instance, Pathway.migration, order)

    async def move_clock(self, instance: str, to: datetime | None, *, request: str) -> Answer:
        """Move the demonstration clock, to the instance's nearest deadline unless said otherwise."""
        return await self._update(instance, Pathway.move_clock, to, request)

    async def describe(self, instance: str) -> Description:
        """Where an instance stands."""

        described: Description = await self._query(instance, Pathway.describe)
        return described

    async def _query(self, instance: str, query: Any, *arguments: Any) -> Any:
        async def send() -> Any:
            handle = (await self._connected()).get_workflow_handle(workflow_id(instance))
            try:
                # One that was terminated would go on answering as it stood then.
                reject = QueryRejectCondition.NOT_COMPLETED_CLEANLY
                return await handle.query(query, *arguments, reject_condition=reject, rpc_timeout=ATTEMPT)
            except WorkflowQueryFailedError as error:
                raise _NotReadyError from error
            except WorkflowQueryRejectedError as error:
                raise InstanceGoneError("The pathway was ended from outside.") from error

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
                meaning = _meaning(error)
                if isinstance(meaning, EngineRefusedError) and meaning.refused.code in _NOT_YET:
                    raise _NotReadyError from error
                raise meaning from error
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
