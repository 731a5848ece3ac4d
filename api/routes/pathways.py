"""Definitions: what is published, and publishing."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.problems import responses
from api.routes.dependencies import ActorHere, ServicesHere
from api.schemas.pathways import DefinitionVersion, Finding, PathwayList, Published, PublishWish

router = APIRouter(prefix="/pathways", tags=["pathways"])


@router.get("", summary="List pathways", responses=responses())
async def list_pathways(services: ServicesHere, _: ActorHere) -> PathwayList:
    """Every published version, the newest of each pathway first."""
    found = await services.definitions.list()
    return PathwayList(
        items=[DefinitionVersion.model_validate(one) for one in found.versions],
        open=dict(found.open),
        ended=dict(found.ended),
    )


@router.post("", status_code=201, summary="Publish a definition", responses=responses(403, 409, 422))
async def publish_pathway(response: Response, services: ServicesHere, actor: ActorHere, wish: PublishWish) -> Published:
    """Publish a version for good: 201, or 200 where the very same was published before.

    422 `definition-invalid` lists every finding with line, column and hint; 409 where the version has other content.
    """
    done = await services.definitions.publish(actor, wish.source, file=wish.file)
    if not done.new:
        response.status_code = 200
    return Published(
        definition=DefinitionVersion.model_validate(done.definition),
        new=done.new,
        warnings=[Finding.model_validate(one) for one in done.warnings],
    )
