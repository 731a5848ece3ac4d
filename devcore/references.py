"""Finding and rewriting the references inside a resource, however deep."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from activities.gateways.fhir.resource import Resource

_NEVER_LINKS = frozenset({"id", "value", "system", "code", "display", "fullUrl"})
"""Elements whose text may look like a bundle's fullUrl without being a link to it (an identifier's value)."""

_QUOTED = re.compile(r'"([^"<>]*)"')


def references_in(value: Any) -> Iterator[str]:
    """Every `reference` in a resource."""
    if isinstance(value, list):
        for item in value:
            yield from references_in(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "reference" and isinstance(item, str):
                yield item
            else:
                yield from references_in(item)


def with_references(resource: Resource, change: Callable[[str], str]) -> Resource:
    """A copy in which each `reference` is what `change` makes of it."""

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(item) for item in value]
        if isinstance(value, dict):
            return {
                key: change(item) if key == "reference" and isinstance(item, str) else walk(item)
                for key, item in value.items()
            }
        return value

    changed: Resource = walk(resource)
    return changed


def with_links(resource: Resource, identities: Mapping[str, str]) -> Resource:
    """A copy in which links to a bundle's entries become what the core knows them by.

    Replaced are references, uris and links in narrative (R4, http.html#trules); identifiers are left alone.
    """

    def walk(value: Any, key: str) -> Any:
        if isinstance(value, list):
            return [walk(item, key) for item in value]
        if isinstance(value, dict):
            return {inner: walk(item, inner) for inner, item in value.items()}
        if not isinstance(value, str) or key in _NEVER_LINKS:
            return value
        if key == "div":
            return _QUOTED.sub(lambda found: f'"{identities.get(found[1], found[1])}"', value)
        return identities.get(value, value)

    changed: Resource = walk(resource, "")
    return changed


def is_conditional(reference: str) -> bool:
    """Whether a reference is a search, such as `Practitioner?identifier=system|value`."""
    head, question, rest = reference.partition("?")
    return bool(question and rest) and head.isalpha() and head[:1].isupper()
