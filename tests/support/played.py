"""Running pathways without Temporal: the engine itself plays them, and they record to a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from ulid import ULID

from pathways.engine import next_deadline
from pathways.events import Held, MessageReceived, Released
from pathways.messages import ChildReport, Description, StartInstance
from relaying.port import Answered, GoneError, NoAnswerError, TerminatedError
from store.database import Database
from store.inbox import NewEvent
from store.recording import record_in
from tests.support.histories import History, example_plan

PLAN = example_plan()


class Played:
    """The relay's `Pathways`, played. `away` makes Temporal answer nothing; `mute` single instances.

    `delivered` are the update ids that arrived, repeated ones included.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.histories: dict[str, History] = {}
        self.confirmed: dict[str, int] = {}
        self.answers: dict[str, Answered] = {}
        self.delivered: list[str] = []
        self.resent: list[tuple[str, int | None]] = []
        self.started: list[StartInstance] = []
        self.held: list[tuple[str, Held | Released, str]] = []
        self.reports: list[tuple[str, ChildReport]] = []
        self.away = False
        self.mute: set[str] = set()
        self.terminated: set[str] = set()
        self.deferring: set[str] = set()
        self.hanging: dict[str, asyncio.Event] = {}

    # -- what a test does -------------------------------------------------------------------------------------

    async def listening(self, key: str, *, recorded: bool = True) -> History:
        """An instance that waits for a note with a key."""
        history = History(PLAN, str(ULID()), order=key).to_listening()
        self.histories[history.instance] = history
        if recorded:
            await self.record(history)
        return history

    async def record(self, history: History) -> None:
        """Record all of an instance."""
        answer = await record_in(self.database, history.request())
        self.confirmed[history.instance] = answer.rev

    async def note(self, key: str) -> str:
        """A note arrives; the event's id."""
        async with self.database.transaction() as unit:
            new = NewEvent("test", str(ULID()), "note.arrived", key, {"text": "Hello."})
            return (await unit.inbox.receive(new))[0].id

    # -- what the relay asks ----------------------------------------------------------------------------------

    async def deliver(self, instance: str, message: MessageReceived, *, update_id: str) -> Answered:
        """Play an event; the same update id gets its first answer."""
        self.delivered.append(update_id)
        if instance in self.hanging:
            await self.hanging[instance].wait()
        history = self._there(instance)
        if update_id in self.answers:
            return self.answers[update_id]
        if instance in self.deferring:
            return Answered("deferred")
        rev = history.rev
        history.play(message, request=update_id)
        taken = history.rev > rev
        self.answers[update_id] = Answered("consumed", ("note",)) if taken else Answered("ignored")
        return self.answers[update_id]

    async def hold(self, instance: str, event: Held | Released, *, update_id: str) -> str | None:
        """Play it; the same update id changes nothing again."""
        self.held.append((instance, event, update_id))
        history = self._there(instance)
        if isinstance(event, Released) and history.state.hold is None:
            return "not-held"
        history.play(event, request=update_id)
        return None

    async def start(self, start: StartInstance) -> bool:
        """Start an instance, unless it was; False where it is over."""
        if self.away:
            raise NoAnswerError("Temporal answered UNAVAILABLE.")
        self.started.append(start)
        if start.instance not in self.histories:
            self.histories[start.instance] = History(PLAN, start.instance, order=str(start.inputs.get("order")))
        return start.instance not in self.terminated

    async def describe(self, instance: str) -> Description:
        """Where an instance stands."""
        history = self._there(instance, also_ended=True)
        return Description(
            rev=history.rev,
            recorded_rev=self.confirmed.get(instance, 0),
            status=history.state.status,
            now=history.at,
            deadline=next_deadline(history.state),
            digest=history.digests[history.rev],
            at_rest=True,
        )

    async def resend(self, instance: str, from_rev: int | None) -> None:
        """Record again what is asked for."""
        self.resent.append((instance, from_rev))
        history = self._there(instance)
        if from_rev is None or from_rev <= self.confirmed.get(instance, 0):
            request = history.request(self.confirmed.get(instance, 0) + 1, with_snapshot=True)
        else:
            request = history.request(from_rev)
        answer = await record_in(self.database, request)
        self.confirmed[instance] = answer.rev

    async def snapshot(self, instance: str) -> Any:
        """All that can be rebuilt."""
        history = self._there(instance, also_ended=True, also_terminated=True)
        return history.pictures[history.rev]

    async def report(self, parent: str, report: ChildReport) -> None:
        """Hear of a child."""
        self._there(parent)
        self.reports.append((parent, report))

    async def running(self) -> AsyncIterator[str]:
        """Every instance that has not ended."""
        for ident, history in self.histories.items():
            if history.state.status != "ended":
                yield ident

    def _there(self, instance: str, *, also_ended: bool = False, also_terminated: bool = False) -> History:
        if self.away or instance in self.mute:
            raise NoAnswerError("It did not answer in time.")
        history = self.histories.get(instance)
        if instance in self.terminated and not also_terminated:
            raise TerminatedError("Its workflow was ended from outside.", how="terminated")
        if history is None or (history.state.status == "ended" and not also_ended):
            raise GoneError("Its workflow has ended, or was never started.")
        return history
