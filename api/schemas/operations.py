"""Interventions over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Schema, Wish

Json = Any


class _Reasoned(Wish):
    reason: str = Field(description="Why; it is kept on record.", min_length=1)


class ForeseeSkipWish(Wish):
    """Asking what skipping would bring."""

    address: str = Field(description="Where, such as `series#3/give`.", min_length=1)
    output: Json = Field(None, description="What the step would have given: for a task its fields and `outcome`.")


class SkipWish(ForeseeSkipWish, _Reasoned):
    """Letting a step count as completed."""


class ForeseeMoveWish(Wish):
    """Asking what moving would bring."""

    address: str = Field(description="Where it stands.", min_length=1)
    to: str = Field(description="The step, of the same scope or of one around it.", min_length=1)
    undo: bool = Field(False, description="Undo first what was done in the scope that is left.")


class MoveWish(ForeseeMoveWish, _Reasoned):
    """Moving a position to another step."""


class Begun(Schema):
    """A step that would be entered."""

    address: str
    step: str
    title: str
    held: bool = Field(description="Whether it begins only when the instance is resumed.")


class WouldBeRefused(Schema):
    """Why nothing would happen."""

    code: str = Field(description="Stable, as `reason` of the refusal itself.")
    message: str
    detail: Json


class Foresight(Schema):
    """What an intervention would bring, once what is due by now has happened."""

    rev: int = Field(description="The revision at which the instance stands.")
    left: list[str] = Field(description="The addresses at which it would stand no more.")
    closed: list[str] = Field(description="The ids of the tasks that would close without being completed.")
    children: list[str] = Field(description="The instances that would be told to cancel.")
    dropped: list[str] = Field(description="The clocks that would no longer count.")
    unsettled: list[str] = Field(description="Actions that still run outside and may have something to undo.")
    undone: list[str] = Field(description="The addresses of what would be undone, in that order.")
    undoable: list[str] = Field(description="What could be undone with it, and would not be.")
    begun: list[Begun] = Field(description="Where it would stand next.")
    ends: str | None = Field(description="The outcome with which it would end.")
    gates: list[str] = Field(description="The steps whose decision would be passed over.")
    refused: WouldBeRefused | None


class DataWish(_Reasoned):
    """Changing a saved value."""

    value: Json = Field(description="The value, as its declared type has it.")
    scope: str = Field("", description="The iteration or side flow run that it belongs to; empty for the pathway.")


class SuspendWish(_Reasoned):
    """Suspending an instance."""

    pause_clocks: bool = Field(False, description="Whether clocks stand still meanwhile.")


class ResumeWish(_Reasoned):
    """Ending a suspension."""


class HoldWish(_Reasoned):
    """Holding steps of one instance."""

    steps: list[str] = Field(description="The steps, by their paths, in place of those held so before.", min_length=1)


class ReleaseWish(_Reasoned):
    """Releasing the steps that are held of one instance."""


class AddTaskWish(Wish):
    """Adding a task by hand."""

    title: str = Field(min_length=1, max_length=200)
    queue: str = Field(min_length=1, max_length=80)
    priority: Literal["routine", "urgent", "asap", "stat"] = "routine"
    role: str | None = Field(None, description="Who may complete it; anybody where left out.")
    help: str | None = Field(None, description="What is to be done, and why.", max_length=2000)
    due_at: datetime | None = None
