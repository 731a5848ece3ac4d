"""Incidents over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Schema, Wish

Json = Any


class Incident(Schema):
    """A position that stands still until an operator acts."""

    id: str
    instance: str
    number: int = Field(description="Counts the instance's incidents from 1.")
    pathway: str
    pathway_version: str
    address: str
    step: str
    kind: str
    message: str
    fingerprint: str = Field(description="Equal for the same trouble in any instance.")
    detail: Json
    input: Json = Field(description="What the action was given, where it is one.")
    status: Literal["open", "closed"]
    occurrences: int
    retries: int
    retried_at: datetime | None = Field(description="The last retry, while its end is not known.")
    first_seen: datetime
    last_seen: datetime
    closed_at: datetime | None
    closed_how: str | None = Field(description="`completed`: the step passed; `left`: the pathway went on without it.")


class RetryWish(Wish):
    """Trying an incident's step again."""

    reason: str = Field(description="Why; it is kept on record.", min_length=1)
    input: Json = Field(None, description="Another input for the action; null leaves it as it is.")
    had_no_effect: bool = Field(
        False,
        description="The word that the first attempt did nothing outside; only then a changed input gets a new key.",
    )
