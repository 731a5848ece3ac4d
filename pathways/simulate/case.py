"""One simulated case: the engine in virtual time, and a world that answers as it is drawn."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from pathways import facts
from pathways.addresses import PATHWAY, path_of, scope_of
from pathways.commands import AbandonAction, CancelChild, Command, RunAction, StartChild
from pathways.engine import advance, next_deadline, start_state
from pathways.engine.scope import environment, names_of
from pathways.events import (
    ActionCompleted,
    ActionFailed,
    ActionProblem,
    ChildEnded,
    ChildFailed,
    ChildStarted,
    Event,
    MessageReceived,
    OfferTaken,
    Started,
    TaskCompleted,
    TimePassed,
)
from pathways.plan import Do, Plan, Task
from pathways.scenarios.actions import pause_after
from pathways.simulate.declaration import Answer
from pathways.simulate.known import Behaviours
from pathways.simulate.samples import Around, Literally, Sample
from pathways.time.calendars import Calendar
from pathways.values import Computed

Json = Any

MOST_EVENTS = 5_000
"""Events that one case may take; more means that it would never end."""

MOST_ARRIVALS = 5
"""How often an event that nobody wants (its data does not fit) comes again."""

_WHOSE = "01SIMULATION"


@dataclass
class Work:
    """A task as it was: which queue it stood in from when to when, and when it was due."""

    queue: str
    opened: datetime
    due: datetime | None
    closed: datetime | None = None


@dataclass
class Outcome:
    """How one case went.

    `stuck` says why it did not end: an incident, nothing to wait for, or its time is over. `stays` are the seconds
    spent at each step, by its path; `clocks` where each run of each clock stood at last.
    """

    started: datetime
    ended: datetime
    outcome: str | None = None
    stuck: str | None = None
    work: list[Work] = field(default_factory=list)
    clocks: list[tuple[str, str]] = field(default_factory=list)
    stays: list[tuple[str, float]] = field(default_factory=list)
    events: int = 0


class Case:
    """A case from its start to its end."""

    def __init__(
        self,
        plan: Plan,
        behaviours: Behaviours,
        number: int,
        seed: str,
        zone: str,
        start: datetime,
        site: str | None = None,
    ) -> None:
        self.plan = plan
        self.behaviours = behaviours
        self.random = Random(f"{seed}/{number}")  # noqa: S311 - chance, not secrets
        self.now = start
        self.zone = zone
        self.state = start_state(plan, f"{_WHOSE}{number:014d}", zone, start, site=site)
        self.result = Outcome(start, start)
        self._jobs: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0
        self._tasks: dict[str, Work] = {}
        self._entered: dict[str, datetime] = {}
        self._listeners: dict[str, tuple[str, int]] = {}
        self._orders: dict[str, int] = {}
        self._offered: set[str] = set()
        self._clocks: dict[tuple[str, int], str] = {}

    def play(self, until: timedelta) -> Outcome:
        """Let the case go from its start to its end, or to where nothing more comes."""
        result, horizon = self.result, self.now + until
        self._apply(Started(self._drawn(self.behaviours.inputs, PATHWAY)))
        while self.state.status != "ended" and result.stuck is None:
            deadline = next_deadline(self.state)
            if self._jobs and (deadline is None or self._jobs[0][0] <= deadline):
                self.now = max(self.now, self._jobs[0][0])
                if self.now <= horizon:
                    heapq.heappop(self._jobs)[2]()
            elif deadline is not None:
                self.now = max(self.now, deadline)
                if self.now <= horizon:
                    self._apply(TimePassed())
            else:
                result.stuck = self._why_stuck()
            if self.now > horizon:
                self.now, result.stuck = horizon, "It did not end within the time that is simulated."
        result.ended, result.outcome = self.now, self.state.outcome
        result.clocks = [(name, status) for (name, _), status in sorted(self._clocks.items())]
        return result

    def _why_stuck(self) -> str:
        for one in (*self.state.positions.values(), *self.state.settling.values()):
            if one.incident is not None:
                return f"{path_of(one.address)}: {one.incident.kind}: {one.incident.message}"[:160]
        standing = ", ".join(sorted({path_of(one) for one in self.state.positions}))
        return f"Nothing comes any more at {standing}."

    def _apply(self, event: Event) -> Json:
        self.result.events += 1
        if self.result.events > MOST_EVENTS:
            self.result.stuck = f"More than {MOST_EVENTS} events."
            return None
        transition = advance(self.plan, self.state, event, self.now)
        self.state = transition.state
        for fact in transition.facts:
            note = _NOTES.get(type(fact))
            if note is not None:
                note(self, fact)
        for command in transition.commands:
            self._obey(command)
        refusal = transition.refusal
        if refusal is not None and isinstance(event, Started | TaskCompleted):
            detail = refusal.detail if isinstance(refusal.detail, Mapping) else {}
            why = f" ({'; '.join(f'{name} {what}' for name, what in detail.items())})" if detail else ""
            where = path_of(event.address) if isinstance(event, TaskCompleted) else "start"
            self.result.stuck = f"{where}: {refusal.message}{why}"[:200]
        return transition.result

    def _later(self, at: datetime, do: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._jobs, (at, self._count, do))

    # -- what is drawn from -----------------------------------------------------------------------------------

    def _calendar(self, name: str | None) -> Calendar | None:
        return self.plan.business_calendars[name] if name else self.plan.default_calendar

    def _around(self, scope: str, given: Json = None) -> Around:
        def evaluate(computed: Computed) -> Any:
            state = self.state
            names = names_of(self.plan, state.instance, state.started_at, state.data, scope, site=state.site)
            return computed.evaluate(names.binding({"input": given}), environment(self.plan, self.zone, self.now))

        return Around(self.random, self.now, self.plan.default_calendar, evaluate)

    def _drawn(self, sample: Sample, address: str, given: Json = None) -> Json:
        if isinstance(sample, Literally):
            return sample.value
        return sample.draw(self._around(scope_of(address), given))

    # -- actions and children ---------------------------------------------------------------------------------

    def _obey(self, command: Command) -> None:
        match command:
            case RunAction():
                self._orders[command.address] = command.run
                self._run(command, 1)
            case AbandonAction():
                self._orders.pop(command.address, None)
            case StartChild():
                self._start(command)
            case CancelChild():
                report = ChildEnded(command.address, command.instance, "cancelled")
                self._later(self.now, lambda: self._apply(report))

    def _run(self, command: RunAction, tried: int) -> None:
        behaviour = self.behaviours.action(command.action)
        answer = behaviour.draw(self.random)
        takes = answer.takes or behaviour.takes
        at = takes.after(self.now, self.random, self._calendar(behaviour.calendar))
        self._later(at, lambda: self._answer(command, answer, tried))

    def _answer(self, command: RunAction, answer: Answer, tried: int) -> None:
        address, run = command.address, command.run
        if self._orders.get(address) != run:
            return
        match answer.kind:
            case "problem":
                self._apply(ActionProblem(address, run, answer.name))
            case "fail" if tried < command.retry.attempts:
                self._later(self.now + pause_after(command.retry, tried), lambda: self._run(command, tried + 1))
            case "fail":
                self._apply(ActionFailed(address, run, answer.name, attempts=tried))
            case _:
                given = None if isinstance(answer.value, Literally) else self._given(command)
                self._apply(ActionCompleted(address, run, self._drawn(answer.value, address, given)))

    def _given(self, command: RunAction) -> Json:
        """What an action was given, as expressions see it: an instant is one, not its text."""
        step = self.plan.step[path_of(command.address.removesuffix("/undo"))]
        if command.address.endswith("/undo"):
            return step.undo.takes.load(command.input) if step.undo is not None else command.input
        return step.takes.load(command.input) if isinstance(step, Do) else command.input

    def _start(self, command: StartChild) -> None:
        behaviour = self.behaviours.child(command.pathway, path_of(command.address))
        answer = behaviour.draw(self.random)
        takes = answer.takes or behaviour.takes
        at = takes.after(self.now, self.random, self._calendar(behaviour.calendar))
        if command.detached and answer.kind == "fail":
            at = self.now
        else:
            self._later(self.now, lambda: self._apply(ChildStarted(command.address, command.run, command.range, "")))
            if command.detached:
                return
        self._later(at, lambda: self._report(command, answer))

    def _report(self, command: StartChild, answer: Answer) -> None:
        if answer.kind == "fail":
            self._apply(ChildFailed(command.address, command.instance, answer.name))
        else:
            give = self._drawn(answer.value, command.address, command.inputs)
            self._apply(ChildEnded(command.address, command.instance, answer.name, give))

    # -- people -----------------------------------------------------------------------------------------------

    def _opened(self, fact: facts.TaskOpened) -> None:
        work = Work(fact.queue, fact.at, fact.due_at)
        self._tasks[fact.address] = work
        self.result.work.append(work)
        step = self.plan.step.get(fact.step)
        behaviour = self.behaviours.task(step if isinstance(step, Task) else None)
        answer = behaviour.draw(self.random)
        takes = answer.takes or behaviour.takes
        at = takes.after(self.now, self.random, self._calendar(behaviour.calendar))
        self._later(at, lambda: self._complete(fact.address, work, answer))

    def _complete(self, address: str, work: Work, answer: Answer) -> None:
        if self._tasks.get(address) is not work:
            return
        form = self._drawn(answer.value, address)
        self._apply(TaskCompleted(address, answer.name, form or {}, f"person/{address}"))

    def _closed(self, fact: facts.TaskClosed) -> None:
        work = self._tasks.pop(fact.address, None)
        if work is not None:
            work.closed = fact.at

    def _escalated(self, fact: facts.TaskEscalated) -> None:
        work = self._tasks.get(fact.address)
        if work is not None:
            work.closed = fact.at
            moved = self._tasks[fact.address] = Work(fact.queue, fact.at, work.due)
            self.result.work.append(moved)
            step = self.plan.step.get(path_of(fact.address))
            behaviour = self.behaviours.task(step if isinstance(step, Task) else None)
            answer = behaviour.draw(self.random)
            at = (answer.takes or behaviour.takes).after(self.now, self.random, self._calendar(behaviour.calendar))
            self._later(at, lambda: self._complete(fact.address, moved, answer))

    def _offers(self, fact: facts.OffersChanged) -> None:
        for one in fact.offers:
            side, offered = one["side"], self.behaviours.offer(one["side"])
            if offered is None or side in self._offered:
                continue
            self._offered.add(side)
            if self.random.random() < offered.share:
                at = offered.takes.after(self.now, self.random, self._calendar(offered.calendar))
                self._later(at, lambda name=side: self._apply(OfferTaken(name, "person/offer")))  # type: ignore[misc]

    # -- events -----------------------------------------------------------------------------------------------

    def _armed(self, fact: facts.ListenerArmed) -> None:
        self._listeners[fact.address] = fact.key, fact.rev
        self._expect(fact, 1)

    def _expect(self, fact: facts.ListenerArmed, tried: int) -> None:
        handler = "^" in fact.address and fact.address.rpartition("^")[2].isdigit()
        path = path_of(fact.position)
        arrival = self.behaviours.arrival(fact.type, path, handler=handler)
        if arrival is None or (tried == 1 and arrival.share < 1 and self.random.random() >= arrival.share):
            return
        at = arrival.takes.after(self.now, self.random, self._calendar(arrival.calendar))
        self._later(at, lambda: self._arrive(fact, tried))

    def _arrive(self, fact: facts.ListenerArmed, tried: int) -> None:
        if self._listeners.get(fact.address) != (fact.key, fact.rev):
            return
        arrival = self.behaviours.arrival(fact.type, path_of(fact.position), handler=True)
        if arrival is None:
            arrival = self.behaviours.arrival(fact.type, path_of(fact.position), handler=False)
        data = self._drawn(arrival.data, fact.position) if arrival is not None else {}
        self._count += 1
        event = MessageReceived(f"event-{self._count}", fact.type, fact.key or None, data, self.now)
        result = self._apply(event)
        if isinstance(result, dict) and result.get("verdict") == "ignored" and tried < MOST_ARRIVALS:
            self._expect(fact, tried + 1)

    def _disarmed(self, fact: facts.ListenerDisarmed) -> None:
        self._listeners.pop(fact.address, None)

    # -- clocks -----------------------------------------------------------------------------------------------

    def _moved(self, fact: facts.ClockMoved) -> None:
        """Where this run of the clock stands; one that is started over before it came to its end does not count."""
        if fact.ignored or fact.status is None:
            return
        before = fact.clock, fact.number - 1
        if fact.verb in ("start", "restart") and self._clocks.get(before) in ("running", "paused"):
            del self._clocks[before]
        self._clocks[fact.clock, fact.number] = fact.status

    # -- time at steps ----------------------------------------------------------------------------------------

    def _reached(self, fact: facts.StepEntered) -> None:
        self._entered[fact.address] = fact.at

    def _went(self, fact: facts.StepLeft) -> None:
        entered = self._entered.pop(fact.address, None)
        if entered is not None and fact.at > entered:
            self.result.stays.append((fact.step, (fact.at - entered).total_seconds()))


_NOTES: Mapping[type, Callable[[Case, Any], None]] = {
    facts.TaskOpened: Case._opened,
    facts.TaskClosed: Case._closed,
    facts.TaskEscalated: Case._escalated,
    facts.OffersChanged: Case._offers,
    facts.ListenerArmed: Case._armed,
    facts.ListenerDisarmed: Case._disarmed,
    facts.ClockMoved: Case._moved,
    facts.StepEntered: Case._reached,
    facts.StepLeft: Case._went,
}
"""What a case does about a fact that the engine states."""
