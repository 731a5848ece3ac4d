"""Going through the pages of a search or a history."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit, urlunsplit

from activities.gateways.fhir.errors import IncompleteSearch, ProtocolError
from activities.gateways.fhir.resource import Resource
from activities.gateways.fhir.transport import Transport

Params: TypeAlias = "Mapping[str, str | Iterable[str]] | Iterable[tuple[str, str]]"
"""Search parameters: names to a value or several values (which must all hold), or pairs."""

PAGE_SIZE = 100
_SHAPING = ("_count", "_sort", "_include", "_revinclude")


def pairs_of(params: Params) -> list[tuple[str, str]]:
    """Parameters as pairs, in order."""
    items = params.items() if isinstance(params, Mapping) else params
    return [
        (name, value) for name, values in items for value in ([values] if isinstance(values, str) else list(values))
    ]


async def search_pages(
    transport: Transport, path: str, params: list[tuple[str, str]], what: str, *, fresh: bool = False
) -> AsyncIterator[dict[str, Any]]:
    """The entries of every page, by the core's `next` links as they are given. Raises FhirError."""
    headers = {"Prefer": "handling=strict"}
    if fresh:
        headers["Cache-Control"] = "no-cache"
    asked = dict(params).get("_count")
    if asked is None:
        params = [*params, ("_count", str(PAGE_SIZE))]
    size = int(asked or PAGE_SIZE)
    page = _bundle(await transport.send("GET", path, what, params=params, headers=headers), what)
    seen_links: set[str] = set()
    matches = 0
    while True:
        entries = page.get("entry", [])
        for entry in entries:
            matches += entry.get("search", {}).get("mode", "match") == "match"
            yield entry
        link = next((each["url"] for each in page.get("link", []) if each.get("relation") == "next"), None)
        if link is None:
            break
        if link in seen_links:
            raise ProtocolError(f"The core's pages go in a circle during {what}.")
        seen_links.add(link)
        page = _bundle(await transport.send("GET", own_url(transport, link), what, headers=headers), what)
    if "/" not in path:
        await _check_complete(transport, path, params, what, page, matches, size)


def own_url(transport: Transport, link: str) -> str:
    """A link of the core, on the origin by which we reach it: behind a proxy it may know another name."""
    base = urlsplit(transport.base_url)
    parts = urlsplit(urljoin(transport.base_url + "/", link))
    return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))


async def _check_complete(
    transport: Transport,
    path: str,
    params: list[tuple[str, str]],
    what: str,
    last: Resource,
    matches: int,
    size: int,
) -> None:
    """Some cores cut the results off and give no link: never take part of an answer for all of it."""
    total = last.get("total")
    if total is None:
        if matches == 0 or matches % size != 0:
            return
        counting = [pair for pair in params if not pair[0].startswith(_SHAPING)]
        counted = await transport.send(
            "GET",
            path,
            what,
            params=[*counting, ("_summary", "count")],
            headers={"Cache-Control": "no-cache"},
        )
        total = _bundle(counted, what).get("total")
    if isinstance(total, int) and total > matches and matches >= size:
        raise IncompleteSearch(
            f"The core gave {matches} of {total} matches during {what}, and no link to the rest.",
            hint="Ask for fewer by narrowing the search, or for more at once with _count.",
        )


def _bundle(answer: Any, what: str) -> Resource:
    body = answer.body
    if not isinstance(body, dict) or body.get("resourceType") != "Bundle":
        raise ProtocolError(f"The core's answer to {what} is no Bundle.", status=answer.status)
    return body
