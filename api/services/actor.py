"""Who acts, and what their roles allow. Roles come from `catalog/roles.yaml`; operations are listed here alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from api.services.errors import ForbiddenError

Operation = Literal[
    "start",
    "cancel",
    "assign",
    "see-exceptions",
    "operate",
    "publish",
    "approve",
    "change-versions",
    "migrate",
    "add-task",
    "send-events",
    "move-clock",
    "see-all-queues",
]

ALLOWED: Mapping[Operation, frozenset[str]] = {
    "start": frozenset({"coordinator", "intake-clerk", "scheduler", "supervisor", "administrator"}),
    "cancel": frozenset({"supervisor", "administrator"}),
    "assign": frozenset({"supervisor", "administrator"}),
    "see-exceptions": frozenset({"supervisor", "integration-engineer", "informaticist", "administrator"}),
    "operate": frozenset({"supervisor", "integration-engineer", "administrator"}),
    "publish": frozenset({"informaticist", "medical-director"}),
    "approve": frozenset({"medical-director"}),
    "change-versions": frozenset({"informaticist", "medical-director"}),
    "migrate": frozenset({"informaticist", "medical-director"}),
    "add-task": frozenset({"coordinator", "intake-clerk", "nurse-reviewer", "scheduler", "supervisor"}),
    "send-events": frozenset({"integration-engineer", "supervisor", "administrator"}),
    "move-clock": frozenset({"supervisor", "informaticist", "administrator"}),
    "see-all-queues": frozenset({"supervisor", "administrator"}),
}

_WORDS: Mapping[Operation, str] = {
    "start": "start pathways",
    "cancel": "cancel pathways",
    "assign": "assign tasks to others",
    "see-exceptions": "see exceptions",
    "operate": "operate on exceptions",
    "publish": "publish definitions and withdraw drafts",
    "approve": "approve definitions",
    "change-versions": "deprecate, retire or pause versions",
    "migrate": "migrate instances",
    "add-task": "add tasks and take offers",
    "send-events": "send events",
    "move-clock": "move the demonstration clock",
    "see-all-queues": "see all queues",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person with their roles."""

    id: str
    login: str
    name: str
    roles: frozenset[str]

    def may(self, operation: Operation) -> bool:
        """Whether the person's roles allow it."""
        return bool(self.roles & ALLOWED[operation])

    def require(self, operation: Operation) -> None:
        """Raise `ForbiddenError` where the person's roles do not allow it."""
        if not self.may(operation):
            needed = " or ".join(sorted(ALLOWED[operation]))
            raise ForbiddenError(f"Your roles do not allow to {_WORDS[operation]}.", hint=f"It needs {needed}.")

    def request(self, key: str) -> str:
        """An idempotency key of this person's, apart from those of others."""
        return f"{self.id}/{key}"
