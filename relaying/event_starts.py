"""Starting by event: each event that came in starts the pathways that want it, each at most once.

It is looked at by the highest version of a pathway that may be started now. What can't be judged (a condition that
gives null, inputs that do not fit, a unique key that is missing) is a dead letter, for a person to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

import structlog
from ulid import ULID

from pathways.events import MessageReceived
from pathways.messages import Pace
from pathways.pace import pace_for_new, pace_from_json, pace_to_json, pathway_now
from pathways.plan import Plan, plan_from_json
from pathways.starting import KeylessError, Unsure, Wanted, starts
from relaying.port import NoAnswerError, Pathways
from relaying.starting import start_of
from store.database import Database, Unit
from store.definitions import DefinitionSummary
from store.event_starts import StartVerdict
from store.inbox import InboxEvent
from store.instances import Instance, NewInstance
from store.starts import begin

_log = structlog.get_logger("carelane.relay")

_VERDICTS: dict[str, StartVerdict] = {
    "new": "started",
    "again": "started",
    "joined": "joined",
    "duplicate": "duplicate",
}


class EventStarter:
    """Looks at events, one at a time, oldest first; several relays share them.

    `zone` and `site` are those of new instances; `demo_pace` how fast time runs in a demonstration.
    """

    def __init__(
        self,
        database: Database,
        pathways: Pathways,
        *,
        zone: str = "UTC",
        site: str | None = None,
        demo_pace: float | None = None,
    ) -> None:
        self._database = database
        self._pathways = pathways
        self._zone = zone
        self._site = site
        self._demo_pace = demo_pace
        self._plans: dict[str, Plan] = {}

    async def step(self) -> bool:
        """Look at the next event; False where there is none."""
        async with self._database.transaction() as unit:
            event = await unit.event_starts.next()
            if event is None:
                return False
            begun = await self._look(unit, event)
            await unit.event_starts.looked_at(event.id)
        for instance in begun:
            try:
                await self._pathways.start(start_of(instance))
            except NoAnswerError:
                break  # its row is there: it is started when Temporal answers again
        return True

    async def _look(self, unit: Unit, event: InboxEvent) -> list[Instance]:
        done = {one.pathway for one in await unit.event_starts.of_event(event.id)}
        begun: list[Instance] = []
        for version in await self._startable(unit):
            plan = self._plans[version.digest]
            wants = any(one.type == event.type for one in plan.starts_on)
            if wants and version.name not in done and (started := await self._start(unit, event, version, plan)):
                begun.append(started)
        return begun

    async def _start(self, unit: Unit, event: InboxEvent, version: DefinitionSummary, plan: Plan) -> Instance | None:
        held = await unit.definitions.resolve(version.name, None, datetime.now(UTC))
        if held is None or held.digest != version.digest:
            raise NoAnswerError("A version changed just now.")  # looked at again in a moment
        pace = await self._pace(unit)
        message = MessageReceived(event.id, event.type, event.key, event.data, event.time)
        now = pathway_now(pace, datetime.now(UTC))
        found = starts(plan, message, zone=self._zone, at=now)
        if isinstance(found, Wanted):
            try:
                begun = await begin(unit, plan, self._new(event, version, found, now, pace))
            except KeylessError as error:
                found = Unsure(error.message)
            else:
                verdict = _VERDICTS[begun.how]
                await unit.event_starts.note(
                    event.id, version.name, version.version, verdict, instance=begun.instance.id
                )
                return begun.instance if verdict == "started" else None
        if isinstance(found, Unsure):
            _log.warning("An event could not be judged", event_id=event.id, pathway=version.name)
            await unit.event_starts.note(event.id, version.name, version.version, "refused", reason=found.reason)
        return None

    def _new(
        self, event: InboxEvent, version: DefinitionSummary, wanted: Wanted, now: datetime, pace: Pace | None
    ) -> NewInstance:
        return NewInstance(
            id=str(ULID()),
            pathway=version.name,
            version=version.version,
            digest=version.digest,
            title=version.title,
            zone=self._zone,
            inputs=dict(wanted.inputs),
            at=now,
            request=f"event/{event.id}/{version.name}",
            pace=pace_to_json(pace),
            site=self._site,
        )

    async def _pace(self, unit: Unit) -> Pace | None:
        running = None if self._demo_pace is None else pace_from_json(await unit.instances.latest_pace())
        return pace_for_new(self._demo_pace, running, datetime.now(UTC))

    async def _startable(self, unit: Unit) -> list[DefinitionSummary]:
        """The version of each pathway that would be started now; their plans are kept at hand."""
        now = datetime.now(UTC)
        versions = await unit.definitions.versions()
        found = [one for _, some in groupby(versions, lambda one: one.name) if (one := _highest(list(some), now))]
        kept = {one.digest: self._plans.get(one.digest) for one in found}
        for one in found:
            if kept[one.digest] is None:
                definition = await unit.definitions.get(one.name, one.version)
                kept[one.digest] = plan_from_json(definition.plan) if definition is not None else None
        self._plans = {digest: plan for digest, plan in kept.items() if plan is not None}
        return [one for one in found if one.digest in self._plans]


def _highest(versions: Sequence[DefinitionSummary], now: datetime) -> DefinitionSummary | None:
    """The first of a pathway's versions, highest first, that may be started; trials are not meant."""
    meant = (one for one in versions if "-" not in one.version and one.why_not_started(now) is None)
    return next(meant, None)
