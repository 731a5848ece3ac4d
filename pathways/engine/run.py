"""One transition in the making: a working copy of the state, with time, expressions and data.

Only `advance` makes one; it lives for one event. How positions move on it is in `moving.py`, how they are left in
`leaving.py`, what a kind of step means in `kinds/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal, Protocol

from pathways import feel, ids
from pathways.addresses import PATHWAY, around, data_home, scope_of
from pathways.commands import Command
from pathways.datatypes import DataType, MisfitError, shown_json
from pathways.engine.outcomes import Answer
from pathways.engine.scope import Names, Scopes, bound_values, environment
from pathways.engine.transition import Refusal, Transition
from pathways.facts import AttributesChanged, DataSaved, Fact, IncidentOpened
from pathways.feel.limits import STEPS
from pathways.plan import Plan, Step
from pathways.records import dataclass
from pathways.state import (
    AddedTask,
    Armed,
    ClockState,
    Ending,
    Hold,
    Incident,
    IncidentKind,
    Json,
    Listener,
    Parent,
    Position,
    Saved,
    Source,
    State,
    Suspension,
    altered,
)
from pathways.time.zones import zone
from pathways.timing import resolve
from pathways.values import Computed, Condition, Timing

MOST_STEPS = 5 * STEPS
"""How much one event may have worked out: less than the two seconds that a workflow task has."""


class Kinds(Protocol):
    """What the kinds of step do; `moving` asks for it, and the kinds in turn move positions."""

    def enter_step(self, run: Run, step: Step, position: Position) -> Answer:
        """Do what a step of its kind does on entry."""
        ...

    def scope_ended(self, run: Run, scope: str) -> None:
        """Go on in the step that a scope stands in, when that has ended well."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """A step that is to be entered in a scope. `nominal` is the time at which that was decided."""

    path: str
    scope: str
    nominal: datetime
    bound: dict[str, Json] = field(default_factory=dict)
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """A scope whose last step was run through."""

    scope: str
    nominal: datetime


_KEPT = tuple(State.__dataclass_fields__)
"""What a state is made of: a run has the same under the same names, those below as copies of its own."""

_taken = itemgetter(*_KEPT)

_COPIED = ("positions", "data", "visits", "clocks", "listeners", "settling", "undone", "added", "completed_by")


class Run:
    """A transition in the making. `at` is when the event came; `rev` is the revision that it makes.

    `now` is the nominal time of what is happening: a deadline's own while it fires, else `at`.

    `agenda` holds what is still to be entered in this transition, the next last. `floor` is the latest nominal time
    so far: nothing happens before it. `changed` are the names saved since deadlines were last looked at anew, `saved`
    all of them; `fresh` are the addresses entered since the last save, whose times need no second look; `afresh`:
    what is derived from data is worked out anew whatever was saved.
    """

    positions: dict[str, Position]
    data: dict[str, Mapping[str, Saved]]
    visits: dict[str, int]
    clocks: dict[str, ClockState]
    listeners: dict[str, Listener]
    settling: dict[str, Position]
    undone: dict[str, int]
    added: dict[str, AddedTask]
    completed_by: dict[str, str]
    armed: tuple[Armed, ...]
    additions: int
    attributes: Mapping[str, Json]
    offers: tuple[str, ...]
    stage: str | None
    status: Literal["running", "cancelling", "ended"]
    outcome: str | None
    give: Json
    parent: Parent | None
    ending: Ending | None
    suspension: Suspension | None
    hold: Hold | None
    own_hold: Hold | None
    incidents: int

    def __init__(self, plan: Plan, state: State, at: datetime, kinds: Kinds) -> None:
        own = self.__dict__
        own.update(state.__dict__)
        for name in _COPIED:
            own[name] = dict(own[name])
        self.plan = plan
        self.kinds = kinds
        self.state = state
        self.at = self.now = at
        self.floor = state.now
        self.rev = state.rev + 1
        self.tz = zone(state.zone)
        self.facts: list[Fact] = []
        self.commands: list[Command] = []
        self.agenda: list[Target | Ended] = []
        self.moves = 0
        self.allowance = feel.Allowance(MOST_STEPS)
        self.changed: set[str] = set()
        self.saved: set[str] = set()
        self.fresh: set[str] = set()
        self.afresh = state.rev == 0
        self.scopes_ended = False
        self._scopes = Scopes(plan, state.instance, state.started_at, self.data, state.site)
        self._own_data: set[str] = set()
        self._env: feel.Environment | None = None

    # -- time and expressions ---------------------------------------------------------------------------------

    @property
    def env(self) -> feel.Environment:
        """The environment in which expressions are evaluated now."""
        if self._env is None or self._env.now is not self.now:
            self._env = environment(self.plan, self.state.zone, self.now, self.allowance)
        return self._env

    def names(self, scope: str = PATHWAY) -> Names:
        """What expressions see in a scope."""
        return self._scopes.names(scope)

    def scope(self, position: Position) -> Names:
        """What expressions see at a position."""
        names = self._scopes.names(position.scope)
        return names.binding(bound_values(self.plan, position.bound)) if position.bound else names

    def value(self, computed: Computed, names: Names) -> Any:
        """What an authored value gives. Raises `MisfitError` where a limit keeps it from being worked out.

        Null for want of time is no answer, and would not be told from one.
        """
        if computed.is_literal:
            return computed.source
        try:
            return computed.work_out(names, self.env)
        except feel.FeelLimitError as error:
            raise MisfitError(f"it can't be worked out: {error}") from None

    def undecided(self, condition: Condition, names: Names) -> tuple[str, Json]:
        """What is said of a condition that is null: in words, and as the detail of an incident."""
        message = f'The condition "{condition.source}" is neither true nor false{condition.why_null(names, self.env)}'
        return message, {"because": condition.expression.explain(names, self.env)}

    def moment(self, timing: Timing, names: Names, start: datetime, edge: Literal["start", "end"] = "end") -> datetime:
        """The moment that a time means, counted from `start`. Raises `TimingError`."""
        timing = declared_timing(timing, names)
        return resolve(timing, start, self.tz, self.plan.default_calendar, names, self.env, edge=edge)

    def holds(self, step: str) -> bool:
        """Whether a step is not entered now, for its version or for this instance."""
        if self.hold is None and self.own_hold is None:
            return False
        return any(one is not None and step in one.steps for one in (self.hold, self.own_hold))

    # -- data -------------------------------------------------------------------------------------------------

    def save(
        self,
        name: str,
        value: Json,
        address: str,
        *,
        scope: str | None = None,
        by: str | None = None,
        sources: tuple[Source, ...] = (),
        type_: DataType | None = None,
        reason: str | None = None,
    ) -> None:
        """Keep a JSON value under a name, with where it came from.

        It lives in the nearest iteration, side flow run or pathway around its address, or in `scope` where given.
        """
        home = data_home(scope_of(address)) if scope is None else scope
        if home not in self._own_data:
            self._own_data.add(home)
            self.data[home] = dict(self.data.get(home, {}))
            self._scopes.refresh()
        self.data[home][name] = Saved(value, address, self.now, by, sources, type_, self.rev)  # type: ignore[index]  # our own copy
        self.saved.add(name)
        self.changed.add(name)
        self.fresh.clear()
        self.facts.append(DataSaved(self.now, home, name, value, address, by, sources, reason))

    # -- what is to be entered --------------------------------------------------------------------------------

    def enter(self, path: str, scope: str, bound: dict[str, Json] | None = None, via: tuple[str, ...] = ()) -> None:
        """Have a step entered in a scope, before all that is still to be entered."""
        self.agenda.append(Target(path, scope, self.now, bound or {}, via))

    def end_scope(self, scope: str) -> None:
        """Have the end of a scope taken up by what it belongs to."""
        self.agenda.append(Ended(scope, self.now))

    def step_of(self, position: Position) -> Step:
        """The step of the plan at which a position stands."""
        return self.plan.step[position.step]

    def incident_id(self, incident: Incident) -> str:
        """The id of an incident of this instance."""
        return ids.incident_id(self.state.instance, incident.number, incident.opened_at)

    def open_incident(self, position: Position, kind: IncidentKind, message: str, phase: str, detail: Json) -> Position:
        """The position with its incident, which is stated. A repeated failure is the same incident."""
        before = position.incident
        if before is None:
            self.incidents += 1
            number, opened_at = self.incidents, self.now
        else:
            number, opened_at = before.number, before.opened_at
        incident = Incident(number, kind, message, phase, opened_at, detail)  # type: ignore[arg-type]  # a phase
        halted = altered(position, waits="operator", incident=incident)
        self.facts.append(incident_fact(self.state.instance, self.plan, halted, incident, self.now))
        return halted

    # -- the end of the transition ----------------------------------------------------------------------------

    def update_attributes(self) -> None:
        """State the attributes anew where data that they are worked out from changed."""
        afresh = self.afresh or (bool(self.saved) and self.plan.attributes_move)
        if not afresh and self.saved.isdisjoint(self.plan.attribute_names):
            return
        names, env, before = self.names(), self.env, self.attributes
        found = {
            one.name: shown_json(one.value.evaluate(names, env))
            if afresh or one.name not in before or not self.saved.isdisjoint(one.value.names)
            else before[one.name]
            for one in self.plan.attributes
        }
        if found != before:
            self.attributes = found
            self.facts.append(AttributesChanged(self.now, found))

    def close(self, *, refusal: Refusal | None = None, result: Json = None) -> Transition:
        """The transition as it stands; the state it came from, untouched, where nothing happened."""
        if not self.facts and not self.commands and self.positions == self.state.positions:
            return Transition(self.state, refusal=refusal, result=result)
        self.now = self.at
        if self.status != "ended":
            self.update_attributes()
        if self.scopes_ended:
            self._forget_scopes()
        own = self.__dict__
        state = object.__new__(State)
        state.__dict__ = dict(zip(_KEPT, _taken(own), strict=True))
        return Transition(state, tuple(self.commands), tuple(self.facts), refusal, result)

    def _forget_scopes(self) -> None:
        """Drop the data and counts of scopes in which nothing stands or settles any more."""
        live = {PATHWAY}
        for position in (*self.positions.values(), *self.settling.values()):
            for scope in (position.scope, *pending_scopes(position.result)):
                while scope not in live:
                    live.add(scope)
                    scope = around(scope)
        self.data = {scope: saved for scope, saved in self.data.items() if scope in live}
        self.visits = {key: count for key, count in self.visits.items() if scope_of(key) in live}
        self.completed_by = {key: by for key, by in self.completed_by.items() if scope_of(key) in live}


def pending_scopes(result: Json) -> list[str]:
    """The iterations for which a repeat stands still, whose data is kept until it goes on."""
    scopes = result.get("scopes") if isinstance(result, dict) else None
    return [str(one) for one in scopes] if isinstance(scopes, list) else []


def declared_timing(timing: Timing, names: Names) -> Timing:
    """A plain path to a value that is kept as a duration means what was declared: 7 days, not 168 hours."""
    if timing.path is None:
        return timing
    saved = names.saved(timing.path[0])
    if saved is None:
        return timing
    value = saved.value
    for name in timing.path[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str) or value[4:5] == "-":  # a date or an instant
        return timing
    declared = _timing(value)
    return declared if declared.authored is not None else timing


@lru_cache(maxsize=1024)
def _timing(text: str) -> Timing:
    return Timing(text)


def incident_fact(instance: str, plan: Plan, position: Position, incident: Incident, at: datetime) -> IncidentOpened:
    """The fact that states an open incident. Its fingerprint leaves out what differs between instances."""
    return IncidentOpened(
        at=at,
        id=ids.incident_id(instance, incident.number, incident.opened_at),
        number=incident.number,
        address=position.address,
        step=position.step,
        kind=incident.kind,
        message=incident.message,
        fingerprint=ids.fingerprint(plan.pathway, position.step, incident.kind, _shape(incident.message)),
        detail=incident.detail,
        input=position.input,
    )


def _shape(message: str) -> str:
    """A message without its numbers and identifiers, so that the same trouble looks the same."""
    return "".join("#" if letter.isdigit() else letter for letter in message)[:200]
