"""Definitions: what there is, publishing, approving, and changing what a version may be used for."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.problems import responses
from api.routes.dependencies import ActorHere, ServicesHere
from api.schemas.pathways import (
    ApproveWish,
    ChangedPart,
    ChangeWish,
    DefinitionContent,
    DefinitionVersion,
    Examination,
    Finding,
    Holding,
    PathwayList,
    PauseWish,
    Published,
    PublishWish,
    VersionChange,
    Withdrawn,
)
from api.services import publishing as use_cases
from pathways.publishing.workbench import SourceText

router = APIRouter(prefix="/pathways", tags=["pathways"])


@router.get("", summary="List pathways", responses=responses())
async def list_pathways(services: ServicesHere, _: ActorHere) -> PathwayList:
    """Every version with its state, the newest of each pathway first."""
    found = await services.definitions.list()
    return PathwayList(
        items=[DefinitionVersion.model_validate(one) for one in found.versions],
        open=dict(found.open),
        ended=dict(found.ended),
        people=dict(found.names),
    )


@router.post("", status_code=201, summary="Publish a definition", responses=responses(403, 409, 422))
async def publish_pathway(response: Response, services: ServicesHere, actor: ActorHere, wish: PublishWish) -> Published:
    """Publish a version for good: 201, or 200 where the very same was there before.

    Where a gate, form, clock, table or contract differs from the version before, it is kept as a draft until somebody
    else, in a clinical role, approves it; `examination` says what that is about.

    422 `definition-invalid` lists every finding with line, column and hint; 422 `definition-not-ready` the scenarios
    that fail and what none goes through; 409 `version-taken` where the version was published with other content.
    """
    done = await services.publishing.publish(
        actor,
        use_cases.PublishWish(
            source=wish.source,
            scenarios=tuple(SourceText(one.file, one.text) for one in wish.scenarios),
            beside=tuple(SourceText(one.file, one.text) for one in wish.beside),
            file=wish.file,
            alone=wish.alone,
            effective_from=wish.effective_from,
        ),
    )
    if not done.new:
        response.status_code = 200
    return _published(done)


@router.get("/{name}/{version}", summary="One version", responses=responses(404))
async def get_pathway(services: ServicesHere, _: ActorHere, name: str, version: str) -> DefinitionContent:
    """A version, or the highest of a range such as `^1`: its plan, source, state and history."""
    found = await services.definitions.detail(name, version)
    one = found.definition
    examination = await services.publishing.examine(one.name, one.version) if one.state == "draft" else None
    return DefinitionContent(
        **DefinitionVersion.model_validate(one).model_dump(),
        plan=one.plan,
        source=one.source,
        in_flight=found.in_flight,
        holding=None if found.holding is None else Holding.model_validate(found.holding),
        history=[VersionChange.model_validate(change) for change in found.history],
        people=dict(found.names),
        examination=None if examination is None else _examination(examination),
    )


@router.post("/{name}/{version}/approve", summary="Approve a draft", responses=responses(403, 404, 409, 422))
async def approve_pathway(
    services: ServicesHere, actor: ActorHere, name: str, version: str, wish: ApproveWish
) -> Published:
    """Publish a draft as the second person, who did not write it and has a clinical role."""
    return _published(await services.publishing.approve(actor, name, version, digest=wish.digest))


@router.post("/{name}/{version}/withdraw", summary="Withdraw a draft", responses=responses(403, 404, 409, 422))
async def withdraw_pathway(
    services: ServicesHere, actor: ActorHere, name: str, version: str, wish: ChangeWish
) -> Withdrawn:
    """Put a draft away that is not to be published; 409 for what was."""
    await services.definitions.withdraw(actor, name, version, reason=wish.reason)
    return Withdrawn(name=name, version=version)


@router.post("/{name}/{version}/deprecate", summary="Deprecate a version", responses=responses(403, 404, 409, 422))
async def deprecate_pathway(
    services: ServicesHere, actor: ActorHere, name: str, version: str, wish: ChangeWish
) -> DefinitionVersion:
    """Let nothing new start of a version by default; its instances go on."""
    done = await services.definitions.deprecate(actor, name, version, reason=wish.reason)
    return DefinitionVersion.model_validate(done)


@router.post("/{name}/{version}/retire", summary="Retire a version", responses=responses(403, 404, 409, 422))
async def retire_pathway(
    services: ServicesHere, actor: ActorHere, name: str, version: str, wish: ChangeWish
) -> DefinitionVersion:
    """Put a version away for good; 409 while any of its instances is in flight."""
    return DefinitionVersion.model_validate(await services.definitions.retire(actor, name, version, reason=wish.reason))


@router.post("/{name}/{version}/pause", summary="Pause a version", responses=responses(400, 403, 404, 409, 422))
async def pause_pathway(
    services: ServicesHere, actor: ActorHere, name: str, version: str, wish: PauseWish
) -> DefinitionVersion:
    """Let nothing start of a version, and its instances hold at the named steps, until it goes on."""
    done = await services.definitions.pause(actor, name, version, reason=wish.reason, held_steps=wish.held_steps)
    return DefinitionVersion.model_validate(done)


@router.post("/{name}/{version}/unpause", summary="Let a version go on", responses=responses(403, 404, 409, 422))
async def unpause_pathway(
    services: ServicesHere, actor: ActorHere, name: str, version: str, wish: ChangeWish
) -> DefinitionVersion:
    """Take a pause back."""
    return DefinitionVersion.model_validate(
        await services.definitions.unpause(actor, name, version, reason=wish.reason)
    )


def _published(done: use_cases.Published) -> Published:
    return Published(
        definition=DefinitionVersion.model_validate(done.definition),
        new=done.new,
        warnings=[Finding.model_validate(one) for one in done.warnings],
        examination=None if done.examination is None else _examination(done.examination),
    )


def _examination(found: use_cases.Examination) -> Examination:
    about = found.review
    return Examination(
        base=about.base,
        needs_approval=about.needs_approval,
        changed=[ChangedPart.model_validate(one) for one in about.parts],
        reads=list(about.reads),
        writes=list(about.writes),
        alerts=list(about.alerts),
        less_tried=list(about.less_tried),
        diff=[str(one) for one in found.diff.changes] if found.diff else [],
        asks=found.diff.kind if found.diff else None,
        in_flight=dict(found.in_flight),
    )
