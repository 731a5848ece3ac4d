"""Telling the store what has happened, after it is in history.

Facts wait in the tail until the store has acknowledged them. They are sent by an ordinary activity that the workflow
task which produced them schedules: what the store sees is then already in history. (A local activity would write
before its workflow task commits, and a crash would leave the store with a transition that never happened.) One
request at a time; while the store is away, Temporal tries that one again and history does not grow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic_core import to_json
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from pathways.facts import Recorded
from pathways.messages import Answer, RecordAnswer, RecordRequest
from workflows.names import RECORD

Json = Any

CHUNK_BYTES = 256 * 1024
LAG_BYTES = 512 * 1024

_LIMIT = timedelta(seconds=10)
_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(seconds=20)
)
_AFTER_A_FAULT = timedelta(minutes=1)


@dataclass(frozen=True)
class Picture:
    """What can be rebuilt of the instance as it stands: its revision, the digest, and how to make the whole of it."""

    rev: int
    digest: str
    snapshot: Callable[[], Json]


class Recorder:
    """The unrecorded tail of one instance, and the one activity that shortens it."""

    def __init__(
        self,
        instance: str,
        picture: Callable[[], Picture],
        may_record: Callable[[], bool],
        tail: Iterable[Recorded] = (),
        recorded_rev: int = 0,
    ) -> None:
        self._instance = instance
        self._picture = picture
        self._may_record = may_record
        self._tail: list[Recorded] = []
        self._sizes: list[int] = []
        self._task: asyncio.Task[None] | None = None
        self._snapshot_wanted = False
        self.recorded_rev = recorded_rev
        for one in tail:
            self.append(one)

    # -- the tail ---------------------------------------------------------------------------------------------

    @property
    def tail(self) -> tuple[Recorded, ...]:
        """The revisions that the store has not acknowledged, oldest first."""
        return tuple(self._tail)

    @property
    def lags(self) -> bool:
        """Whether so much is unrecorded that nothing more should be taken on."""
        return sum(self._sizes) > LAG_BYTES

    @property
    def done(self) -> bool:
        """Whether the store has everything."""
        return not self._tail and not self._snapshot_wanted

    def append(self, recorded: Recorded) -> None:
        """Add a revision."""
        self._tail.append(recorded)
        self._sizes.append(len(to_json(recorded)))

    @property
    def answered_rev(self) -> int | None:
        """The newest revision in the tail that answered a person or an event; None without one."""
        return next((one.rev for one in reversed(self._tail) if one.request is not None), None)

    def answer_to(self, request: str) -> Answer | None:
        """What an earlier request of the same idempotency key was answered, where it is not yet in the store."""
        for one in self._tail:
            if one.request == request:
                return Answer(one.rev, one.result)
        return None

    # -- recording --------------------------------------------------------------------------------------------

    def resend(self, from_rev: int | None) -> None:
        """Send again what the store lacks: the tail where that holds it, else a snapshot."""
        if from_rev is None or from_rev <= self.recorded_rev:
            self._snapshot_wanted = True
        self.consider()

    def consider(self) -> bool:
        """Start recording where there is something to record, the moment is right, and nothing is being recorded."""
        if self._task is not None or self.done or not self._may_record():
            return False
        self._task = asyncio.create_task(self._record())
        return True

    async def _record(self) -> None:
        asked_again = False
        while not self.done and self._may_record():
            request = self._request()
            try:
                answer = await self._send(request)
            except ActivityError:
                workflow.logger.exception("Recording failed for good; it will be tried again.")
                await workflow.sleep(_AFTER_A_FAULT)
                continue
            if answer.needs_snapshot and asked_again:
                workflow.logger.error("The store asks for a snapshot although it was given one.")
                await workflow.sleep(_AFTER_A_FAULT)
            asked_again = answer.needs_snapshot
            self._snapshot_wanted = answer.needs_snapshot
            if not answer.needs_snapshot:
                self._acknowledge(answer.rev)
        self._task = None

    async def _send(self, request: RecordRequest) -> RecordAnswer:
        answer: RecordAnswer = await workflow.execute_activity(
            RECORD,
            request,
            result_type=RecordAnswer,
            start_to_close_timeout=_LIMIT,
            retry_policy=_RETRY,
        )
        return answer

    def _request(self) -> RecordRequest:
        """The next chunk; with a snapshot the whole tail, for the snapshot stands at its end."""
        picture = self._picture()
        count = len(self._tail) if self._snapshot_wanted else self._chunk()
        recorded = tuple(self._tail[:count])
        complete = self._snapshot_wanted or recorded[-1].rev == picture.rev
        return RecordRequest(
            self._instance,
            recorded,
            digest=picture.digest if complete else "",
            snapshot=picture.snapshot() if self._snapshot_wanted else None,
        )

    def _chunk(self) -> int:
        size = 0
        for count, one in enumerate(self._sizes):
            size += one
            if count and size > CHUNK_BYTES:
                return count
        return len(self._sizes)

    def _acknowledge(self, rev: int) -> None:
        known = sum(1 for one in self._tail if one.rev <= rev)
        del self._tail[:known]
        del self._sizes[:known]
        self.recorded_rev = max(self.recorded_rev, rev)
