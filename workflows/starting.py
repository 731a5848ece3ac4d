"""Starting instances' workflows, as everybody does it who has a client: each at most once."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from pathways.messages import StartInstance
from workflows.names import WORKFLOW, workflow_id
from workflows.search import PATHWAY, VERSION


class Starter:
    """Starts workflows on a task queue, with search attributes where the server has them."""

    def __init__(self, task_queue: str, *, attempt: timedelta) -> None:
        self._task_queue = task_queue
        self._attempt = attempt
        self._labelled = True

    async def start(self, client: Client, start: StartInstance) -> bool:
        """Start an instance; one that runs already, or is over, is left as it is. False where it is over.

        Raises `RPCError`.
        """
        try:
            return await self._start(client, start)
        except RPCError as error:
            if not self._labelled or not _lacks_search_attributes(error):
                raise
            self._labelled = False
            return await self._start(client, start)

    async def _start(self, client: Client, start: StartInstance) -> bool:
        try:
            await client.start_workflow(
                WORKFLOW,
                start,
                id=workflow_id(start.instance),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                search_attributes=_labels(start) if self._labelled else None,
                rpc_timeout=self._attempt,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True


def _labels(start: StartInstance) -> TypedSearchAttributes | None:
    found = [(PATHWAY, start.pathway), (VERSION, start.version)]
    pairs = [SearchAttributePair(key, value) for key, value in found if value]
    return TypedSearchAttributes(pairs) if pairs else None


def _lacks_search_attributes(error: RPCError) -> bool:
    """Whether the server refused because nobody has registered our search attributes there."""
    return error.status == RPCStatusCode.INVALID_ARGUMENT and "search attribute" in error.message.lower()
