"""Instances: starting pathways, finding them, cancelling them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from api.problems import responses
from api.routes.dependencies import ActorHere, After, KeyHere, Limit, ServicesHere, link_next
from api.schemas.base import Operated, PageOf
from api.schemas.instances import CancelWish, CloseWish, Instance, InstanceInList, Position, StartWish, TimelineEntry
from api.services.instances import InstanceDetail
from api.services.instances import StartWish as Start
from api.services.records import InstanceFilter

router = APIRouter(prefix="/instances", tags=["instances"])


@router.post("", status_code=201, summary="Start a pathway", responses=responses(403, 404, 409, 422))
async def start_instance(
    response: Response, services: ServicesHere, actor: ActorHere, key: KeyHere, wish: StartWish
) -> InstanceInList:
    """Start a pathway: 201, or 200 where this `Idempotency-Key` has started it before.

    Once answered it will run, even where Temporal is away right now (`status` is then `starting`).
    """
    instance, new = await services.instances.start(
        actor,
        Start(wish.pathway, wish.inputs, wish.version, wish.zone, deprecated=wish.deprecated, site=wish.site),
        key=key,
    )
    response.headers["Location"] = f"/api/v1/instances/{instance.id}"
    if not new:
        response.status_code = 200
    return InstanceInList.model_validate(instance)


@router.get("", summary="List instances", responses=responses(400, 422))
async def list_instances(
    request: Request,
    response: Response,
    services: ServicesHere,
    _: ActorHere,
    *,
    pathway: Annotated[str | None, Query(description="Only of this pathway.")] = None,
    status: Annotated[
        Literal["starting", "running", "cancelling", "ended"] | None, Query(description="Only in this status.")
    ] = None,
    open: Annotated[bool | None, Query(description="Only open ones, or only ended ones.")] = None,  # noqa: A002
    stage: Annotated[str | None, Query(description="Only in this stage.")] = None,
    held: Annotated[bool | None, Query(description="Only those that hold steps, or only the others.")] = None,
    gone: Annotated[bool | None, Query(description="Only those whose workflow is gone, or only the others.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> PageOf[InstanceInList]:
    """Instances, the youngest first."""
    page = await services.instances.page(
        InstanceFilter(pathway, status, open, stage, held=held, gone=gone), after=after, limit=limit
    )
    link_next(request, response, page.next)
    return PageOf(items=[InstanceInList.model_validate(one) for one in page.items], next=page.next)


@router.get("/{ident}", summary="One instance", responses=responses(404))
async def get_instance(services: ServicesHere, _: ActorHere, ident: str) -> Instance:
    """An instance: where it stands, its data with where each value came from, its timeline."""
    return _full(await services.instances.detail(ident))


@router.post("/{ident}/cancel", summary="Cancel an instance", responses=responses(400, 403, 404, 409, 422))
async def cancel_instance(
    services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, wish: CancelWish
) -> Operated:
    """Cancel an instance: everything that stands is left, its open tasks close as cancelled."""
    return Operated.model_validate(await services.instances.cancel(actor, ident, reason=wish.reason, key=key))


@router.post("/{ident}/close", summary="Close an instance that is gone", responses=responses(400, 403, 404, 409, 422))
async def close_instance(
    services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, wish: CloseWish
) -> Operated:
    """Close an instance whose workflow is gone: open tasks close as cancelled, a parent hears that it has failed."""
    return Operated.model_validate(await services.gone.close(actor, ident, reason=wish.reason, key=key))


@router.post(
    "/{ident}/start-anew",
    status_code=201,
    summary="Start an instance anew that is gone",
    responses=responses(400, 403, 404, 409, 422),
)
async def start_anew(
    response: Response, services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, wish: CloseWish
) -> InstanceInList:
    """Close an instance whose workflow is gone, and start the same version with the same inputs from its beginning.

    What it did outside is not taken back, and may be done again.
    """
    instance = await services.gone.start_anew(actor, ident, reason=wish.reason, key=key)
    response.headers["Location"] = f"/api/v1/instances/{instance.id}"
    return InstanceInList.model_validate(instance)


def _full(found: InstanceDetail) -> Instance:
    instance = Instance.model_validate(found.instance)
    instance.positions = [Position.model_validate(one) for one in found.positions]
    instance.replaced_by = found.replaced_by.id if found.replaced_by is not None else None
    instance.open_tasks = [one.id for one in found.tasks if one.status == "open"]
    instance.open_incidents = [one.id for one in found.incidents if one.status == "open"]
    instance.timeline = [TimelineEntry.model_validate(one) for one in found.timeline]
    return instance
