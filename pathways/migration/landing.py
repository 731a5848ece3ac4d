"""What positions wait for under the version they have come to: listeners, time limits, tasks, branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pathways.addresses import PATHWAY, local_of
from pathways.datatypes import MisfitError
from pathways.engine import alerts, listening, moving
from pathways.engine.kinds import parallel, task
from pathways.engine.run import Run
from pathways.facts import DeadlineMoved, ListenerDisarmed, TaskChanged
from pathways.migration.naming import Naming
from pathways.plan import Handler, Parallel, Plan, Step, Task
from pathways.state import Listener, Position, State, altered
from pathways.timing import TimingError


class Landing:
    """Settles the positions of an instance in under its new version. `blocked` says what can't be kept.

    `entering` are the steps, each with its scope, that are still to be entered.
    """

    def __init__(self, old: Plan, new: Plan, state: State, naming: Naming) -> None:
        self.old, self.new, self.state, self.naming = old, new, state, naming
        self.blocked: list[str] = []
        self.entering: list[tuple[str, str]] = []

    def block(self, address: str, why: str) -> None:
        """Note what keeps the instance from being migrated."""
        self.blocked.append(f"{address}: {why}" if address else why)

    def settle_in(self, run: Run, before: Run) -> None:
        """Work out under the new plan what positions wait for; what they had of it stays."""
        self._check_data(run)
        self._check_inputs(run)
        if self.blocked:
            return
        self._pathway_listeners(run)
        origins = {new: old for old, new in self.naming.renamed.items()}
        for address, position in list(run.positions.items()):
            was = before.positions[origins.get(address, address)]
            old_step, new_step = self.old.step[was.step], self.new.step[position.step]
            if position.waits not in ("resume", "undo"):
                position = self._listeners(run, was, position, old_step, new_step)
                position = self._times(run, position, old_step, new_step)
            if isinstance(new_step, Task) and isinstance(old_step, Task) and position.waits == "people":
                position = self._task(run, position, old_step, new_step)
            run.positions[address] = position
        for address, position in list(run.positions.items()):
            if address in run.positions and isinstance(new := self.new.step[position.step], Parallel):
                self._branches(run, run.positions[address], new, before, origins)

    def _check_inputs(self, run: Run) -> None:
        """An input that is new takes its default; one that is required and has none is the map's to give."""
        before = {one.name for one in self.old.inputs}
        there = run.data.get(PATHWAY, {})
        for one in self.new.inputs:
            if one.name in before or one.name in there or one.name in self.naming.mapping.values:
                continue
            if one.default is not None:
                run.save(one.name, one.default, "", scope=PATHWAY)
            elif one.required:
                why = f"version {self.new.version} needs the input {one.name}: the map has to give it among its values."
                self.block("", why)

    def _check_data(self, run: Run) -> None:
        for scope, values in run.data.items():
            for name, saved in values.items():
                declared = self.new.type_of(name, saved.address)
                if declared is None or name in self.naming.mapping.values:
                    continue
                try:
                    declared.conform(saved.value)
                except MisfitError as error:
                    place = f"{scope}{name}"
                    self.block("", f"the value {place} does not fit version {self.new.version}: {error.misfit}.")

    def _pathway_listeners(self, run: Run) -> None:
        """The pathway's own handlers, each with the time since which it listens."""
        if self.old.listenings == self.new.listenings:
            return
        before = {(self.old.listenings[slot].type, one.key): one for slot, one in self.state.listeners.items()}
        for slot, one in self.state.listeners.items():
            address = listening.slot_address("", slot)
            run.facts.append(ListenerDisarmed(run.now, address, self.old.listenings[slot].type, one.key))
        run.listeners.clear()
        listening.arm_pathway(run)
        for slot, one in run.listeners.items():
            earlier = before.get((self.new.listenings[slot].type, one.key))
            if earlier is not None:
                run.listeners[slot] = replace(one, armed_at=earlier.armed_at)
        _restate(run, "", self.new.listenings, run.listeners)

    def _listeners(self, run: Run, was: Position, position: Position, old_step: Step, new_step: Step) -> Position:
        same = was.address == position.address and old_step.listenings == new_step.listenings
        if same or not (was.listeners or new_step.listenings):
            return position
        before = {(old_step.listenings[slot].type, one.key): one for slot, one in was.listeners.items()}
        for slot, one in was.listeners.items():
            address = listening.slot_address(was.address, slot)
            run.facts.append(ListenerDisarmed(run.now, address, old_step.listenings[slot].type, one.key))
        own = position.waits == "event"
        armed: dict[str, Listener] = {}
        for slot, wanted in new_step.listenings.items():
            if not own and not isinstance(wanted, Handler):
                continue
            try:
                found = listening.listener(run, run.scope(position), wanted)
            except listening.UnkeyedError as error:
                self.block(position.address, str(error))
                continue
            if found is not None:
                earlier = before.get((wanted.type, found.key))
                armed[slot] = found if earlier is None else replace(found, armed_at=earlier.armed_at)
        _restate(run, position.address, new_step.listenings, armed)
        return altered(position, listeners=armed)

    def _times(self, run: Run, position: Position, old_step: Step, new_step: Step) -> Position:
        """A time limit keeps what remains of it; one that is new counts from now."""
        timeout_at = position.timeout_at
        if new_step.timeout is None:
            timeout_at = None
        elif old_step.timeout is None and position.incident is None:
            try:
                timeout_at = run.moment(new_step.timeout.after, run.scope(position), run.now)
            except TimingError as error:
                self.block(position.address, f"timeout: {error}")
        if timeout_at != position.timeout_at:
            run.facts.append(DeadlineMoved(run.now, position.address, "timeout", timeout_at))
        return altered(position, timeout_at=timeout_at)

    def _task(self, run: Run, position: Position, old_step: Task, new_step: Task) -> Position:
        names, shown, was = run.scope(position), dict(position.input), position
        try:
            if new_step.task_title != old_step.task_title:
                shown["title"] = task.shown_title(run, new_step, names)
            if new_step.help != old_step.help:
                shown["help"] = task.shown_help(run, new_step, names)
        except MisfitError as error:
            self.block(position.address, f"a text of the task: {error.misfit}")
            return position
        position = altered(position, input=shown)
        try:
            if new_step.due is not None and old_step.due is None:
                position = altered(position, due_at=run.moment(new_step.due, names, run.now))
            upcoming = alerts.times(run, new_step, position, names)
        except TimingError as error:
            self.block(position.address, f"due: {error}")
            return position
        known = {f"remind-{number}" for number in range(len(old_step.remind))}
        known |= {f"escalate-{number}" for number in range(len(old_step.escalate))}
        kept = {name: at for name, at in position.alerts.items() if name in upcoming}
        fresh = {name: at for name, at in upcoming.items() if name not in known and at > run.now}
        fact = task.task_fact(self.new, self.state.instance, run.stage, new_step, position)
        before = task.task_fact(self.old, self.state.instance, run.stage, old_step, was)
        if replace(before, address=fact.address, step=fact.step) != fact or position.origin is not None:
            run.facts.append(
                TaskChanged(
                    run.now,
                    fact.id,
                    fact.address,
                    fact.step,
                    fact.title,
                    fact.role,
                    fact.help,
                    fact.form,
                    fact.outcomes,
                    fact.skill,
                    fact.bulk,
                    fact.gate,
                )
            )
        return altered(position, alerts={**kept, **fresh})

    def _branches(self, run: Run, position: Position, step: Parallel, before: Run, origins: Mapping[str, str]) -> None:
        """Branches that ended are known by name; new ones start or count as ended, as the map says."""
        was = before.positions[origins.get(position.address, position.address)]
        old_step = self.old.step[was.step]
        if not isinstance(old_step, Parallel) or position.waits != "inner":
            return
        block = self.naming.block
        names = (local_of(block(f"{old_step.id}/{branch}")) for branch in old_step.branches)
        there = {name: place for place, name in enumerate(names)}
        done = []
        for place, branch in enumerate(step.branches):
            path = f"{step.id}/{branch}"
            if branch in there:
                done += [place] if there[branch] in position.done else []
            elif (told := self.naming.mapping.branches.get(path)) is None:
                self.block(position.address, f'the branch "{path}" is new: the map has to say start or done.')
            elif told == "done":
                done.append(place)
            else:
                self.entering.append((self.new.blocks[path].first, f"{position.address}/{branch}/"))
        run.positions[position.address] = altered(position, done=tuple(done))
        if not self.blocked:
            parallel.join(run, step, run.positions[position.address])
            moving.drive(run)


def _restate(run: Run, position: str, listenings: Mapping[str, Any], armed: Mapping[str, Listener]) -> None:
    """State listeners as they are armed now, once."""
    addresses = {listening.slot_address(position, slot): slot for slot in armed}
    run.facts = [
        one
        for one in run.facts
        if one.fact != "listener-armed" or one.address not in addresses or one.position != position
    ]
    for address, slot in addresses.items():
        run.facts.append(listening.armed_fact(address, position, listenings[slot], armed[slot], run.now))
