"""The running pathways on Temporal, one attempt each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import QueryRejectCondition
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from pathways.events import Held, MessageReceived, Released
from pathways.messages import Answer, ChildReport, Description, Refused, StartInstance
from relaying.port import Answered, GoneError, NoAnswerError, TerminatedError
from store.gone import How
from workflows.names import DEFERRED, REFUSED, WORKFLOW, workflow_id
from workflows.pathway import Pathway
from workflows.starting import Starter

Json = Any

ATTEMPT = timedelta(seconds=5)
"""How long one attempt may take."""

ENDED = "ended"
"""The code with which an instance refuses what comes after its end."""

_REFUSED = TypeAdapter(Refused)
_PREFIX = workflow_id("")


class TemporalPathways:
    """`Pathways` over a client; the client may be lazy."""

    def __init__(self, client: Client, *, task_queue: str) -> None:
        self._client = client
        self._starter = Starter(task_queue, attempt=ATTEMPT)

    async def deliver(self, instance: str, message: MessageReceived, *, update_id: str) -> Answered:
        """Hand an event to an instance, as an update."""
        with _translated():
            try:
                answer = await self._handle(instance).execute_update(
                    Pathway.deliver, message, id=update_id, rpc_timeout=ATTEMPT
                )
            except WorkflowUpdateFailedError as error:
                return _refused(error)
        return _verdict(answer)

    async def hold(self, instance: str, event: Held | Released, *, update_id: str) -> str | None:
        """Have an instance hold steps, or release them, as an update; the code where it refuses."""
        with _translated():
            try:
                answer = await self._handle(instance).execute_update(
                    Pathway.operate, event, id=update_id, rpc_timeout=ATTEMPT
                )
            except WorkflowUpdateFailedError as error:
                return _why_refused(error).code
        return None if answer.refused is None else answer.refused.code

    async def start(self, start: StartInstance) -> bool:
        """Start an instance's workflow, unless it ever was; False where that is over."""
        with _translated():
            return await self._starter.start(self._client, start)

    async def report(self, parent: str, report: ChildReport) -> None:
        """Tell a parent of its child, where the child's own word may have been lost."""
        with _translated():
            await self._handle(parent).signal(Pathway.child_reported, report, rpc_timeout=ATTEMPT)

    async def describe(self, instance: str) -> Description:
        """Ask an instance where it stands. One that was terminated would go on answering as it stood then."""
        with _translated():
            return await self._handle(instance).query(
                Pathway.describe, reject_condition=QueryRejectCondition.NOT_COMPLETED_CLEANLY, rpc_timeout=ATTEMPT
            )

    async def resend(self, instance: str, from_rev: int | None) -> None:
        """Signal an instance to record again."""
        with _translated():
            await self._handle(instance).signal(Pathway.resend, from_rev, rpc_timeout=ATTEMPT)

    async def drain(self, instance: str) -> None:
        """Signal an instance to continue as new as soon as nothing of it is in flight."""
        with _translated():
            await self._handle(instance).signal(Pathway.drain, rpc_timeout=ATTEMPT)

    async def snapshot(self, instance: str) -> Json:
        """Ask an instance for all that can be rebuilt."""
        with _translated():
            return await self._handle(instance).query(Pathway.snapshot, rpc_timeout=ATTEMPT)

    async def running(self) -> AsyncIterator[str]:
        """Every instance whose workflow is open."""
        query = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running'"
        with _translated():
            async for found in self._client.list_workflows(query):
                yield found.id.removeprefix(_PREFIX)

    def _handle(self, instance: str) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(workflow_id(instance))


@contextmanager
def _translated() -> Iterator[None]:
    """Temporal's failures as ours, without the words of others, which may quote payloads."""
    try:
        yield
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND and not _lacks_namespace(error):
            raise GoneError("Its workflow has ended, or was never started.") from error
        raise NoAnswerError(f"Temporal answered {error.status.name}.") from error
    except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as error:
        raise NoAnswerError("It did not answer in time.") from error
    except RuntimeError as error:  # a lazy client that can't connect
        raise NoAnswerError("Temporal is away.") from error
    except WorkflowQueryRejectedError as error:
        raise TerminatedError("Its workflow was ended from outside.", how=_how(error)) from error
    except WorkflowQueryFailedError as error:
        raise NoAnswerError("It could not answer.") from error


_HOW: Mapping[WorkflowExecutionStatus | None, How] = {
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.TIMED_OUT: "timed-out",
    WorkflowExecutionStatus.CANCELED: "cancelled",
}


def _how(error: WorkflowQueryRejectedError) -> How:
    return _HOW.get(error.status, "terminated")


def _lacks_namespace(error: RPCError) -> bool:
    """Whether Temporal does not know our namespace: that says nothing of a single workflow."""
    details = error.grpc_status.details if error.grpc_status is not None else ()
    return any(one.type_url.endswith("NamespaceNotFoundFailure") for one in details)


def _verdict(answer: Answer) -> Answered:
    if answer.refused is not None:
        return _refusal(answer.refused)
    result = answer.result or {}
    return Answered(result.get("verdict", "ignored"), tuple(result.get("by", ())))


def _refused(error: WorkflowUpdateFailedError) -> Answered:
    return _refusal(_why_refused(error))


def _why_refused(error: WorkflowUpdateFailedError) -> Refused:
    cause = error.cause
    if isinstance(cause, ApplicationError):
        if cause.type == REFUSED and cause.details:
            return _REFUSED.validate_python(cause.details[0])
        if cause.type == "AcceptedUpdateCompletedWorkflow":
            raise NoAnswerError("It ended while it took this.") from error
    raise NoAnswerError("It failed on this.") from error


def _refusal(refused: Refused) -> Answered:
    if refused.code == ENDED:
        return Answered("gone")
    if refused.code == DEFERRED:
        return Answered("deferred")
    raise NoAnswerError(f"It refused: {refused.code}.")
