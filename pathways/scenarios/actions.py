"""Actions in a scenario: they answer as it says, and are tried again by their step's policy, in virtual time."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from pathways.addresses import path_of
from pathways.catalog import Retry
from pathways.commands import RunAction
from pathways.diagnostics import nearest
from pathways.events import ActionCompleted, ActionFailed, ActionProblem
from pathways.plan import Do, Plan
from pathways.scenarios.case import Case, Ran, ScenarioStopError
from pathways.scenarios.model import Answer
from pathways.time.arithmetic import add
from pathways.time.durations import DurationError

if TYPE_CHECKING:
    from pathways.scenarios.world import World


class Actions:
    """What actions answer, each by its name: the next of the scenario's answers, of which the last repeats."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._given: Counter[str] = Counter()

    def order(self, case: Case, command: RunAction) -> None:
        """Have an action run."""
        self._world.ordered.append(Ran(case.label, command.action))
        self._try(case, command, 1, timedelta())

    def _try(self, case: Case, command: RunAction, tried: int, pause: timedelta) -> None:
        world = self._world
        about = (case.state.instance, command.address, command.run)
        world.schedule(world.now + pause, lambda: self._begin(case, command, tried), about=about)

    def _begin(self, case: Case, command: RunAction, tried: int) -> None:
        world = self._world
        answer = self._answer(case, command)
        world.attempted.append(Ran(case.label, command.action))
        if tried > 1:
            again = f"is tried again ({tried} of {command.retry.attempts})"
            world.note(f"{command.address}: {command.action} {again}", case)
        if answer.takes is None:
            self._end(case, command, tried, answer)
            return
        try:
            ends = add(world.now, answer.takes, world.zone, case.plan.default_calendar)
        except DurationError as error:
            raise ScenarioStopError(error.message, error.hint) from None
        about = (case.state.instance, command.address, command.run)
        world.schedule(ends, lambda: self._end(case, command, tried, answer), about=about, slow=True)

    def _end(self, case: Case, command: RunAction, tried: int, answer: Answer) -> None:
        address, run = command.address, command.run
        match answer.kind:
            case "give":
                self._world.apply(ActionCompleted(address, run, answer.value), case)
            case "problem":
                self._world.apply(ActionProblem(address, run, answer.value, answer.message, answer.detail), case)
            case "fail":
                self._fail(case, command, tried, str(answer.value))

    def _fail(self, case: Case, command: RunAction, tried: int, reason: str) -> None:
        self._world.note(f"{command.address}: {command.action} failed: {reason}", case)
        if tried < command.retry.attempts:
            self._try(case, command, tried + 1, pause_after(command.retry, tried))
        else:
            self._world.apply(ActionFailed(command.address, command.run, reason, attempts=tried), case)

    def _answer(self, case: Case, command: RunAction) -> Answer:
        stubs = self._world.stubs.actions
        answers = stubs.get(command.action, ())
        if not answers:
            unused = set(stubs) - actions_of(case.plan)
            message = f'"{command.address}" runs {command.action}, and the scenario does not say what that answers.'
            hint = f"Add it under actions: {command.action}: [{{give: …}}]."
            raise ScenarioStopError(message, nearest(command.action, unused) or hint)
        answer = answers[min(self._given[command.action], len(answers) - 1)]
        self._given[command.action] += 1
        step = case.plan.step.get(path_of(command.address))
        if answer.kind == "problem" and isinstance(step, Do) and step.problems and answer.value not in step.problems:
            hint = nearest(str(answer.value), step.problems, plural="Its problems")
            raise ScenarioStopError(f'{command.action} reports no problem "{answer.value}".', hint)
        return answer


def pause_after(retry: Retry, tried: int) -> timedelta:
    """How long an action waits after its `tried`-th failing attempt (Temporal's retry policy)."""
    try:
        return timedelta(seconds=min(retry.first * retry.factor ** (tried - 1), retry.most))
    except OverflowError:
        return timedelta(seconds=retry.most)


def actions_of(plan: Plan) -> set[str]:
    """The actions that a plan may run, those of its undos included."""
    undos = {one.undo.action for one in plan.steps if one.undo is not None}
    return undos | {one.action for one in plan.steps if isinstance(one, Do)}
