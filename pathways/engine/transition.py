"""What `advance` answers."""

from __future__ import annotations

from typing import Any

from pathways.commands import Command
from pathways.facts import Fact
from pathways.records import dataclass
from pathways.state import State

Json = Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event was not applied: a stable code, words for the person who sent it, and detail by field or place."""

    code: str
    message: str
    detail: Json = None


def role_refusal(needed: str | None, roles: tuple[str, ...] | None) -> Refusal | None:
    """Refuse a person without the role that is needed. Without `roles` it is not asked."""
    if needed is None or roles is None or needed in roles:
        return None
    return Refusal("role-missing", f"This needs the role {needed}.", {"role": needed})


@dataclass(frozen=True, slots=True)
class Transition:
    """The next state, what the world is asked to do, and what has become true.

    With a `refusal` the event was not applied; deadlines that were due before it have fired all the same. `rev` has
    risen by one where anything changed at all. `result` answers the event (a verdict, a task's outcome).
    """

    state: State
    commands: tuple[Command, ...] = ()
    facts: tuple[Fact, ...] = ()
    refusal: Refusal | None = None
    result: Json = None
