"""Lint: what is wrong or unwise in a definition, said before it runs. Every rule stands in `rules.RULES`.

Touch this package for a new rule: a row in its family's table (`rules/`), a check in the module of that family, and an
example that it finds and one that it leaves alone in `commands/rule_examples.yaml`. What checks go by, such as the ways
between steps and what is known on them, is in `analysis/`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pathways.catalog import Catalog
from pathways.compile import compile_definition
from pathways.diagnostics import Diagnostic
from pathways.lint import (
    alerts,
    clocks,
    contract,
    data,
    expressions,
    listening,
    literals,
    metadata,
    structure,
    tables,
    tasks,
    times,
)
from pathways.lint.analysis.flow import Flow
from pathways.lint.children import with_children
from pathways.lint.rules import RULES, Rule
from pathways.lint.subject import Findings, Subject, diagnostic
from pathways.model import Definition
from pathways.parse import parse
from pathways.plan import Plan
from pathways.scenarios import Known, ScenarioFile, run_scenario
from pathways.scenarios.library import Library

__all__ = ["RULES", "Linted", "Rule", "lint"]

CHECKS: tuple[Callable[[Subject], Findings], ...] = (
    structure.check,
    listening.check,
    clocks.check,
    data.check,
    expressions.check,
    literals.check,
    tables.check,
    tasks.check,
    alerts.check,
    contract.check,
    metadata.check,
    times.check,
)

_LOSSLESS = frozenset(
    {
        "unknown-key", "language-version", "bad-version", "bad-id", "bad-name", "unknown-kind", "duplicate-field",
        "decide-next", "otherwise-last", "condition-equals", "bad-duration", "bad-date", "too-many-attributes",
        "bad-success", "stands-twice", "unknown-resource",
    }
)  # fmt: skip
"""Findings of the parser that leave nothing out of the model, so that going on says nothing untrue."""


@dataclass(frozen=True)
class Linted:
    """What lint found. `plan` is there when the definition can run, whatever warnings it has."""

    definition: Definition | None
    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]


def lint(
    text: str,
    file: str,
    catalog: Catalog,
    today: date,
    scenarios: Sequence[ScenarioFile] | None = None,
    library: Library | None = None,
) -> Linted:
    """Read, compile and check a definition; with its scenarios also whether they try what they should.

    They are run for that; `library` has the definitions that they need, by which children are checked as well. Never
    raises for what an author wrote.
    """
    parsed = parse(text, file)
    definition, found = parsed.definition, list(parsed.diagnostics)
    if definition is None or any(one.rule not in _LOSSLESS for one in found if one.severity == "error"):
        return Linted(definition, None, _in_order(found))
    if library is not None:
        catalog = with_children(catalog, definition, library)
    compiled = compile_definition(definition, catalog)
    found += compiled.diagnostics
    broken = any(one.severity == "error" for one in found)
    tried = None
    if scenarios is not None and compiled.plan is not None and not broken:
        known = Known.of(catalog)
        every = (one for file_ in scenarios for one in file_.scenarios)
        tried = tuple(run_scenario(compiled.plan, one, library, known) for one in every)
    subject = Subject(definition, compiled.draft, catalog, today, Flow(definition, compiled.draft), tried)
    found += [diagnostic(one, file) for check in CHECKS for one in check(subject)]
    broken = any(one.severity == "error" for one in parsed.diagnostics)
    return Linted(definition, None if broken else compiled.plan, _in_order(found))


def _in_order(found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By place, each once, with the severity and, where they have none, the hint of their rule."""
    seen = {replace(one, severity=RULES[one.rule].severity, hint=one.hint or RULES[one.rule].hint) for one in found}
    return tuple(sorted(seen, key=lambda one: (one.line, one.column, one.rule, one.message)))
