"""Migrating what is in flight: what it would do, doing it instance by instance, and taking it back.

A run is on record before anything moves. It goes on in steps that anybody may ask for, so that whoever asked first may
be interrupted: what has been moved is known, what waits is moved by the next step, and nothing is moved twice.
Each instance answers to the run's request, and so remembers that it was moved where nobody was left to note it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.services.actor import Actor
from api.services.base import Base, new_id
from api.services.engine import EngineAwayError, EngineRefusedError, InstanceGoneError
from api.services.errors import FormInvalidError, InvalidRequestError, NotFoundError
from api.services.records import Page
from pathways.addresses import path_of
from pathways.messages import Migrate
from pathways.migration import map_from_json, map_to_json, read_map
from pathways.plan import Child, Plan
from pathways.state import Hold
from store.database import Unit
from store.instances import InstanceFilter
from store.migration_runs import Candidate, MigrationResult, MigrationRun, MoveVerdict, NewRun

Json = Any

_TOGETHER = 8
"""How many instances are asked at the same time."""

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class MigrationWish:
    """What is to be migrated: the open instances of one version, to another. `map` is the text of a mapping file."""

    pathway: str
    from_version: str
    to_version: str
    map: str | None = None
    with_children: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Instances that stand alike, and what would become of them. `place` are their steps, `moves` say it of each."""

    place: str
    instances: int
    examples: tuple[str, ...]
    moves: tuple[Json, ...]
    blocked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A dry run: groups by where instances stand, those that would be refused first; nothing was changed."""

    groups: tuple[Group, ...]
    instances: int
    blocked: int
    silent: int


@dataclass(frozen=True, slots=True)
class RunProgress:
    """A run, and how many of its instances came to what."""

    run: MigrationRun
    counts: Mapping[MoveVerdict, int]


@dataclass(frozen=True, slots=True)
class _Prepared:
    plan: Plan
    digest: str
    from_digest: str
    mapping: Json
    hold: Hold | None


@dataclass(frozen=True)
class MigrationService(Base):
    """The use cases of migration. All raise `ForbiddenError`, and `NotFoundError` for a version or run that is not."""

    async def preview(self, actor: Actor, wish: MigrationWish) -> Preview:
        """What a migration would do. Raises `FormInvalidError` for a map that is not right."""
        actor.require("migrate")
        prepared = await self._prepared(wish)
        idents = await self._open(wish)
        order = Migrate(prepared.digest, prepared.mapping, actor.id, wish.reason or "dry run", hold=prepared.hold)
        found = await self._each(idents, lambda ident: self._ask(ident, order))
        groups: dict[str, list[tuple[str, Json]]] = {}
        for ident, shown in found:
            if shown is not None:
                groups.setdefault(_place(shown), []).append((ident, shown))
        told = [_group(place, members) for place, members in groups.items()]
        told.sort(key=lambda one: (not one.blocked, -one.instances, one.place))
        return Preview(
            tuple(told),
            len(idents),
            sum(one.instances for one in told if one.blocked),
            sum(1 for _, shown in found if shown is None),
        )

    async def begin(self, actor: Actor, wish: MigrationWish) -> RunProgress:
        """Put a run on record. Raises `InvalidRequestError` without a reason, `FormInvalidError`."""
        actor.require("migrate")
        if not wish.reason.strip():
            raise InvalidRequestError("Say why they are migrated.", fields={"reason": "is required"})
        prepared = await self._prepared(wish)
        idents = await self._open(wish)
        run = NewRun(
            new_id(),
            wish.pathway,
            wish.from_version,
            wish.to_version,
            prepared.digest,
            prepared.mapping,
            wish.with_children,
            actor.id,
            wish.reason.strip(),
        )
        async with self.database.transaction() as unit:
            places = {ident: await self._standing(unit, ident) for ident in idents}
            candidates = [Candidate(ident, places[ident], wish.from_version, prepared.from_digest) for ident in idents]
            await unit.migration_runs.begin(run, candidates)
            if not candidates:
                await unit.migration_runs.finish(run.id, "done")
        return await self.progress(actor, run.id)

    async def go_on(self, actor: Actor, run: str, *, limit: int = 50) -> RunProgress:
        """Move the next instances of a run; the run is done when none waits. Those that did not answer come last."""
        actor.require("migrate")
        found = await self._run(run)
        async with self.database.transaction() as unit:
            page = await unit.migration_runs.results(run, verdict="waiting", limit=limit)
            if not page.items:
                page = await unit.migration_runs.results(run, verdict="failed", limit=limit)
        if found.status != "stopped":
            await self._each([one.instance for one in page.items], lambda ident: self._move(found, ident))
        async with self.database.transaction() as unit:
            counts = await unit.migration_runs.counts(run)
            if not counts.get("waiting") and found.status == "running":
                await unit.migration_runs.finish(run, "done")
        return await self.progress(actor, run)

    async def take_back(self, actor: Actor, run: str, *, limit: int = 50) -> RunProgress:
        """Take the next instances of a run back to the version they came from, as far as they have not moved since."""
        actor.require("migrate")
        found = await self._run(run)
        async with self.database.transaction() as unit:
            page = await unit.migration_runs.returnable(run, limit=limit)
        by_ident = {one.instance: one for one in page.items}
        await self._each(list(by_ident), lambda ident: self._return(actor, found, by_ident[ident]))
        return await self.progress(actor, run)

    async def progress(self, actor: Actor, run: str) -> RunProgress:
        """How far a run is."""
        actor.require("migrate")
        found = await self._run(run)
        async with self.database.transaction() as unit:
            return RunProgress(found, await unit.migration_runs.counts(run))

    async def results(
        self, actor: Actor, run: str, *, after: str | None = None, limit: int = 200
    ) -> Page[MigrationResult]:
        """What came of each instance. Raises `BadCursorError`."""
        actor.require("migrate")
        await self._run(run)
        async with self.database.transaction() as unit:
            return await unit.migration_runs.results(run, after=after, limit=limit)

    async def runs(self, actor: Actor, *, pathway: str | None = None, after: str | None = None) -> Page[MigrationRun]:
        """Runs, the latest first. Raises `BadCursorError`."""
        actor.require("migrate")
        async with self.database.transaction() as unit:
            return await unit.migration_runs.page(pathway=pathway, after=after)

    # -- what is migrated -------------------------------------------------------------------------------------

    async def _prepared(self, wish: MigrationWish) -> _Prepared:
        async with self.database.transaction() as unit:
            old = await unit.definitions.get(wish.pathway, wish.from_version)
            new = await unit.definitions.get(wish.pathway, wish.to_version)
            for version, found in ((wish.from_version, old), (wish.to_version, new)):
                if found is None or found.state == "draft":
                    raise NotFoundError(f"{wish.pathway} {version} is not published.")
            if old is None or new is None:
                raise NotFoundError("There is no such version.")
            plans = await self.plans.by_digest(unit, old.digest), await self.plans.by_digest(unit, new.digest)
        old_plan, new_plan = plans
        if old_plan is None or new_plan is None:
            raise NotFoundError("There is no such version.")
        mapping = map_from_json({})
        if wish.map is not None:
            read = read_map(wish.map, "map", old_plan, new_plan)
            if read.diagnostics:
                shown = [f"{one.line}:{one.column} {one.message}" for one in read.diagnostics]
                raise FormInvalidError("The map is not right.", fields={"map": "; ".join(shown)})
            mapping = read.mapping
        return _Prepared(new_plan, new.digest, old.digest, map_to_json(mapping), new.hold)

    async def _open(self, wish: MigrationWish) -> list[str]:
        found: list[str] = []
        after: str | None = None
        while True:
            async with self.database.transaction() as unit:
                wanted = InstanceFilter(wish.pathway, open=True)
                page = await unit.instances.page(wanted, after=after, limit=200)
            found += [one.id for one in page.items if one.version == wish.from_version]
            after = page.next
            if after is None:
                return found

    async def _standing(self, unit: Unit, ident: str) -> str:
        positions = await unit.instances.positions(ident)
        return ", ".join(sorted({path_of(one.address) for one in positions}))

    # -- one instance -----------------------------------------------------------------------------------------

    async def _each(self, idents: Sequence[str], do: Any) -> list[tuple[str, Any]]:
        gate = asyncio.Semaphore(_TOGETHER)

        async def one(ident: str) -> tuple[str, Any]:
            async with gate:
                return ident, await do(ident)

        return list(await asyncio.gather(*(one(ident) for ident in idents)))

    async def _ask(self, ident: str, order: Migrate) -> Json:
        try:
            return await self.engine.preview_migration(ident, order)
        except (EngineAwayError, InstanceGoneError, EngineRefusedError):
            return None

    async def _move(self, run: MigrationRun, ident: str) -> None:
        hold = await self._hold(run.pathway, run.to_version)
        order = Migrate(run.to_digest, run.mapping, run.by, run.reason, hold=hold)
        verdict, rev, message = await self._migrate(ident, order, f"migration/{run.id}/{ident}", "moved")
        detail = {"children": await self._children(run, ident)} if verdict == "moved" and run.with_children else None
        async with self.database.transaction() as unit:
            await unit.migration_runs.note(run.id, ident, verdict, rev=rev, detail=detail, message=message)

    async def _return(self, actor: Actor, run: MigrationRun, result: MigrationResult) -> None:
        inverse = map_to_json(map_from_json(run.mapping).inverse())
        hold = await self._hold(run.pathway, result.from_version)
        order = Migrate(result.from_digest, inverse, actor.id, f"taken back: {run.reason}", result.rev, hold)
        request = f"migration/{run.id}/{result.instance}/back"
        verdict, _, message = await self._migrate(result.instance, order, request, "taken-back")
        async with self.database.transaction() as unit:
            kept = verdict if verdict == "taken-back" else "moved"
            await unit.migration_runs.note(run.id, result.instance, kept, message=message)

    async def _migrate(
        self, ident: str, order: Migrate, request: str, done: MoveVerdict
    ) -> tuple[MoveVerdict, int | None, str | None]:
        async with self.database.transaction() as unit:
            known = await unit.results.get(ident, request)
        if known is not None:  # whoever asked before died, or got no answer; it may have gone on since, or ended
            return done, known.rev, None
        try:
            answer = await self.engine.migrate(ident, order, request=request)
        except EngineRefusedError as refusal:
            why = refusal.refused.detail
            return "refused", None, "; ".join(why) if isinstance(why, list) else refusal.refused.message
        except InstanceGoneError:
            return await self._gone(ident)
        except EngineAwayError as away:
            return "failed", None, away.message
        return done, answer.rev, None

    async def _gone(self, ident: str) -> tuple[MoveVerdict, int | None, str | None]:
        """Why there is no workflow: it has ended, or has not begun and may be asked again."""
        async with self.database.transaction() as unit:
            stored = await unit.instances.get(ident)
        if stored is not None and stored.status != "ended":
            return "failed", None, "The pathway does not answer now."
        return "refused", None, "It has ended."

    async def _children(self, run: MigrationRun, ident: str) -> list[Json]:
        """Move the open children of an instance to the version that its pathway would start now."""
        async with self.database.transaction() as unit:
            plan = await self.plans.by_digest(unit, run.to_digest)
            ranges = {one.pathway: one.range for one in (plan.steps if plan else ()) if isinstance(one, Child)}
            children = [one for one in await unit.children.of(ident) if one.awaited and one.pathway in ranges]
            targets = {
                one.instance: await unit.definitions.resolve(one.pathway, ranges[one.pathway], self.now())
                for one in children
            }
        told: list[Json] = []
        for child in children:
            target = targets[child.instance]
            if target is None or target.digest == child.digest:
                continue
            order = Migrate(target.digest, {}, run.by, run.reason, hold=target.hold)
            request = f"migration/{run.id}/{child.instance}"
            verdict, _, message = await self._migrate(child.instance, order, request, "moved")
            told.append({"instance": child.instance, "to": target.version, "verdict": verdict, "message": message})
        return told

    async def _hold(self, pathway: str, version: str) -> Hold | None:
        """What a version holds now, so that an instance which comes to it holds it from the first moment."""
        async with self.database.transaction() as unit:
            found = await unit.definitions.get(pathway, version)
        return None if found is None else found.hold

    async def _run(self, run: str) -> MigrationRun:
        async with self.database.transaction() as unit:
            found = await unit.migration_runs.get(run)
        if found is None:
            raise NotFoundError("There is no such run.")
        return found


def _place(shown: Json) -> str:
    """Where instances stand that are alike: their steps, and what is in the way."""
    steps = ", ".join(sorted({str(one["step"]) for one in shown["moves"]}))
    return "; ".join(one for one in (steps, *sorted(shown["blocked"])) if one)


def _group(place: str, members: Sequence[tuple[str, Json]]) -> Group:
    moves: dict[str, Json] = {}
    blocked: dict[str, None] = {}
    for _, shown in members:
        for one in shown["moves"]:
            moves.setdefault(str(one["step"]), {"step": one["step"], "to": one["to"], "what": one["what"]})
        blocked |= dict.fromkeys(shown["blocked"])
    examples = tuple(ident for ident, _ in members[:_EXAMPLES])
    return Group(place, len(members), examples, tuple(moves.values()), tuple(blocked))
