"""Migration: the state of an instance of one version, as the state of an instance of another. Pure, like `advance`.

A position goes on standing where its step has the same path in the new version, or where the map says another: what it
waits for stays (the task with its person and what was typed, the action in flight, what is left of a deadline). With
`enter` it is left, and another step entered. What can't be kept is never dropped: the migration is then blocked, and
says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pathways.addresses import (
    PATHWAY,
    block_of,
    local_of,
    path_of,
    step_address,
    visit_of,
)
from pathways.commands import Command
from pathways.datatypes import MisfitError, check_size, plain_json
from pathways.engine import holding, kinds, leaving, moving, next_deadline, offers
from pathways.engine.clocks import clock_fact
from pathways.engine.run import Run
from pathways.facts import (
    Fact,
    InstanceHeld,
    InstanceMigrated,
    PositionRenamed,
)
from pathways.migration.keeping import is_other, keeps, why_not
from pathways.migration.landing import Landing
from pathways.migration.map import MigrationMap
from pathways.migration.naming import Naming
from pathways.plan import Plan, Repeat, Step
from pathways.state import Hold, Position, Saved, State, altered
from pathways.values import Computed

Json = Any


@dataclass(frozen=True, slots=True)
class Move:
    """What a migration does with one position: it stays, is renamed, or is left and another step entered."""

    address: str
    step: str
    to: str
    what: str


@dataclass(frozen=True, slots=True)
class Migration:
    """What became of an instance: its new state with facts and commands, or why it can't be migrated.

    With something in `blocked` the state is the one before, and there are no facts.
    """

    state: State
    facts: tuple[Fact, ...] = ()
    commands: tuple[Command, ...] = ()
    moves: tuple[Move, ...] = ()
    blocked: tuple[str, ...] = ()


def migrate(
    old: Plan,
    new: Plan,
    state: State,
    mapping: MigrationMap,
    at: datetime,
    by: str,
    reason: str,
    *,
    hold: Hold | None = None,
) -> Migration:
    """Take an instance from one version of its pathway to another.

    Deadlines that are due must have fired before. Nothing is changed where something would be lost. `hold` is what the
    new version holds, where it is paused; what the old one held is released.
    """
    refused = _refused(old, new, state, at)
    if refused:
        return Migration(state, blocked=(refused,))
    return _Migrating(old, new, state, mapping, at).run(by, reason, hold)


def _refused(old: Plan, new: Plan, state: State, at: datetime) -> str:
    if old.pathway != new.pathway:
        return f"{new.pathway} is another pathway than {old.pathway}."
    if state.digest != old.digest:
        return "The instance does not run the version that is to be left."
    if state.digest == new.digest:
        return "The instance runs this version already."
    if state.status != "running":
        return "The instance is ending or has ended."
    due = next_deadline(state)
    if due is not None and due <= at:
        return "A deadline is due: let time pass first."
    return ""


class _Migrating:
    """One migration in the making: first on the old plan (what is left), then on the new."""

    def __init__(self, old: Plan, new: Plan, state: State, mapping: MigrationMap, at: datetime) -> None:
        self.old, self.new, self.mapping = old, new, mapping
        self.state = state
        self.at = max(at, state.now)
        self.blocked: list[str] = []
        self.moves: list[Move] = []
        self.facts: list[Fact] = []
        self.naming = Naming(old, mapping)
        self.entering: list[tuple[str, str]] = []

    def run(self, by: str, reason: str, hold: Hold | None) -> Migration:
        before = Run(self.old, self.state, self.at, kinds)
        values = self._values(before)
        self._leave_what_enters(before, by, reason)
        kept = self._carried(before)
        run = Run(self.new, kept, self.at, kinds)
        if hold is not None:
            holding.place_hold(run, replace(hold, at=run.now))
        elif run.hold is not None:
            holding.lift_hold(run, by, reason)
        held = tuple(run.facts)
        run.facts.clear()
        landing = Landing(self.old, self.new, self.state, self.naming)
        landing.settle_in(run, before)
        self.blocked += landing.blocked
        if self.blocked:
            return Migration(self.state, moves=tuple(self.moves), blocked=tuple(self.blocked))
        run.facts[:0] = [*before.facts, self._stated(by, reason), *held, *self.facts]
        run.commands[:0] = before.commands
        for name, value in values.items():
            run.save(name, value, "", scope=PATHWAY, by=by, reason=reason)
        for path, scope in (*landing.entering, *self.entering):
            run.enter(path, scope)
            moving.drive(run)
        if self.state.hold is not None or hold is not None:
            holding.go_on(run)
        run.now = run.at
        run.afresh = True  # by the rules of the new version
        offers.update(run, before=offers.shown(self.old, self.state))
        transition = run.close()
        return Migration(transition.state, transition.facts, transition.commands, tuple(self.moves))

    def _stated(self, by: str, reason: str) -> InstanceMigrated:
        new, old = self.new, self.old
        return InstanceMigrated(
            self.at, new.pathway, new.version, new.digest, new.title, old.version, old.digest, by, reason
        )

    def block(self, address: str, why: str) -> None:
        """Note what keeps the instance from being migrated."""
        self.blocked.append(f"{address}: {why}" if address else why)

    # -- what is left -----------------------------------------------------------------------------------------

    def _values(self, before: Run) -> dict[str, Json]:
        found: dict[str, Json] = {}
        required = {one.name for one in self.new.inputs if one.required}
        for name, source in self.mapping.values.items():
            declared = self.new.types.get(name)
            try:
                value = plain_json(before.value(Computed(source), before.names()))
                check_size(value)
                found[name] = declared.conform(value) if declared is not None else value
                if value is None and name in required:
                    self.block("", f"the map gives nothing for the input {name}, which is required.")
            except MisfitError as error:
                self.block("", f"the value {name} does not fit: {error.misfit}.")
        return found

    def _leave_what_enters(self, before: Run, by: str, reason: str) -> None:
        """Leave the positions that are to enter another step, with what lies inside them."""
        for position in sorted(before.positions.values(), key=lambda one: len(one.scope)):
            way = self.mapping.steps.get(position.step)
            if position.role != "step" or way is None or not way.enter or position.address not in before.positions:
                continue
            scope = self.naming.scope(position.scope)
            if block_of(way.to) != path_of(scope):
                self.block(position.address, f'"{way.to}" stands in another scope than "{position.step}".')
                continue
            self._keep_gates(position, way.to)
            leaving.leave_inside(before, position, reason)
            leaving.leave(before, position, "moved", to=way.to, detail=reason, by=by)
            self.entering.append((way.to, scope))
            self.moves.append(Move(position.address, position.step, way.to, "left; the other step is entered"))

    def _keep_gates(self, position: Position, to: str) -> None:
        """A map moves many at once, and a gate is never passed in bulk: what both versions have stays before them."""
        here, there = self.old.order[position.step], self.new.order.get(to, 0)
        for gate in self.old.steps:
            kept = self.new.step.get(gate.id) or self.new.step.get(self.naming.path(gate.id))
            if gate.gate is None or kept is None or kept.gate is None:
                continue
            if self.old.order[gate.id] >= here and self.new.order[kept.id] < there:
                self.block(
                    position.address, f'"{gate.shown}" would be passed: a gate is passed one by one, by its role.'
                )

    # -- what is carried over ---------------------------------------------------------------------------------

    def _carried(self, before: Run) -> State:
        """The state under the new plan's names; what its positions wait for is looked at afterwards."""
        visits = dict(before.visits)
        positions: dict[str, Position] = {}
        for position in sorted(before.positions.values(), key=lambda one: one.scope.count("/")):
            kept = self._kept(position, visits)
            if kept is not None:
                positions[kept.address] = kept
        path = self.naming.path
        settling = {address: one for address, one in before.settling.items() if self._settles(one)}
        return altered(
            self.state,
            digest=self.new.digest,
            now=self.at,
            positions=positions,
            settling={address: altered(one, step=path(one.step)) for address, one in settling.items()},
            data={self.naming.scope(scope): self._named(scope, values) for scope, values in before.data.items()},
            visits=self._visits(visits),
            completed_by={self.naming.visit_key(key): person for key, person in before.completed_by.items()},
            armed=tuple(
                replace(one, address=self.naming.address(one.address), step=path(one.step))
                for one in before.armed
                if self._undoes(one.step)
            ),
            clocks=self._clocks(before),
            listeners=before.listeners,
            offers=before.offers,
            incidents=before.incidents,
            own_hold=self._own_hold(),
        )

    def _visits(self, counts: Mapping[str, int]) -> dict[str, int]:
        """How often each step was visited, under its old name and its new one: no address is used a second time."""
        found = dict(counts)
        for key, count in counts.items():
            renamed = self.naming.visit_key(key)
            found[renamed] = max(count, found.get(renamed, 0))
        return found

    def _own_hold(self) -> Hold | None:
        """What is held of this instance alone stays held: steps that the new version lacks keep it from migrating."""
        held = self.state.own_hold
        if held is None:
            return None
        steps = tuple(sorted(self.naming.path(one) for one in held.steps))
        for one in (one for one in steps if one not in self.new.step):
            self.block("", f'"{one}" is held, and version {self.new.version} has no such step: release it first.')
        if steps == held.steps:
            return held
        self.facts.append(InstanceHeld(self.at, steps, held.by, held.reason, own=True))
        return replace(held, steps=steps, at=self.at)

    def _around(self, old: str, new: str) -> str:
        """What the map can say of the scope around a step that is led to another one."""
        here, there = block_of(old), block_of(new)
        if here not in self.new.blocks and there in self.new.blocks:
            return f'the map has to lead "{here}" to "{there}" as well.'
        return "the map may say enter for what is around it."

    def _kept(self, position: Position, visits: dict[str, int]) -> Position | None:
        old_step, path = self.old.step[position.step], self.naming.path(position.step)
        new_step, scope = self.new.step.get(path), self.naming.scope(position.scope)
        if new_step is None:
            self.block(
                position.address, f'version {self.new.version} has no step "{path}": the map has to say where to.'
            )
            return None
        if block_of(path) != path_of(scope):
            self.block(position.address, f'"{path}" stands in another scope; {self._around(position.step, path)}')
            return None
        why = why_not(old_step, new_step, position)
        if why:
            self.block(position.address, why)
            return None
        address = self._address(position, new_step, scope, visits)
        if address == position.address and path == position.step:
            self.moves.append(Move(position.address, position.step, path, keeps(position)))
            return position
        if path != position.step:
            self._keep_gates(position, path)
        self.naming.renamed[position.address] = address
        self.moves.append(Move(position.address, position.step, path, f"renamed; {keeps(position)}"))
        self.facts.append(PositionRenamed(self.at, position.address, address, path, new_step.shown))
        return altered(position, address=address, step=path, scope=scope, origin=position.ordered_from)

    def _address(self, position: Position, step: Step, scope: str, visits: dict[str, int]) -> str:
        if step.local == local_of(position.step):
            return step_address(scope, step.local, visit_of(position.address))
        key = f"{scope}{step.local}"
        visits[key] = visits.get(key, 0) + 1
        return step_address(scope, step.local, visits[key])

    def _named(self, scope: str, values: Mapping[str, Saved]) -> dict[str, Saved]:
        """What a scope holds; an iteration's item under the name that the new version gives it."""
        owner = path_of(self.old.container_of(scope)) if scope else ""
        before, after = self.old.step.get(owner), self.new.step.get(self.naming.path(owner))
        if not isinstance(before, Repeat) or not isinstance(after, Repeat) or after.name is None:
            return dict(values)
        return {after.name if name == before.name else name: one for name, one in values.items()}

    def _settles(self, position: Position) -> bool:
        old_step, new_step = self.old.step[position.step], self.new.step.get(self.naming.path(position.step))
        if new_step is None:
            self.block(position.address, "it still settles, and its step is gone: wait until it has answered.")
            return False
        if type(new_step) is not type(old_step) or is_other(old_step, new_step):
            self.block(position.address, "it still settles, and its step is another now: wait until it has answered.")
            return False
        if old_step.undo is not None and new_step.undo is None:
            self.block(position.address, f"it still settles, and version {self.new.version} has no undo for it.")
            return False
        return True

    def _undoes(self, path: str) -> bool:
        new_step = self.new.step.get(self.naming.path(path))
        if new_step is not None and new_step.undo is not None:
            return True
        self.block(path, f"what it did could not be undone any more: version {self.new.version} has no undo for it.")
        return False

    def _clocks(self, before: Run) -> dict[str, Any]:
        found = {}
        for name, clock in before.clocks.items():
            to = self.mapping.clocks.get(name, name)
            runs = clock.status in ("running", "paused", "breached")
            if to is not None and to in self.new.clock:
                if to != name and clock.task_at is not None:
                    self.block(f"!{name}", "its task is open: complete it before the clock gets another name.")
                found[to] = replace(clock, scope=self.naming.scope(clock.scope))
                if to != name and runs:
                    self.facts.append(clock_fact(self.old, name, replace(clock, status="dropped"), self.at, "drop"))
                    self.facts.append(clock_fact(self.new, to, found[to], self.at, "rearm"))
            elif to is None and clock.task_at is None:
                if runs:
                    dropped = replace(clock, status="dropped")
                    self.facts.append(clock_fact(self.old, name, dropped, self.at, "drop"))
            elif runs or clock.task_at is not None:
                self.block(f"!{name}", f"version {self.new.version} has no such clock: the map may rename or drop it.")
        return found
