"""Instances over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Schema, Wish
from pathways.ids import SITE

Json = Any


class StartWish(Wish):
    """Starting a pathway."""

    pathway: str = Field(description="The pathway's name, such as `referral`.")
    version: str | None = Field(
        None,
        description="A version, or a range such as `^1.2`; the highest that can be started where left out.",
        max_length=100,
    )
    deprecated: bool = Field(False, description="Start it even of a version that is deprecated.")
    inputs: dict[str, Json] = Field(default_factory=dict, description="The pathway's inputs, by name.")
    zone: str | None = Field(None, description="IANA time zone of the site; the server's default where left out.")
    site: str | None = Field(
        None,
        description="Id of the site, which expressions see as `instance.site`; the server's where left out.",
        max_length=64,
        pattern=SITE,
    )


class Hold(Schema):
    """Steps that an instance does not enter now."""

    steps: list[str]
    by: str
    reason: str
    at: datetime


class Gone(Schema):
    """That an instance's workflow is not there any more: it stands still."""

    how: Literal["terminated", "failed", "timed-out", "cancelled", "missing"] = Field(
        description="How that came: ended or failed in Temporal, or not known there at all."
    )
    at: datetime = Field(description="When it was found.")


class InstanceInList(Schema):
    """An instance as lists show it."""

    id: str
    pathway: str
    version: str
    title: str
    status: Literal["starting", "running", "cancelling", "ended"]
    outcome: str | None
    outcome_title: str | None
    outcome_kind: str | None = Field(description="success, unsuccessful or cancelled.")
    stage: str | None
    attributes: dict[str, Json]
    suspended: bool = Field(description="No new step begins until it is resumed.")
    hold: Hold | None = Field(description="Steps that it does not enter now, for its version is paused.")
    own_hold: Hold | None = Field(description="Steps of this instance alone that operators hold.")
    gone: Gone | None = Field(description="Where its workflow is gone: it can be closed, or started anew.")
    started_at: datetime
    ended_at: datetime | None


class Position(Schema):
    """One place where an instance stands."""

    address: str
    step: str
    title: str
    waits: str = Field(
        description="For what: action, people, event, time, child, inner, undo, operator (an incident), or resume (the "
        "step is held, or the instance suspended)."
    )
    entered_at: datetime
    wake_at: datetime | None


class TimelineEntry(Schema):
    """A fact that the instance stated."""

    rev: int
    at: datetime
    kind: str
    address: str | None
    actor: str | None
    detail: dict[str, Json]


class Instance(InstanceInList):
    """An instance with its data, positions and timeline."""

    digest: str = Field(description="The digest of the plan that it runs.")
    zone: str
    site: str | None
    inputs: dict[str, Json]
    data: dict[str, Json] = Field(description="Saved values by scope and name, each with where it came from.")
    rev: int = Field(description="The last revision that the store has.")
    started_by: str | None
    replaces: str | None = Field(description="The instance, its workflow gone, in whose place it was started.")
    replaced_by: str | None = Field(None, description="The instance that was started in its place.")
    positions: list[Position] = Field(default_factory=list)
    open_tasks: list[str] = Field(default_factory=list, description="The ids of its open tasks.")
    open_incidents: list[str] = Field(default_factory=list, description="The ids of its open incidents.")
    timeline: list[TimelineEntry] = Field(default_factory=list)


class CloseWish(Wish):
    """Closing an instance whose workflow is gone, or starting it anew."""

    reason: str = Field(description="Why; it is kept on record.", min_length=1)


class CancelWish(Wish):
    """Cancelling an instance."""

    reason: str = Field(description="Why; it is kept on record.", min_length=1)
