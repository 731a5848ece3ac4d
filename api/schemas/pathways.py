"""Definitions, events, tokens and the demonstration clock over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Schema, Wish

Json = Any


class Finding(Schema):
    """Something that was found in a definition."""

    rule: str
    severity: Literal["error", "warning"]
    message: str
    line: int
    column: int
    hint: str


class DefinitionVersion(Schema):
    """A published version."""

    name: str
    version: str
    digest: str
    title: str
    state: Literal["published", "deprecated", "retired"]
    published_at: datetime
    published_by: str


class PathwayList(Schema):
    """Every version that is published."""

    items: list[DefinitionVersion]
    open: dict[str, int] = Field(description="Open instances, by pathway.")
    ended: dict[str, int] = Field(description="Ended instances, by pathway.")


class PublishWish(Wish):
    """Publishing a definition."""

    source: str = Field(description="The definition's YAML.", max_length=1_000_000)
    file: str = Field("definition.yaml", description="The name that findings use.", max_length=200)


class Published(Schema):
    """A version is published."""

    definition: DefinitionVersion
    new: bool = Field(description="False where the very same was published before.")
    warnings: list[Finding]


class Accepted(Schema):
    """An event was stored, and will be delivered."""

    id: str = Field(description="Our id of the event.")
    source: str
    event_id: str = Field(description="The source's own id.")
    duplicate: bool = Field(description="Whether the source had sent it before.")


class Delivery(Schema):
    """An event on its way to an instance."""

    instance: str
    verdict: str | None = Field(description="consumed, ignored, gone, superseded; null while it is on its way.")
    attempts: int
    problem: str | None


class Event(Schema):
    """An event that came in, and where it went."""

    id: str
    source: str
    event_id: str
    type: str
    key: str | None
    received_at: datetime
    status: Literal["waiting", "consumed", "dead"]
    deliveries: list[Delivery] = Field(default_factory=list)


class TokenWish(Wish):
    """Asking for a bearer token."""

    login: str = Field(max_length=200)
    password: str = Field(max_length=1000)
    label: str = Field("program", description="What it is for.", min_length=1, max_length=200)
    days: int = Field(30, description="How long it holds.", ge=1, le=365)


class Token(Schema):
    """A bearer token."""

    id: str
    secret: str = Field(description="The token itself, shown this once.")
    label: str


class MoveWish(Wish):
    """Moving the demonstration clock."""

    to: datetime | None = Field(None, description="The moment, with offset; the nearest deadline where left out.")
    seen: dict[str, int] = Field(
        default_factory=dict,
        description="Instances with the `rev` that was seen; 409 where one of them has moved on since.",
    )


class Moved(Schema):
    """Where the demonstration clock stands."""

    to: datetime | None = Field(description="The moment; null where nothing waits for time.")
    instances: int = Field(description="For how many instances it was moved.")
