"""Instances told by hand-made facts, for what the store does with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ulid import ULID

from pathways.facts import Fact, InstanceEnded, InstanceStarted, ListenerArmed, Recorded, StepEntered
from pathways.messages import RecordAnswer, RecordRequest
from pathways.state import Parent
from store.database import Database
from store.recording import record_in


class Stated:
    """One instance; each `say` is a revision. Its time is the present unless the test moves it."""

    def __init__(self, database: Database, *, parent: Parent | None = None, pathway: str = "told") -> None:
        self.database = database
        self.id = str(ULID())
        self.at = datetime.now(UTC)
        self.rev = 0
        self.parent = parent
        self.pathway = pathway

    async def begin(self) -> Stated:
        """It starts."""
        started = InstanceStarted(
            self.at, self.pathway, "1.0.0", "d" * 64, "Told", "UTC", by="anna", parent=self.parent
        )
        await self.say(started)
        return self

    async def say(self, *facts: Fact, request: str | None = None) -> RecordAnswer:
        """State facts as the next revision."""
        self.rev += 1
        recorded = (Recorded(self.rev, facts, request, {} if request else None),)
        answer = await record_in(self.database, RecordRequest(self.id, recorded, ""))
        assert (answer.rev, answer.needs_snapshot) == (self.rev, False)
        return answer

    def waits(self, address: str, key: str, *, lookback: timedelta = timedelta(0)) -> Sequence[Fact]:
        """The facts of a wait for a note."""
        return (
            StepEntered(self.at, address, "note", "wait-for-event", "Note"),
            ListenerArmed(self.at, address, "note.arrived", key, self.at - lookback, self.rev + 1, address),
        )

    async def end(self, outcome: str = "done", give: object = None) -> None:
        """It ends."""
        await self.say(InstanceEnded(self.at, outcome, "Done", "success", give=give))
