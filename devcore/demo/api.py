"""Carelane's JSON API as the demonstration's people use it: each with a token of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from pathways.errors import CarelaneError

Json = Any

SIGN_IN_TRIES = 60


NOT_FOUND = 404
CONFLICT = 409
SERVER_ERRORS = 500


class DemonstrationError(CarelaneError):
    """The demonstration could not go on."""

    code = "demonstration"


class NotNowError(DemonstrationError):
    """The API is away or busy with this very thing: the same request may succeed in a moment."""

    code = "demonstration-not-now"


class NotFoundError(DemonstrationError):
    """The API does not know it, or not yet."""

    code = "demonstration-not-found"


class Api:
    """`/api/v1`, as one of several people who have signed in."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.AsyncClient(base_url=f"{base_url}/api/v1", timeout=30)
        self._tokens: dict[str, str] = {}

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def sign_in(self, login: str, password: str) -> None:
        """Get a token for somebody; the accounts of a new state are there a moment after the API answers."""
        wish = {"login": login, "password": password, "label": "demonstration"}
        for tries in range(1, SIGN_IN_TRIES + 1):
            try:
                self._tokens[login] = (await self._ask("POST", "/tokens", json=wish))["secret"]
            except DemonstrationError:
                if tries == SIGN_IN_TRIES:
                    raise
                await asyncio.sleep(0.5)
            else:
                return

    async def get(self, who: str, path: str, **query: str | int) -> Json:
        """What the API answers to that person."""
        return await self._ask("GET", path, params=query, headers=self._headers(who))

    async def post(self, who: str, path: str, body: Json, *, key: str, type: str = "application/json") -> Json:  # noqa: A002
        """Do something as that person; the same key never does it twice."""
        headers = {**self._headers(who), "Idempotency-Key": key, "Content-Type": type}
        return await self._ask("POST", path, json=body, headers=headers)

    async def tasks(self, who: str) -> Sequence[Mapping[str, Json]]:
        """The open tasks of the queues that the person works."""
        items: Sequence[Mapping[str, Json]] = (await self.get(who, "/tasks", limit=200, apart="true"))["items"]
        return items

    async def instance(self, who: str, ident: str) -> Mapping[str, Json]:
        """An instance with its positions and timeline."""
        found: Mapping[str, Json] = await self.get(who, f"/instances/{ident}")
        return found

    async def event(self, who: str, ident: str, type_: str, key: str, data: Json) -> str:
        """Send an event; the same id counts once. What Carelane calls it."""
        event = {"specversion": "1.0", "id": ident, "source": "/demonstration", "type": type_, "subject": key}
        sent = {**event, "data": data}
        accepted = await self.post(who, "/events", sent, key=ident, type="application/cloudevents+json")
        return str(accepted["id"])

    async def _ask(self, method: str, path: str, **request: Any) -> Json:
        try:
            answer = await self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise NotNowError(f"The API does not answer: {error}") from None
        if not answer.is_success:
            raise _refused(answer)
        return answer.json() if answer.content else None

    def _headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[who]}"}


def _refused(answer: httpx.Response) -> DemonstrationError:
    try:
        problem = answer.json()
        said = f"{problem.get('title', '')} {problem.get('detail', '')}".strip()
    except (ValueError, AttributeError):
        said = answer.text[:200]
    method, path = answer.request.method, answer.request.url.path
    passing = answer.status_code == CONFLICT or answer.status_code >= SERVER_ERRORS
    unknown = NotFoundError if answer.status_code == NOT_FOUND else DemonstrationError
    kind = NotNowError if passing else unknown
    return kind(f"The API answered {answer.status_code} to {method} {path}: {said}")
