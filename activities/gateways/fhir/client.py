"""The client of a FHIR R4 core: what Carelane asks of it, and how it lives with what real cores do.

No write happens twice: a create carries its idempotency key where the core can find it, an update names the
version that it changes. Errors are those of `errors`; retrying over time is the caller's business.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Self

import httpx

from activities.gateways.fhir import keys
from activities.gateways.fhir.errors import (
    Conflict,
    InvalidResource,
    NotFound,
    PreconditionFailed,
    ProtocolError,
    ReferredTo,
    SeveralMatches,
)
from activities.gateways.fhir.models import Flaw, flaws_of
from activities.gateways.fhir.paging import Params, pairs_of, search_pages
from activities.gateways.fhir.resource import Reference, Resource, version_from_etag, version_of
from activities.gateways.fhir.transport import Answer, Auth, Transport

if TYPE_CHECKING:
    from activities.gateways.fhir.provenance import Origin
    from activities.gateways.fhir.scope import Contract, ScopedFhir

_NO_CACHE = {"Cache-Control": "no-cache"}
_RETURN = {"Prefer": "return=representation"}
_CREATE_TRIES = 4
_CREATE_PAUSE = 0.05
"""Seconds before a lost race is tried again, times the number of tries: the winner may not be visible yet."""


class FhirClient:
    """A client of the core at `base_url`; share one per process, close it with `aclose` or `async with`.

    `http` may be given to share connections; `timeout` is in seconds, for each request.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: Auth | None = None,
        http: httpx.AsyncClient | None = None,
        timeout: float = 10.0,
    ) -> None:
        self._transport = Transport(base_url, auth=auth, http=http, timeout=timeout)

    @property
    def base_url(self) -> str:
        """The core's base address."""
        return self._transport.base_url

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    def narrowed(self, contract: Contract, origin: Origin) -> ScopedFhir:
        """This client for one step of one pathway: only what its contract lists, with Provenance."""
        from activities.gateways.fhir.scope import ScopedFhir

        return ScopedFhir(self, contract, origin)

    async def capabilities(self) -> Resource:
        """The core's CapabilityStatement."""
        answer = await self._transport.send("GET", "metadata", "read the CapabilityStatement")
        return _expect(answer, "CapabilityStatement")

    async def read(self, reference: str, *, fresh: bool = False) -> Resource:
        """The current version, whatever version the reference names. Raises NotFound, Gone, FhirError."""
        at = Reference.parse(reference)
        headers = _NO_CACHE if fresh else None
        answer = await self._transport.send("GET", at.unversioned, f"read {at.type}", headers=headers)
        return _expect(answer, at.type)

    async def vread(self, reference: str, version: str | None = None) -> Resource:
        """One version, given with the reference (`Task/1/_history/2`) or apart. Raises NotFound."""
        at = Reference.parse(reference)
        wanted = version or at.version
        if wanted is None:
            raise ValueError("a version is needed")
        path = f"{at.unversioned}/_history/{wanted}"
        return _expect(await self._transport.send("GET", path, f"read a version of {at.type}"), at.type)

    async def history(self, reference: str) -> AsyncIterator[Resource]:
        """Every version that the core has, the latest first, without deletions. Raises NotFound."""
        at = Reference.parse(reference)
        pages = search_pages(self._transport, f"{at.unversioned}/_history", [], f"read the history of {at.type}")
        async for entry in pages:
            resource = entry.get("resource")
            if isinstance(resource, dict) and resource.get("resourceType") == at.type:
                yield resource

    async def search(self, resource_type: str, params: Params, *, fresh: bool = False) -> AsyncIterator[Resource]:
        """Everything that matches, page after page, `_include`d resources among it.

        Unknown parameters are refused rather than ignored, where the core knows how. `fresh` asks it not to
        answer from a cache: needed when polling and when reading what was just written. Raises
        IncompleteSearch after the last resource given, when the core has more and does not say where.
        """
        pairs = pairs_of(params)
        async for entry in search_pages(self._transport, resource_type, pairs, f"search {resource_type}", fresh=fresh):
            resource = entry.get("resource")
            if isinstance(resource, dict) and entry.get("search", {}).get("mode") != "outcome":
                yield resource

    async def create(self, resource: Resource, *, key: str) -> Resource:
        """Make a resource once: the same key gives the one that it made before.

        The key is stamped on the resource and sent as If-None-Exist; a race lost to another holder of the key
        is tried again and finds the winner. Raises SeveralMatches, InvalidResource, FhirError.
        """
        resource_type = str(resource["resourceType"])
        stamped = keys.stamped(resource, key)
        _refuse_flaws(flaws_of(stamped))
        headers = _RETURN | {"If-None-Exist": keys.if_none_exist(resource_type, key)}
        for attempt in range(1, _CREATE_TRIES + 1):
            try:
                answer = await self._transport.send(
                    "POST", resource_type, f"create {resource_type}", body=stamped, headers=headers
                )
            except Conflict:
                if attempt == _CREATE_TRIES:
                    raise
                await asyncio.sleep(_CREATE_PAUSE * attempt)
            except PreconditionFailed as error:
                raise SeveralMatches(
                    f"Several {resource_type} resources in the core carry the same idempotency key.",
                    hint="Delete all but one in the core, then retry.",
                    status=error.status,
                    outcome_text=error.outcome_text,
                    outcome=error.outcome,
                ) from error
            else:
                return await self._written(answer, resource_type, key)
        raise AssertionError("unreachable")

    async def update(self, reference: str, change: Callable[[Resource], Resource]) -> Resource:
        """Change a resource: `change` gets a copy of the current version and gives the new one.

        It is called again on a newer version when someone else was faster (once; then Conflict), so it must
        say what is to be true, not what to add. When it changes nothing, nothing is written. Raises NotFound,
        Conflict, InvalidResource, FhirError.
        """
        try:
            return await self._update_once(reference, change)
        except (Conflict, PreconditionFailed):
            try:
                return await self._update_once(reference, change)
            except PreconditionFailed as error:  # 412 on one core, 409 on the other: the same thing
                raise Conflict(
                    error.message,
                    status=error.status,
                    outcome_text=error.outcome_text,
                    outcome=error.outcome,
                ) from error

    async def put(self, resource: Resource, *, if_match: str | None = None) -> Resource:
        """Write a whole resource under its own id, making it where it is not. Raises FhirError.

        For data that we own entirely, such as seeds; everything else goes through `update`.
        """
        at = Reference.of(resource)
        _refuse_flaws(flaws_of(resource))
        headers = _RETURN | ({"If-Match": f'W/"{if_match}"'} if if_match is not None else {})
        answer = await self._transport.send("PUT", at.unversioned, f"update {at.type}", body=resource, headers=headers)
        return await self._written(answer, at.type, None, at.unversioned)

    async def patch(self, reference: str, operations: list[dict[str, Any]], *, if_match: str | None) -> Resource:
        """Apply a JSON Patch to the version `if_match`, where the core has PATCH (NotSupported otherwise)."""
        at = Reference.parse(reference)
        headers = _RETURN | ({"If-Match": f'W/"{if_match}"'} if if_match is not None else {})
        answer = await self._transport.send(
            "PATCH",
            at.unversioned,
            f"patch {at.type}",
            body=operations,
            headers=headers,
            content_type="application/json-patch+json",
        )
        return await self._written(answer, at.type, None, at.unversioned)

    async def delete(self, reference: str) -> None:
        """Delete; what is not there is deleted already. Raises ReferredTo, FhirError."""
        at = Reference.parse(reference)
        try:
            await self._transport.send("DELETE", at.unversioned, f"delete {at.type}")
        except NotFound:
            return
        except Conflict as error:
            raise ReferredTo(
                f"The core keeps a {at.type} that others refer to.",
                status=error.status,
                outcome_text=error.outcome_text,
                outcome=error.outcome,
            ) from error

    async def transaction(self, bundle: Resource, *, patience: float | None = None) -> Resource:
        """Send a transaction (or batch) Bundle and give the response Bundle. Raises FhirError.

        `patience`: how many seconds it may take; large bundles take longer than other requests.
        """
        answer = await self._transport.send("POST", "", "carry out a transaction", body=bundle, patience=patience)
        return _expect(answer, "Bundle")

    async def _update_once(self, reference: str, change: Callable[[Resource], Resource]) -> Resource:
        current = await self.read(reference, fresh=True)
        changed = change(deepcopy(current))
        if changed == current:
            return current
        version = version_of(current)
        if version is None:
            raise ProtocolError("The core gives no versions, so changes of others could be lost.")
        known = set(flaws_of(current))  # what came with the resource is not for us to refuse
        _refuse_flaws([flaw for flaw in flaws_of(changed) if flaw not in known])
        at = Reference.of(current)
        answer = await self._transport.send(
            "PUT",
            at.unversioned,
            f"update {at.type}",
            body=changed,
            headers=_RETURN | {"If-Match": f'W/"{version}"'},
        )
        return await self._written(answer, at.type, None, at.unversioned)

    async def _written(
        self, answer: Answer, resource_type: str, key: str | None, reference: str | None = None
    ) -> Resource:
        """The resource that a write left: from the answer, or read where the answer does not hold it."""
        if isinstance(answer.body, dict) and answer.body.get("resourceType") == resource_type:
            return _with_version(answer.body, answer)
        location = answer.headers.get("Location") or answer.headers.get("Content-Location")
        if reference is None and location:
            reference = Reference.parse(location).unversioned
        if reference is not None:
            return await self.read(reference, fresh=True)
        if key is not None:
            async for found in self.search(resource_type, [keys.search_parameter(resource_type, key)], fresh=True):
                return found
        raise ProtocolError(f"The core does not say what became of the {resource_type} sent to it.")


def _expect(answer: Answer, resource_type: str) -> Resource:
    body = answer.body
    if not isinstance(body, dict) or body.get("resourceType") != resource_type:
        raise ProtocolError(f"The core's answer is no {resource_type}.", status=answer.status)
    return _with_version(body, answer)


def _with_version(resource: Resource, answer: Answer) -> Resource:
    """Cores say the version in the body, in the ETag, or in both, at times in neither."""
    version = version_from_etag(answer.headers.get("ETag"))
    if version is not None and version_of(resource) is None and resource["resourceType"] != "Bundle":
        resource.setdefault("meta", {})["versionId"] = version
    return resource


def _refuse_flaws(flaws: list[Flaw]) -> None:
    if flaws:
        said = "; ".join(f"{flaw.path}: {flaw.message}" for flaw in flaws[:5])
        raise InvalidResource(f"The resource is not valid FHIR R4: {said}")
