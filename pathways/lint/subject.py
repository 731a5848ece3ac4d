"""What a family of rules is given, and how it says what it found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from pathways.catalog import Catalog
from pathways.diagnostics import Diagnostic, Mark
from pathways.lint.analysis.carry import Knowing, MayHave, Names
from pathways.lint.analysis.flow import Flow
from pathways.lint.analysis.known import Known
from pathways.lint.analysis.outcomes import Telling
from pathways.lint.analysis.scope import Scope
from pathways.lint.analysis.solve import solve
from pathways.lint.rules import RULES
from pathways.model import Definition, RepeatDecl, SetDecl
from pathways.name_types import NameTypes
from pathways.plan import Plan, computed_by, saved_by
from pathways.scenarios import Result


@dataclass(frozen=True)
class Subject:
    """A definition under scrutiny. `plan` is a draft: it has types and steps, but may have errors.

    `tried` is how the scenarios beside it went; None where there are none to look at.
    """

    definition: Definition
    plan: Plan
    catalog: Catalog
    today: date
    flow: Flow
    tried: tuple[Result, ...] | None = None

    @cached_property
    def types(self) -> NameTypes:
        """The types of the names that are seen in each block."""
        return NameTypes(self.plan)

    @cached_property
    def names(self) -> Names:
        """Which names each step sets, and which are seen where."""
        return Names(self.flow, self.types)

    @cached_property
    def telling(self) -> Telling:
        """What outcomes tell of the data that came with them."""
        return Telling(self.plan, self.catalog)

    @cached_property
    def may(self) -> Mapping[str, int]:
        """The names that may have a value at each node, as bits."""
        return solve(self.flow, MayHave(self.flow, self.names))

    @cached_property
    def known(self) -> Mapping[str, Known]:
        """What is known at every node that is reached."""
        return solve(self.flow, Knowing(self.flow, self.names, self.telling, self.may))

    @cached_property
    def scope(self) -> Scope:
        """The types of the names that each expression sees."""
        return Scope(self.flow, self.types, self.catalog)

    @cached_property
    def computed(self) -> frozenset[str]:
        """The names that only `set` and `carry` give a value."""
        made: set[str] = set()
        given: set[str] = set()
        for step in self.plan.steps:
            made |= {one.name for one in computed_by(step)}
            given |= {one.name for one in saved_by(step)}
        return frozenset(made - given)

    @cached_property
    def saved_at(self) -> tuple[tuple[str, Mark], ...]:
        """The names that are computed, each with the place where that is first said."""
        found: dict[str, Mark] = {}
        for placed in self.definition.placed:
            body = placed.step.body
            said = body.assignments if isinstance(body, SetDecl) else body.carry if isinstance(body, RepeatDecl) else ()
            for name, _ in said:
                found.setdefault(name.value, name.mark)
        return tuple(found.items())

    @property
    def reached(self) -> Mapping[str, int]:
        """Every node that some way leads to."""
        return self.may


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
