"""What is asked of a payer item by item, and what it answers: the shapes that requests and answers share."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from activities.types import Period, Units

Answered = Literal["certified", "partial", "denied", "pended", "modified", "contact-payer", "not-required"]
"""A payer's decision on an item; PAS says A1, A2, A3, A4, A6, CT and NA."""

Decided = Literal["certified", "partial", "denied", "pended", "modified", "contact-payer", "not-required", "undecided"]
"""The same, and `undecided` where the payer said nothing."""


class RequestedItem(BaseModel):
    """One thing asked for: the drug, or its administration, or a service."""

    sequence: int = Field(ge=1)
    code: str
    text: str
    units: Units | None = None


class AnsweredItem(BaseModel):
    """What the payer wrote about one item; from a person's form or from the wire."""

    sequence: int = Field(ge=1)
    decision: Answered
    number: str | None = None
    start: date | None = None
    end: date | None = None
    units: Units | None = None
    code: str | None = None
    site: str | None = None
    reason: str | None = None


class DecidedItem(BaseModel):
    """The decision on one item, which every requested item has exactly one of."""

    sequence: int
    decision: Decided
    code: str | None
    number: str | None
    start: date | None
    end: date | None
    units: Units | None
    site: str | None
    reason: str | None


class Asked(BaseModel):
    """What a request was about, beyond its items: a dose is covered only while these are the same."""

    payer: str | None = None
    dose: str | None = None
    diagnosis: str | None = None
    site: str | None = None


class Authorization(Asked):
    """What a certified request gives: number, the days and codes of its certified items, the drug's units.

    Without `units` the payer has named no limit.
    """

    number: str | None
    period: Period
    codes: list[str] = []
    units: Units | None = None
