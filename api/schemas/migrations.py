"""Migration over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Schema, Wish

Json = Any


class MigrationPreviewWish(Wish):
    """What is to be migrated: the open instances of one version, to another."""

    pathway: str
    from_version: str = Field(description="The version that is left.")
    to_version: str = Field(description="The version that they go on with.")
    map: str | None = Field(None, description="The text of a mapping file, where one is needed.", max_length=200_000)
    with_children: bool = Field(False, description="Whether children move on to what their pathways would start now.")


class MigrationWish(MigrationPreviewWish):
    """A run that migrates them."""

    reason: str = Field(description="Why; it is kept on record.", min_length=1)


class PositionMove(Schema):
    """What becomes of what stands at a step."""

    step: str
    to: str
    what: str


class MigrationGroup(Schema):
    """Instances that stand alike, and what would become of them."""

    place: str = Field(description="The steps where they stand, and what is in the way.")
    instances: int
    examples: list[str]
    moves: list[PositionMove]
    blocked: list[str] = Field(description="Why they can't be migrated as they stand; empty where they can.")


class MigrationPreview(Schema):
    """A dry run. Nothing was changed."""

    groups: list[MigrationGroup]
    instances: int
    blocked: int
    silent: int = Field(description="Instances that did not answer.")


class MigrationRun(Schema):
    """A run."""

    id: str
    pathway: str
    from_version: str
    to_version: str
    with_children: bool
    by: str
    reason: str
    status: Literal["running", "done", "stopped"]
    created_at: datetime
    finished_at: datetime | None


class RunProgress(Schema):
    """A run, and how many of its instances came to what."""

    run: MigrationRun
    counts: dict[Literal["waiting", "moved", "refused", "failed", "taken-back"], int]


class MigrationResult(Schema):
    """What came of one instance."""

    instance: str
    place: str
    verdict: Literal["waiting", "moved", "refused", "failed", "taken-back"]
    rev: int | None
    detail: dict[str, Json]
    message: str | None
    at: datetime
