"""Instances whose workflow is gone: closing them, and starting the same anew. The relay finds them."""

from __future__ import annotations

from dataclasses import dataclass

from api.services.actor import Actor
from api.services.base import new_id
from api.services.engine import EngineRefusedError, InstanceGoneError
from api.services.errors import FormInvalidError, InvalidRequestError, NotNowError, RefusedError, RunsAlreadyError
from api.services.instances import InstanceService, found
from api.services.interventions import Operated, ended
from api.services.records import Instance
from pathways.events import Cancelled
from pathways.pace import pace_to_json, pathway_now
from pathways.starting import KeylessError
from store.closing import close
from store.database import Unit
from store.instances import NewInstance
from store.starts import begin


@dataclass(frozen=True)
class GoneService(InstanceService):
    """The use cases around an instance whose workflow is not there any more.

    Both need that it is marked as gone, and ask Temporal once more. What it had started as children is told to cancel
    first, so that nothing goes on for nobody; a parent that waits for it hears from the relay that it has failed.
    """

    async def close(self, actor: Actor, ident: str, *, reason: str, key: str) -> Operated:
        """End it: open tasks close as cancelled, clocks are dropped.

        Raises `NotFoundError`, `InvalidRequestError` without a reason, `RefusedError` where its workflow is there.
        """
        actor.require("cancel")
        reason, request = _reason(reason), actor.request(key)
        async with self.database.transaction() as unit:
            instance = await found(unit, ident)
            known = await unit.results.get(ident, request)
        if known is not None:
            return Operated(ident, known.rev, lists_lag=False)
        children = await self._may_close(actor, instance, reason, request)
        async with self.database.transaction() as unit:
            rev = await self._close(unit, actor, ident, reason, request, children)
        return Operated(ident, rev, lists_lag=False)

    async def start_anew(self, actor: Actor, ident: str, *, reason: str, key: str) -> Instance:
        """Close it, and start the same version with the same inputs from its beginning, as another instance.

        Where the old one stood is lost with its workflow; what it did outside is not taken back and may be done again.
        Raises as `close` does, and `RefusedError` where its version can't be started any more or a parent waits for
        it: that starts it again by itself; `RunsAlreadyError` where the same runs already.
        """
        actor.require("cancel")
        actor.require("start")
        reason, request = _reason(reason), actor.request(key)
        async with self.database.transaction() as unit:
            instance = await found(unit, ident)
            known = await unit.instances.by_request(request)
            if known is None:
                await self._may_start(unit, instance)
        if known is None:
            children = await self._may_close(actor, instance, reason, request)
            async with self.database.transaction() as unit:
                await self._close(unit, actor, ident, reason, request, children)
                known = await self._begin_anew(unit, actor, instance, request)
        if known.status == "starting":
            await self.start_workflow(known)
        return known

    async def _may_close(self, actor: Actor, instance: Instance, reason: str, request: str) -> tuple[str, ...]:
        """See to it that it is really gone, and that nothing goes on for it; the children that were told to cancel."""
        if instance.status == "ended":
            raise ended(instance)
        if instance.gone is None:
            raise _not_gone()
        try:
            await self.engine.describe(instance.id)
        except InstanceGoneError:
            pass
        else:
            raise _not_gone()
        async with self.database.transaction() as unit:
            children = [one.instance for one in await unit.children.of(instance.id) if one.awaited]
        told = Cancelled(actor.id, reason)
        return tuple([one for one in children if await self._cancel(one, told, f"{request}/{one}")])

    async def _cancel(self, child: str, event: Cancelled, request: str) -> bool:
        try:
            await self.engine.operate(child, event, request=request)
        except (EngineRefusedError, InstanceGoneError):
            return False
        return True

    async def _close(
        self, unit: Unit, actor: Actor, ident: str, reason: str, request: str, children: tuple[str, ...]
    ) -> int:
        held = await unit.instances.lock(ident)
        if held is None or held.status == "ended" or held.gone is None:
            raise _not_gone() if held is None or held.status != "ended" else ended(held)
        at = max(await self.pathway_time(unit), held.started_at)
        return await close(unit, held, by=actor.id, reason=reason, request=request, at=at, children=children)

    async def _may_start(self, unit: Unit, instance: Instance) -> None:
        """Whether the same may be started: by a person, of the same version."""
        child = await unit.children.get(instance.id)
        parent = await unit.instances.get(child.parent) if child is not None and not child.detached else None
        if parent is not None and parent.status != "ended":
            message = "The pathway that started it waits for it. Try its exception there again: that starts it anew."
            raise RefusedError("has-parent", message)
        version = await unit.definitions.resolve(instance.pathway, instance.version, self.now(), deprecated=True)
        if version is None or version.digest != instance.digest:
            why = await unit.definitions.why_none(instance.pathway, instance.version, self.now())
            raise RefusedError("not-published", why)

    async def _begin_anew(self, unit: Unit, actor: Actor, old: Instance, request: str) -> Instance:
        plan = await self.plans.by_digest(unit, old.digest)
        if plan is None:
            raise NotNowError("The pathway can't be read now.", hint="Try again in a moment.")
        pace = await self.pace(unit)
        new = NewInstance(
            id=new_id(),
            pathway=old.pathway,
            version=old.version,
            digest=old.digest,
            title=old.title,
            zone=old.zone,
            inputs=dict(old.inputs),
            at=pathway_now(pace, self.now()),
            by=actor.id,
            request=request,
            pace=pace_to_json(pace),
            site=old.site,
            replaces=old.id,
        )
        try:
            begun = await begin(unit, plan, new)
        except KeylessError as error:
            raise FormInvalidError(error.message, hint=error.hint, fields={"inputs": error.message}) from error
        if begun.how != "new":
            raise RunsAlreadyError(f"{old.title} runs already for the same.", begun.instance.id)
        return begun.instance


def _not_gone() -> RefusedError:
    return RefusedError("not-gone", "Its workflow is there: it can be acted on as usual.")


def _reason(given: str) -> str:
    if not given.strip():
        raise InvalidRequestError("Say why.", fields={"reason": "is required"})
    return given.strip()
