"""Children in a scenario: they go as it says, or run their own definitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pathways.addresses import local_of, path_of
from pathways.commands import CancelChild, StartChild
from pathways.diagnostics import nearest
from pathways.engine import start_state
from pathways.errors import CarelaneError
from pathways.events import Cancelled, ChildEnded, ChildFailed, ChildStarted, Started
from pathways.plan import Child, Plan
from pathways.scenarios.case import Case, ScenarioStopError
from pathways.scenarios.library import highest_of
from pathways.scenarios.model import ChildAnswer
from pathways.state import Parent
from pathways.time.arithmetic import add
from pathways.time.durations import DurationError

if TYPE_CHECKING:
    from pathways.scenarios.world import World

MOST_LEVELS = 20
"""How deep children may start children in a scenario; more means that one starts itself."""


class Children:
    """The children that instances of the world have started."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._given: Counter[str] = Counter()
        self._stubbed: dict[str, tuple[Case, StartChild]] = {}
        self._renamed: dict[str, str] = {}

    @property
    def stubbed(self) -> dict[str, tuple[str, str]]:
        """The stubs that run, by the child's id: the address at which they are waited for, and their pathway."""
        return {
            instance: (self._renamed.get(instance, command.address), command.pathway)
            for instance, (_, command) in self._stubbed.items()
        }

    def rename(self, renamed: Mapping[str, str]) -> None:
        """Know stubs by the addresses at which they are waited for now."""
        self._renamed |= {instance: renamed.get(address, address) for instance, (address, _) in self.stubbed.items()}

    def start(self, case: Case, command: StartChild) -> None:
        """Have a child started."""
        answer = self._answer(case, command)
        world, about = self._world, (case.state.instance, command.address, command.run)
        if answer is None:
            world.schedule(world.now, lambda: self._start_real(case, command), about=about)
            return
        self._stubbed[command.instance] = case, command
        world.schedule(world.now, lambda: self._start_stub(case, command, answer), about=about)

    def _answer(self, case: Case, command: StartChild) -> ChildAnswer | None:
        """How a child goes: by its pathway's name, else by its step. None: it runs its own definition."""
        stubs = self._world.stubs
        path = path_of(command.address)
        for name in (path, local_of(path), command.pathway):
            if answers := stubs.children.get(name):
                answer = answers[min(self._given[name], len(answers) - 1)]
                self._given[name] += 1
                return answer
        if stubs.real:
            return None
        unused = set(stubs.children) - children_of(case.plan)
        message = f'"{command.address}" starts {command.pathway}, and the scenario does not say how that goes.'
        hint = f"Add it under children: {command.pathway}: [{{outcome: …}}], or say with_children: true."
        raise ScenarioStopError(message, nearest(command.pathway, unused) or hint)

    # -- stubs ------------------------------------------------------------------------------------------------

    def _start_stub(self, case: Case, command: StartChild, answer: ChildAnswer) -> None:
        world = self._world
        if answer.kind != "fail":
            world.apply(ChildStarted(command.address, command.run, command.range or "any", ""), case)
        if answer.kind == "run":
            return
        if answer.takes is None:
            self._end_stub(command, answer)
            return
        try:
            ends = add(world.now, answer.takes, world.zone, case.plan.default_calendar)
        except DurationError as error:
            raise ScenarioStopError(error.message, error.hint) from None
        about = (case.state.instance, command.address, command.run)
        world.schedule(ends, lambda: self._end_stub(command, answer), about=about, slow=True)

    def _end_stub(self, command: StartChild, answer: ChildAnswer) -> None:
        self.end(command.instance, answer.outcome, answer.give, answer.message if answer.kind == "fail" else None)

    def end(self, instance: str, outcome: str, give: object, failed: str | None) -> None:
        """A stub reports its end, or that it failed."""
        case, command = self._stubbed.pop(instance)
        self._world.drop((case.state.instance, command.address, command.run))
        if failed is not None:
            self._world.apply(ChildFailed(command.address, instance, failed), case)
        elif not command.detached:
            self._world.apply(ChildEnded(command.address, instance, outcome, give), case)

    # -- the real ones ----------------------------------------------------------------------------------------

    def _start_real(self, parent: Case, command: StartChild) -> None:
        world = self._world
        if parent.depth >= MOST_LEVELS:
            raise ScenarioStopError(f"Children start children more than {MOST_LEVELS} levels deep.")
        plan = self._plan(command)
        label = f"{parent.label} > {command.address}" if parent.label else command.address
        state = start_state(plan, command.instance, parent.state.zone, world.now, site=parent.state.site)
        child = Case(plan, state, label, parent, command.address, command.detached)
        above = None if command.detached else Parent(parent.state.instance, command.address)
        world.cases.append(child)
        started = Started(command.inputs or {}, f"parent/{parent.state.instance}", above)
        refusal = world.apply(started, child).refusal
        if refusal is None:
            world.apply(ChildStarted(command.address, command.run, plan.version, plan.digest), parent)
            return
        world.cases.remove(child)
        fields = "; ".join(f"{name} {why}" for name, why in (refusal.detail or {}).items())
        message = f"{refusal.message} ({fields})" if fields else refusal.message
        world.apply(ChildFailed(command.address, command.instance, message, refusal.detail), parent)

    def _plan(self, command: StartChild) -> Plan:
        library, name = self._world.library, command.pathway
        if name not in library.names:
            hint = nearest(name, library.names) or f"Put it into a folder {name}/ beside this one, or stub it."
            raise ScenarioStopError(f'"{command.address}" starts {name}, whose definition is not there.', hint)
        version = highest_of(library, name, command.range)
        if version is None:
            there = ", ".join(sorted(library.versions(name)))
            raise ScenarioStopError(f"No version of {name} fits {command.range}.", f"There are {there}.")
        try:
            return library.find(name, version)
        except CarelaneError as error:
            raise ScenarioStopError(f"{name} {version}, a child: {error.message}", error.hint) from None

    def cancel(self, parent: Case, command: CancelChild) -> None:
        """Tell a child to cancel."""
        world = self._world
        if command.instance in self._stubbed:
            case, started = self._stubbed[command.instance]
            world.drop((case.state.instance, started.address, started.run))
            world.schedule(world.now, lambda: self.end(command.instance, "cancelled", None, None))
            return
        child = next((one for one in world.cases if one.state.instance == command.instance), None)
        if child is None:
            world.drop((parent.state.instance, command.address, 1))
            report = ChildEnded(command.address, command.instance, "cancelled")
            world.schedule(world.now, lambda: world.apply(report, parent))
            return
        event = Cancelled(f"parent/{parent.state.instance}", command.reason)
        world.schedule(world.now, lambda: world.apply(event, child))

    def after(self, case: Case) -> None:
        """Have a child that has ended report it."""
        parent = case.parent
        if parent is None or case.running or case.reported or case.state.rev == 0:
            return
        case.reported = True
        if case.detached:
            return
        state = case.state
        report = ChildEnded(case.address, state.instance, state.outcome or "", state.give)
        self._world.schedule(self._world.now, lambda: self._world.apply(report, parent))


def children_of(plan: Plan) -> set[str]:
    """By what a plan's children may be stubbed: the pathways that it starts, and the steps that start them."""
    steps = [one for one in plan.steps if isinstance(one, Child)]
    return {name for one in steps for name in (one.pathway, one.id, one.local)}
