"""One FHIR request to one answer: routing, scopes, headers, OperationOutcomes. Without HTTP's machinery."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from activities.gateways.fhir.rawjson import dump, parse
from activities.gateways.fhir.resource import Resource
from devcore import search
from devcore.auth import TokenEndpoint, may
from devcore.bundles import Bundles
from devcore.capability import capability_statement, smart_configuration
from devcore.interactions import Interactions, Result, check_type, now
from devcore.outcomes import Refusal, bad_request, operation_outcome
from devcore.quirks import Quirks
from devcore.storage import Storage, Stored

FHIR_JSON = "application/fhir+json"
_OPEN_PATHS = frozenset({"metadata", ".well-known/smart-configuration"})
_PREFER = re.compile(r"\b(handling|return)=([A-Za-z]+)")


@dataclass(frozen=True)
class Answer:
    """A status, a body as text (None for none) and headers."""

    status: int
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Request:
    method: str
    segments: list[str]
    query: str
    headers: Mapping[str, str]
    body: bytes
    base: str
    scopes: frozenset[str] | None

    @property
    def prefer(self) -> dict[str, str]:
        return dict(_PREFER.findall(self.headers.get("prefer", "")))

    def permit(self, resource_type: str, letter: str) -> None:
        if self.scopes is not None and not may(self.scopes, resource_type, letter):
            raise Refusal(403, "forbidden", f"the token's scopes do not allow system/{resource_type}.{letter}")

    def resource(self) -> Any:
        try:
            return parse(self.body.decode())
        except (ValueError, RecursionError) as error:
            raise bad_request(f"the body is not JSON: {error}", code="structure") from None


class Service:
    """The core's interactions, as requests and answers."""

    def __init__(
        self, storage: Storage, quirks: Quirks, tokens: TokenEndpoint | None, clock: Callable[[], float]
    ) -> None:
        self.storage = storage
        self.quirks = quirks
        self._tokens = tokens
        self._clock = clock
        self._interactions = Interactions(storage, quirks)
        self._bundles = Bundles(self._interactions)
        self._started = now() + "Z"
        self._cache: dict[str, tuple[float, str]] = {}

    def handle(
        self, *, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, base: str
    ) -> Answer:
        """Carry out a request. Never raises: what is refused or goes wrong is an OperationOutcome."""
        try:
            scopes = None
            if self._tokens is not None and path not in _OPEN_PATHS:
                scopes = self._tokens.scopes_of(headers.get("authorization"))
            segments = path.split("/") if path else []
            return self._route(_Request(method, segments, query, headers, body, base, scopes))
        except Refusal as refusal:
            extra = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
            return Answer(refusal.status, dump(refusal.outcome()), extra)
        except Exception as error:  # noqa: BLE001 - every error is an OperationOutcome
            return Answer(500, dump(operation_outcome("exception", f"{type(error).__name__}: {error}")))

    def _route(self, request: _Request) -> Answer:
        match request.method, request.segments:
            case "GET", ["metadata"]:
                statement = capability_statement(
                    request.base, smart=self._tokens is not None, quirks=self.quirks, started=self._started
                )
                return Answer(200, dump(statement))
            case "GET", [".well-known", "smart-configuration"] if self._tokens is not None:
                return Answer(200, dump(smart_configuration(request.base)), {"Content-Type": "application/json"})
            case "POST", []:
                return self._bundle(request)
            case "GET", []:
                return self._next_page(request)
            case (("GET" | "HEAD"), [resource_type]):
                return self._search(request, resource_type, request.query)
            case "POST", [resource_type, "_search"]:
                form = request.body.decode()
                return self._search(request, resource_type, "&".join(part for part in (request.query, form) if part))
            case "POST", [resource_type]:
                return self._create(request, resource_type)
            case (("GET" | "HEAD"), [resource_type, resource_id]):
                request.permit(resource_type, "r")
                return self._read(request, self._interactions.read(resource_type, resource_id))
            case "GET", [resource_type, resource_id, "_history"]:
                request.permit(resource_type, "r")
                return self._history(request, resource_type, resource_id)
            case "GET", [resource_type, resource_id, "_history", version]:
                request.permit(resource_type, "r")
                return self._read(request, self._interactions.vread(resource_type, resource_id, version))
            case (("PUT" | "PATCH"), [resource_type, resource_id]):
                return self._change(request, resource_type, resource_id)
            case "DELETE", [resource_type, resource_id]:
                request.permit(resource_type, "d")
                if_match = request.headers.get("if-match")
                return Answer(self._interactions.delete(resource_type, resource_id, if_match).status)
        raise Refusal(404, "not-supported", f"{request.method} is not supported here")

    def _create(self, request: _Request, resource_type: str) -> Answer:
        request.permit(resource_type, "c")
        if_none_exist = request.headers.get("if-none-exist")
        result = self._interactions.create(resource_type, request.resource(), request.base, if_none_exist)
        return self._written(request, result)

    def _change(self, request: _Request, resource_type: str, resource_id: str) -> Answer:
        request.permit(resource_type, "u")
        if_match = request.headers.get("if-match")
        if request.method == "PUT":
            result = self._interactions.update(resource_type, resource_id, request.resource(), request.base, if_match)
        elif not self.quirks.patches:
            raise Refusal(405, "not-supported", "PATCH is not supported here")
        elif "json-patch" not in request.headers.get("content-type", ""):
            raise Refusal(415, "not-supported", "a PATCH must be application/json-patch+json")
        else:
            result = self._interactions.patch(resource_type, resource_id, request.resource(), request.base, if_match)
        return self._written(request, result)

    def _written(self, request: _Request, result: Result) -> Answer:
        stored = result.stored
        if stored is None:
            return Answer(result.status)
        headers = self._headers(request, stored)
        headers["Location"] = f"{request.base}/{stored.reference}/_history/{stored.version}"
        wanted = request.prefer.get("return", "representation" if self.quirks.returns_representation else "minimal")
        return Answer(result.status, None if wanted == "minimal" else stored.body, headers)

    def _read(self, request: _Request, stored: Stored) -> Answer:
        return Answer(200, stored.body, self._headers(request, stored))

    def _headers(self, request: _Request, stored: Stored) -> dict[str, str]:
        at = datetime.fromisoformat(stored.at).replace(tzinfo=UTC)
        headers = {"Last-Modified": format_datetime(at, usegmt=True)}
        if self.quirks.etag != "none" and (request.method != "PATCH" or self.quirks.etag_on_patch):
            headers["ETag"] = f'{"W/" if self.quirks.etag == "weak" else ""}"{stored.version}"'
        return headers

    def _history(self, request: _Request, resource_type: str, resource_id: str) -> Answer:
        versions = self._interactions.history(resource_type, resource_id)
        entries = [_history_entry(request.base, stored) for stored in versions]
        return Answer(200, _bundle_text("history", len(versions), [], entries))

    def _bundle(self, request: _Request) -> Answer:
        def read(url: str) -> Resource:
            path, _, query = url.partition("?")
            segments = [part for part in path.split("/") if part]
            answer = self._route(replace(request, method="GET", segments=segments, query=query, body=b""))
            found: Resource = parse(answer.body or "{}")
            return found

        response = self._bundles.process(request.resource(), request.base, permit=request.permit, reader=read)
        if request.prefer.get("return") == "representation":
            for entry in response["entry"]:
                self._add_representation(request, entry)
        return Answer(200, dump(response))

    def _add_representation(self, request: _Request, entry: dict[str, Any]) -> None:
        location = entry["response"].get("location")
        if location is not None:
            resource_type, resource_id, *_ = location.removeprefix(request.base + "/").split("/")
            entry["resource"] = self._interactions.read(resource_type, resource_id).resource()

    def _search(self, request: _Request, resource_type: str, text: str) -> Answer:
        check_type(resource_type)
        request.permit(resource_type, "s")
        fresh = "no-cache" in request.headers.get("cache-control", "")
        key = hashlib.sha256(f"{sorted(request.scopes or ())}{resource_type}?{text}".encode()).hexdigest()
        if self.quirks.search_cache_seconds and not fresh and key in self._cache:
            cached_at, body = self._cache[key]
            if self._clock() - cached_at < self.quirks.search_cache_seconds:
                return Answer(200, body)
        body = self._page(request, resource_type, text, 0)
        if self.quirks.search_cache_seconds:
            self._cache[key] = self._clock(), body
        return Answer(200, body)

    def _next_page(self, request: _Request) -> Answer:
        pages = dict(parse_qsl(request.query))
        try:
            resource_type, text, offset = parse(base64.urlsafe_b64decode(pages["_page"]))
        except (KeyError, ValueError):
            raise Refusal(404, "not-found", "there is no such page") from None
        request.permit(resource_type, "s")
        return Answer(200, self._page(request, resource_type, text, int(offset)))

    def _page(self, request: _Request, resource_type: str, text: str, offset: int) -> str:
        pairs = parse_qsl(text, keep_blank_values=True)
        query = search.read_query(resource_type, pairs, base=request.base)
        if query.unknown:
            self._unknown(request, query)
        total = search.total_of(self.storage, query)
        links = [("self", f"{request.base}/{resource_type}?{text}" if text else f"{request.base}/{resource_type}")]
        if query.only_count:
            return _bundle_text("searchset", total, links, [])
        matches = search.page_of(self.storage, query, offset)
        more = [
            stored
            for stored in search.included(self.storage, query, matches)
            if request.scopes is None or may(request.scopes, stored.type, "r")
        ]
        if self.quirks.next_links and offset + len(matches) < total and matches:
            page = base64.urlsafe_b64encode(dump([resource_type, text, offset + len(matches)]).encode()).decode()
            links.append(("next", f"{request.base}?_page={page}"))
        entries = [_match_entry(request.base, stored, "match") for stored in matches]
        entries += [_match_entry(request.base, stored, "include") for stored in more]
        return _bundle_text("searchset", total, links, entries)

    def _unknown(self, request: _Request, query: search.Query) -> None:
        handling = request.prefer.get("handling")
        if self.quirks.unknown_parameters == "match-nothing":
            query.where.append("0")
        elif handling == "strict" or (handling is None and self.quirks.unknown_parameters == "refuse"):
            names = ", ".join(query.unknown)
            raise bad_request(f"{query.resource_type} cannot be searched by {names}", code="not-supported")


def _match_entry(base: str, stored: Stored, mode: str) -> str:
    return f'{{"fullUrl":"{base}/{stored.reference}","resource":{stored.body},"search":{{"mode":"{mode}"}}}}'


def _history_entry(base: str, stored: Stored) -> str:
    resource = f'"resource":{stored.body},' if stored.body is not None else ""
    url = stored.type if stored.method == "POST" else stored.reference
    status = {"POST": "201", "DELETE": "204"}.get(stored.method, "200")
    response = {"status": status, "etag": f'W/"{stored.version}"', "lastModified": stored.at + "Z"}
    return (
        f'{{"fullUrl":"{base}/{stored.reference}",{resource}"request":{{"method":"{stored.method}","url":"{url}"}},'
        f'"response":{dump(response)}}}'
    )


def _bundle_text(kind: str, total: int, links: list[tuple[str, str]], entries: list[str]) -> str:
    """A Bundle written around resources that are JSON text already, so that they stay as they were stored."""
    parts = [f'"resourceType":"Bundle","type":"{kind}","total":{total}']
    if links:
        parts.append('"link":' + dump([{"relation": relation, "url": url} for relation, url in links]))
    if entries:
        parts.append(f'"entry":[{",".join(entries)}]')
    return "{" + ",".join(parts) + "}"
