"""Storms in which an instance goes on with another version again and again, and children and the store fail.

The same as `tests.support.twins`, but that everything is real: PostgreSQL holds what Temporal recorded, and has to
hold what it would if the engine alone had told it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from temporalio import activity
from temporalio.client import Client

from pathways.commands import CancelChild, Command, StartChild
from pathways.engine import advance, snapshot, snapshot_digest
from pathways.events import Cancelled, ChildEnded, ChildFailed, ChildStarted, Event, MessageReceived, TimePassed
from pathways.facts import Recorded
from pathways.inputs import conform_inputs
from pathways.messages import Answer, ChildReport, Migrate, RecordAnswer, RecordRequest, Refused
from pathways.migration import MigrationMap, map_from_json, map_to_json, migrate
from pathways.plan import Plan
from pathways.state import State
from store.database import Database
from store.recording import record_in
from store.snapshots import stored_digest
from tests.support.interpreter import Instance, Interpreter, until
from tests.support.stored import everything
from tests.support.twins import CHILD, MORE, NAMES, STEPS, Gates, Storm, Twin, comparable, outcome_of, stormy
from workflows.pathway import Pathway

ABSENT = "absent"
"""A pathway of which there is no version: a child of it can't be started."""

_BRANCH = """
        elsewhere:
          steps:
            sub: {pathway: {name: child, version: ^1}, save: sub, timeout: {after: 4 days, to: decide, undo: true}}
            tell: {pathway: {name: child, version: ^1, detached: true}}
            lost: {pathway: {name: absent, version: ^1}}
      join: {count: 2}
"""
_UNSURE = "escalate: {after: 2 days, queue: later}}"
_ALONE = "  sub: {pathway: {name: child, version: ^1}, save: sub, timeout: {after: 4 days, to: decide, undo: true}}\n"
_HANDLER = "on: [{event: note.received, key: =prepared.number, when: event.data.n > rounds, side: call}]"


def _first() -> str:
    assert _ALONE in STEPS
    steps = STEPS.replace(_ALONE, "").replace("to: sub", "to: decide").replace("\n      join: all\n", _BRANCH)
    return steps.replace(_UNSURE, f"{_UNSURE}\n              {_HANDLER}")


_STEPS = _first()
FIRST = stormy(_STEPS)
RENAMED = {
    "both": "together",
    "both/stock/check": "together/stock/verify",
    "both/paper/sign": "together/paper/endorse",
    "both/elsewhere/lost": "together/elsewhere/gone",
    "series": "doses-again",
    "visit": "encounter",
    "both/elsewhere/sub": "together/elsewhere/below",
    "last": "finally",
}
"""Steps that have another name in the later version, by their path."""


def _later() -> Plan:
    steps, more = _STEPS, MORE
    for before, after in RENAMED.items():
        old, new = before.rpartition("/")[2], after.rpartition("/")[2]
        steps = re.sub(rf"^( +){old}:", rf"\1{new}:", steps, flags=re.MULTILINE)
        steps = re.sub(rf"\b(to|until): {old}\b", rf"\1: {new}", steps)
    steps, more = (re.sub(r"\banswer\b", "reply", text) for text in (steps, more))
    return stormy(steps, more, version="1.1.0")


SECOND = _later()
MAPPING: MigrationMap = map_from_json(
    {"steps": {old: {"to": new} for old, new in RENAMED.items()}, "clocks": {"answer": "reply"}}
)


@dataclass
class FailingStore:
    """A real store, whose next `failures` requests fail before it, or after it has written."""

    database: Database
    failures: int = 0
    refusals: int = 0

    async def record(self, request: RecordRequest) -> RecordAnswer:
        """Write what is new, or fail."""
        if self.failures and self.failures % 2:
            self.failures -= 1
            self.refusals += 1
            raise ConnectionError("The store is away.")
        answer = await record_in(self.database, request)
        if self.failures:
            self.failures -= 1
            self.refusals += 1
            raise ConnectionError("The answer was lost.")
        return answer


class MigratingInterpreter(Interpreter):
    """An interpreter that knows both versions and records to a real store; its worker can be started anew."""

    def __init__(self, client: Client, database: Database, gates: Gates) -> None:
        super().__init__(client, [FIRST, SECOND, CHILD], dict.fromkeys(NAMES, gates.act))
        self.failing = FailingStore(database)

    def _record(self) -> Callable[..., Any]:
        @activity.defn(name="record")
        async def record(request: RecordRequest) -> RecordAnswer:
            answer = await self.failing.record(request)
            self.store.record(request)
            return answer

        return record


class MigratingTwin(Twin):
    """An instance in both worlds that goes from one version to the other and back."""

    def __init__(self, interpreter: Interpreter, gates: Gates, instance: Instance, plan: Plan) -> None:
        super().__init__(interpreter, gates, instance, plan)
        self.detached: dict[str, str] = {}
        self.started_here: set[str] = set()
        self.migrated_in: int | None = None
        self.counts = Counter[str]()

    def _take_orders(self, commands: tuple[Command, ...]) -> None:
        reports: list[Event] = []
        for command in commands:
            match command:
                case StartChild(pathway="absent"):
                    message = f"There is no published pathway {ABSENT} {command.range}."
                    reports.append(ChildFailed(command.address, command.instance, message))
                case StartChild() if wrong := conform_inputs(CHILD, command.inputs)[1]:
                    message = "The inputs do not fit what the pathway takes."
                    reports.append(ChildFailed(command.address, command.instance, message, wrong))
                case StartChild():
                    self.started_here.add(command.instance)
                    (self.detached if command.detached else self.children)[command.instance] = command.address
                    reports.append(ChildStarted(command.address, command.run, CHILD.version, CHILD.digest))
                case CancelChild():
                    self.children.pop(command.instance, None)
                    reports.append(ChildEnded(command.address, command.instance, "cancelled"))
                case _:
                    pass
        super()._take_orders(tuple(one for one in commands if not isinstance(one, StartChild | CancelChild)))
        for report in reports:
            self.apply(report)

    async def migrate(self, *, back: bool = False) -> None:
        """Go on with the other version; `back`: only if it stands where the last migration left it."""
        target = FIRST if self.plan.digest == SECOND.digest else SECOND
        mapping = MAPPING if target is SECOND else MAPPING.inverse()
        rev = self.migrated_in if back else None
        key = f"migrate-{len(self.log)}"
        self.log.append(f"migrate to {target.version}, rev {rev}")
        order = Migrate(target.digest, map_to_json(mapping), "operator", "a storm", rev)
        alone = self._migrate_alone(target, mapping, rev, key)
        sent: Awaitable[Answer] = self.instance.latest.execute_update(Pathway.migrate, order, id=key)
        answer = await outcome_of(sent, alone.rev)
        assert comparable(answer) == comparable(alone), self.told
        await self.agree()

    def _migrate_alone(self, target: Plan, mapping: MigrationMap, rev: int | None, key: str) -> Answer:
        moved_on = rev is not None and rev != self.state.rev
        state = advance(self.plan, self.state, TimePassed(), self.now).state
        found = migrate(self.plan, target, state, mapping, self.now, "operator", "a storm")
        if moved_on or found.blocked:
            self.counts["refused"] += 1
            return Answer(self.state.rev, None, Refused("migration-blocked", ""))
        self.counts["taken-back" if rev is not None else "moved"] += 1
        result = {"digest": target.digest, "version": target.version}
        self.recorded.append(Recorded(found.state.rev, found.facts, key, result))
        self.plan, self.state, self.migrated_in = target, found.state, found.state.rev
        answer = Answer(found.state.rev, result)
        self._take_orders(found.commands)
        return answer

    async def child_is_lost(self, child: str) -> None:
        """A child is terminated: the run that started it learns that from Temporal, a later one from the relay."""
        self.counts["lost"] += 1
        address = self.children.pop(child)
        failed = ChildFailed(address, child, "The child pathway was ended from outside.")
        self.log.append(f"lost: {child}")
        await self.interpreter.child(child).terminate()
        if child not in self.started_here:
            await self.instance.latest.signal(Pathway.child_reported, ChildReport(failed, self.now))
        await self.happens(failed)

    async def renew(self) -> State:
        """Have it continue as new: of its children's end from outside it hears no more by itself."""
        self.started_here.clear()
        return await super().renew()

    async def conclude(self) -> None:
        """As before; and nothing that it started goes on."""
        await super().conclude()
        for child in (*self.detached, *self.children):
            await self.interpreter.child(child).terminate()


class MigratingStorm(Storm):
    """Random events, migrations among them. `restart` gives the interpreter another worker."""

    def __init__(self, twin: MigratingTwin, seed: int, restart: Callable[[], Awaitable[None]]) -> None:
        super().__init__(twin, seed)
        self.migrating = twin
        self.restart = restart

    async def one(self) -> None:
        """Let one thing happen."""
        twin, random = self.migrating, self.random
        names = ("other", "migrate", "back", "lost", "unsure", "store", "restart")
        match random.choices(names, (30, 5, 2, 1, 1, 1, 1))[0]:
            case "migrate":
                await twin.migrate()
            case "back" if twin.migrated_in is not None:
                await twin.migrate(back=True)
            case "lost" if twin.children:
                await twin.child_is_lost(random.choice(list(twin.children)))
            case "unsure":
                self.count += 1
                await twin.update(MessageReceived(f"u-{self.count}", "note.received", "N-1", {"n": "many"}))
            case "store":
                self.migrating_store.failures = random.randint(1, 2)
            case "restart" if not twin.running:
                twin.log.append("restart")
                await self.restart()
            case _:
                await super().one()

    @property
    def migrating_store(self) -> FailingStore:
        """The store of the interpreter."""
        interpreter = self.migrating.interpreter
        assert isinstance(interpreter, MigratingInterpreter)
        return interpreter.failing


async def end(twin: MigratingTwin) -> None:
    """Cancel it where it has not ended."""
    if not twin.ended:
        await twin.update(Cancelled("operator", "Enough."))


async def must_be_as_the_engine_alone(twin: MigratingTwin, store: Database, other: Database) -> None:
    """What Temporal recorded, piece by piece, is what one record of the engine's own history gives."""
    digest = snapshot_digest(snapshot(twin.plan, twin.state))
    ident = twin.instance.id
    await record_in(other, RecordRequest(ident, tuple(twin.recorded), digest))

    async def recorded() -> bool:
        async with store.transaction() as unit:
            return await unit.instances.rev(ident) == twin.state.rev

    await until(recorded, seconds=60)
    for database in (store, other):
        async with database.transaction() as unit:
            stored = await unit.instances.get(ident)
            assert stored is not None
            assert await stored_digest(unit, stored) == digest, twin.told
    here, there = await everything(store, ident), await everything(other, ident)
    for table in there:
        assert here[table] == there[table], f"{table}\n{twin.told}"
