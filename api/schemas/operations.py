"""Interventions over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Wish

Json = Any


class _Reasoned(Wish):
    reason: str = Field(description="Why; it is kept on record.", min_length=1)


class SkipWish(_Reasoned):
    """Letting a step count as completed."""

    address: str = Field(description="Where, such as `series#3/give`.", min_length=1)
    output: Json = Field(None, description="What the step would have given: for a task its fields and `outcome`.")


class MoveWish(_Reasoned):
    """Moving a position to another step."""

    address: str = Field(description="Where it stands.", min_length=1)
    to: str = Field(description="The step, of the same scope or of one around it.", min_length=1)
    undo: bool = Field(False, description="Undo first what was done in the scope that is left.")


class DataWish(_Reasoned):
    """Changing a saved value."""

    value: Json = Field(description="The value, as its declared type has it.")
    scope: str = Field("", description="The iteration or side flow run that it belongs to; empty for the pathway.")


class SuspendWish(_Reasoned):
    """Suspending an instance."""

    pause_clocks: bool = Field(False, description="Whether clocks stand still meanwhile.")


class ResumeWish(_Reasoned):
    """Ending a suspension."""


class AddTaskWish(Wish):
    """Adding a task by hand."""

    title: str = Field(min_length=1, max_length=200)
    queue: str = Field(min_length=1, max_length=80)
    priority: Literal["routine", "urgent", "asap", "stat"] = "routine"
    role: str | None = Field(None, description="Who may complete it; anybody where left out.")
    help: str | None = Field(None, description="What is to be done, and why.", max_length=2000)
    due_at: datetime | None = None
