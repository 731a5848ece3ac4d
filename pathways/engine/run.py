"""One transition in the making: a working copy of the state, on which steps are entered, left and routed.

Only `advance` makes one; it lives for one event. What all kinds of step share is here, what a kind means is in
`kinds/`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from pathways import feel, ids
from pathways.commands import AbandonAction, Command
from pathways.datatypes import DataType, shown_json
from pathways.engine import scope as scopes
from pathways.engine.outcomes import Answer, Finish, Halt, Pass, Stand
from pathways.engine.scope import Names
from pathways.engine.transition import Refusal, Transition
from pathways.facts import (
    AttributesChanged,
    DataSaved,
    Fact,
    IncidentClosed,
    IncidentOpened,
    InstanceEnded,
    ListenerDisarmed,
    StageReached,
    StepEntered,
    StepLeft,
    TaskClosed,
)
from pathways.plan import Plan, Step
from pathways.state import PATHWAY, Incident, IncidentKind, Json, Position, Saved, Source, State
from pathways.timing import TimingError, resolve
from pathways.values import Timing
from pathways.zones import zone

MOST_MOVES = 1000
"""Moves that one event may cause; one more is the incident `runaway`."""

ASKING = frozenset({"do", "task", "wait-for-event"})
"""Kinds of step that ask something of the world: nobody loses time to an outage, so they begin when it is over."""


EnterStep = Callable[["Run", Step, Position], Answer]


class Run:
    """A transition in the making. `now` is the nominal time of what is happening; `at` is when the event came.

    `enter_step` does what a kind of step does on entry.
    """

    def __init__(self, plan: Plan, state: State, at: datetime, enter_step: EnterStep) -> None:
        self.plan = plan
        self.enter_step = enter_step
        self.state = state
        self.at = at
        self.zone = zone(state.zone)
        self.positions = dict(state.positions)
        self.data = dict(scopes.data_of(state))
        self.visits = dict(state.visits)
        self.attributes = state.attributes
        self.stage = state.stage
        self.status = state.status
        self.outcome = state.outcome
        self.incidents = state.incidents
        self.facts: list[Fact] = []
        self.commands: list[Command] = []
        self.moves = 0
        self._scope = scopes.names_of(plan, state.instance, state.started_at, self.data)
        self._data_changed = False
        self._now = at
        self._env: feel.Environment | None = None

    # -- time and expressions ---------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The nominal time: a deadline's own while it fires, else the event's."""
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        if moment != self._now:
            self._now = moment
            self._env = None

    @property
    def env(self) -> feel.Environment:
        """The environment in which expressions are evaluated now."""
        if self._env is None:
            self._env = scopes.environment(self.plan, self.state.zone, self._now)
        return self._env

    def scope(self, position: Position | None = None) -> Names:
        """What expressions see at a position."""
        if position is None or not position.bound:
            return self._scope
        return self._scope.binding(position.bound)

    def moment(
        self, timing: Timing, position: Position, start: datetime, edge: Literal["start", "end"] = "end"
    ) -> datetime:
        """The moment that a time means, counted from `start`. Raises `TimingError`."""
        calendar = self.plan.default_calendar
        timing = self._declared(timing)
        return resolve(timing, start, self.zone, calendar, self.scope(position), self.env, edge=edge)

    def _declared(self, timing: Timing) -> Timing:
        """A plain path to a value that is kept as a duration means what was declared: 7 days, not 168 hours."""
        if timing.path is None or timing.path[0] not in self.data:
            return timing
        value = self.data[timing.path[0]].value
        for name in timing.path[1:]:
            value = value.get(name) if isinstance(value, dict) else None
        declared = Timing(value) if isinstance(value, str) else timing
        return declared if declared.authored is not None else timing

    # -- data -------------------------------------------------------------------------------------------------

    def save(
        self,
        name: str,
        value: Json,
        address: str,
        *,
        by: str | None = None,
        sources: tuple[Source, ...] = (),
        type_: DataType | None = None,
    ) -> None:
        """Keep a JSON value under a name, with where it came from."""
        self.data[name] = Saved(value, address, self.now, by, sources, type_)
        self._scope.forget(name)
        self._data_changed = True
        self.facts.append(DataSaved(self.now, PATHWAY, name, value, address, by, sources))

    # -- moving -----------------------------------------------------------------------------------------------

    def enter(self, step_id: str, bound: dict[str, Json] | None = None) -> None:
        """Enter a step and go on from it as far as possible."""
        target: tuple[str, dict[str, Json]] | None = (step_id, bound or {})
        while target is not None:
            target = self._enter_one(*target)

    def _enter_one(self, step_id: str, bound: dict[str, Json]) -> tuple[str, dict[str, Json]] | None:
        step = self.plan.step[step_id]
        nominal = self.now
        if step.kind in ASKING:
            self.now = self.at
        position = self._arrive(step, bound)
        self.moves += 1
        if self.moves > MOST_MOVES:
            message = f"More than {MOST_MOVES} moves without waiting for anything."
            return self.settle(step, Halt(position, "runaway", message, "enter"))
        following = self.begin(step, position)
        if following is not None:
            self.now = nominal
        return following

    def _arrive(self, step: Step, bound: dict[str, Json]) -> Position:
        visit = self.visits.get(step.id, 0) + 1
        self.visits[step.id] = visit
        address = step.id if visit == 1 else f"{step.id}@{visit}"
        self.facts.append(StepEntered(self.now, address, step.id, step.kind, step.title or step.id))
        if step.stage is not None and step.stage != self.stage:
            self.stage = step.stage
            self.facts.append(StageReached(self.now, step.stage))
        return Position(address, step.id, self.now, "operator", bound=bound)

    def begin(self, step: Step, position: Position) -> tuple[str, dict[str, Json]] | None:
        """Do what a step does on entry (or when its entry is tried again); the next target, if it goes on."""
        if step.timeout is not None:
            try:
                timeout_at = self.moment(step.timeout.after, position, self.now)
            except TimingError as error:
                return self.settle(step, Halt(position, "expression", f"timeout: {error}", "enter"))
            position = replace(position, timeout_at=timeout_at)
        return self.settle(step, self.enter_step(self, step, position))

    def settle(self, step: Step, answer: Answer) -> tuple[str, dict[str, Json]] | None:
        """Do as a step answered; the next target, if the position moves on."""
        match answer:
            case Stand(position):
                self.positions[position.address] = position
                return None
            case Halt():
                self._halt(answer)
                return None
            case Finish(position, outcome):
                self._leave(position, step, "completed")
                self.finish(outcome)
                return None
            case Pass(position, result):
                return self._route(step, position, result)

    def _route(self, step: Step, position: Position, result: Json) -> tuple[str, dict[str, Json]] | None:
        scope = self.scope(position)
        for edge in step.next:
            if edge.outcome is not None and edge.outcome != result:
                continue
            if edge.when is not None:
                holds = edge.when.holds(scope, self.env)
                if holds is None:
                    reasons = edge.when.expression.explain(scope, self.env)
                    message = f'The condition "{edge.when.source}" is neither true nor false.'
                    self._stuck(position, result, "expression", message, {"because": reasons})
                    return None
                if not holds:
                    continue
            self._leave(position, step, "completed", to=edge.to)
            return edge.to, {}
        message = f'No way on from "{step.id}" applies.'
        self._stuck(position, result, "no-branch", message)
        return None

    def _stuck(self, position: Position, result: Json, kind: IncidentKind, message: str, detail: Json = None) -> None:
        """Stand still behind a step whose own work is done: only the way on is missing, so no time limit is left."""
        done = replace(position, result=result, timeout_at=None, wake_at=None, due_at=None)
        self._halt(Halt(done, kind, message, "leave", detail))

    def divert(
        self,
        position: Position,
        to: str,
        how: Literal["timeout", "problem"],
        *,
        detail: str | None = None,
        bound: dict[str, Json] | None = None,
    ) -> None:
        """Leave a step for another by its timeout or a caught problem, and go on there."""
        self._leave(position, self.plan.step[position.step], how, to=to, detail=detail)
        self.enter(to, bound)

    def go_on(self, step: Step, answer: Answer) -> None:
        """Take a step's later answer (its event came, its action ended) and go on as far as possible."""
        following = self.settle(step, answer)
        if following is not None:
            self.enter(*following)

    def _leave(
        self,
        position: Position,
        step: Step,
        how: Literal["completed", "timeout", "problem", "cancelled"],
        *,
        to: str | None = None,
        detail: str | None = None,
    ) -> None:
        self.positions.pop(position.address, None)
        if how != "completed":
            self._drop(position, how)
        if position.incident is not None:
            passed: Literal["completed", "left"] = "completed" if how == "completed" else "left"
            self.facts.append(IncidentClosed(self.now, self.incident_id(position.incident), passed))
        self.facts.append(StepLeft(self.now, position.address, step.id, how, to, detail))

    def _drop(self, position: Position, how: str) -> None:
        """End what a position waits for, when it is left before that came."""
        match position.waits:
            case "action":
                self.commands.append(AbandonAction(position.address, position.run))
            case "people":
                self.close_task(position, reason=how)
            case "event":
                self.disarm(position)
            case _:
                pass

    def finish(self, outcome: str, *, by: str | None = None, reason: str | None = None) -> None:
        """End the pathway: whatever still stands is left, then the last fact is stated."""
        for position in list(self.positions.values()):
            self._leave(position, self.plan.step[position.step], "cancelled", detail=reason)
        self.status, self.outcome = "ended", outcome
        declared = self.plan.outcome[outcome]
        self._update_attributes()
        self.facts.append(InstanceEnded(self.now, outcome, declared.title, declared.kind, by, reason))

    # -- what positions hold ----------------------------------------------------------------------------------

    def close_task(self, position: Position, *, reason: str) -> None:
        """Close the task of a position that nobody completed."""
        ident = ids.task_id(self.state.instance, position.address, position.entered_at)
        self.facts.append(TaskClosed(self.now, ident, position.address, "cancelled", reason=reason))

    def disarm(self, position: Position, *, consumed: str | None = None) -> None:
        """Stop listening at a position; `consumed` is the event that ended it."""
        if position.key is not None:
            event_type = getattr(self.plan.step[position.step], "type", "")
            self.facts.append(ListenerDisarmed(self.now, position.address, event_type, position.key, consumed))

    def incident_id(self, incident: Incident) -> str:
        """The id of an incident of this instance."""
        return ids.incident_id(self.state.instance, incident.number, incident.opened_at)

    def _halt(self, halt: Halt) -> None:
        """Let a position stand still. What it did before stays done; a repeated failure is the same incident."""
        before = halt.position.incident
        if before is None:
            self.incidents += 1
            number, opened_at = self.incidents, self.now
        else:
            number, opened_at = before.number, before.opened_at
        incident = Incident(number, halt.kind, halt.message, halt.phase, opened_at, halt.detail)
        keep_timeout = halt.position.timeout_at if halt.phase == "act" else None
        position = replace(halt.position, waits="operator", incident=incident, timeout_at=keep_timeout)
        self.positions[position.address] = position
        self.facts.append(incident_fact(self.state.instance, self.plan, position, incident, self.now))

    # -- the end of the transition ----------------------------------------------------------------------------

    def _update_attributes(self) -> None:
        if not self._data_changed or not self.plan.attributes:
            return
        self._data_changed = False
        scope, env = self.scope(), self.env
        found = {one.name: shown_json(one.value.evaluate(scope, env)) for one in self.plan.attributes}
        if found != self.attributes:
            self.attributes = found
            self.facts.append(AttributesChanged(self.now, found))

    def close(self, *, refusal: Refusal | None = None, result: Json = None) -> Transition:
        """The transition as it stands; the state it came from, untouched, where nothing happened."""
        if not self.facts and not self.commands and self.positions == self.state.positions:
            return Transition(self.state, refusal=refusal, result=result)
        self.now = self.at
        if self.status != "ended":
            self._update_attributes()
        state = replace(
            self.state,
            now=self.at,
            rev=self.state.rev + 1,
            status=self.status,
            outcome=self.outcome,
            stage=self.stage,
            positions=self.positions,
            data={**self.state.data, PATHWAY: self.data},
            attributes=self.attributes,
            visits=self.visits,
            incidents=self.incidents,
        )
        return Transition(state, tuple(self.commands), tuple(self.facts), refusal, result)


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
