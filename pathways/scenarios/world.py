"""The world around a scenario's instance: virtual time, and actions that answer as the scenario says.

Actions that fail are tried again by their step's policy, in virtual time, as they would be for real.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pathways.calendars import Calendar
from pathways.catalog import Retry
from pathways.commands import AbandonAction, Command, RunAction
from pathways.diagnostics import nearest
from pathways.durations import add
from pathways.engine import Transition, advance, next_deadline
from pathways.events import ActionCompleted, ActionFailed, ActionProblem, Event, TimePassed
from pathways.facts import Fact
from pathways.plan import Do, Plan
from pathways.scenarios.model import Answer
from pathways.state import State

MOST_EVENTS = 20_000
"""Events that one scenario may cause; more means that it would never come to rest."""


class ScenarioStopError(Exception):
    """The scenario can't go on; the text says why, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class Note:
    """Something that happened besides the engine's facts, for the timeline."""

    at: datetime
    text: str


Moment = Fact | Note


@dataclass(frozen=True)
class _Attempt:
    """An attempt of an action: it begins at `at`, or, with an answer, ends then."""

    at: datetime
    number: int
    command: RunAction
    tried: int
    answer: Answer | None = None

    def __lt__(self, other: _Attempt) -> bool:
        return (self.at, self.number) < (other.at, other.number)


class World:
    """One instance in virtual time. `now` only ever moves forward."""

    def __init__(self, plan: Plan, state: State, zone: ZoneInfo, answers: Mapping[str, tuple[Answer, ...]]) -> None:
        self.plan = plan
        self.state = state
        self.zone = zone
        self.now = state.now
        self.moments: list[Moment] = []
        self.seen: list[tuple[State, Event, Transition]] = []
        self.ordered: list[str] = []
        self.attempted: list[str] = []
        self._answers = answers
        self._given: Counter[str] = Counter()
        self._attempts: list[_Attempt] = []
        self._count = 0

    @property
    def calendar(self) -> Calendar | None:
        """The calendar of the pathway's business durations."""
        return self.plan.default_calendar

    @property
    def facts(self) -> list[Fact]:
        """The facts stated so far, in order."""
        return [one for one in self.moments if not isinstance(one, Note)]

    def note(self, text: str) -> None:
        """Put a line into the timeline."""
        self.moments.append(Note(self.now, text))

    def apply(self, event: Event) -> Transition:
        """Let an event happen now, and order what it asks for."""
        if len(self.seen) >= MOST_EVENTS:
            raise ScenarioStopError(f"It does not come to rest: more than {MOST_EVENTS} events.")
        before = self.state
        transition = advance(self.plan, before, event, self.now)
        self.state = transition.state
        self.seen.append((before, event, transition))
        self.moments += transition.facts
        for command in transition.commands:
            self._obey(command)
        return transition

    def _obey(self, command: Command) -> None:
        match command:
            case RunAction():
                self.ordered.append(command.action)
                self._push(_Attempt(self.now, self._next(), command, 1))
            case AbandonAction():
                self._attempts = [
                    one
                    for one in self._attempts
                    if (one.command.address, one.command.run) != (command.address, command.run)
                ]
                heapq.heapify(self._attempts)

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _push(self, attempt: _Attempt) -> None:
        heapq.heappush(self._attempts, attempt)

    # -- time -------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let happen what takes no time: actions answer at once unless their answer takes its time."""
        self.pass_until(self.now)

    def settle_retries(self) -> None:
        """Let actions that are being tried again come to their end, as long as no answer takes time of its own."""
        while self._attempts and all(one.answer is None for one in self._attempts):
            self.pass_until(self._attempts[0].at)

    def pass_until(self, moment: datetime) -> None:
        """Let time pass: answers arrive and deadlines fire, each at its own time, in order."""
        while True:
            attempt = self._attempts[0].at if self._attempts else None
            deadline = next_deadline(self.state) if self.state.status != "ended" else None
            at = min((one for one in (attempt, deadline) if one is not None), default=None)
            if at is None or at > moment:
                break
            self.now = max(self.now, at)
            if attempt is not None and attempt <= at:
                self._attempt(heapq.heappop(self._attempts))
            else:
                self.apply(TimePassed())
        self.now = max(self.now, moment)

    def _attempt(self, attempt: _Attempt) -> None:
        if attempt.answer is None:
            self._begin(attempt)
        else:
            self._end(attempt, attempt.answer)

    def _begin(self, attempt: _Attempt) -> None:
        command = attempt.command
        answer = self._answer(command)
        self.attempted.append(command.action)
        if attempt.tried > 1:
            again = f"is tried again ({attempt.tried} of {command.retry.attempts})"
            self.note(f"{command.address}: {command.action} {again}")
        ends = self.now
        if answer.takes is not None:
            ends = add(self.now, answer.takes, self.zone, self.calendar)
        ended = _Attempt(ends, self._next(), command, attempt.tried, answer)
        if answer.takes is None:
            self._end(ended, answer)
        else:
            self._push(ended)

    def _end(self, attempt: _Attempt, answer: Answer) -> None:
        command = attempt.command
        match answer.kind:
            case "give":
                self.apply(ActionCompleted(command.address, command.run, answer.value))
            case "problem":
                self.apply(ActionProblem(command.address, command.run, answer.value, answer.message, answer.detail))
            case "fail":
                self._fail(attempt, str(answer.value))

    def _fail(self, attempt: _Attempt, reason: str) -> None:
        command, tried = attempt.command, attempt.tried
        self.note(f"{command.address}: {command.action} failed: {reason}")
        if tried < command.retry.attempts:
            again = self.now + pause_after(command.retry, tried)
            self._push(_Attempt(again, self._next(), command, tried + 1))
        else:
            self.apply(ActionFailed(command.address, command.run, reason, attempts=tried))

    def _answer(self, command: RunAction) -> Answer:
        """What the action answers this time: the next of the scenario's answers; the last one repeats."""
        answers = self._answers.get(command.action, ())
        if not answers:
            unused = set(self._answers) - {step.action for step in self.plan.steps if isinstance(step, Do)}
            message = f'"{command.address}" runs {command.action}, and the scenario does not say what that answers.'
            hint = f"Add it under actions: {command.action}: [{{give: …}}]."
            raise ScenarioStopError(message, nearest(command.action, unused) or hint)
        place = min(self._given[command.action], len(answers) - 1)
        self._given[command.action] += 1
        answer = answers[place]
        step = self.plan.step.get(command.address.partition("@")[0])
        if answer.kind == "problem" and isinstance(step, Do) and step.problems and answer.value not in step.problems:
            hint = nearest(str(answer.value), step.problems, plural="Its problems")
            raise ScenarioStopError(f'{command.action} reports no problem "{answer.value}".', hint)
        return answer


def pause_after(retry: Retry, tried: int) -> timedelta:
    """How long an action waits after its `tried`-th failing attempt (Temporal's retry policy)."""
    return timedelta(seconds=min(retry.first * retry.factor ** (tried - 1), retry.most))
