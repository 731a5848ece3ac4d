"""Failing on demand, and counting: what tests and demonstrations ask of the core.

A fault says which requests it meets (`match`), what they get, and how often. With `when: after` the effect is
committed first and only the answer is lost or replaced, which is how the worst accidents happen.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Match(BaseModel):
    """Which requests a fault meets; what is left out matches everything."""

    model_config = ConfigDict(extra="forbid")

    method: str | None = None
    type: str | None = None
    """The resource type; `Bundle` for what is posted to the base address, `token` for the token endpoint."""
    path: str | None = None
    """A regular expression searched for in the path."""

    def meets(self, method: str, resource_type: str, path: str) -> bool:
        """Whether a request is meant."""
        return (
            (self.method is None or self.method.upper() == method)
            and (self.type is None or self.type == resource_type)
            and (self.path is None or re.search(self.path, path) is not None)
        )


class Fault(BaseModel):
    """What happens to the requests that match."""

    model_config = ConfigDict(extra="forbid")

    match: Match = Field(default_factory=Match)
    when: Literal["before", "after"] = "before"
    """`after`: the interaction is carried out, then its answer is replaced."""
    status: int | None = Field(default=None, ge=400, le=599)
    """The status to answer; None leaves the answer as it is (a mere delay)."""
    delay_ms: int = Field(default=0, ge=0)
    drop: bool = False
    """Close the connection in the middle of the answer."""
    headers: dict[str, str] = Field(default_factory=dict)
    """For instance Retry-After."""
    body: dict[str, Any] | None = None
    """The body to answer with; an OperationOutcome is made up where there is none."""
    times: int | None = Field(default=1, ge=1)
    """How many requests it meets; null for all until cleared."""
    skip: int = Field(default=0, ge=0)
    """How many matching requests pass before it begins."""


class Faults:
    """The faults in force and the counts of requests, in memory."""

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self.requests: Counter[str] = Counter()

    def take(self, method: str, resource_type: str, path: str) -> Fault | None:
        """The fault that this request meets, with its count used up by one, or None."""
        for fault in self.active:
            if not fault.match.meets(method, resource_type, path):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self.active.remove(fault)
            return fault
        return None

    def count(self, method: str, resource_type: str, status: int | str) -> None:
        """Note an answered request, as `POST Task 201`."""
        self.requests[f"{method} {resource_type or '-'} {status}"] += 1
