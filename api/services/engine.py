"""The port to what runs pathways. `api.temporal` implements it; tests hold a fake of it to the same contract."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from api.services.errors import NotNowError, ServiceError
from pathways.events import Operation, TaskCompleted
from pathways.foresight import Foresight
from pathways.messages import Answer, Description, Migrate, Refused, StartInstance

Json = Any


class EngineAwayError(NotNowError):
    """What runs pathways does not answer. Whether the request was taken is not known; sending it again is safe."""

    code = "engine-away"


class EngineRefusedError(ServiceError):
    """The pathway refused; nothing has changed."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message)
        self.refused = refused


class InstanceGoneError(ServiceError):
    """No workflow of that instance runs: it has ended, or has not begun yet."""

    code = "instance-gone"
    title = "The pathway does not run"


class Engine(Protocol):
    """Runs instances. Every request has an idempotency key; the same key again gets the first answer.

    Methods raise `EngineRefusedError`, `InstanceGoneError` or `EngineAwayError`.
    """

    async def start(self, start: StartInstance) -> None:
        """Start an instance; one that runs already, or has ended, is left as it is."""
        ...

    async def complete(self, instance: str, event: TaskCompleted, *, request: str) -> Answer:
        """Complete a task."""
        ...

    async def operate(self, instance: str, event: Operation, *, request: str) -> Answer:
        """Intervene: retry, skip, move, change data, suspend, resume, start a side flow, add a task, cancel."""
        ...

    async def foresee(self, instance: str, event: Operation | TaskCompleted) -> Foresight:
        """What `operate` or `complete` would bring; nothing is changed."""
        ...

    async def migrate(self, instance: str, order: Migrate, *, request: str) -> Answer:
        """Go on with another version of the pathway."""
        ...

    async def preview_migration(self, instance: str, order: Migrate) -> Json:
        """What `migrate` would do: `blocked` with the reasons, `moves` of positions, where it would stand."""
        ...

    async def move_clock(self, instance: str, to: datetime | None, *, request: str) -> Answer:
        """Move the demonstration clock, to the instance's nearest deadline unless said otherwise."""
        ...

    async def describe(self, instance: str) -> Description:
        """Where an instance stands."""
        ...
