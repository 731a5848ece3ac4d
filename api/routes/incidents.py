"""Incidents: what stands still, and trying it again."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from api.problems import responses
from api.routes.dependencies import ActorHere, After, KeyHere, Limit, ServicesHere, link_next
from api.schemas.base import Operated, PageOf
from api.schemas.incidents import Incident, RetryWish
from api.services.incidents import RetryWish as Retry

router = APIRouter(prefix="/incidents", tags=["incidents"])


@router.get("", summary="List incidents", responses=responses(400, 403, 422))
async def list_incidents(
    request: Request,
    response: Response,
    services: ServicesHere,
    actor: ActorHere,
    *,
    status: Annotated[Literal["open", "closed", "all"], Query(description="Which ones.")] = "open",
    fingerprint: Annotated[str | None, Query(description="Only the same trouble.")] = None,
    pathway: Annotated[str | None, Query(description="Only of this pathway.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> PageOf[Incident]:
    """Incidents, the last seen first."""
    page = await services.incidents.page(
        actor,
        status=None if status == "all" else status,
        fingerprint=fingerprint,
        pathway=pathway,
        after=after,
        limit=limit,
    )
    link_next(request, response, page.next)
    return PageOf(items=[Incident.model_validate(one) for one in page.items], next=page.next)


@router.get("/{ident}", summary="One incident", responses=responses(403, 404))
async def get_incident(services: ServicesHere, actor: ActorHere, ident: str) -> Incident:
    """An incident with its input and error."""
    return Incident.model_validate((await services.incidents.detail(actor, ident)).incident)


@router.post("/{ident}/retry", summary="Try again", responses=responses(400, 403, 404, 409, 422))
async def retry_incident(
    services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, wish: RetryWish
) -> Operated:
    """Try the step again, with another input if one is given. The incident closes when the step has really passed."""
    retry = Retry(wish.reason, wish.input, wish.had_no_effect)
    return Operated.model_validate(await services.incidents.retry(actor, ident, retry, key=key))
