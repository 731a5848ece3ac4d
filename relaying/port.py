"""What the relay needs of running pathways, and what they may answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pathways.errors import CarelaneError
from pathways.events import Held, MessageReceived, Released
from pathways.messages import ChildReport, Description, StartInstance
from store.gone import How

Json = Any


class NoAnswerError(CarelaneError):
    """An instance, its worker or Temporal did not answer; the same may be asked again."""

    code = "no-answer"


class GoneError(CarelaneError):
    """There is no such workflow, or it has ended. `how` it came to be gone, where it had not ended by itself."""

    code = "gone"

    def __init__(self, message: str, *, how: How = "missing") -> None:
        super().__init__(message)
        self.how = how


class TerminatedError(GoneError):
    """There is a workflow, and it was ended from outside, or failed: it can say nothing more, and will not come."""

    code = "terminated"


@dataclass(frozen=True, slots=True)
class Answered:
    """What an instance said to an event, and which of its positions took it.

    `deferred`: not while it is suspended. `gone`: the instance has ended.
    """

    verdict: Literal["consumed", "ignored", "deferred", "gone"]
    taken_by: tuple[str, ...] = ()


class Pathways(Protocol):
    """The running instances. Every method makes one attempt and may raise `NoAnswerError`."""

    async def deliver(self, instance: str, message: MessageReceived, *, update_id: str) -> Answered:
        """Hand an event to an instance. The same update id is applied once. Raises `GoneError`."""
        ...

    async def hold(self, instance: str, event: Held | Released, *, update_id: str) -> str | None:
        """Have an instance hold steps, or release them; the code where it refuses. Raises `GoneError`."""
        ...

    async def start(self, start: StartInstance) -> bool:
        """Start an instance; one that was started before is left as it is. False where it is over already."""
        ...

    async def describe(self, instance: str) -> Description:
        """Where an instance stands. Raises `GoneError`."""
        ...

    async def resend(self, instance: str, from_rev: int | None) -> None:
        """Have an instance record again, from a revision on or as a snapshot. Raises `GoneError`."""
        ...

    async def snapshot(self, instance: str) -> Json:
        """All that can be rebuilt of an instance. Raises `GoneError`."""
        ...

    async def report(self, parent: str, report: ChildReport) -> None:
        """Tell a parent of its child, where the child's own word may have been lost. Raises `GoneError`."""
        ...

    def running(self) -> AsyncIterator[str]:
        """The ids of all instances that run."""
        ...
