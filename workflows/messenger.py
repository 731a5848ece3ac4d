"""Telling other instances: signals from child to parent and from parent to child, in order, until Temporal has them.

A signal to an instance that is gone counts as delivered: there is nobody left who could want it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError

from pathways.messages import CancelOrder, ChildReport
from workflows.names import workflow_id

_AGAIN_AFTER = timedelta(seconds=10)
_ATTEMPTS = 5


@dataclass(frozen=True)
class _Message:
    to: str
    signal: str
    content: ChildReport | CancelOrder
    after: asyncio.Task[None] | None


class Messenger:
    """What one instance has to tell others."""

    def __init__(self) -> None:
        self._queue: list[_Message] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Whether everything is delivered."""
        return not self._queue

    def send(
        self, to: str, signal: str, content: ChildReport | CancelOrder, *, after: asyncio.Task[None] | None = None
    ) -> None:
        """Tell an instance; `after` is what has to be done before (its start)."""
        self._queue.append(_Message(to, signal, content, after))
        if self._task is None:
            self._task = asyncio.create_task(self._deliver())

    async def _deliver(self) -> None:
        while self._queue:
            message = self._queue[0]
            if message.after is not None:
                await asyncio.wait([message.after])
            await self._signal(message)
            self._queue.pop(0)
        self._task = None

    async def _signal(self, message: _Message) -> None:
        handle = workflow.get_external_workflow_handle(workflow_id(message.to))
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await handle.signal(message.signal, message.content)
            except FailureError as error:
                if attempt == _ATTEMPTS or "not found" in str(error).lower():
                    workflow.logger.info("%s did not reach %s: %s", message.signal, message.to, error)
                    return
                await workflow.sleep(_AGAIN_AFTER * attempt)
            else:
                return
