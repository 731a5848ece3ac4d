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

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pathways.diagnostics import Diagnostic, Severity, nearest
from pathways.feel import FeelError
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
from pathways.simulate.distributions import Distribution, seconds_of
from pathways.simulate.fitting import Check, Fitting
from pathways.simulate.samples import (
    EMPTY,
    NOTHING,
    After,
    Between,
    Expression,
    Items,
    Literally,
    Members,
    OneOf,
    Sample,
)
from pathways.source import Node, SourceError, read_source
from pathways.time.durations import Duration, DurationError, parse_duration
from pathways.values import Computed

_KEYS = (
    "language", "pathway", "version", "note", "title", "arrivals", "inputs", "actions", "tasks", "events", "children",
    "offers",
)  # fmt: skip
_BEHAVIOUR_KEYS = ("takes", "answers", "calendar", "note")
_FORMS = "Such as 3 hours, {median: 2 hours, p90: 1 day}, {between: [1 hour, 3 hours]} or {mean: 4 days}."

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})([.][0-9]{1,14})?")

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
        undos = {one.undo.action for one in plan.steps if one.undo is not None}
        actions = undos | {one.action for one in plan.steps if isinstance(one, Do)}
        children = {one.pathway for one in plan.steps if isinstance(one, Child)}
        arrivals = root.get("arrivals")
        if arrivals is not None and not reader.keys(
            arrivals, "arrivals", ("per_day", "calendar", "start", "zone", "site")
        ):
            arrivals = None
        fits.inputs(root.get("inputs"))
        task_time = TASK_TIME if plan.default_calendar else TASK_TIME_ELAPSED
        return Simulation(
            actions=self._named(
                root,
                "actions",
                actions,
                lambda name, node: self._behaviour(node, ACTION_TIME, "action", fits.action(name)),
            ),
            tasks=self._tasks(root, task_time, fits),
            children=self._named(
                root,
                "children",
                children,
                lambda name, node: self._behaviour(node, CHILD_TIME, "child", fits.child(name)),
            ),
            events=self._named(
                root, "events", set(plan.event_data), lambda name, node: self._arrivals(node, fits.event(name))
            ),
            offers=self._named(
                root, "offers", {one.id for one in plan.side_flows if one.offer}, lambda _, node: self._offer(node)
            ),
            inputs=self.sample(root.get("inputs"), NOTHING),
            start=self._start(arrivals.get("start")) if arrivals else None,
            zone=self._text(arrivals, "zone") if arrivals else None,
            site=self._text(arrivals, "site") if arrivals else None,
            per_day=self._number(arrivals.get("per_day"), "per_day") if arrivals else None,
            calendar=self._calendar(arrivals) if arrivals else None,
            source=reader.file,
        )

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

    def _tasks(self, root: Node, takes: Distribution, fits: Fitting) -> dict[str, Behaviour]:
        found: dict[str, Behaviour] = {}
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
        drawn = self.distribution(node.get("takes"))
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
        weight = self._number(node.get("weight"), "weight")
        weight = 1.0 if weight is None else weight
        takes = self.distribution(node.get("takes"))
        if what != "task" and "fail" in node.value:
            return Answer("fail", self._text(node, "fail") or "failed", EMPTY, takes, weight)
        if what == "action":
            if "problem" in node.value:
                return Answer("problem", self._text(node, "problem") or "", EMPTY, takes, weight)
            return Answer("give", "", self.sample(node.get("give"), EMPTY), takes, weight)
        value = self.sample(node.get("form" if what == "task" else "give"), EMPTY)
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
        takes = self.distribution(node.get("takes")) or EVENT_TIME
        data = self.sample(node.get("data"), EMPTY)
        return Arrival(1.0 if share is None else share, takes, data, paths[0] if paths else None, self._calendar(node))

    def _offer(self, node: Node) -> Offered | None:
        if not self.reader.keys(node, "an offer", ("share", "takes", "calendar", "note")):
            return None
        share = self.reader.share(node.get("share"), "share")
        takes = self.distribution(node.get("takes")) or TASK_TIME_ELAPSED
        return Offered(0.0 if share is None else share, takes, self._calendar(node))

    # -- durations ----------------------------------------------------------------------------------------------

    def distribution(self, node: Node | None) -> Distribution | None:
        """A distribution of durations."""
        if node is None:
            return None
        if not node.is_map:
            one = self._duration(node)
            return Distribution("fixed", (one[0],), one[1]) if one else None
        shapes = [name for name in ("median", "between", "mean", "observed") if name in node.value]
        if len(shapes) != 1 or not self.reader.keys(
            node, "a duration", ("median", "p90", "between", "mean", "observed")
        ):
            self.reader.note("shape", node.mark, "This is no distribution of durations.", _FORMS)
            return None
        nodes = self.reader.items(node.get(shapes[0]))
        if shapes[0] == "median":
            nodes += self.reader.items(node.get("p90") or node.get("median"))
        if not nodes or (shapes[0] == "between" and len(nodes) != 2):
            self.reader.note("shape", node.mark, f"{shapes[0]} has another form.", _FORMS)
            return None
        read = [self._duration(one) for one in nodes]
        known = [one for one in read if one is not None]
        if len(known) != len(read):
            return None
        if len({working for _, working in known}) > 1:
            self.reader.note("shape", node.mark, "Business time and elapsed time do not mix in one distribution.")
            return None
        seconds = tuple(one for one, _ in known)
        if shapes[0] == "median" and seconds[1] < seconds[0]:
            self.reader.note("shape", node.mark, "p90 is at least as long as the median.")
            return None
        return Distribution(shapes[0], seconds, known[0][1])  # type: ignore[arg-type]  # one of the four

    def _duration(self, node: Node) -> tuple[float, bool] | None:
        text = self.reader.text(node, "a duration")
        if text is None:
            return None
        try:
            found: Duration = parse_duration(text.value)
        except DurationError as error:
            self.reader.note("bad-duration", text.mark, error.message, error.hint)
            return None
        if found.is_negative:
            self.reader.note("bad-duration", text.mark, "A duration that is drawn is not negative.")
            return None
        if found.needs_calendar and self.plan.default_calendar is None and not self.plan.business_calendars:
            self.reader.note("bad-duration", text.mark, "Business time needs a calendar, and the pathway names none.")
            return None
        return seconds_of(found)

    # -- values -------------------------------------------------------------------------------------------------

    def sample(self, node: Node | None, default: Sample) -> Sample:
        """A value that is drawn."""
        if node is None:
            return default
        if node.is_list:
            return _folded_list(tuple(self.sample(one, NOTHING) for one in node.value))
        if not node.is_map:
            return self._scalar(node)
        if len(node.value) == 1:
            if "one_of" in node.value:
                return self._one_of(node.value["one_of"])
            if "between" in node.value:
                return self._between(node.value["between"])
            if "after" in node.value:
                drawn = self.distribution(node.get("after"))
                return After(drawn) if drawn is not None else NOTHING
        return _folded_map(tuple((name, self.sample(one, NOTHING)) for name, one in node.value.items()))

    def _scalar(self, node: Node) -> Sample:
        if not (isinstance(node.value, str) and node.value.startswith("=")):
            return Literally(node.value)
        computed = Computed(node.value)
        try:
            _ = computed.expressions
        except FeelError as error:
            self.reader.note("bad-expression", node.mark, f"This is no FEEL: {error}")
            return NOTHING
        return Expression(computed)

    def _one_of(self, node: Node) -> Sample:
        choices: list[tuple[float, Sample]] = []
        if node.is_map:
            for name, one in node.value.items():
                choices.append((self._number(one, f'The weight of "{name}"') or 0.0, Literally(_word(name))))
        for one in node.value if node.is_list else ():
            if one.is_map and "value" in one.value and set(one.value) <= {"value", "weight"}:
                weight = self._number(one.get("weight"), "weight")
                choices.append((1.0 if weight is None else weight, self.sample(one.get("value"), NOTHING)))
            else:
                self._misspelt_weight(one)
                choices.append((1.0, self.sample(one, NOTHING)))
        if sum(weight for weight, _ in choices) <= 0:
            self.reader.note("shape", node.mark, "one_of is a map of values to weights, or a list of values.")
            return NOTHING
        return OneOf(tuple(choices))

    def _misspelt_weight(self, one: Node) -> None:
        """A map with `value` and another key is a value itself, such as a quantity, unless weight was meant."""
        for key, mark in one.keys.items() if one.is_map and "value" in one.value else ():
            if hint := self.reader.nearest(key, ("weight",)):
                self.reader.note("unknown-key", mark, f'"{key}" says nothing of a choice.', hint)

    def _between(self, node: Node) -> Sample:
        items = node.value if node.is_list else []
        numbers = [one.value for one in items if isinstance(one.value, int | float) and not isinstance(one.value, bool)]
        if len(numbers) != 2 or len(items) != 2 or numbers[0] > numbers[1]:
            self.reader.note("shape", node.mark, "between is two numbers, the smaller first.")
            return NOTHING
        return Between(numbers[0], numbers[1])

    # -- small things -------------------------------------------------------------------------------------------

    def _text(self, node: Node, name: str) -> str | None:
        found = self.reader.text(node.get(name), name)
        return found.value if found else None

    def _number(self, node: Node | None, where: str) -> float | None:
        if node is None:
            return None
        given = node.value
        if isinstance(given, bool) or not isinstance(given, int | float) or given < 0 or given > 1e9:
            self.reader.note("shape", node.mark, f"{where} is a number, from 0.")
            return None
        return float(given)

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


def _word(name: str) -> object:
    """A key of `one_of` as the value that it stands for: a word, a number, or true, false and null."""
    if _NUMBER.fullmatch(name):
        return float(name) if "." in name else int(name)
    return {"true": True, "false": False, "null": None}.get(name, name)


def _folded_map(members: tuple[tuple[str, Sample], ...]) -> Sample:
    """A map whose members are all literal is one itself, so that nothing is built anew for every case."""
    literal = [(name, one) for name, one in members if isinstance(one, Literally)]
    if len(literal) == len(members):
        return Literally({name: one.value for name, one in literal})
    return Members(members)


def _folded_list(items: tuple[Sample, ...]) -> Sample:
    literal = [one for one in items if isinstance(one, Literally)]
    return Literally([one.value for one in literal]) if len(literal) == len(items) else Items(items)
