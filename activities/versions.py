"""The activity `resolve_version`: which version a child pathway will run, and its row in the store.

The version is looked up and the row inserted in one transaction, so that a version is not retired under a child that
is about to start. A child that would be refused (no version fits, its inputs are wrong, it may run only once) gets no
row.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.record import STORE_AWAY
from pathways.inputs import conform_inputs
from pathways.messages import VersionAnswer, VersionRequest
from pathways.pace import pace_to_json
from pathways.plan import Plan, plan_from_json
from pathways.starting import KeylessError
from pathways.versions import VersionError
from store.database import Database, Unit
from store.definitions import Definition
from store.errors import StoreUnavailableError
from store.instances import NewInstance
from store.starts import begin

Json = Any
Keep = Callable[[Plan], None]


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
    inputs, errors = conform_inputs(plan, start.inputs)
    if errors:
        message = "The inputs do not fit what the pathway takes."
        return VersionAnswer(version=definition.version, message=message, detail=errors)
    try:
        begun = await begin(unit, plan, _row(definition, request, inputs))
    except KeylessError as error:
        return VersionAnswer(version=definition.version, message=error.message)
    if begun.instance.id != start.instance:
        message = f"It may run only once, and runs already for the same as {begun.instance.id}."
        return VersionAnswer(version=definition.version, message=message, detail={"instance": begun.instance.id})
    return VersionAnswer(begun.instance.digest, begun.instance.version)


def _row(definition: Definition, request: VersionRequest, inputs: Mapping[str, Json]) -> NewInstance:
    start = request.start
    return NewInstance(
        id=start.instance,
        pathway=definition.name,
        version=definition.version,
        digest=definition.digest,
        title=definition.title,
        zone=start.zone,
        inputs={name: value for name, value in inputs.items() if value is not None},
        at=request.now,
        by=start.by,
        pace=pace_to_json(start.pace),
        parent=start.parent,
        site=start.site,
    )
