"""The demonstration clock; there only in demonstration mode."""

from __future__ import annotations

from fastapi import APIRouter

from api.problems import responses
from api.routes.dependencies import ActorHere, KeyHere, ServicesHere
from api.schemas.pathways import Moved, MoveWish

router = APIRouter(prefix="/demo", tags=["demonstration"])


@router.post("/clock", summary="Move the demonstration clock", responses=responses(403, 404, 409, 422))
async def move_clock(services: ServicesHere, actor: ActorHere, key: KeyHere, wish: MoveWish | None = None) -> Moved:
    """Move pathway time, of all instances together, to a moment or to the nearest deadline of any of them."""
    asked = wish or MoveWish.model_validate({})
    return Moved.model_validate(await services.demonstration.move_clock(actor, asked.to, key=key, seen=asked.seen))
