"""From the text of a `simulation.yaml` to what it declares. It notes every finding and never raises.

```yaml
language: 1
pathway: referral
arrivals: {per_day: 40, calendar: us-business, start: 2026-01-05}
inputs: {order: {reference: ServiceRequest/1}}
actions:
  scheduling.book_appointment:
    takes: 3 seconds
    answers: [{weight: 97, give: {start: =input.start}}, {weight: 3, problem: already-booked}]
tasks:
  triage:
    takes: {median: 2 business hours, p90: 1 business day}
    answers: [{weight: 9, outcome: decided, form: {decision: accept}}, {weight: 1, outcome: decided, form: {decision: decline}}]
events:
  note.filed: {share: 80%, takes: {median: 4 days, p90: 12 days}, data: {note: {reference: DocumentReference/1}}}
children:
  prior-authorization: {takes: 5 days, answers: [{weight: 8, outcome: approved}, {weight: 2, outcome: denied}]}
offers: {call-patient: {share: 5%, takes: 1 business day}}
```
"""  # noqa: E501 - as authors write it

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pathways.diagnostics import Diagnostic, Severity, nearest
from pathways.plan import Child, Do, Plan, Task
from pathways.reader import Reader
from pathways.scenarios.places import steps_named
from pathways.simulate.declaration import (
    ACTION_TIME,
    CHILD_TIME,
    EVENT_TIME,
    TASK_TIME,
    TASK_TIME_ELAPSED,
    Answer,
    Arrival,
    Behaviour,
    Offered,
    Simulation,
)
from pathways.simulate.distributions import Distribution
from pathways.simulate.drawn import Drawn
from pathways.simulate.fitting import Check, Fitting
from pathways.simulate.samples import EMPTY, NOTHING
from pathways.source import Node, SourceError, read_source

_KEYS = (
    "language", "pathway", "version", "note", "title", "arrivals", "inputs", "actions", "tasks", "events", "children",
    "offers",
)  # fmt: skip
_BEHAVIOUR_KEYS = ("takes", "answers", "calendar", "note")
_ARRIVALS_KEYS = ("per_day", "calendar", "start", "zone", "site")

T = TypeVar("T")


@dataclass(frozen=True)
class ReadSimulation:
    """What a file declares, and everything found on the way."""

    simulation: Simulation
    diagnostics: tuple[Diagnostic, ...]


def read_simulation(text: str, plan: Plan, file: str = "") -> ReadSimulation:
    """Read what a simulation of a plan draws from. Names that the plan does not know are findings."""
    reader = Reader(file)
    try:
        root = read_source(text)
    except SourceError as error:
        reader.note(error.rule, error.mark, error.message, error.hint)
        return ReadSimulation(Simulation(), tuple(reader.diagnostics))
    found = _Reading(reader, plan).all(root) if reader.keys(root, "a simulation", _KEYS) else Simulation()
    return ReadSimulation(found, tuple(reader.diagnostics))


class _Reading:
    def __init__(self, reader: Reader, plan: Plan) -> None:
        self.reader = reader
        self.plan = plan
        self.drawn = Drawn(reader, business_time=bool(plan.business_calendars))
        self.strange: Severity = "error"
        """What a name is that the plan does not know: a warning in a file that was written for another version."""

    def all(self, root: Node) -> Simulation:
        plan, reader = self.plan, self.reader
        pathway = reader.text(root.get("pathway"), "pathway")
        if pathway is not None and pathway.value != plan.pathway:
            reader.note("unknown-pathway", pathway.mark, f"This is for {pathway}, not for {plan.pathway}.")
        version = reader.text(root.get("version"), "version")
        if version is not None and version.value != plan.version:
            self.strange = "warning"
        fits = Fitting(reader, plan, self.strange)
        fits.inputs(root.get("inputs"))
        arrivals = self._arrivals_of(root)
        return Simulation(
            actions=self._actions(root, fits),
            tasks=self._tasks(root, fits),
            children=self._children(root, fits),
            events=self._events(root, fits),
            offers=self._offers(root),
            inputs=self.drawn.sample(root.get("inputs"), NOTHING),
            start=self._start(arrivals.get("start")),
            zone=self._text(arrivals, "zone"),
            site=self._text(arrivals, "site"),
            per_day=self.drawn.number(arrivals.get("per_day"), "per_day"),
            calendar=self._calendar(arrivals),
            source=reader.file,
        )

    def _arrivals_of(self, root: Node) -> Node:
        """How cases come; an empty map where nothing is said."""
        arrivals = root.get("arrivals")
        known = arrivals is not None and self.reader.keys(arrivals, "arrivals", _ARRIVALS_KEYS)
        return arrivals if arrivals is not None and known else Node({}, root.mark, {})

    def _actions(self, root: Node, fits: Fitting) -> dict[str, Behaviour]:
        steps = self.plan.steps
        known = {one.undo.action for one in steps if one.undo is not None}
        known |= {one.action for one in steps if isinstance(one, Do)}
        return self._named(root, "actions", known, lambda name, node: self._action(node, fits.action(name)))

    def _action(self, node: Node, check: Check) -> Behaviour | None:
        return self._behaviour(node, ACTION_TIME, "action", check)

    def _children(self, root: Node, fits: Fitting) -> dict[str, Behaviour]:
        known = {one.pathway for one in self.plan.steps if isinstance(one, Child)}
        return self._named(root, "children", known, lambda name, node: self._child(node, fits.child(name)))

    def _child(self, node: Node, check: Check) -> Behaviour | None:
        return self._behaviour(node, CHILD_TIME, "child", check)

    def _events(self, root: Node, fits: Fitting) -> dict[str, tuple[Arrival, ...]]:
        known = set(self.plan.event_data)
        return self._named(root, "events", known, lambda name, node: self._arrivals(node, fits.event(name)))

    def _offers(self, root: Node) -> dict[str, Offered]:
        known = {one.id for one in self.plan.side_flows if one.offer}
        return self._named(root, "offers", known, lambda _, node: self._offer(node))

    def _named(self, root: Node, key: str, known: set[str], read: Callable[[str, Node], T | None]) -> dict[str, T]:
        found: dict[str, T] = {}
        for name, node in self.reader.entries(root.get(key), key):
            if name.value not in known:
                hint = nearest(name.value, known, plural=key.capitalize())
                message = f'The pathway has no "{name}" among its {key}.'
                self.reader.note("unknown-name", name.mark, message, hint, self.strange)
            elif (one := read(name.value, node)) is not None:
                found[name.value] = one
        return found

    def _tasks(self, root: Node, fits: Fitting) -> dict[str, Behaviour]:
        found: dict[str, Behaviour] = {}
        takes = TASK_TIME if self.plan.default_calendar else TASK_TIME_ELAPSED
        tasks = {one.id: one for one in self.plan.steps if isinstance(one, Task)}
        for name, node in self.reader.entries(root.get("tasks"), "tasks"):
            paths = [path for path in steps_named(self.plan, name.value) if path in tasks]
            if len(paths) != 1:
                hint = f"It may be {' or '.join(paths)}." if paths else nearest(name.value, tasks, plural="Tasks")
                self.reader.note("unknown-step", name.mark, f'There is no one task "{name}".', hint, self.strange)
                continue
            behaviour = self._behaviour(node, takes, "task", fits.task(tasks[paths[0]]))
            if behaviour is not None:
                found[paths[0]] = behaviour
        return found

    # -- behaviours ---------------------------------------------------------------------------------------------

    def _behaviour(self, node: Node, takes: Distribution, what: str, check: Check) -> Behaviour | None:
        if not node.is_map:
            node = Node({"answers": node}, node.mark, {"answers": node.mark})
        elif node.keys.keys().isdisjoint(_BEHAVIOUR_KEYS) or ("takes" in node.keys and "answers" not in node.keys):
            own = {name: one for name, one in node.value.items() if name not in _BEHAVIOUR_KEYS}
            if own:
                only = Node(own, node.mark, {name: node.keys[name] for name in own})
                rest = {name: one for name, one in node.value.items() if name in _BEHAVIOUR_KEYS}
                node = Node({**rest, "answers": only}, node.mark, {**node.keys, "answers": node.mark})
                node = Node(node.value, node.mark, {name: node.keys[name] for name in node.value})
        if not self.reader.keys(node, f"how a {what} goes", _BEHAVIOUR_KEYS):
            return None
        drawn = self.drawn.distribution(node.get("takes"))
        answers = [self._answer(one, what, check) for one in self.reader.items(node.get("answers"))]
        good = tuple(one for one in answers if one is not None)
        if not good:
            good = (Answer("outcome" if what != "action" else "give"),) if node.get("answers") is None else ()
        if not good or sum(one.weight for one in good) <= 0:
            self.reader.note("shape", node.mark, f"A {what} has answers, of which one at least has a weight.")
            return None
        return Behaviour(good, drawn or takes, self._calendar(node))

    def _answer(self, node: Node, what: str, check: Check) -> Answer | None:
        keys = {
            "action": ("give", "problem", "fail", "weight", "takes"),
            "task": ("outcome", "form", "weight", "takes"),
            "child": ("outcome", "give", "fail", "weight", "takes"),
        }[what]
        if not self.reader.keys(node, f"an answer of a {what}", keys):
            return None
        check(node)
        weight = self.drawn.number(node.get("weight"), "weight")
        weight = 1.0 if weight is None else weight
        takes = self.drawn.distribution(node.get("takes"))
        if what != "task" and "fail" in node.value:
            return Answer("fail", self._text(node, "fail") or "failed", EMPTY, takes, weight)
        if what == "action":
            if "problem" in node.value:
                return Answer("problem", self._text(node, "problem") or "", EMPTY, takes, weight)
            return Answer("give", "", self.drawn.sample(node.get("give"), EMPTY), takes, weight)
        value = self.drawn.sample(node.get("form" if what == "task" else "give"), EMPTY)
        return Answer("outcome", self._text(node, "outcome") or "", value, takes, weight)

    def _arrivals(self, node: Node, check: Check) -> tuple[Arrival, ...]:
        found = (self._arrival(one, check) for one in self.reader.items(node))
        return tuple(one for one in found if one is not None)

    def _arrival(self, node: Node, check: Check) -> Arrival | None:
        if not self.reader.keys(node, "an event's arrival", ("share", "takes", "data", "at", "calendar", "note")):
            return None
        check(node)
        at = self._text(node, "at")
        paths = steps_named(self.plan, at) if at is not None else []
        if at is not None and len(paths) != 1:
            hint = f"It may be {' or '.join(paths)}." if paths else nearest(at, self.plan.step)
            self.reader.note("unknown-step", node.mark, f'There is no one step "{at}".', hint, self.strange)
            return None
        share = self.reader.share(node.get("share"), "share")
        takes = self.drawn.distribution(node.get("takes")) or EVENT_TIME
        data = self.drawn.sample(node.get("data"), EMPTY)
        return Arrival(1.0 if share is None else share, takes, data, paths[0] if paths else None, self._calendar(node))

    def _offer(self, node: Node) -> Offered | None:
        if not self.reader.keys(node, "an offer", ("share", "takes", "calendar", "note")):
            return None
        share = self.reader.share(node.get("share"), "share")
        takes = self.drawn.distribution(node.get("takes")) or TASK_TIME_ELAPSED
        return Offered(0.0 if share is None else share, takes, self._calendar(node))

    # -- small things -------------------------------------------------------------------------------------------

    def _text(self, node: Node, name: str) -> str | None:
        found = self.reader.text(node.get(name), name)
        return found.value if found else None

    def _calendar(self, node: Node) -> str | None:
        name = self.reader.text(node.get("calendar"), "calendar")
        known = self.plan.business_calendars
        if name is not None and name.value not in known:
            hint = nearest(name.value, known, plural="The pathway's calendars")
            self.reader.note("unknown-calendar", name.mark, f'The pathway uses no calendar "{name}".', hint)
            return None
        return name.value if name else None

    def _start(self, node: Node | None) -> datetime | None:
        text = self.reader.text(node, "start")
        if text is None:
            return None
        try:
            return datetime.fromisoformat(text.value)
        except ValueError:
            self.reader.note("bad-date", text.mark, f'"{text}" is no date.', "Such as 2026-01-05.")
            return None
