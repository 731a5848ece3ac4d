"""What the core does to one resource: read, create, update, patch, delete, with their conditions.

Every write here is one transaction on the file (or part of a bundle's). R4, http.html is what it follows.
"""

from __future__ import annotations

import re
import uuid
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from activities.gateways.fhir.models import flaws_of, is_resource_type
from activities.gateways.fhir.resource import Resource, version_from_etag
from devcore import jsonpatch, search
from devcore.outcomes import Refusal, bad_request, gone, not_found, precondition_failed, unprocessable
from devcore.quirks import Quirks
from devcore.references import references_in, with_references
from devcore.storage import Storage, Stored

_ID = re.compile(r"^[A-Za-z0-9.-]{1,64}$")
_VERSIONED = re.compile(r"^(.+)/_history/[^/]+$")


@dataclass(frozen=True)
class Result:
    """The outcome of a write: the HTTP status, and the version that now stands (None after a deletion)."""

    status: int
    stored: Stored | None


class Interactions:
    """The interactions on one storage, at one base address."""

    def __init__(self, storage: Storage, quirks: Quirks) -> None:
        self.storage = storage
        self.quirks = quirks
        self._races_left = quirks.lost_races

    def read(self, resource_type: str, resource_id: str) -> Stored:
        """The current version. Raises Refusal 404 or 410."""
        check_type(resource_type)
        stored = self.storage.current(resource_type, resource_id)
        if stored is None:
            raise not_found(f"{resource_type}/{resource_id}")
        if stored.body is None:
            raise self._deleted(stored.reference)
        return stored

    def vread(self, resource_type: str, resource_id: str, version: str) -> Stored:
        """One version. Raises Refusal 404, or 410 for the version that is a deletion."""
        check_type(resource_type)
        stored = self.storage.version(resource_type, resource_id, int(version)) if version.isdigit() else None
        if stored is None:
            raise not_found(f"{resource_type}/{resource_id} version {version}")
        if stored.body is None:
            raise self._deleted(stored.reference)
        return stored

    def history(self, resource_type: str, resource_id: str) -> list[Stored]:
        """All versions, the latest first. Raises Refusal 404."""
        check_type(resource_type)
        versions = self.storage.history(resource_type, resource_id)
        if not versions:
            raise not_found(f"{resource_type}/{resource_id}")
        return versions

    def find(self, resource_type: str, criteria: str, base: str) -> list[Stored]:
        """Up to two resources that match the criteria of a conditional interaction. Raises Refusal 400."""
        pairs = parse_qsl(criteria.partition("?")[2] or criteria, keep_blank_values=True)
        query = search.read_query(resource_type, pairs, base=base)
        if query.unknown or not query.where:
            raise bad_request(f"cannot find a {resource_type} by {', '.join(query.unknown) or 'nothing'}")
        query.count = 2
        return search.page_of(self.storage, query, 0)

    def create(self, resource_type: str, resource: Resource, base: str, if_none_exist: str | None = None) -> Result:
        """Store a new resource, or answer with the one that If-None-Exist finds (200). Raises Refusal."""
        self.check(resource_type, resource, validate=True)
        self.refuse_dangling(self.settled_references(resource, base))
        with self.storage.atomic():
            if if_none_exist is not None:
                matches = self.find(resource_type, if_none_exist, base)
                if len(matches) > 1:
                    raise precondition_failed("several resources match If-None-Exist", code="multiple-matches")
                if matches:
                    return Result(200, matches[0])
            stored = self._write(resource_type, str(uuid.uuid4()), resource, base, version=1, method="POST")
        if if_none_exist is not None and self._races_left > 0:
            self._races_left -= 1
            raise Refusal(409, "conflict", "another request created a match for If-None-Exist")
        return Result(201, stored)

    def update(
        self,
        resource_type: str,
        resource_id: str,
        resource: Resource,
        base: str,
        if_match: str | None = None,
        *,
        method: str = "PUT",
        bundled: bool = False,
    ) -> Result:
        """Store a new version, or the first one under the caller's id. Raises Refusal.

        `bundled` writes are part of a bundle, which checks what it does not hold to the models, and its
        references once all of it is in place.
        """
        self.check(resource_type, resource, validate=not bundled)
        if resource.get("id") != resource_id:
            raise bad_request(f"the resource's id must be {resource_id}, as in the URL", expression="id")
        if not _ID.match(resource_id) or (self.quirks.refuses_numeric_ids and resource_id.isdigit()):
            raise bad_request(f"{resource_id!r} cannot be an id here", expression="id")
        if not bundled:
            self.refuse_dangling(self.settled_references(resource, base))
        with self.storage.atomic():
            current = self.storage.current(resource_type, resource_id)
            self._check_match(current, if_match)
            if current is None:
                return Result(201, self._write(resource_type, resource_id, resource, base, version=1, method=method))
            if current.body is not None:
                resource = self._merged(current.resource(), resource)
                if not self.quirks.identical_update_makes_version and _same(current.resource(), resource):
                    return Result(200, current)
            version = current.version + 1
            stored = self._write(resource_type, resource_id, resource, base, version=version, method=method)
            return Result(200 if current.body is not None else 201, stored)

    def patch(
        self, resource_type: str, resource_id: str, operations: Any, base: str, if_match: str | None = None
    ) -> Result:
        """Apply a JSON Patch (RFC 6902) to the current version. Raises Refusal."""
        current = self.read(resource_type, resource_id)
        self._check_match(current, if_match)
        try:
            patched = jsonpatch.apply(current.resource(), operations)
        except jsonpatch.PatchError as error:
            raise unprocessable(str(error)) from error
        return self.update(resource_type, resource_id, patched, base, if_match, method="PATCH")

    def delete(self, resource_type: str, resource_id: str, if_match: str | None = None) -> Result:
        """Delete; deleting what is not here is a success too. Raises Refusal 409 when it is referred to."""
        check_type(resource_type)
        with self.storage.atomic():
            current = self.storage.current(resource_type, resource_id)
            if current is None or current.body is None:
                return Result(204, None)
            self._check_match(current, if_match)
            referring = self.storage.referring(current.reference)
            if referring is not None:
                raise Refusal(409, "conflict", f"{current.reference} is referred to by {referring}")
            self.storage.delete(resource_type, resource_id, version=current.version + 1, at=now())
            return Result(204, None)

    def check(self, resource_type: str, resource: Any, *, validate: bool) -> None:
        """Raise Refusal for what cannot be a resource of that type."""
        check_type(resource_type)
        if not isinstance(resource, dict) or "resourceType" not in resource:
            raise bad_request("the body must be a resource: a JSON object with a resourceType", code="structure")
        if resource["resourceType"] != resource_type:
            raise bad_request(f"the body is a {resource['resourceType']}, the URL says {resource_type}")
        if not isinstance(resource.get("meta", {}), dict):
            raise bad_request("meta must be an object", code="structure", expression=f"{resource_type}.meta")
        if validate and self.quirks.validates:
            flaws = flaws_of(resource)
            if flaws:
                raise unprocessable(f"{flaws[0].path}: {flaws[0].message}", expression=flaws[0].path)

    def settled_references(self, resource: Resource, base: str) -> Resource:
        """The resource with references as this core keeps them. Raises Refusal for what it refuses."""
        prefix = base + "/"

        def settle(reference: str) -> str:
            text = reference.removeprefix(prefix)
            versioned = _VERSIONED.match(text)
            if versioned and not self.quirks.keeps_reference_versions:
                text = versioned[1]
            if text.startswith(("http://", "https://")) and self.quirks.refuses_absolute_references:
                raise bad_request("references to other servers are not accepted", code="not-supported")
            return text

        return with_references(resource, settle)

    def refuse_dangling(self, resource: Resource) -> None:
        """Raise Refusal for references to what is not here, where this core is one that minds."""
        if not self.quirks.refuses_dangling_references:
            return
        for reference in references_in(resource):
            target, slash, target_id = reference.split("/_history/")[0].partition("/")
            if slash and is_resource_type(target) and not self.storage.exists(target, target_id):
                raise bad_request(f"{target}/{target_id} is referred to and is not here", code="not-found")

    def _check_match(self, current: Stored | None, if_match: str | None) -> None:
        if if_match is None:
            return
        if current is None or version_from_etag(if_match) != str(current.version):
            stands = "there is none" if current is None else f"the current version is {current.version}"
            raise Refusal(self.quirks.stale_if_match_status, "conflict", f"If-Match names another version: {stands}")

    def _merged(self, current: Resource, resource: Resource) -> Resource:
        if not self.quirks.update_merges_tags:
            return resource
        tags = list(resource.get("meta", {}).get("tag", []))
        tags += [tag for tag in current.get("meta", {}).get("tag", []) if tag not in tags]
        return resource | {"meta": resource.get("meta", {}) | {"tag": tags}} if tags else resource

    def _write(
        self,
        resource_type: str,
        resource_id: str,
        resource: Resource,
        base: str,
        *,
        version: int,
        method: str,
    ) -> Stored:
        at = now()
        settled = self.settled_references(resource, base)
        meta = settled.get("meta", {}) | {"versionId": str(version), "lastUpdated": at + "Z"}
        rest = {key: value for key, value in settled.items() if key not in ("resourceType", "id", "meta")}
        stamped = {"resourceType": resource_type, "id": resource_id, "meta": meta} | rest
        return self.storage.write(stamped, version=version, at=at, method=method)

    def _deleted(self, reference: str) -> Refusal:
        return gone(reference) if self.quirks.deleted_status == 410 else not_found(reference)


def now() -> str:
    """This instant in UTC, to the microsecond, as sortable text without a zone."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def check_type(resource_type: str) -> None:
    """Raise Refusal 404 for what is no resource type of R4."""
    if not is_resource_type(resource_type):
        raise Refusal(404, "not-supported", f"{resource_type!r} is no resource type of FHIR R4")


def _same(one: Resource, other: Resource) -> bool:
    return _content(one) == _content(other)


def _content(resource: Resource) -> Resource:
    content = deepcopy(resource)
    for key in ("versionId", "lastUpdated"):
        content.get("meta", {}).pop(key, None)
    if not content.get("meta"):
        content.pop("meta", None)
    return content
