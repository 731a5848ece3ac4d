"""The world around a scenario's instance: virtual time, and everything that answers as the scenario says.

A world holds the instance itself and the children that run their own definitions. What is to happen at a time (an
action answers, a child reports, an event comes again) is a job; jobs and deadlines come in the order of their time.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from pathways.commands import AbandonAction, CancelChild, Command, RunAction, StartChild
from pathways.engine import Transition, advance, next_deadline
from pathways.events import Event, TimePassed
from pathways.facts import Fact
from pathways.plan import Plan
from pathways.scenarios.actions import Actions
from pathways.scenarios.case import Case, ChildMoment, Moment, Note, Ran, ScenarioStopError
from pathways.scenarios.children import Children
from pathways.scenarios.library import Library, Plans
from pathways.scenarios.messages import Messages
from pathways.scenarios.model import Stubs
from pathways.state import State
from pathways.time.calendars import Calendar

MOST_EVENTS = 20_000
"""Events that one scenario may cause; more means that it would never come to rest."""


@dataclass(order=True)
class Job:
    """Something that is to happen at a time. `slow`: it comes when it does because its answer takes its time."""

    at: datetime
    number: int
    do: Callable[[], object] = field(compare=False)
    about: tuple[str, str, int] = field(compare=False, default=("", "", 0))
    slow: bool = field(compare=False, default=False)


class World:
    """Instances in virtual time. `now` only ever moves forward."""

    def __init__(
        self, plan: Plan, state: State, zone: ZoneInfo, stubs: Stubs | None = None, library: Library | None = None
    ) -> None:
        self.zone = zone
        self.now = state.now
        self.stubs = stubs or Stubs()
        self.library: Library = library or Plans()
        self.root = Case(plan, state)
        self.cases = [self.root]
        self.moments: list[Moment] = []
        self.seen: list[tuple[State, Event, Transition]] = []
        self.ordered: list[Ran] = []
        self.attempted: list[Ran] = []
        self.events = 0
        self.actions = Actions(self)
        self.children = Children(self)
        self.messages = Messages(self)
        self._jobs: list[Job] = []
        self._count = 0

    @property
    def plan(self) -> Plan:
        """The plan of the scenario's own instance."""
        return self.root.plan

    @property
    def state(self) -> State:
        """Where the scenario's own instance stands."""
        return self.root.state

    @property
    def calendar(self) -> Calendar | None:
        """The calendar of the pathway's business durations."""
        return self.plan.default_calendar

    def running(self) -> Iterator[Case]:
        """The instances that have not ended, the scenario's own first."""
        return (one for one in self.cases if one.running)

    def note(self, text: str, case: Case | None = None) -> None:
        """Put a line into the timeline."""
        self._tell(case or self.root, Note(self.now, text))

    def _tell(self, case: Case, what: Fact | Note) -> None:
        self.moments.append(ChildMoment(case.label, what) if case.label else what)

    def apply(self, event: Event, case: Case | None = None) -> Transition:
        """Let an event happen to an instance now, and order what it asks for."""
        case = case or self.root
        self.events += 1
        if self.events > MOST_EVENTS:
            raise ScenarioStopError(f"It does not come to rest: more than {MOST_EVENTS} events.")
        before = case.state
        transition = advance(case.plan, before, event, self.now)
        case.state = transition.state
        if case is self.root:
            self.seen.append((before, event, transition))
        self.take(case, transition.facts, transition.commands)
        return transition

    def take(self, case: Case, facts: tuple[Fact, ...], commands: tuple[Command, ...]) -> None:
        """Note what has become true of an instance, and order what it asks for."""
        case.facts += facts
        for fact in facts:
            self._tell(case, fact)
        for command in commands:
            self._obey(case, command)
        self.messages.after(case, facts)
        self.children.after(case)

    def _obey(self, case: Case, command: Command) -> None:
        match command:
            case RunAction():
                self.actions.order(case, command)
            case AbandonAction():
                self.drop((case.state.instance, command.address, command.run))
            case StartChild():
                self.children.start(case, command)
            case CancelChild():
                self.children.cancel(case, command)
            case _:
                assert_never(command)

    # -- time -------------------------------------------------------------------------------------------------

    def schedule(
        self, at: datetime, do: Callable[[], object], *, about: tuple[str, str, int] = ("", "", 0), slow: bool = False
    ) -> None:
        """Have something happen at a time; what it is `about` lets it be dropped."""
        self._count += 1
        heapq.heappush(self._jobs, Job(at, self._count, do, about, slow))

    def drop(self, about: tuple[str, str, int]) -> None:
        """Let nothing more come of something."""
        self._jobs = [one for one in self._jobs if one.about != about]
        heapq.heapify(self._jobs)

    def settle(self) -> None:
        """Let happen what takes no time: actions answer at once unless their answer takes its time."""
        self.pass_until(self.now)

    def settle_retries(self) -> None:
        """Let actions that are being tried again come to their end, as long as no answer takes time of its own."""
        while self._jobs and not any(one.slow for one in self._jobs):
            self.pass_until(self._jobs[0].at)

    def pass_until(self, moment: datetime) -> None:
        """Let time pass: answers arrive and deadlines fire, each at its own time, in order."""
        while True:
            job = self._jobs[0].at if self._jobs else None
            due, case = self._next_deadline()
            at = min((one for one in (job, due) if one is not None), default=None)
            if at is None or at > moment:
                break
            self.now = max(self.now, at)
            if job is not None and job <= at:
                heapq.heappop(self._jobs).do()
            else:
                self.apply(TimePassed(), case)
        self.now = max(self.now, moment)

    def _next_deadline(self) -> tuple[datetime | None, Case]:
        found: datetime | None = None
        whose = self.root
        for case in self.cases:
            at = next_deadline(case.state) if case.running else None
            if at is not None and (found is None or at < found):
                found, whose = at, case
        return found, whose
