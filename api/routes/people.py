"""Tokens for programs, and who one is."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Response

from api.problems import responses
from api.routes.dependencies import ActorHere, ServicesHere
from api.schemas.base import Schema
from api.schemas.pathways import Token, TokenWish

router = APIRouter(tags=["people"])


class Me(Schema):
    """Whom a token acts for."""

    id: str
    login: str
    name: str
    roles: list[str]


@router.post("/tokens", status_code=201, summary="Ask for a bearer token", responses=responses(422))
async def issue_token(services: ServicesHere, wish: TokenWish) -> Token:
    """A token for a program that acts as the person who signs in here. It is shown this once."""
    token = await services.people.issue_token(
        wish.login, wish.password, label=wish.label, lasts=timedelta(days=wish.days)
    )
    return Token.model_validate(token)


@router.delete("/tokens/{ident}", status_code=204, summary="End a token", responses=responses(404))
async def revoke_token(services: ServicesHere, actor: ActorHere, ident: str) -> Response:
    """End one of one's own tokens."""
    await services.people.revoke_token(actor, ident)
    return Response(status_code=204)


@router.get("/me", summary="Who am I?", responses=responses())
async def me(actor: ActorHere) -> Me:
    """The person that the token acts for, with their roles."""
    return Me(id=actor.id, login=actor.login, name=actor.name, roles=sorted(actor.roles))
