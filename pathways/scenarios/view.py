"""What comparing needs to know of an instance in a scenario's world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from pathways.diagnostics import Mark
from pathways.facts import Fact
from pathways.plan import Plan
from pathways.scenarios.case import Case
from pathways.scenarios.world import World
from pathways.state import State

F = TypeVar("F")


@dataclass(frozen=True)
class Mismatch:
    """An expectation that did not come true."""

    mark: Mark
    message: str
    hint: str = ""


@dataclass(frozen=True)
class View:
    """An instance, and the world around it. That of the scenario's own sees what its children did as well."""

    world: World
    case: Case

    @property
    def plan(self) -> Plan:
        """Its plan."""
        return self.case.plan

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.case.state

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its times are read."""
        return self.world.zone

    @property
    def facts(self) -> list[Fact]:
        """The facts stated so far, in order."""
        return self.case.facts

    @property
    def family(self) -> list[Case]:
        """The instance, and the children that ran their own definitions below it."""
        label = self.case.label
        return [one for one in self.world.cases if one is self.case or not label or one.label.startswith(f"{label} > ")]

    @property
    def ordered(self) -> list[str]:
        """The actions that it and its children ordered, in order."""
        labels = {one.label for one in self.family}
        return [one.action for one in self.world.ordered if one.case in labels]

    @property
    def attempted(self) -> list[str]:
        """The attempts of actions of it and its children, in order."""
        labels = {one.label for one in self.family}
        return [one.action for one in self.world.attempted if one.case in labels]

    def of(self, kind: type[F]) -> list[F]:
        """Its own facts of a kind."""
        return [one for one in self.facts if isinstance(one, kind)]

    def of_all(self, kind: type[F]) -> list[F]:
        """The facts of a kind of it and its children, by instance."""
        return [one for case in self.family for one in case.facts if isinstance(one, kind)]
