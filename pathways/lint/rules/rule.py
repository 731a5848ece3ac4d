"""What a rule is, and a family of them."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.diagnostics import Severity


@dataclass(frozen=True)
class Rule:
    """A rule: `why` is for the reference, `hint` is said with a finding that has none of its own."""

    id: str
    severity: Severity
    title: str
    why: str
    hint: str = ""


@dataclass(frozen=True)
class Family:
    """Rules on one subject, under the title that they have in the reference."""

    title: str
    rules: tuple[Rule, ...]
