"""Idempotency keys as a core can find them: how a write is stamped, and what it is looked up by."""

from __future__ import annotations

import hashlib
import re
from copy import deepcopy
from urllib.parse import quote

from activities.gateways.fhir.models import has_identifiers
from activities.gateways.fhir.resource import Resource

SYSTEM = "urn:carelane:idempotency"
"""The system of identifiers and tags that carry an idempotency key."""

_PLAIN = re.compile(r"^[A-Za-z0-9._~!@#:/+=-]{1,160}$")


def stored_key(key: str) -> str:
    """The key as it is stored: itself, or a digest where it is long or needs escaping in a search.

    Cores index about 200 characters of a code, and not all undo the escapes of `,`, `|` and `$`.
    """
    if not key:
        raise ValueError("an idempotency key cannot be empty")
    return key if _PLAIN.match(key) else "sha256:" + hashlib.sha256(key.encode()).hexdigest()


def stamped(resource: Resource, key: str) -> Resource:
    """A copy that carries the key: an identifier where the type has `identifier`, else a tag."""
    copy = deepcopy(resource)
    value = stored_key(key)
    if has_identifiers(str(resource["resourceType"])):
        identifiers = copy.setdefault("identifier", [])
        if not any(each.get("system") == SYSTEM and each.get("value") == value for each in identifiers):
            identifiers.append({"system": SYSTEM, "value": value})
    else:
        tags = copy.setdefault("meta", {}).setdefault("tag", [])
        if not any(each.get("system") == SYSTEM and each.get("code") == value for each in tags):
            tags.append({"system": SYSTEM, "code": value})
    return copy


def search_parameter(resource_type: str, key: str) -> tuple[str, str]:
    """Name and value of the search parameter that finds what the key has made."""
    name = "identifier" if has_identifiers(resource_type) else "_tag"
    return name, f"{SYSTEM}|{stored_key(key)}"


def if_none_exist(resource_type: str, key: str) -> str:
    """The If-None-Exist header for a create under this key."""
    name, value = search_parameter(resource_type, key)
    return f"{name}={quote(value, safe='')}"
