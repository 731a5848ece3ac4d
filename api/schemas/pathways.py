"""Definitions, events, tokens and the demonstration clock over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Schema, Wish

Json = Any


State = Literal["draft", "published", "deprecated", "retired"]


class Finding(Schema):
    """Something that was found in a definition."""

    rule: str
    severity: Literal["error", "warning"]
    message: str
    line: int
    column: int
    hint: str


class DefinitionVersion(Schema):
    """A version of a pathway."""

    name: str
    version: str
    digest: str = Field(description="SHA-256 of the plan's canonical JSON.")
    title: str
    state: State = Field(
        description="`draft` waits for approval; of `deprecated` nothing new starts by default; `retired` is put away."
    )
    published_at: datetime | None = Field(description="Null while it is a draft.")
    published_by: str | None = Field(description="Who published it, or approved it; null while it is a draft.")
    drafted_at: datetime | None
    drafted_by: str | None = Field(description="Who wrote it, and so does not approve it.")
    effective_from: datetime | None = Field(description="Nothing starts of it before.")
    paused: bool = Field(description="Nothing starts of it, and its instances hold at `held_steps`.")
    held_steps: list[str]


class PathwayList(Schema):
    """Every version of every pathway."""

    items: list[DefinitionVersion]
    open: dict[str, int] = Field(description="Open instances, by pathway.")
    ended: dict[str, int] = Field(description="Ended instances, by pathway.")
    people: dict[str, str] = Field(description="Names of the people in `items`, by id.")


class ChangedPart(Schema):
    """A part that was added, removed or changed, for which a second person is needed."""

    kind: Literal["gate", "form", "clock", "table", "contract"]
    where: str = Field(description="The step or clock; empty for the contract.")
    change: Literal["added", "removed", "changed"]


class Examination(Schema):
    """What an approval is about."""

    base: str | None = Field(description="The version that it is compared with; null where it is the first.")
    needs_approval: bool
    changed: list[ChangedPart]
    reads: list[str] = Field(description="Resource types of the core that it may now read, and could not before.")
    writes: list[str] = Field(description="Resource types of the core that it may now write, and could not before.")
    alerts: list[str] = Field(description="New alerts, in words.")
    less_tried: list[str] = Field(description="Of what scenarios need to go through less than before, in words.")
    diff: list[str] = Field(description="All that changed since `base`, in words.")
    asks: Literal["text only", "compatible", "needs a mapping"] | None = Field(
        description="What the change asks of instances that migrate; null where nothing is compared or changed."
    )
    in_flight: dict[str, int] = Field(description="Instances of the pathway that have not ended, by version.")


class VersionChange(Schema):
    """Something that was done to a version."""

    at: datetime
    action: str = Field(description="draft, publish, approve, withdraw, deprecate, retire, pause, unpause.")
    by: str
    detail: dict[str, Json]


class Holding(Schema):
    """How far the pause of a version that holds steps has come."""

    running: int = Field(description="Its running instances.")
    know: int = Field(description="Those that have heard of it, and hold.")
    standing: dict[str, int] = Field(description="How many positions wait before each of its held steps.")


class DefinitionContent(DefinitionVersion):
    """A version with its content and history."""

    plan: dict[str, Json] = Field(description="What instances run; `digest` is of its canonical JSON.")
    source: str = Field(description="The definition's YAML, as it was written.")
    in_flight: int = Field(description="Its instances that have not ended.")
    holding: Holding | None = Field(description="How far its pause has come; null where it holds no step.")
    history: list[VersionChange] = Field(description="The first change first.")
    people: dict[str, str] = Field(description="Names of the people in it, by id.")
    examination: Examination | None = Field(description="Of a draft, what its approval is about.")


class SourceFile(Wish):
    """A file of the author's."""

    file: str = Field("unnamed.yaml", description="The name that findings use.", max_length=1000)
    text: str = Field(description="Its YAML.", max_length=1_000_000)


class PublishWish(Wish):
    """Publishing a definition."""

    source: str = Field(description="The definition's YAML.", max_length=1_000_000)
    file: str = Field("definition.yaml", description="The name that findings use.", max_length=1000)
    scenarios: list[SourceFile] = Field(
        default_factory=list, description="Its scenarios, which must pass and go through enough of it.", max_length=100
    )
    beside: list[SourceFile] = Field(
        default_factory=list,
        description="Definitions that its scenarios need and that may not be published yet: children, later versions.",
        max_length=100,
    )
    effective_from: str | None = Field(
        None, description="A date or instant, in place of the definition's own.", max_length=40
    )
    alone: bool = Field(
        False, description="Do without the second person, where the installation is set up for one; it is on record."
    )


class Published(Schema):
    """A version is published, or is a draft that waits for approval."""

    definition: DefinitionVersion
    new: bool = Field(description="False where the very same was there before.")
    warnings: list[Finding]
    examination: Examination | None


class ApproveWish(Wish):
    """Approving a draft."""

    digest: str | None = Field(
        None, description="The digest that was looked at; 409 where the draft is another by now.", max_length=64
    )


class ChangeWish(Wish):
    """Changing the state of a version."""

    reason: str = Field("", description="Why, for the record.", max_length=1000)


class Withdrawn(Schema):
    """A draft was put away."""

    name: str
    version: str


class PauseWish(Wish):
    """Pausing a version."""

    reason: str = Field(description="Why, for the record.", max_length=1000)
    held_steps: list[str] = Field(
        default_factory=list, description="Steps at which its instances hold until it goes on.", max_length=2000
    )


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
