"""The API's engine without Temporal: the real `advance` plays every instance, and records to a real store at once.

It keeps the contract of `api.services.engine.Engine`: a key that comes again gets its first answer, a refusal changes
nothing, an instance that has ended is gone. `tests/api/test_engine_contract.py` holds both to the same tests.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from api.services.engine import EngineAwayError, EngineRefusedError, InstanceGoneError
from pathways.commands import RunAction
from pathways.engine import advance, next_deadline, snapshot, snapshot_digest, start_state
from pathways.events import (
    ActionCompleted,
    ActionFailed,
    ActionProblem,
    Event,
    Operation,
    Started,
    TaskCompleted,
    TimePassed,
)
from pathways.facts import Recorded
from pathways.foresight import Foresight, foresee
from pathways.messages import Answer, Description, Migrate, Pace, RecordRequest, Refused, StartInstance
from pathways.migration import Migration, map_from_json, migrate
from pathways.pace import pathway_now
from pathways.plan import Plan, plan_from_json
from pathways.projection import snapshot_to_json
from pathways.state import State
from store.database import Database
from store.recording import record_in

Json = Any
Action = Callable[[Json], Json]
"""What an action gives for its input; raises `Problem` or `Failure`."""


class Problem(Exception):  # noqa: N818 - an answer, as actions give it
    """The action answers with a named problem."""


class Failure(Exception):  # noqa: N818 - the end of an action's retries
    """The action fails for good."""


@dataclass
class _Playing:
    plan: Plan
    state: State
    pace: Pace | None
    answers: dict[str, Answer] = field(default_factory=dict)


class PlayedEngine:
    """Plays instances with the given actions. `away`: it answers nothing. `recording`: whether the store is told."""

    def __init__(self, database: Database, actions: Mapping[str, Action] | None = None) -> None:
        self.database = database
        self.actions: dict[str, Action] = dict(actions or {})
        self.away = False
        self.recording = True
        self.before: Callable[[], Awaitable[None]] | None = None
        self._playing: dict[str, _Playing] = {}
        self._unrecorded: dict[str, list[Recorded]] = {}

    async def start(self, start: StartInstance) -> None:
        """Start an instance; one that runs already, or has ended, is left as it is."""
        await self._reached()
        if start.instance in self._playing:
            return
        plan = await self._plan(start.digest)
        now = pathway_now(start.pace, datetime.now(UTC))
        state = start_state(plan, start.instance, start.zone, now, site=start.site)
        self._playing[start.instance] = _Playing(plan, state, start.pace)
        await self._apply(start.instance, Started(start.inputs, start.by), None)

    async def complete(self, instance: str, event: TaskCompleted, *, request: str) -> Answer:
        """Complete a task."""
        return await self._update(instance, event, request)

    async def operate(self, instance: str, event: Operation, *, request: str) -> Answer:
        """Intervene as an operator."""
        return await self._update(instance, event, request)

    async def foresee(self, instance: str, event: Operation | TaskCompleted) -> Foresight:
        """What an event would bring."""
        await self._reached()
        playing = self._there(instance)
        return foresee(playing.plan, playing.state, event, self._now(playing))

    async def preview_migration(self, instance: str, order: Migrate) -> Json:
        """What going on with another plan would do."""
        await self._reached()
        found = await self._migration(self._there(instance), order)
        moves = [asdict(one) for one in found.moves]
        return {"blocked": list(found.blocked), "moves": moves, "positions": sorted(found.state.positions)}

    async def migrate(self, instance: str, order: Migrate, *, request: str) -> Answer:
        """Go on with another plan."""
        await self._reached()
        playing = self._there(instance, request)
        if (known := playing.answers.get(request)) is not None:
            return known
        found = await self._migration(playing, order)
        if found.blocked:
            message = "The instance can't go on with that version."
            raise EngineRefusedError(Refused("migration-blocked", message, list(found.blocked)))
        playing.plan, playing.state = await self._plan(order.digest), found.state
        answer = playing.answers[request] = Answer(playing.state.rev, {"digest": order.digest})
        recorded = Recorded(playing.state.rev, found.facts, request, answer.result)
        self._unrecorded.setdefault(instance, []).append(recorded)
        await self._record(instance)
        return answer

    async def _migration(self, playing: _Playing, order: Migrate) -> Migration:
        if order.rev not in (None, playing.state.rev):
            return Migration(playing.state, blocked=("It has moved on since.",))
        plan, mapping = await self._plan(order.digest), map_from_json(order.mapping)
        at = self._now(playing)
        state = advance(playing.plan, playing.state, TimePassed(), at).state
        return migrate(playing.plan, plan, state, mapping, at, order.by, order.reason, hold=order.hold)

    async def move_clock(self, instance: str, to: datetime | None, *, request: str) -> Answer:
        """Move the demonstration clock."""
        await self._reached()
        playing = self._there(instance)
        moment = to or next_deadline(playing.state)
        if playing.pace is None or moment is None:
            raise EngineRefusedError(Refused("not-demo", "Time can be moved in demonstrations only."))
        playing.pace = replace(playing.pace, anchor=datetime.now(UTC), shown=max(moment, self._now(playing)))
        return await self._update(instance, TimePassed(), request)

    async def describe(self, instance: str) -> Description:
        """Where an instance stands."""
        await self._reached()
        playing = self._there(instance)
        return Description(
            rev=playing.state.rev,
            recorded_rev=playing.state.rev,
            status=playing.state.status,
            now=self._now(playing),
            deadline=next_deadline(playing.state),
            digest=snapshot_digest(snapshot(playing.plan, playing.state)),
            at_rest=True,
        )

    def snapshot(self, instance: str) -> Json:
        """All that can be rebuilt of an instance."""
        playing = self._playing[instance]
        return snapshot_to_json(snapshot(playing.plan, playing.state))

    @contextmanager
    def without(self, instance: str) -> Iterator[None]:
        """The workflow of an instance is not there."""
        playing = self._playing.pop(instance)
        yield
        self._playing[instance] = playing

    def lose(self, instance: str) -> None:
        """The workflow of an instance is gone for good."""
        del self._playing[instance]

    def forget_answers(self) -> None:
        """Instances continue as new: what they answered before is in the store alone."""
        for playing in self._playing.values():
            playing.answers.clear()

    async def catch_up(self) -> None:
        """Tell the store what it was not told while `recording` was off."""
        self.recording = True
        for instance in list(self._unrecorded):
            await self._record(instance)

    async def deliver(self, instance: str, event: Event) -> None:
        """Let an event happen that no request of a person caused."""
        await self._apply(instance, event, None)

    async def _update(self, instance: str, event: Event, request: str) -> Answer:
        await self._reached()
        playing = self._there(instance, request)
        known = playing.answers.get(request)
        if known is not None:
            return known
        return await self._apply(instance, event, request)

    async def _apply(self, instance: str, event: Event, request: str | None) -> Answer:
        playing = self._playing[instance]
        transition = advance(playing.plan, playing.state, event, self._now(playing))
        if transition.refusal is not None:
            refusal = transition.refusal
            raise EngineRefusedError(Refused(refusal.code, refusal.message, refusal.detail))
        playing.state = transition.state
        answer = Answer(playing.state.rev, transition.result)
        if request is not None:
            playing.answers[request] = answer
        recorded = Recorded(playing.state.rev, transition.facts, request, transition.result)
        self._unrecorded.setdefault(instance, []).append(recorded)
        for command in transition.commands:
            if isinstance(command, RunAction):
                await self._apply(instance, self._run(command), None)
        await self._record(instance)
        return answer

    def _run(self, command: RunAction) -> Event:
        action = self.actions.get(command.action)
        try:
            output = action(command.input) if action is not None else {}
            return ActionCompleted(command.address, command.run, output)
        except Problem as problem:
            return ActionProblem(command.address, command.run, str(problem))
        except Failure as failure:
            return ActionFailed(command.address, command.run, str(failure), attempts=3)

    async def _record(self, instance: str) -> None:
        if not self.recording or not self._unrecorded.get(instance):
            return
        playing = self._playing[instance]
        picture = snapshot(playing.plan, playing.state)
        recorded = tuple(self._unrecorded.pop(instance))
        await record_in(self.database, RecordRequest(instance, recorded, snapshot_digest(picture)))

    async def _plan(self, digest: str) -> Plan:
        async with self.database.transaction() as unit:
            found = await unit.definitions.by_digest(digest)
        assert found is not None
        return plan_from_json(found.plan)

    async def _reached(self) -> None:
        if self.before is not None:
            await self.before()
        if self.away:
            raise EngineAwayError("The pathways do not answer now.")

    def _there(self, instance: str, request: str | None = None) -> _Playing:
        playing = self._playing.get(instance)
        if playing is None or (playing.state.status == "ended" and request not in playing.answers):
            raise InstanceGoneError("The pathway has ended, or has not begun yet.")
        return playing

    @staticmethod
    def _now(playing: _Playing) -> datetime:
        return max(pathway_now(playing.pace, datetime.now(UTC)), playing.state.now)
