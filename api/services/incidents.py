"""Exceptions: what stands still and needs an operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from api.services.actor import Actor
from api.services.base import names_of
from api.services.errors import InvalidRequestError, NotFoundError, RefusedError
from api.services.interventions import Interventions, Operated
from api.services.records import Entry, Incident, IncidentGroup, Instance, Page
from pathways.events import Retried
from pathways.plan import Do, Plan

Json = Any


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """An incident with its instance, what was tried so far, the step where it is an action, and the plan."""

    incident: Incident
    instance: Instance
    attempts: tuple[Entry, ...]
    names: Mapping[str, str]
    step: Do | None
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class RetryWish:
    """How to try again. A changed `input` gets a new idempotency key only with the word that nothing had happened."""

    reason: str
    input: Json = None
    had_no_effect: bool = False


@dataclass(frozen=True)
class IncidentService(Interventions):
    """The use cases around incidents."""

    async def groups(self, actor: Actor) -> tuple[IncidentGroup, ...]:
        """Open incidents by what is the matter, those that stop most instances first."""
        actor.require("see-exceptions")
        async with self.database.reading() as unit:
            return await unit.incidents.groups()

    async def page(
        self,
        actor: Actor,
        *,
        status: Literal["open", "closed"] | None = "open",
        fingerprint: str | None = None,
        pathway: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Incident]:
        """Incidents, the last seen first. Raises `BadCursorError`."""
        actor.require("see-exceptions")
        async with self.database.reading() as unit:
            return await unit.incidents.page(
                status=status, fingerprint=fingerprint, pathway=pathway, after=after, limit=limit
            )

    async def open_count(self) -> int:
        """How many are open."""
        async with self.database.reading() as unit:
            return await unit.incidents.open_count()

    async def detail(self, actor: Actor, ident: str) -> IncidentDetail:
        """An incident with its attempts. Raises `NotFoundError`."""
        actor.require("see-exceptions")
        async with self.database.reading() as unit:
            incident = await unit.incidents.get(ident)
            instance = await unit.instances.get(incident.instance) if incident is not None else None
            if incident is None or instance is None:
                raise NotFoundError("There is no such incident.")
            plan = await self.plans.by_digest(unit, instance.digest)
            timeline = await unit.timeline.all(incident.instance)
            attempts = tuple(one for one in timeline if _is_attempt(one, incident))
            names = await names_of(unit, (one.actor for one in attempts))
        return IncidentDetail(incident, instance, attempts, names, _action(plan, incident), plan)

    async def retry(self, actor: Actor, ident: str, wish: RetryWish, *, key: str) -> Operated:
        """Try the incident's step again. Raises `InvalidRequestError`, `FormInvalidError`, `RefusedError`."""
        actor.require("operate")
        if not wish.reason.strip():
            raise InvalidRequestError("Say why it is tried again.", fields={"reason": "is required"})
        request = actor.request(key)
        async with self.database.transaction() as unit:
            incident = await unit.incidents.get(ident)
            if incident is None:
                raise NotFoundError("There is no such incident.")
            known = await unit.results.get(incident.instance, request)
            if known is not None:
                return Operated(incident.instance, known.rev, lists_lag=False)
            if incident.status != "open":
                raise RefusedError("no-incident", "This incident is closed already.")
        event = Retried(incident.address, actor.id, wish.reason.strip(), wish.input, wish.had_no_effect)
        return await self.send(incident.instance, event, request=request)


_ATTEMPTS = {"action-started", "action-ended", "incident-opened", "incident-retried", "incident-closed"}


def _is_attempt(entry: Entry, incident: Incident) -> bool:
    """Whether an entry of the timeline belongs to the incident's step."""
    if entry.kind not in _ATTEMPTS:
        return False
    return entry.address == incident.address or entry.detail.get("id") == incident.id


def _action(plan: Plan | None, incident: Incident) -> Do | None:
    step = plan.step.get(incident.step) if plan is not None else None
    return step if isinstance(step, Do) else None
