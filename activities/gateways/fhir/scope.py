"""The client as one step sees it: what the pathway's contract lists, and nothing else.

It refuses before any request, remembers what was read (reference, version, time) and writes a Provenance with
each write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from activities.gateways.fhir.errors import ContractViolation
from activities.gateways.fhir.paging import Params, pairs_of
from activities.gateways.fhir.provenance import Act, Origin, ReadRecord, provenance_of
from activities.gateways.fhir.resource import Reference, Resource, version_of

if TYPE_CHECKING:
    from activities.gateways.fhir.client import FhirClient


@dataclass(frozen=True)
class Contract:
    """The resource types that steps may read and write; writing includes reading what is changed."""

    reads: frozenset[str]
    writes: frozenset[str]


class ScopedFhir:
    """A `FhirClient` narrowed to a contract, for one execution of one step."""

    def __init__(self, client: FhirClient, contract: Contract, origin: Origin) -> None:
        self._client = client
        self._contract = contract
        self._origin = origin
        self._reads: dict[tuple[str, str | None], ReadRecord] = {}
        self._changes: Counter[str] = Counter()

    @property
    def origin(self) -> Origin:
        """Where this step stands."""
        return self._origin

    @property
    def reads(self) -> list[ReadRecord]:
        """What was read so far, each version once, in the order of reading."""
        return list(self._reads.values())

    async def read(self, reference: str, *, fresh: bool = False) -> Resource:
        """As `FhirClient.read`. Raises ContractViolation."""
        self._may_read(Reference.parse(reference).type)
        return self._noted(await self._client.read(reference, fresh=fresh))

    async def vread(self, reference: str, version: str | None = None) -> Resource:
        """As `FhirClient.vread`. Raises ContractViolation."""
        self._may_read(Reference.parse(reference).type)
        return self._noted(await self._client.vread(reference, version))

    async def search(self, resource_type: str, params: Params, *, fresh: bool = False) -> AsyncIterator[Resource]:
        """As `FhirClient.search`; what `_include` brings must be listed too. Raises ContractViolation."""
        self._may_read(resource_type)
        pairs = pairs_of(params)
        for name, value in pairs:
            if name.startswith(("_include", "_revinclude")):
                source, _, rest = value.partition(":")
                self._may_read(source)
                _, _, target = rest.partition(":")
                if target:
                    self._may_read(target)
        async for resource in self._client.search(resource_type, pairs, fresh=fresh):
            self._may_read(str(resource.get("resourceType")))
            yield self._noted(resource)

    async def create(self, resource: Resource, *, key: str | None = None) -> Resource:
        """As `FhirClient.create`, with Provenance; `key` tells several creates of a step apart.

        It is appended to the step's own idempotency key. Raises ContractViolation.
        """
        self._may_write(str(resource["resourceType"]))
        full_key = self._origin.key if key is None else f"{self._origin.key}/{key}"
        written = await self._client.create(resource, key=full_key)
        await self._account_for(Reference.of(written), "CREATE", f"{full_key}/provenance")
        return written

    async def update(self, reference: str, change: Callable[[Resource], Resource]) -> Resource:
        """As `FhirClient.update`, with Provenance. Raises ContractViolation."""
        at = Reference.parse(reference)
        self._may_write(at.type)

        def noting(current: Resource) -> Resource:
            self._noted(current)
            return change(current)

        written = await self._client.update(reference, noting)
        await self._account_for(Reference.of(written), "UPDATE", self._change_key(at))
        return written

    async def delete(self, reference: str) -> None:
        """As `FhirClient.delete`, with Provenance. Raises ContractViolation."""
        at = Reference.parse(reference)
        self._may_write(at.type)
        await self._client.delete(at.unversioned)
        await self._account_for(Reference(at.type, at.id), "DELETE", self._change_key(at))

    def _may_read(self, resource_type: str) -> None:
        if resource_type not in self._contract.reads | self._contract.writes:
            raise self._violation("read", resource_type)

    def _may_write(self, resource_type: str) -> None:
        if resource_type not in self._contract.writes:
            raise self._violation("write", resource_type)

    def _violation(self, act: str, resource_type: str) -> ContractViolation:
        return ContractViolation(
            f"Step {self._origin.step} may not {act} {resource_type}.",
            hint=f"List it under `contract: {act}s:` of pathway {self._origin.pathway}, if it should.",
        )

    def _noted(self, resource: Resource) -> Resource:
        if "id" in resource:
            reference = Reference.of(resource).unversioned
            version = version_of(resource)
            self._reads.setdefault((reference, version), ReadRecord(reference, version, datetime.now(UTC)))
        return resource

    def _change_key(self, at: Reference) -> str:
        """The n-th change of a resource by a step has the same key when the step is tried again."""
        self._changes[at.unversioned] += 1
        return f"{self._origin.key}/{at.unversioned}#{self._changes[at.unversioned]}/provenance"

    async def _account_for(self, written: Reference, act: Act, key: str) -> None:
        provenance: dict[str, Any] = provenance_of(written, act, self._origin, self.reads)
        await self._client.create(provenance, key=key)
