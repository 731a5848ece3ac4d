"""What a scenario's world is made of: instances, and what is told of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pathways.facts import Fact
from pathways.plan import Plan
from pathways.state import State


class ScenarioStopError(Exception):
    """The scenario can't go on; the text says why, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class Note:
    """Something that happened besides the engine's facts, for the timeline."""

    at: datetime
    text: str


@dataclass(frozen=True)
class ChildMoment:
    """Something that happened in a child, which is named as the timeline shows it."""

    child: str
    what: Fact | Note

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.what.at


Moment = Fact | Note | ChildMoment


@dataclass
class Case:
    """One instance in the world: the scenario's own, or a child that runs its definition.

    `label` is the address at which its parent waits for it, with those of the parents before it; "" for the
    scenario's own. `claims` are who claimed a task, and the revision that they saw.
    """

    plan: Plan
    state: State
    label: str = ""
    parent: Case | None = None
    address: str = ""
    detached: bool = False
    reported: bool = False
    facts: list[Fact] = field(default_factory=list)
    claims: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.state.status != "ended"

    def from_parent(self, address: str) -> str:
        """An address in it as the scenario's own instance would put it: behind the steps that its parents wait at."""
        return f"{self.label}/{address}".replace(" > ", "/") if self.label else address

    @property
    def depth(self) -> int:
        """How many parents it has."""
        return 0 if self.parent is None else self.parent.depth + 1


@dataclass(frozen=True)
class Ran:
    """An action as it was ordered, or attempted, by an instance."""

    case: str
    action: str
