"""What a scenario went through, read from what the engine did.

Facts tell which step was entered and left, and where to. Which of several ways to the same step was taken, and how
each condition before it came out, is worked out anew from the data as it was then: expressions are pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from pathways import facts
from pathways.addresses import path_of, scope_of
from pathways.coverage.items import Item, caught, condition, handled, judged, loop, offer, row, timeout, way
from pathways.engine import Transition
from pathways.engine.listening import event_json, slot_address
from pathways.engine.scope import Names, Scopes, bound_values, environment
from pathways.events import ActionProblem, Event, MessageReceived, Skipped
from pathways.feel import Environment
from pathways.matching import matching_keys
from pathways.plan import Decide, Do, Listening, Plan, Repeat, Step, Table
from pathways.state import Json, Position, Saved, State


class Trace:
    """One instance of a plan, transition by transition: what it went through, as items."""

    def __init__(self, plan: Plan, zone: str) -> None:
        self._plan = plan
        self._zone = zone
        self._data: dict[str, dict[str, Saved]] = {}
        self._results: dict[str, Json] = {}
        self._rows: dict[str, Item] = {}
        self._after: State | None = None

    def follow(self, before: State, event: Event, transition: Transition) -> Iterator[Item]:
        """What one transition went through."""
        self._data = {scope: dict(values) for scope, values in before.data.items()}
        moment = _Moment(self._plan, self._zone, before, event, self._data)
        self._after = transition.state
        if isinstance(event, MessageReceived):
            yield from _heard(self._plan, before, event, transition, moment)
        for fact in transition.facts:
            yield from self._of_fact(fact, moment)

    def _of_fact(self, fact: facts.Fact, moment: _Moment) -> Iterator[Item]:
        match fact:
            case facts.DataSaved():
                self._data.setdefault(fact.scope, {})[fact.name] = self._saved(fact)
            case facts.StepEntered() if fact.kind != "undo":
                yield Item(fact.step, "step")
                self._entered(fact, moment)
            case facts.TaskClosed(outcome=str(outcome)):
                self._results[fact.address] = outcome
            case facts.ChildReported(outcome=str(outcome)):
                self._results[fact.address] = outcome
            case facts.ListenerDisarmed(consumed=str()):
                owner, _, slot = fact.address.rpartition("^")
                self._results[owner] = slot
            case facts.ScopeEntered(kind="iteration"):
                yield from self._again(fact)
            case facts.HandlerTaken(ignored=False):
                yield from self._taken(fact)
            case facts.Operated(operation="offer"):
                yield offer(self._plan.side_flow[path_of(fact.address).removeprefix("~")])
            case facts.StepLeft() if not fact.address.endswith("/undo"):
                yield from self._left(fact, moment)
            case _:
                pass

    def _saved(self, fact: facts.DataSaved) -> Saved:
        """A value as the state keeps it, with its type; where it was saved again since, as plain JSON."""
        kept = self._after.data.get(fact.scope, {}).get(fact.name) if self._after is not None else None
        if kept is not None and kept.value == fact.value:
            return kept
        return Saved(fact.value, fact.address, fact.at)

    def _entered(self, fact: facts.StepEntered, moment: _Moment) -> None:
        """Remember the row of a table that matches on entry, before what it gives is saved."""
        step = self._plan.step[fact.step]
        if isinstance(step, Decide) and step.table is not None:
            number = _matching(step.table, moment.names(fact.address), moment.env(fact.at))
            if number is not None:
                self._rows[fact.address] = row(step.id, step.table, number)

    def _again(self, fact: facts.ScopeEntered) -> Iterator[Item]:
        """Another iteration begins: `while` held, or `until` did not."""
        step = self._plan.step[path_of(fact.scope)]
        if isinstance(step, Repeat) and step.while_ is not None:
            yield loop(step, "while", True)
        if isinstance(step, Repeat) and step.until is not None and not fact.scope.endswith("#1/"):
            yield loop(step, "until", False)

    def _taken(self, fact: facts.HandlerTaken) -> Iterator[Item]:
        owner, _, slot = fact.address.rpartition("^")
        path, number = path_of(owner), int(slot)
        handlers = self._plan.step[path].handlers if path else self._plan.handlers
        yield handled(path, number, handlers[number - 1])

    def _left(self, fact: facts.StepLeft, moment: _Moment) -> Iterator[Item]:
        step = self._plan.step[fact.step]
        match fact.how:
            case "timeout":
                yield timeout(step)
            case "problem" if isinstance(step, Do):
                numbers = [n for n, one in enumerate(step.catch) if one.problem == fact.detail]
                yield from (caught(step, number) for number in numbers)
            case "completed" | "skipped":
                yield from self._went_on(step, fact, moment)
            case _:
                pass

    def _went_on(self, step: Step, fact: facts.StepLeft, moment: _Moment) -> Iterator[Item]:
        chosen = self._rows.pop(fact.address, None)
        if chosen is not None:
            yield chosen
        if isinstance(step, Repeat):
            if step.while_ is not None:
                yield loop(step, "while", False)
            if step.until is not None and fact.how == "completed":
                yield loop(step, "until", True)
        result = self._results.pop(fact.address, None)
        result = moment.skipped(fact.address) or moment.came(fact.address) if result is None else result
        yield from _way(step, fact, result, moment)


class _Moment:
    """What expressions see during one transition."""

    def __init__(
        self, plan: Plan, zone: str, before: State, event: Event, data: Mapping[str, Mapping[str, Saved]]
    ) -> None:
        self._plan = plan
        self._zone = zone
        self._before = before
        self._event = event
        self._data = data

    def names(self, address: str) -> Names:
        """What expressions see at an address now."""
        state = self._before
        names = Scopes(self._plan, state.instance, state.started_at, self._data, state.site).names(scope_of(address))
        return names.binding(bound_values(self._plan, self._bound(address)))

    def _bound(self, address: str) -> Mapping[str, Json]:
        """The names that exist only at a position: those it had, else those that the event brings."""
        position = self._before.positions.get(address)
        if position is not None:
            return position.bound
        match self._event:
            case MessageReceived():
                return {"event": event_json(self._event)}
            case ActionProblem():
                event = self._event
                return {"problem": {"name": event.problem, "message": event.message, "detail": event.detail}}
            case _:
                return {}

    def env(self, at: datetime) -> Environment:
        """The environment of expressions at a time."""
        return environment(self._plan, self._zone, at)

    def skipped(self, address: str) -> Json:
        """The outcome that an operator gave when skipping."""
        event = self._event
        if isinstance(event, Skipped) and event.address == address and isinstance(event.output, dict):
            return event.output.get("outcome") or event.output.get("which")
        return None

    def came(self, address: str) -> Json:
        """The way of a wait of several that came by its time."""
        position = self._before.positions.get(address)
        return position.way if position is not None else None


def _matching(table: Table, names: Names, env: Environment) -> int | None:
    for number, one in enumerate(table.rows):
        values = ((cell.tests.tests, table.inputs[cell.input].evaluate(names, env)) for cell in one.cells)
        if all(tests.matches(value, names, env) is True for tests, value in values):
            return number
    return None


def _way(step: Step, fact: facts.StepLeft, result: Json, moment: _Moment) -> Iterator[Item]:
    """The way that was taken, with how the conditions up to it came out."""
    to = fact.to or ""
    candidates = [n for n, one in enumerate(step.next) if one.to == to]
    asked: list[Item] = []
    for number, edge in enumerate(step.next):
        if edge.outcome is not None and result is not None and edge.outcome != result:
            continue
        if edge.outcome is not None and edge.to != to:
            continue
        if edge.when is not None:
            holds = edge.when.holds(moment.names(fact.address), moment.env(fact.at))
            if holds is None:
                break
            asked.append(condition(step, number, holds))
            if not holds:
                continue
        if edge.to == to:
            yield way(step, number)
            yield from asked
            return
        break
    if len(candidates) == 1:
        yield way(step, candidates[0])


def _heard(
    plan: Plan, before: State, event: MessageReceived, transition: Transition, moment: _Moment
) -> Iterator[Item]:
    """How what listeners ask of an event came out: true where one took it."""
    result = transition.result
    takers = result.get("by", []) if isinstance(result, dict) else []
    for position, slot, listening in _armed(plan, before, event):
        owner = position.address if position is not None else ""
        if listening.when is None:
            continue
        path = path_of(owner)
        if slot_address(owner, slot) in takers:
            if not _stopped(transition.state, owner, slot):
                yield judged(path, slot, listening.when.source, True)
        elif _refused(listening, event, moment.names(owner), moment.env(transition.state.now)):
            yield judged(path, slot, listening.when.source, False)


def _stopped(state: State, owner: str, slot: str) -> bool:
    """Whether an event could not be judged: an incident keeps it, at the wait or beside what the handler stands on."""
    places = (state.positions.get(owner), state.positions.get(slot_address(owner, slot)))
    return any(one is not None and one.incident is not None for one in places)


def _armed(plan: Plan, state: State, event: MessageReceived) -> Iterator[tuple[Position | None, str, Listening]]:
    keys = matching_keys(event.key)
    for slot, one in state.listeners.items():
        if plan.listenings[slot].type == event.type and one.key in keys:
            yield None, slot, plan.listenings[slot]
    for position in state.positions.values():
        for slot, one in position.listeners.items():
            listening = plan.step[position.step].listenings[slot]
            if listening.type == event.type and one.key in keys and position.waits not in ("undo", "resume"):
                yield position, slot, listening


def _refused(listening: Listening, event: MessageReceived, names: Names, env: Environment) -> bool:
    """Whether a listener does not want an event."""
    if listening.when is None:
        return False
    bound = {"event": {**event_json(event), "data": listening.data.load(event.data), "time": event.time}}
    return listening.when.holds(names.binding(bound), env) is False
