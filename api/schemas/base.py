"""What all schemas share."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Json = Any
Item = TypeVar("Item")


class Schema(BaseModel):
    """The base of what is sent: read from the records of the store."""

    model_config = ConfigDict(from_attributes=True)


class Wish(BaseModel):
    """The base of what is received: what is not known is refused, so that a misspelt name is not lost silently."""

    model_config = ConfigDict(extra="forbid")


class PageOf(Schema, Generic[Item]):
    """A page of a list. The header `Link` with `rel="next"` leads to the next one; none on the last."""

    items: list[Item]
    next: str | None = Field(description="The value of `after` for the next page; null on the last.")


class Operated(Schema):
    """An operation was done."""

    instance: str = Field(description="The instance that it was done to.")
    rev: int = Field(description="The instance's revision that it made.")
    lists_lag: bool = Field(description="Whether lists do not show it yet.")
