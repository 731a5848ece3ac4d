"""Instances: starting them, finding them, seeing where they stand, cancelling them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from api.services.actor import Actor
from api.services.base import names_of, new_id
from api.services.engine import EngineAwayError
from api.services.errors import (
    FormInvalidError,
    InvalidRequestError,
    KeyReusedError,
    NotFoundError,
    NotNowError,
    RefusedError,
    RunsAlreadyError,
)
from api.services.interventions import Interventions, Operated
from api.services.records import (
    Child,
    Clock,
    DefinitionSummary,
    Entry,
    Incident,
    Instance,
    InstanceFilter,
    InstanceSummary,
    Page,
    Position,
    Task,
)
from pathways.engine import advance, start_state
from pathways.events import Cancelled, Started
from pathways.messages import Pace, StartInstance
from pathways.pace import pace_for_new, pace_from_json, pace_to_json, pathway_now
from pathways.plan import Plan
from pathways.starting import KeylessError
from pathways.time.zones import ZoneError
from pathways.time.zones import zone as read_zone
from pathways.versions import VersionError, parse_range
from store.database import Unit
from store.instances import Brief, NewInstance
from store.starts import Begun, begin

Json = Any

_NEW_KEY = "Use a new key for each start."


@dataclass(frozen=True, slots=True)
class StartWish:
    """What somebody wants to start. `version` is one, or a range; without it the highest that can be started.

    `deprecated`: even of a version that is deprecated. `site` is where it is for, this server's where left out.
    """

    pathway: str
    inputs: Mapping[str, Json]
    version: str | None = None
    zone: str | None = None
    deprecated: bool = False
    site: str | None = None


@dataclass(frozen=True, slots=True)
class InstanceDetail:
    """An instance with everything that is known of it; `names` are those of people, by id.

    `children` are the pathways that it started, `parent` the instance that waits for it, where there is one;
    `replaced_by` the one that was started in its place, its own workflow gone.
    """

    instance: Instance
    plan: Plan | None
    positions: tuple[Position, ...]
    tasks: tuple[Task, ...]
    incidents: tuple[Incident, ...]
    timeline: tuple[Entry, ...]
    names: Mapping[str, str]
    clocks: tuple[Clock, ...] = ()
    children: tuple[Child, ...] = ()
    parent: Instance | None = None
    replaced_by: Instance | None = None


@dataclass(frozen=True)
class InstanceService(Interventions):
    """The use cases around instances.

    `site` and `site_zone` are where an instance lives unless its start says otherwise; `demo_pace` is how fast time
    runs in a demonstration, None outside one.
    """

    site_zone: str = "UTC"
    site: str | None = None
    demo_pace: float | None = None

    async def start(self, actor: Actor, wish: StartWish, *, key: str) -> tuple[Instance, bool]:
        """Start an instance; it, and whether it is new. The same `key` again gives the first one.

        The row comes first: once it is there the instance will start, now or when Temporal answers again. What may
        run only once and runs already is joined, where the pathway says so: then that instance is answered.

        Raises `NotFoundError`, `RefusedError` where no version can be started now, `RunsAlreadyError` with the
        instance that is in the way, `FormInvalidError` with the inputs at fault, `KeyReusedError`.
        """
        actor.require("start")
        _check_range(wish.version)
        request = actor.request(key)
        async with self.database.transaction() as unit:
            begun = await self._begun_before(unit, wish, request)
            if begun is None:
                definition = await self._definition(unit, wish)
                plan = await self.plans.by_digest(unit, definition.digest)
                begun = await self._begin(unit, actor, wish, definition, plan, request)
        if begun.how == "duplicate":
            raise RunsAlreadyError(f"{begun.instance.title} runs already for the same.", begun.instance.id)
        if begun.how != "joined":
            _same_start(begun.instance, wish)
        if begun.instance.status == "starting":
            await self.start_workflow(begun.instance)
        return begun.instance, begun.how == "new"

    async def get(self, ident: str) -> Instance:
        """An instance. Raises `NotFoundError`."""
        async with self.database.reading() as unit:
            return await found(unit, ident)

    async def page(self, wanted: InstanceFilter, *, after: str | None = None, limit: int = 50) -> Page[InstanceSummary]:
        """Instances, the youngest first. Raises `BadCursorError`."""
        async with self.database.reading() as unit:
            return await unit.instances.page(wanted, after=after, limit=limit)

    async def briefs(self, idents: Iterable[str]) -> Mapping[str, Brief]:
        """Whom instances are about, by id."""
        async with self.database.reading() as unit:
            return await unit.instances.briefs(idents)

    async def plans_of(self, digests: Iterable[str]) -> Mapping[str, Plan]:
        """Plans by their digest; a version that can't be read any more is left out, lists go without it."""
        found = {}
        async with self.database.reading() as unit:
            for digest in digests:
                with suppress(ValidationError):
                    found[digest] = await self.plans.by_digest(unit, digest)
        return {digest: plan for digest, plan in found.items() if plan is not None}

    async def standing_still(self, instances: Iterable[InstanceSummary]) -> frozenset[str]:
        """The ids of those of some instances in which an incident is open."""
        async with self.database.reading() as unit:
            return await unit.incidents.standing_still(one.id for one in instances)

    async def held(self, instances: Iterable[InstanceSummary]) -> Mapping[str, tuple[Position, ...]]:
        """Where those of some instances that hold steps wait before one, by id."""
        idents = [one.id for one in instances if one.hold is not None or one.own_hold is not None]
        async with self.database.reading() as unit:
            return await unit.instances.held(idents)

    async def detail(self, ident: str) -> InstanceDetail:
        """An instance with its timeline, positions, tasks and incidents. Raises `NotFoundError`."""
        async with self.database.reading() as unit:
            instance = await found(unit, ident)
            plan = await self.plans.by_digest(unit, instance.digest)
            positions = await unit.instances.positions(ident)
            tasks = await unit.tasks.of_instance(ident)
            incidents = await unit.incidents.of_instance(ident)
            timeline = await unit.timeline.all(ident)
            clocks = await unit.clocks.of_instance(ident)
            children = await unit.children.of(ident)
            parent = await unit.instances.get(instance.parent_instance) if instance.parent_instance else None
            replaced = await unit.instances.replacing(ident) if instance.gone is not None else None
            mentioned = {instance.started_by, *_people_in(instance.data), *(one.actor for one in timeline)}
            mentioned |= {one.assignee for one in tasks} | {one.closed_by for one in tasks}
            stopped = (instance.suspension, instance.hold, instance.own_hold, instance.ending)
            mentioned |= {one.get("by") for one in stopped if isinstance(one, Mapping)}
            names = await names_of(unit, (one for one in mentioned if isinstance(one, str)))
        return InstanceDetail(
            instance, plan, positions, tasks, incidents, timeline, names, clocks, children, parent, replaced
        )

    async def cancel(self, actor: Actor, ident: str, *, reason: str, key: str) -> Operated:
        """Cancel an instance. Raises `NotFoundError`, `InvalidRequestError` without a reason, `RefusedError`."""
        actor.require("cancel")
        if not reason.strip():
            raise InvalidRequestError("Say why it is cancelled.", fields={"reason": "is required"})
        return await self.intervene(ident, Cancelled(actor.id, reason.strip()), request=actor.request(key))

    async def _definition(self, unit: Unit, wish: StartWish) -> DefinitionSummary:
        now = self.now()
        found = await unit.definitions.resolve(wish.pathway, wish.version, now, deprecated=wish.deprecated)
        if found is not None:
            return found
        why = await unit.definitions.why_none(wish.pathway, wish.version, now)
        if await unit.definitions.matching(wish.pathway, wish.version):
            raise RefusedError("not-published", why)
        known = sorted({one.name for one in await unit.definitions.versions()})
        raise NotFoundError(why, hint=f"There are {', '.join(known)}." if known else "Publish it first.")

    @staticmethod
    async def _begun_before(unit: Unit, wish: StartWish, request: str) -> Begun | None:
        """What the same request came to when it came before."""
        known = await unit.instances.by_request(request)
        if known is not None:
            return Begun("again", known)
        joined = await unit.instances.joined_by(request)
        if joined is None:
            return None
        if joined.pathway != wish.pathway:
            raise KeyReusedError("This idempotency key has started something else.", hint=_NEW_KEY)
        return Begun("joined", joined)

    async def _begin(
        self,
        unit: Unit,
        actor: Actor,
        wish: StartWish,
        definition: DefinitionSummary,
        plan: Plan | None,
        request: str,
    ) -> Begun:
        zone = wish.zone or self.site_zone
        try:
            read_zone(zone)
        except ZoneError as error:
            raise FormInvalidError(error.message, hint=error.hint, fields={"zone": error.message}) from error
        ident, now = new_id(), self.now()
        pace = await self.pace(unit)
        if plan is None:
            raise NotNowError("The pathway can't be read now.", hint="Try again in a moment.")
        state = start_state(plan, ident, zone, now, site=wish.site or self.site)
        refusal = advance(plan, state, Started(dict(wish.inputs), actor.id), now).refusal
        if refusal is not None:
            fields = refusal.detail if isinstance(refusal.detail, Mapping) else {}
            raise FormInvalidError(refusal.message, fields={f"inputs.{k}": str(v) for k, v in fields.items()})
        new = NewInstance(
            id=ident,
            pathway=definition.name,
            version=definition.version,
            digest=definition.digest,
            title=definition.title,
            zone=zone,
            inputs=dict(wish.inputs),
            at=pathway_now(pace, now),
            by=actor.id,
            request=request,
            pace=pace_to_json(pace),
            site=state.site,
        )
        try:
            return await begin(unit, plan, new)
        except KeylessError as error:
            raise FormInvalidError(error.message, hint=error.hint, fields={"inputs": error.message}) from error

    async def pace(self, unit: Unit) -> Pace | None:
        """The clock of a new instance: all instances of a demonstration share one time."""
        running = None if self.demo_pace is None else pace_from_json(await unit.instances.latest_pace())
        return pace_for_new(self.demo_pace, running, self.now())

    async def start_workflow(self, instance: Instance) -> None:
        """Start the workflow of a row; where Temporal is away, the relay does it."""
        start = StartInstance(
            instance=instance.id,
            digest=instance.digest,
            zone=instance.zone,
            inputs=instance.inputs,
            by=instance.started_by,
            pace=pace_from_json(instance.pace),
            pathway=instance.pathway,
            version=instance.version,
            site=instance.site,
        )
        try:
            await self.engine.start(start)
        except EngineAwayError:
            return  # the row is there: the relay starts it when Temporal answers again


async def found(unit: Unit, ident: str) -> Instance:
    """An instance. Raises `NotFoundError`."""
    instance = await unit.instances.get(ident)
    if instance is None:
        raise NotFoundError("There is no such instance.")
    return instance


def _people_in(data: Json) -> Iterator[str]:
    """Who is named in an instance's data: by whom values are, and whom they say to have done something."""
    if isinstance(data, Mapping):
        if isinstance(data.get("by"), str):
            yield data["by"]
        for one in data.values():
            yield from _people_in(one)
    elif isinstance(data, list):
        for one in data:
            yield from _people_in(one)


def _check_range(text: str | None) -> None:
    try:
        if text is not None:
            parse_range(text)
    except VersionError as error:
        raise FormInvalidError(error.message, hint=error.hint, fields={"version": error.message}) from error


def _same_start(instance: Instance, wish: StartWish) -> None:
    same = wish.version is None or parse_range(wish.version).matches(instance.version)
    if not same or instance.pathway != wish.pathway or _canonical(instance.inputs) != _canonical(wish.inputs):
        raise KeyReusedError("This idempotency key has started something else.", hint=_NEW_KEY)


def _canonical(value: Json) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
