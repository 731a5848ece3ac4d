"""Migrating what is in flight: the dry run, runs that go on step by step, and taking them back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.problems import responses
from api.routes.dependencies import ActorHere, After, Limit, ServicesHere, link_next
from api.schemas.base import PageOf
from api.schemas.migrations import (
    MigrationPreview,
    MigrationPreviewWish,
    MigrationResult,
    MigrationRun,
    MigrationWish,
    RunProgress,
)
from api.services import migrations as use_cases

router = APIRouter(prefix="/migrations", tags=["migrations"])


@router.post("/preview", summary="What a migration would do", responses=responses(403, 404, 422))
async def preview_migration(services: ServicesHere, actor: ActorHere, wish: MigrationPreviewWish) -> MigrationPreview:
    """A dry run by where instances stand, those that would be refused first. Changes nothing."""
    found = await services.migrations.preview(actor, use_cases.MigrationWish(**wish.model_dump()))
    return MigrationPreview.model_validate(found)


@router.post("", status_code=201, summary="Begin a migration", responses=responses(400, 403, 404, 422))
async def begin_migration(services: ServicesHere, actor: ActorHere, wish: MigrationWish) -> RunProgress:
    """Put a run on record. Nothing moves before its steps are asked for."""
    found = await services.migrations.begin(actor, use_cases.MigrationWish(**wish.model_dump()))
    return RunProgress.model_validate(found)


@router.get("", summary="List migrations", responses=responses(400, 403, 422))
async def list_migrations(
    request: Request,
    response: Response,
    services: ServicesHere,
    actor: ActorHere,
    *,
    pathway: Annotated[str | None, Query(description="Only of this pathway.")] = None,
    after: After = None,
) -> PageOf[MigrationRun]:
    """Runs, the latest first."""
    page = await services.migrations.runs(actor, pathway=pathway, after=after)
    link_next(request, response, page.next)
    return PageOf(items=[MigrationRun.model_validate(one) for one in page.items], next=page.next)


@router.get("/{run}", summary="How far a migration is", responses=responses(403, 404))
async def get_migration(services: ServicesHere, actor: ActorHere, run: str) -> RunProgress:
    """A run with its counts."""
    return RunProgress.model_validate(await services.migrations.progress(actor, run))


@router.get("/{run}/results", summary="What came of each instance", responses=responses(400, 403, 404, 422))
async def list_results(
    request: Request,
    response: Response,
    services: ServicesHere,
    actor: ActorHere,
    run: str,
    after: After = None,
    limit: Limit = 50,
) -> PageOf[MigrationResult]:
    """By instance: moved, refused with the reason, or still waiting."""
    page = await services.migrations.results(actor, run, after=after, limit=limit)
    link_next(request, response, page.next)
    return PageOf(items=[MigrationResult.model_validate(one) for one in page.items], next=page.next)


@router.post("/{run}/steps", summary="Go on with a migration", responses=responses(403, 404, 422))
async def go_on(services: ServicesHere, actor: ActorHere, run: str, limit: Limit = 50) -> RunProgress:
    """Move the next instances that wait. The run is done when none does; asking again then changes nothing."""
    return RunProgress.model_validate(await services.migrations.go_on(actor, run, limit=limit))


@router.post("/{run}/take-back", summary="Take a migration back", responses=responses(403, 404, 422))
async def take_back(services: ServicesHere, actor: ActorHere, run: str, limit: Limit = 50) -> RunProgress:
    """Take the next instances back to the version they came from, as far as they have not moved since."""
    return RunProgress.model_validate(await services.migrations.take_back(actor, run, limit=limit))
