"""Present versions of the core's resources: the `VersionSource` on a FHIR R4 client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from api.services.core_versions import CoreSilentError

Json = Any

_AT_ONCE = 100


class CoreVersionsSource:
    """Reads versions by one search for each type, past any cache. `failure` is the client's root error."""

    def __init__(self, search: Callable[..., AsyncIterator[Any]], failure: type[Exception]) -> None:
        self._search = search
        self._failure = failure

    async def versions(self, references: frozenset[str]) -> Mapping[str, str | None]:
        """The present version of each; None where it is no longer there. Raises `CoreSilentError`."""
        by_type: dict[str, list[str]] = {}
        for one in sorted(references):
            kind, _, ident = one.partition("/")
            by_type.setdefault(kind, []).append(ident)
        parts = [
            (kind, idents[start : start + _AT_ONCE])
            for kind, idents in by_type.items()
            for start in range(0, len(idents), _AT_ONCE)
        ]
        found: dict[str, str | None] = dict.fromkeys(references)
        for part in await asyncio.gather(*(self._of_type(kind, idents) for kind, idents in parts)):
            found.update(part)
        return found

    async def _of_type(self, kind: str, idents: list[str]) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        try:
            resources = self._search(kind, {"_id": ",".join(idents), "_count": str(_AT_ONCE)}, fresh=True)
            async with aclosing(resources) as given:  # type: ignore[type-var]
                async for one in given:
                    if one.get("resourceType") == kind:
                        found[f"{kind}/{one.get('id')}"] = (one.get("meta") or {}).get("versionId")
        except self._failure as error:
            raise CoreSilentError("The core does not tell now whether it has moved on.") from error
        return found
