"""The activity `resolve_version`: which version a child pathway will run, and its row in the store.

The version is looked up and the row inserted in one transaction, so that a version is not retired under a child that
is about to start. A child that would be refused (no version fits, its inputs are wrong) gets no row.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import lru_cache

from pydantic import TypeAdapter
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.record import STORE_AWAY
from pathways.engine import advance, start_state
from pathways.events import Started
from pathways.messages import Pace, VersionAnswer, VersionRequest
from pathways.plan import Plan, plan_from_json
from pathways.starting import KeylessError
from pathways.versions import VersionError
from store.database import Database, Unit
from store.definitions import Definition
from store.errors import StoreUnavailableError
from store.instances import NewInstance
from store.starts import begin

Keep = Callable[[Plan], None]


@lru_cache(maxsize=1)
def _pace() -> TypeAdapter[Pace | None]:
    return TypeAdapter(Pace | None)


def resolve_activity(
    database: Database, keep: Keep = lambda _: None
) -> Callable[[VersionRequest], Awaitable[VersionAnswer]]:
    """The activity over a database, for a worker to register; `keep` takes in the plan that was found."""

    @activity.defn(name="resolve_version")
    async def resolve_version(request: VersionRequest) -> VersionAnswer:
        try:
            async with database.transaction() as unit:
                return await resolve(unit, request, keep)
        except StoreUnavailableError as error:
            raise ApplicationError(error.message, type=STORE_AWAY) from None

    return resolve_version


async def resolve(unit: Unit, request: VersionRequest, keep: Keep = lambda _: None) -> VersionAnswer:
    """The version of a child. Asked again, it answers the same: what has its row is pinned."""
    start = request.start
    there = await unit.instances.get(start.instance)
    if there is not None:
        return VersionAnswer(there.digest, there.version)
    if start.wanted is None:
        return VersionAnswer(message="It does not say which pathway it wants.")
    name, wanted = start.wanted.pathway, start.wanted.range
    now = datetime.now(UTC)  # versions come into effect in real time, also in a demonstration
    try:
        found = await unit.definitions.resolve(name, wanted, now)
    except VersionError as error:
        return VersionAnswer(message=error.message)
    definition = await unit.definitions.get(found.name, found.version) if found is not None else None
    if definition is None:
        return VersionAnswer(message=await unit.definitions.why_none(name, wanted, now))
    plan = plan_from_json(definition.plan)
    keep(plan)
    event = Started(start.inputs, start.by, start.parent)
    refusal = advance(plan, start_state(plan, start.instance, start.zone, request.now), event, request.now).refusal
    if refusal is not None:
        return VersionAnswer(version=definition.version, message=refusal.message, detail=refusal.detail)
    try:
        begun = await begin(unit, plan, _row(definition, request))
    except KeylessError as error:
        return VersionAnswer(version=definition.version, message=error.message)
    if begun.how != "new":  # a child is an instance of its own: it can't join another
        message = f"{begun.instance.title} runs already for the same, as {begun.instance.id}."
        return VersionAnswer(version=definition.version, message=message, detail={"instance": begun.instance.id})
    return VersionAnswer(definition.digest, definition.version)


def _row(definition: Definition, request: VersionRequest) -> NewInstance:
    start = request.start
    return NewInstance(
        id=start.instance,
        pathway=definition.name,
        version=definition.version,
        digest=definition.digest,
        title=definition.title,
        zone=start.zone,
        inputs=dict(start.inputs),
        at=request.now,
        by=start.by,
        pace=_pace().dump_python(start.pace, mode="json"),
        parent=start.parent,
    )
