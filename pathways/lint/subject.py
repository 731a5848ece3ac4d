"""What a family of rules is given, and how it says what it found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pathways.catalog import Catalog
from pathways.diagnostics import Diagnostic, Mark
from pathways.lint.flow import Flow
from pathways.lint.rules import RULES
from pathways.model import Definition
from pathways.plan import Plan


@dataclass(frozen=True)
class Subject:
    """A definition under scrutiny. `plan` is a draft: it has types and steps, but may have errors."""

    definition: Definition
    plan: Plan
    catalog: Catalog
    today: date
    flow: Flow


class Finding(NamedTuple):
    """What a rule found; without a hint, its rule's is given."""

    rule: str
    mark: Mark
    message: str
    hint: str = ""


Findings = Iterator[Finding]


def diagnostic(found: Finding, file: str) -> Diagnostic:
    """A finding as everybody sees it, with its rule's severity."""
    rule = RULES[found.rule]
    return Diagnostic(
        rule.id, rule.severity, found.message, file, found.mark.line, found.mark.column, found.hint or rule.hint
    )
