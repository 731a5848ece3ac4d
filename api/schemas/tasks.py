"""Tasks over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Schema, Wish

Json = Any


class TaskInList(Schema):
    """A task as lists show it."""

    id: str
    instance: str = Field(description="The instance that it belongs to.")
    pathway: str
    pathway_version: str
    address: str = Field(description="Where in the instance it stands.")
    step: str = Field(description="The step of the pathway.")
    title: str
    queue: str
    role: str | None = Field(description="The role that may complete it; null for any.")
    priority: str = Field(description="FHIR R4 request-priority: routine, urgent, asap, stat.")
    stage: str | None
    due_at: datetime | None
    opened_at: datetime
    attributes: dict[str, Json]
    status: Literal["open", "completed", "cancelled"]
    assignee: str | None = Field(description="The person who has it.")
    claimed_at: datetime | None
    version: int = Field(description="Counts changes of who works on it; send it back to notice changes by others.")


class Task(TaskInList):
    """A task with its form, and how it was closed."""

    help: str | None
    form: Json = Field(description="The fields: name, label, type, required, show_when, required_when, help.")
    outcomes: Json = Field(description="The ways to complete it: id, title, role.")
    closed_at: datetime | None
    closed_by: str | None
    outcome: str | None
    values: Json = Field(description="What was typed when it was completed.")
    reason: str | None


class ClaimWish(Wish):
    """Taking a task or giving it back."""

    version: int | None = Field(None, description="The version that was seen; refused where it has changed.")


class AssignWish(Wish):
    """Giving a task to somebody."""

    to: str | None = Field(description="The person's login or id; null for nobody.")
    version: int | None = Field(None, description="The version that was seen; refused where it has changed.")


class CompleteWish(Wish):
    """Completing a task."""

    outcome: str = Field("", description="One of the task's outcomes; may be left out where it has only one.")
    form: dict[str, Json] = Field(default_factory=dict, description="The fields' values, by name.")
    version: int | None = Field(None, description="The version that was seen; refused where it has changed.")
    seen: int | None = Field(
        None, description="The instance's revision that was seen; a gate whose inputs changed since is refused.", ge=0
    )


class Completed(Schema):
    """A task was completed."""

    task: str
    instance: str
    outcome: str
    rev: int = Field(description="The instance's revision that it made.")
    lists_lag: bool = Field(description="Whether lists do not show it yet.")
    repeated: bool = Field(description="Whether this is the answer to an earlier request with the same key.")
