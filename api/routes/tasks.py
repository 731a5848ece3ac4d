"""Tasks: the work list, taking them, completing them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from api.problems import responses
from api.routes.dependencies import ActorHere, After, KeyHere, Limit, ServicesHere, link_next
from api.schemas.base import PageOf
from api.schemas.tasks import AssignWish, ClaimWish, Completed, CompleteWish, Task, TaskInList
from api.services.tasks import ListWish

router = APIRouter(prefix="/tasks", tags=["tasks"])


@router.get("", summary="List open tasks", responses=responses(400, 404, 422))
async def list_tasks(
    request: Request,
    response: Response,
    services: ServicesHere,
    actor: ActorHere,
    *,
    queue: Annotated[str | None, Query(description="Only this queue.")] = None,
    whose: Annotated[
        Literal["all", "mine", "nobody"], Query(description="Everybody's, one's own, or nobody's.")
    ] = "all",
    pathway: Annotated[str | None, Query(description="Only of this pathway.")] = None,
    stage: Annotated[str | None, Query(description="Only in this stage.")] = None,
    priority: Annotated[str | None, Query(description="Only of this priority.")] = None,
    instance: Annotated[str | None, Query(description="Only of this instance.")] = None,
    overdue: Annotated[bool, Query(description="Only overdue ones.")] = False,
    order: Annotated[Literal["due", "priority"], Query(description="What comes first.")] = "due",
    after: After = None,
    limit: Limit = 50,
) -> PageOf[TaskInList]:
    """Open tasks in the queues that the person works: by due time (undated last), or by priority."""
    wish = ListWish(queue, whose, pathway, stage, priority, overdue, instance, order)
    found = await services.tasks.list(actor, wish, after=after, limit=limit)
    link_next(request, response, found.page.next)
    return PageOf(items=[TaskInList.model_validate(one) for one in found.page.items], next=found.page.next)


@router.get("/{ident}", summary="One task", responses=responses(404))
async def get_task(services: ServicesHere, actor: ActorHere, ident: str) -> Task:
    """A task with its form, open or closed."""
    return Task.model_validate((await services.tasks.get(actor, ident)).task)


@router.post("/{ident}/claim", summary="Take a task", responses=responses(403, 404, 409, 422))
async def claim_task(services: ServicesHere, actor: ActorHere, ident: str, wish: ClaimWish | None = None) -> Task:
    """Take a task that nobody has; to have it already is as good. One of two at once wins; 409 says who."""
    version = wish.version if wish is not None else None
    return Task.model_validate(await services.tasks.claim(actor, ident, version=version))


@router.post("/{ident}/release", summary="Give a task back", responses=responses(404, 409, 422))
async def release_task(services: ServicesHere, actor: ActorHere, ident: str, wish: ClaimWish | None = None) -> Task:
    """Give back a task that one has."""
    version = wish.version if wish is not None else None
    return Task.model_validate(await services.tasks.release(actor, ident, version=version))


@router.post("/{ident}/assign", summary="Give a task to somebody", responses=responses(400, 403, 404, 409, 422))
async def assign_task(services: ServicesHere, actor: ActorHere, ident: str, wish: AssignWish) -> Task:
    """Give a task to a person who has its role, or to nobody, whoever has it now."""
    return Task.model_validate(await services.tasks.assign(actor, ident, wish.to, version=wish.version))


@router.post("/{ident}/complete", summary="Complete a task", responses=responses(403, 404, 409, 422))
async def complete_task(
    services: ServicesHere, actor: ActorHere, key: KeyHere, ident: str, wish: CompleteWish
) -> Completed:
    """Complete a task with an outcome and its form's values; the pathway goes on at once.

    422 names each field that needs another look; 409 says who took or closed it.
    """
    done = await services.tasks.complete(
        actor, ident, outcome=wish.outcome, form=wish.form, key=key, version=wish.version, seen=wish.seen
    )
    return Completed.model_validate(done)
