"""What routes are given: the use cases, who asks, and the request's idempotency key."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Header, Query, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.services import Services
from api.services.actor import Actor
from api.services.base import new_id
from api.services.errors import SignedOutError

_bearer = HTTPBearer(auto_error=False, description="A token from `POST /api/v1/tokens`.")


def services_of(request: Request) -> Services:
    """The use cases of this process."""
    services: Services = request.app.state.services
    return services


ServicesHere = Annotated[Services, Depends(services_of)]


async def actor_of(
    services: ServicesHere, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> Actor:
    """Who asks, by bearer token. Raises `SignedOutError`."""
    if credentials is None:
        raise SignedOutError("A bearer token is needed.", hint="Ask for one at POST /api/v1/tokens.")
    return await services.people.bearer(credentials.credentials)


ActorHere = Annotated[Actor, Depends(actor_of)]


def key_of(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Names this request: the same key again gets the first answer, and nothing is done twice.",
            min_length=1,
            max_length=200,
        ),
    ] = None,
) -> str:
    """The request's idempotency key; a fresh one where none was sent."""
    return idempotency_key or new_id()


KeyHere = Annotated[str, Depends(key_of)]
After = Annotated[str | None, Query(description="Where the page begins: `next` of the page before.", max_length=500)]
Limit = Annotated[int, Query(description="Rows of a page.", ge=1, le=200)]


def link_next(request: Request, response: Response, after: str | None) -> None:
    """Say where the next page is (RFC 8288)."""
    if after is not None:
        query: list[tuple[str, Any]] = [
            (name, value) for name, value in request.query_params.multi_items() if name != "after"
        ]
        response.headers["Link"] = f'<{request.url.path}?{urlencode([*query, ("after", after)])}>; rel="next"'
