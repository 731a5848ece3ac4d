"""Interventions in an instance: skip, move, change data, suspend, resume, hold, release, offers, added tasks."""

from __future__ import annotations

from fastapi import APIRouter

from api.problems import responses
from api.routes.dependencies import ActorHere, KeyHere, ServicesHere
from api.schemas.base import Operated
from api.schemas.operations import (
    AddTaskWish,
    DataWish,
    ForeseeMoveWish,
    ForeseeSkipWish,
    Foresight,
    HoldWish,
    MoveWish,
    ReleaseWish,
    ResumeWish,
    SkipWish,
    SuspendWish,
)
from api.services.operations import NewTask
from pathways.foresight import Foresight as Seen

router = APIRouter(prefix="/instances/{ident}", tags=["instances"], responses=responses(400, 403, 404, 409, 422))


@router.post("/foresee/skip", summary="What skipping would bring")
async def foresee_skip(services: ServicesHere, actor: ActorHere, ident: str, wish: ForeseeSkipWish) -> Foresight:
    """What skipping a step would bring; nothing is done. What would be refused is in `refused`."""
    return _told(await services.foresight.skip(actor, ident, wish.address, output=wish.output))


@router.post("/foresee/move", summary="What moving would bring")
async def foresee_move(services: ServicesHere, actor: ActorHere, ident: str, wish: ForeseeMoveWish) -> Foresight:
    """What moving a position would bring; nothing is done."""
    return _told(await services.foresight.move(actor, ident, wish.address, to=wish.to, undo=wish.undo))


@router.post("/foresee/cancel", summary="What cancelling would bring")
async def foresee_cancel(services: ServicesHere, actor: ActorHere, ident: str) -> Foresight:
    """What cancelling the instance would bring; nothing is done."""
    return _told(await services.foresight.cancel(actor, ident))


def _told(seen: Seen) -> Foresight:
    return Foresight.model_validate(seen)


@router.post("/skip", summary="Skip a step")
async def skip_step(services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, wish: SkipWish) -> Operated:
    """Let a step count as completed, with what it would have given. An incident there closes."""
    return Operated.model_validate(
        await services.operations.skip(actor, ident, wish.address, output=wish.output, reason=wish.reason, key=key)
    )


@router.post("/move", summary="Move a position")
async def move_position(services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, wish: MoveWish) -> Operated:
    """Move a position to another step of its scope or of one around it; what lies inside what is left is left."""
    return Operated.model_validate(
        await services.operations.move(
            actor, ident, wish.address, to=wish.to, undo=wish.undo, reason=wish.reason, key=key
        )
    )


@router.post("/data/{name}", summary="Change a value")
async def change_data(
    services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, name: str, wish: DataWish
) -> Operated:
    """Change a saved value. What depends on it (deadlines, listeners, attributes) is worked out anew."""
    return Operated.model_validate(
        await services.operations.change(actor, ident, name, wish.value, scope=wish.scope, reason=wish.reason, key=key)
    )


@router.post("/suspend", summary="Suspend an instance")
async def suspend_instance(
    services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, wish: SuspendWish
) -> Operated:
    """Start no new step until it is resumed; what runs and what is open may finish."""
    return Operated.model_validate(
        await services.operations.suspend(actor, ident, pause_clocks=wish.pause_clocks, reason=wish.reason, key=key)
    )


@router.post("/resume", summary="Resume an instance")
async def resume_instance(
    services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, wish: ResumeWish
) -> Operated:
    """End a suspension: what was reached meanwhile begins, in the order in which it was reached."""
    return Operated.model_validate(await services.operations.resume(actor, ident, reason=wish.reason, key=key))


@router.post("/hold", summary="Hold steps of an instance")
async def hold_steps(services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, wish: HoldWish) -> Operated:
    """Have steps not be entered until they are released. What stands inside them goes on, and so do clocks."""
    return Operated.model_validate(
        await services.operations.hold(actor, ident, tuple(wish.steps), reason=wish.reason, key=key)
    )


@router.post("/release", summary="Release steps of an instance")
async def release_steps(
    services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, wish: ReleaseWish
) -> Operated:
    """Hold no step of this instance any more: what was reached begins. What its version holds stays held."""
    return Operated.model_validate(await services.operations.release(actor, ident, reason=wish.reason, key=key))


@router.post("/offers/{side}", summary="Take an offer")
async def take_offer(services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, side: str) -> Operated:
    """Start a side flow that the pathway offers."""
    return Operated.model_validate(await services.operations.take_offer(actor, ident, side, key=key))


@router.post("/tasks", summary="Add a task")
async def add_task(services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, wish: AddTaskWish) -> Operated:
    """Add a task by hand. It blocks nothing, and closes with the instance."""
    task = NewTask(**wish.model_dump())
    return Operated.model_validate(await services.operations.add_task(actor, ident, task, key=key))
