"""Tasks over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.problems import FieldProblem
from api.schemas.base import Schema, Wish
from api.schemas.operations import Begun
from api.services.bulk import MOST, Chosen

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
    bulk: bool = Field(description="Whether it may be completed together with others of its step.")
    gate: str | None = Field(description="The decision that is a person's alone, where it is one.")


class SameCause(Schema):
    """Another task of the same cause in the same instance."""

    id: str
    title: str
    queue: str
    due_at: datetime | None


class TaskInWorkList(TaskInList):
    """A task of the work list. Tasks of one cause in an instance are one item: the first, with the others."""

    cause: str | None = Field(description="Equal for what is one item to a person.")
    same_cause: list[SameCause] = Field(
        default_factory=list, description="The others of its cause in its instance that the person may see."
    )


class CoreChange(Schema):
    """A resource of which the core has another version than was read."""

    names: list[str] = Field(description="The values that were read from it.")
    reference: str
    read: str = Field(description="The version that was read.")
    now: str | None = Field(description="The version that the core has; null where it is no longer there.")


class Task(TaskInList):
    """A task with its form, and how it was closed."""

    help: str | None
    rev: int = Field(0, description="The instance's revision that this was read at: a gate's completion names it.")
    moved_on: list[CoreChange] = Field(
        default_factory=list, description="What the core has changed since an open gate's inputs were read."
    )
    core: list[str] = Field(
        default_factory=list, description="The marks of that: a gate's completion names those that were seen."
    )
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
        None,
        description="The instance's revision that was seen (`rev` of the task), which a gate needs: where what it "
        "rests on changed since, it is refused with what changed (`about`).",
        ge=0,
    )
    core: list[str] = Field(
        default_factory=list,
        max_length=100,
        description="For a gate: the marks of what the core has changed that were seen (`core` of the task). It is "
        "refused as `core-changed` or `core-silent`, and tells them (`about`), where there are others.",
    )


class ChosenTask(Wish):
    """One of several tasks to be completed."""

    id: str
    version: int | None = Field(None, description="The version that was seen; refused where it has changed.")


class CompleteTogetherWish(Wish):
    """Completing several tasks of one kind."""

    tasks: list[ChosenTask] = Field(min_length=1, max_length=MOST, description="Tasks of one step and version.")
    outcome: str = Field("", description="One of the tasks' outcomes; may be left out where they have only one.")
    form: dict[str, Json] = Field(default_factory=dict, description="The fields' values, the same for all.")

    @property
    def chosen(self) -> list[Chosen]:
        """The tasks as the use case takes them."""
        return [Chosen(one.id, one.version) for one in self.tasks]


class Completed(Schema):
    """A task was completed."""

    task: str
    instance: str
    outcome: str
    rev: int = Field(description="The instance's revision that it made.")
    lists_lag: bool = Field(description="Whether lists do not show it yet.")
    repeated: bool = Field(description="Whether this is the answer to an earlier request with the same key.")


class RowProblem(Schema):
    """Why one of several tasks was not completed, or would not be."""

    code: str = Field(description="What kind of problem it is; stable.")
    reason: str | None = Field(description="The pathway's own code, where it refused.")
    detail: str = Field(description="What happened, in words.")
    errors: list[FieldProblem] = Field(description="What is wrong by field, where fields are at fault.")


class CompletedInBulk(Schema):
    """What became of one of several tasks: one of the two is null."""

    task: str
    completed: Completed | None
    problem: RowProblem | None


class CompletedTogether(Schema):
    """What became of each."""

    results: list[CompletedInBulk]


class CompletionForeseen(Schema):
    """What completing one of several tasks would bring."""

    task: str
    begun: list[Begun] = Field(description="The steps that would come next.")
    problem: RowProblem | None = Field(description="Why it would be refused.")
