"""Tasks: the work list, taking them, completing them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from api.problems import FieldProblem, responses
from api.routes.dependencies import ActorHere, After, KeyHere, Limit, ServicesHere, link_next
from api.schemas.base import PageOf
from api.schemas.operations import Begun
from api.schemas.tasks import (
    AssignWish,
    ClaimWish,
    Completed,
    CompletedInBulk,
    CompletedTogether,
    CompleteTogetherWish,
    CompleteWish,
    CompletionForeseen,
    CoreChange,
    RowProblem,
    SameCause,
    Task,
    TaskInWorkList,
)
from api.services.bulk import Candidate, Result
from api.services.core_versions import marks
from api.services.errors import RefusedError, ServiceError
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
    apart: Annotated[bool, Query(description="Each task for itself, also those of one cause.")] = False,
    after: After = None,
    limit: Limit = 50,
) -> PageOf[TaskInWorkList]:
    """Open tasks in the queues that the person works: by due time (undated last), or by priority.

    Tasks that name the same cause in an instance are one item, that of the first; `same_cause` leads to the others.
    """
    wish = ListWish(queue, whose, pathway, stage, priority, overdue, instance, order, apart)
    found = await services.tasks.list(actor, wish, after=after, limit=limit)
    link_next(request, response, found.page.next)
    items = [TaskInWorkList.model_validate(one) for one in found.page.items]
    for one in items:
        one.same_cause = [SameCause.model_validate(other) for other in found.same_cause.get(one.id, ())]
    return PageOf(items=items, next=found.page.next)


@router.post("/complete", summary="Complete several tasks", responses=responses(400, 422))
async def complete_tasks(
    services: ServicesHere, actor: ActorHere, key: KeyHere, wish: CompleteTogetherWish
) -> CompletedTogether:
    """Complete tasks of one step and version that may be completed in bulk, each for itself, with the same answer.

    The answer tells of each what became of it: one that is refused keeps no other back. The same `Idempotency-Key`
    again gets each task's first answer. Nothing is done where they are not of one kind. Gates are never completed so.
    """
    done = await services.tasks.complete_all(actor, wish.chosen, outcome=wish.outcome, form=wish.form, key=key)
    return CompletedTogether(results=[_result(one) for one in done])


@router.post("/complete/preview", summary="What completing several tasks would bring", responses=responses(400, 422))
async def preview_tasks(
    services: ServicesHere, actor: ActorHere, wish: CompleteTogetherWish
) -> list[CompletionForeseen]:
    """What completing them would bring, task by task: the steps that come next, or why it would be refused."""
    found = await services.tasks.preview(actor, wish.chosen, outcome=wish.outcome, form=wish.form)
    gone = [CompletionForeseen(task=one, begun=[], problem=UNKNOWN) for one in found.missing]
    return [_foreseen(one) for one in found.candidates] + gone


def _result(one: Result) -> CompletedInBulk:
    done = Completed.model_validate(one.completed) if one.completed is not None else None
    return CompletedInBulk(task=one.task, completed=done, problem=_problem(one.problem))


def _foreseen(one: Candidate) -> CompletionForeseen:
    begun = [Begun.model_validate(each) for each in one.begun]
    return CompletionForeseen(task=one.task.id, begun=begun, problem=_problem(one.problem))


def _problem(error: ServiceError | None) -> RowProblem | None:
    if error is None:
        return None
    errors = [FieldProblem(field=name, message=why) for name, why in error.fields.items()]
    reason = error.reason if isinstance(error, RefusedError) else None
    return RowProblem(code=error.code, reason=reason, detail=error.message, errors=errors)


UNKNOWN = RowProblem(code="not-found", reason=None, detail="There is no such task for you.", errors=[])


@router.get("/{ident}", summary="One task", responses=responses(404))
async def get_task(services: ServicesHere, actor: ActorHere, ident: str) -> Task:
    """A task with its form, open or closed."""
    found = await services.tasks.get(actor, ident)
    task = Task.model_validate(found.task)
    task.rev = found.instance.rev
    task.moved_on = [CoreChange.model_validate(one) for one in found.moved_on or ()]
    task.core = list(marks(found.moved_on))
    return task


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
        actor,
        ident,
        outcome=wish.outcome,
        form=wish.form,
        key=key,
        version=wish.version,
        seen=wish.seen,
        core=wish.core,
    )
    return Completed.model_validate(done)
