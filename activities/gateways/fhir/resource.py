"""What a resource is to us: JSON as the core gave it, and the few things that everyone asks of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

Resource: TypeAlias = dict[str, Any]
"""A FHIR resource as JSON. Kept raw, for round trips through models change decimals and instants."""

_REFERENCE = re.compile(
    r"^(?P<base>https?://.+/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})"
    r"(?:/_history/(?P<version>[A-Za-z0-9.-]{1,64}))?$"
)


@dataclass(frozen=True)
class Reference:
    """Where a resource is: its type, its id and, where known, its version."""

    type: str
    id: str
    version: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `Type/id`, `Type/id/_history/n` or an absolute URL that ends so; raises ValueError."""
        found = _REFERENCE.match(text)
        if found is None:
            raise ValueError("not a reference to a resource: expected Type/id")
        return cls(found["type"], found["id"], found["version"])

    @classmethod
    def of(cls, resource: Resource) -> Self:
        """The reference, with its version, of a resource that a core gave us."""
        return cls(resource["resourceType"], resource["id"], version_of(resource))

    @property
    def unversioned(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"

    def __str__(self) -> str:
        return self.unversioned if self.version is None else f"{self.unversioned}/_history/{self.version}"


def version_of(resource: Resource) -> str | None:
    """`meta.versionId`, or None where the core gave none."""
    version = resource.get("meta", {}).get("versionId")
    return None if version is None else str(version)


def version_from_etag(etag: str | None) -> str | None:
    """The version that an ETag names, whether written `W/"3"`, `"3"` or `3`."""
    if not etag:
        return None
    return etag.strip().removeprefix("W/").strip('"') or None
