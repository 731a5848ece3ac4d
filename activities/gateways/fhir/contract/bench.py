"""What a check works with: the client under test, a patient of the run, and tidying up."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass, field

from activities.gateways.fhir.client import FhirClient
from activities.gateways.fhir.errors import FhirError
from activities.gateways.fhir.resource import Reference, Resource
from activities.gateways.fhir.transport import Transport

SYSTEM = "urn:carelane:contract"


@dataclass
class Bench:
    """One run of the contract against one core.

    `raw` sends requests that our client would not; `unsigned` does so without a sign-in.
    """

    client: FhirClient
    raw: Transport
    unsigned: Transport
    run: str = field(default_factory=lambda: secrets.token_hex(6))
    _made: list[str] = field(default_factory=list)
    _patient: Resource | None = None
    _count: int = 0

    def key(self, name: str) -> str:
        """An idempotency key of this run, never given out before."""
        self._count += 1
        return f"contract/{self.run}/{name}#{self._count}"

    async def patient(self) -> str:
        """`Patient/<id>` of this run; everything that needs a patient refers to it."""
        if self._patient is None:
            resource = {"resourceType": "Patient", "name": [{"family": "Contract", "given": [self.run]}]}
            self._patient = await self.made(resource, "patient")
        return Reference.of(self._patient).unversioned

    async def made(self, resource: Resource, name: str = "thing") -> Resource:
        """A resource created under a key of its own, deleted at the end where the core lets us."""
        return self.note(await self.client.create(resource, key=self.key(name)))

    def note(self, resource: Resource) -> Resource:
        """Remember a resource for tidying up."""
        reference = Reference.of(resource).unversioned
        if reference not in self._made:
            self._made.append(reference)
        return resource

    async def task(self, **elements: object) -> Resource:
        """A minimal Task for the run's patient."""
        base: Resource = {"resourceType": "Task", "status": "requested", "intent": "order"}
        return await self.made(base | {"for": {"reference": await self.patient()}} | elements, "task")

    async def found(self, resource_type: str, *params: tuple[str, str]) -> list[Resource]:
        """All that a fresh search finds."""
        return [each async for each in self.client.search(resource_type, params, fresh=True)]

    async def tidy(self) -> None:
        """Delete what was made, the latest first; cores may refuse, which is no finding."""
        for reference in reversed(self._made):
            with contextlib.suppress(FhirError):
                await self.client.delete(reference)
        self._made.clear()


def identified(value: str) -> list[dict[str, str]]:
    """An identifier of the contract's own system."""
    return [{"system": SYSTEM, "value": value}]
