"""Transaction and batch bundles.

A transaction is all or nothing: links among its entries (`urn:uuid:...`) become what the core knows them by,
conditional references (`Practitioner?identifier=...`) are looked up in the core and among the entries.
Entries are stored as they come, not held to the models, as in most cores: imports carry the releases of their
sources.
"""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from typing import Any, Protocol

from activities.gateways.fhir.rawjson import parse
from activities.gateways.fhir.resource import Resource
from devcore.interactions import Interactions, Result, check_type
from devcore.outcomes import Refusal, bad_request, precondition_failed
from devcore.references import is_conditional, references_in, with_links, with_references

_ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 3, "GET": 4, "HEAD": 4}


class Permit(Protocol):
    """Raises Refusal when the caller may not do `letter` (one of c, r, u, d, s) to a type."""

    def __call__(self, resource_type: str, letter: str) -> None:
        """Check one interaction."""


class Reader(Protocol):
    """Answers a GET inside a bundle: the resource or the search's Bundle."""

    def __call__(self, url: str) -> Resource:
        """Read what the url, relative to the base, names."""
        ...


@dataclass
class _Entry:
    index: int
    full_url: str | None
    method: str
    url: str
    request: dict[str, Any]
    resource: Resource | None
    identity: tuple[str, str] | None = None
    matched: bool = False

    @property
    def type(self) -> str:
        return self.url.partition("?")[0].partition("/")[0]

    @property
    def id(self) -> str:
        return self.url.partition("?")[0].partition("/")[2]


class Bundles:
    """Processing of bundles on one core's interactions."""

    def __init__(self, interactions: Interactions) -> None:
        self.interactions = interactions
        self.storage = interactions.storage

    def process(self, bundle: Any, base: str, *, permit: Permit, reader: Reader) -> Resource:
        """Carry out a transaction or batch and give the response Bundle. Raises Refusal."""
        if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
            raise bad_request("only a Bundle can be sent to the base address", code="structure")
        kind = bundle.get("type")
        entries = [_read_entry(index, item, base) for index, item in enumerate(bundle.get("entry", []))]
        if kind == "transaction":
            with self.storage.atomic():
                answers = self._transaction(entries, base, permit, reader)
        elif kind == "batch":
            answers = [self._alone(entry, base, permit, reader) for entry in entries]
        else:
            raise bad_request(f"a Bundle of type {kind!r} cannot be processed: send a transaction or a batch")
        return {"resourceType": "Bundle", "type": f"{kind}-response", "entry": answers}

    def _alone(self, entry: _Entry, base: str, permit: Permit, reader: Reader) -> dict[str, Any]:
        try:
            with self.storage.atomic():
                return self._transaction([entry], base, permit, reader)[0]
        except Refusal as refusal:
            return {"response": {"status": str(refusal.status), "outcome": refusal.outcome()}}

    def _transaction(self, entries: list[_Entry], base: str, permit: Permit, reader: Reader) -> list[dict[str, Any]]:
        for entry in entries:
            permit(entry.type, {"DELETE": "d", "POST": "c", "PUT": "u", "PATCH": "u"}.get(entry.method, "r"))
        identities = self._identify(entries, base)
        answers: dict[int, dict[str, Any]] = {}
        conditional: list[tuple[_Entry, Resource]] = []
        for entry in sorted(entries, key=lambda each: _ORDER[each.method]):
            try:
                answers[entry.index] = self._carry_out(entry, identities, base, reader, conditional)
            except Refusal as refusal:
                refusal.expression = f"Bundle.entry[{entry.index}]"
                raise
        for entry, resource in conditional:
            self._resolve(entry, resource, base)
        for entry in entries:
            stored = self.storage.current(*entry.identity) if entry.identity is not None else None
            if stored is not None and stored.body is not None and entry.method in ("POST", "PUT"):
                self.interactions.refuse_dangling(stored.resource())
        return [answers[entry.index] for entry in entries]

    def _identify(self, entries: list[_Entry], base: str) -> dict[str, str]:
        """Give each entry its identity and map its fullUrl to it."""
        identities: dict[str, str] = {}
        promised: dict[tuple[str, str], tuple[str, str]] = {}
        taken: set[tuple[str, str]] = set()
        for entry in entries:
            check_type(entry.type)
            if entry.method == "POST":
                self._identify_new(entry, promised, base)
            elif entry.method == "PUT" and "?" in entry.url:
                self._identify_conditional_update(entry, base)
            else:
                entry.identity = (entry.type, entry.id)
            if entry.identity is None or entry.method in ("GET", "HEAD"):
                continue
            if entry.identity in taken and not entry.matched:
                raise bad_request(f"{entry.type}/{entry.id} occurs twice in the transaction")
            taken.add(entry.identity)
            if entry.full_url is not None:
                _note_links(identities, entry.full_url, "/".join(entry.identity))
        return identities

    def _identify_new(self, entry: _Entry, promised: dict[tuple[str, str], tuple[str, str]], base: str) -> None:
        criteria = entry.request.get("ifNoneExist")
        if isinstance(criteria, str) and criteria:
            matches = self.interactions.find(entry.type, criteria, base)
            if len(matches) > 1:
                raise precondition_failed("several resources match ifNoneExist", code="multiple-matches")
            known = promised.get((entry.type, criteria))
            if matches or known is not None:
                entry.identity = (entry.type, matches[0].id) if matches else known
                entry.matched = True
                return
        entry.identity = (entry.type, str(uuid.uuid4()))
        if isinstance(criteria, str):
            promised[entry.type, criteria] = entry.identity

    def _identify_conditional_update(self, entry: _Entry, base: str) -> None:
        matches = self.interactions.find(entry.type, entry.url, base)
        if len(matches) > 1:
            raise precondition_failed("several resources match a conditional update", code="multiple-matches")
        own = (entry.resource or {}).get("id")
        entry.identity = (entry.type, matches[0].id if matches else str(own or uuid.uuid4()))

    def _carry_out(
        self,
        entry: _Entry,
        identities: dict[str, str],
        base: str,
        reader: Reader,
        conditional: list[tuple[_Entry, Resource]],
    ) -> dict[str, Any]:
        interactions = self.interactions
        if entry.method in ("GET", "HEAD"):
            return {"resource": reader(entry.url), "response": {"status": "200 OK"}}
        assert entry.identity is not None  # noqa: S101 - _identify gave every write one
        resource_type, resource_id = entry.identity
        if_match = entry.request.get("ifMatch")
        if entry.method == "DELETE":
            return _answer(interactions.delete(resource_type, resource_id, if_match), base)
        if entry.matched:
            return _answer(Result(200, self.storage.current(resource_type, resource_id)), base)
        if entry.method == "PATCH":
            operations = _patch_of(entry)
            return _answer(interactions.patch(resource_type, resource_id, operations, base, if_match), base)
        interactions.check(resource_type, entry.resource, validate=False)
        linked = with_links(entry.resource or {}, identities) | {"id": resource_id}
        _refuse_unknown_links(linked)
        if any(is_conditional(reference) for reference in references_in(linked)):
            if interactions.quirks.resolves_conditional_references:
                conditional.append((entry, linked))
            else:
                raise bad_request("conditional references are not resolved here", code="not-supported")
        method = "POST" if entry.method == "POST" else "PUT"
        result = interactions.update(resource_type, resource_id, linked, base, if_match, method=method, bundled=True)
        return _answer(result, base)

    def _resolve(self, entry: _Entry, resource: Resource, base: str) -> None:
        """Replace conditional references, now that every entry is in place and can be found."""

        def settle(reference: str) -> str:
            if not is_conditional(reference):
                return reference
            target = reference.partition("?")[0]
            check_type(target)
            matches = self.interactions.find(target, reference, base)
            if len(matches) != 1:
                how_many = "several resources match" if matches else "nothing matches"
                code = "multiple-matches" if matches else "not-found"
                raise Refusal(
                    412,
                    code,
                    f"{how_many} the reference {reference}",
                    expression=f"Bundle.entry[{entry.index}]",
                )
            return matches[0].reference

        stored = self.storage.current(resource["resourceType"], resource["id"])
        assert stored is not None  # noqa: S101 - it was written a moment ago in this transaction
        settled = self.interactions.settled_references(with_references(stored.resource(), settle), base)
        self.storage.write(settled, version=stored.version, at=stored.at, method=entry.method)


def _read_entry(index: int, item: Any, base: str) -> _Entry:
    where = f"Bundle.entry[{index}]"
    request = item.get("request") if isinstance(item, dict) else None
    if not isinstance(request, dict) or not isinstance(request.get("url"), str):
        raise bad_request("each entry needs a request with a method and a url", code="required", expression=where)
    method = request.get("method")
    if method not in _ORDER:
        raise bad_request(f"{method!r} is no method", expression=where)
    resource = item.get("resource")
    if method in ("POST", "PUT", "PATCH") and not isinstance(resource, dict):
        raise bad_request(f"a {method} needs a resource", code="required", expression=where)
    url = request["url"].removeprefix(base).lstrip("/")
    full_url = item.get("fullUrl")
    return _Entry(index, full_url if isinstance(full_url, str) else None, method, url, request, resource)


def _note_links(identities: dict[str, str], full_url: str, reference: str) -> None:
    identities[full_url] = reference
    if full_url.startswith(("http://", "https://")):  # relative references are relative to the fullUrl's base
        identities["/".join(full_url.rsplit("/", 2)[-2:])] = reference


def _refuse_unknown_links(resource: Resource) -> None:
    for reference in references_in(resource):
        if reference.startswith(("urn:uuid:", "urn:oid:")):
            raise bad_request(f"{reference} is referred to and is no entry of the bundle", code="not-found")


def _patch_of(entry: _Entry) -> Any:
    """The JSON Patch in a Binary, as R4 puts it into a bundle."""
    resource = entry.resource or {}
    if resource.get("resourceType") != "Binary" or not isinstance(resource.get("data"), str):
        raise bad_request("a PATCH in a bundle needs a Binary with the JSON Patch")
    try:
        return parse(base64.b64decode(resource["data"], validate=True))
    except ValueError:
        raise bad_request("the Binary does not hold a JSON Patch") from None


def _answer(result: Result, base: str) -> dict[str, Any]:
    words = {200: "200 OK", 201: "201 Created", 204: "204 No Content"}
    response: dict[str, Any] = {"status": words[result.status]}
    if result.stored is not None:
        stored = result.stored
        response["location"] = f"{base}/{stored.reference}/_history/{stored.version}"
        response["etag"] = f'W/"{stored.version}"'
        response["lastModified"] = stored.at + "Z"
    return {"response": response}
