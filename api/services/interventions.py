"""Sending an operation to an instance: what every use case that intervenes shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.services.base import Base
from api.services.engine import EngineRefusedError, InstanceGoneError
from api.services.errors import FormInvalidError, NotFoundError, NotNowError, RefusedError, WorkflowGoneError
from api.services.records import Instance
from pathways.events import Operation
from pathways.messages import Refused


@dataclass(frozen=True, slots=True)
class Operated:
    """An operation was done. `lists_lag`: the store does not show it yet."""

    instance: str
    rev: int
    lists_lag: bool


@dataclass(frozen=True)
class Interventions(Base):
    """Sends operations; a request that comes again gets its first answer."""

    async def intervene(self, ident: str, event: Operation, *, request: str) -> Operated:
        """Operate on an instance that has not ended. Raises `NotFoundError`, and as `send` does."""
        async with self.database.transaction() as unit:
            instance = await unit.instances.get(ident)
            if instance is None:
                raise NotFoundError("There is no such instance.")
            known = await unit.results.get(ident, request)
        if known is not None:
            return Operated(ident, known.rev, lists_lag=False)
        if instance.status == "ended":
            raise ended(instance)
        return await self.send(ident, event, request=request)

    async def send(self, ident: str, event: Operation, *, request: str) -> Operated:
        """Hand an operation to the pathway.

        Raises `RefusedError` with what the pathway has against it, `FormInvalidError` where something given does not
        fit, `NotNowError` where it does not answer.
        """
        try:
            answer = await self.engine.operate(ident, event, request=request)
        except EngineRefusedError as refusal:
            raise refusal_of(refusal.refused) from refusal
        except InstanceGoneError as gone:
            raise await self._gone(ident) from gone
        return Operated(ident, answer.rev, await self.lists_lag(ident, answer.rev))

    async def _gone(self, ident: str) -> Exception:
        """Why an instance's workflow is not there: it has ended, has not begun, or is gone."""
        async with self.database.transaction() as unit:
            instance = await unit.instances.get(ident)
        if instance is not None and instance.status == "ended":
            return ended(instance)
        if instance is not None and instance.gone is not None:
            return WorkflowGoneError()
        return NotNowError("The pathway does not answer now.", hint="Try again in a moment.")


def ended(instance: Instance) -> RefusedError:
    """That an instance has ended, and how."""
    how = instance.outcome_title or instance.outcome or "ended"
    return RefusedError("ended", f"The pathway has ended: {how}.")


_GIVEN = {"input-invalid": "input", "output-invalid": "output", "value-invalid": "value"}
"""What was given, by the code with which the pathway refuses it."""


def refusal_of(refused: Refused) -> Exception:
    """The pathway's refusal of an operation, as the person should meet it: by field where one is at fault."""
    if refused.code == "store-lag":
        return NotNowError(refused.message)
    given = _GIVEN.get(refused.code)
    if given is None:
        return RefusedError(refused.code, refused.message, refused.detail)
    detail = refused.detail if isinstance(refused.detail, Mapping) else {}
    fields = {f"{given}.{name}" if name else given: str(why) for name, why in detail.items()}
    return FormInvalidError(refused.message, fields=fields or {given: refused.message})
