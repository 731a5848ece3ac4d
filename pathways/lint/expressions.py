"""Rules about what expressions say: names and fields that exist, types that fit, codes that occur."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from pathways import feel
from pathways.datatypes import ANY, DataType
from pathways.diagnostics import Mark, nearest
from pathways.expressions import MOST_BYTES
from pathways.feel import nodes
from pathways.feel import types as feel_types
from pathways.functions import function_types
from pathways.lint.sites import Site, sites_of
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import WaitForEventDecl
from pathways.names import why_no_name

_INSTANCE = feel_types.context(
    {
        "id": feel_types.STRING,
        "pathway": feel_types.STRING,
        "version": feel_types.STRING,
        "started_at": feel_types.DATE_TIME,
        "site": feel_types.STRING,
    }
)
_PROBLEM = feel_types.context({"name": feel_types.STRING, "message": feel_types.STRING, "detail": feel_types.ANY})
_TIMES = frozenset(
    {
        feel_types.DATE, feel_types.DATE_TIME, feel_types.DAYS_TIME, feel_types.YEARS_MONTHS, feel_types.STRING,
    }
)  # fmt: skip


class Scope:
    """The types of the names that a site sees."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.functions = function_types(subject.catalog.calendars, subject.catalog.value_sets)

    @cached_property
    def saved(self) -> dict[str, feel_types.Type]:
        """Inputs, saved names and `instance`."""
        return {name: one.feel_type for name, one in self.subject.plan.types.items()} | {"instance": _INSTANCE}

    @cached_property
    def with_problem(self) -> dict[str, feel_types.Type]:
        """The same where a caught problem leads to."""
        return self.saved | {"problem": _PROBLEM}

    @cached_property
    def caught(self) -> frozenset[str]:
        """The steps that a caught problem leads to."""
        return frozenset(way.to for ways in self.subject.flow.ways.values() for way in ways if way.kind == "catch")

    def names(self, site: Site) -> Mapping[str, feel_types.Type]:
        """The types of the names in scope at a site."""
        known = self.with_problem if site.step in self.caught else self.saved
        match site.when:
            case "event":
                return known | {"event": self._event(site)}
            case "form":
                fields = {field.name.value: field.type.feel_type for field in site.form}
                return known | fields | {"saved": feel_types.context(known)}
            case _:
                return known

    def _event(self, site: Site) -> feel_types.Type:
        body = self.subject.flow.steps[site.step or ""].body
        known = self.subject.catalog.events.get(body.type.value) if isinstance(body, WaitForEventDecl) else None
        return feel_types.context(
            {
                "id": feel_types.STRING,
                "type": feel_types.STRING,
                "key": feel_types.STRING,
                "data": known.data.feel_type if known else feel_types.ANY,
                "time": feel_types.ANY,
            }
        )

    def declared(self, site: Site) -> Mapping[str, DataType]:
        """The declared types of the names in scope at a site, with all their detail."""
        types = self.subject.plan.types
        if site.when == "form":
            return {**types, **{field.name.value: field.type for field in site.form}}
        return types


def check(subject: Subject) -> Findings:
    """All findings about expressions."""
    scope = Scope(subject)
    used: set[str] = set()
    for site in sites_of(subject.definition):
        size = len(site.text.encode())
        if size > MOST_BYTES:
            yield Finding("long-expression", site.mark, f"The expression has {size} bytes; {MOST_BYTES} are the most.")
            continue
        expression = site.expression
        if expression is not None:
            used |= expression.names
            yield from _inferred(site, expression, scope)
            yield from _codes(site, expression.tree, scope.declared(site))
            yield from _every(site, expression.tree)
    for declared in subject.definition.inputs:
        patient = "Patient" in declared.type.target  # whom the case is about is asked for, read or not
        if declared.name.value not in used and not patient and not why_no_name(declared.name.value):
            yield Finding("unused-input", declared.name.mark, f'Nothing reads the input "{declared.name}".')


def _inferred(site: Site, expression: feel.Expression, scope: Scope) -> Findings:
    inferred = feel.infer(expression, scope.names(site), scope.functions)
    for problem in inferred.problems:
        message = problem.message[0].upper() + problem.message[1:] + f" in {site.text[:60]}."
        hint = problem.hint
        if not hint and "there is no name" in problem.message:
            hint = "It is neither an input nor saved by a step."
        yield Finding(_rule_of(problem.message), site.place(problem.line, problem.column), message, hint)
    if inferred.problems:
        return
    found = inferred.type
    if site.purpose == "condition" and found not in (feel_types.BOOLEAN, feel_types.ANY):
        yield Finding("not-a-condition", site.mark, f"{site.text[:60]} gives {found}, not true or false.")
    if site.purpose == "time" and found != feel_types.ANY and found not in _TIMES:
        yield Finding("bad-types", site.mark, f"{site.text[:60]} gives {found}, which is no time.")


def _rule_of(message: str) -> str:
    for words, rule in (
        ("there is no name", "unknown-name"),
        ("there is no function", "unknown-function"),
        ("there is no calendar", "unknown-calendar"),
        ("there is no value set", "unknown-value-set"),
        ("has no field", "unknown-field"),
        (" has no `", "unknown-field"),
        ("is compared with", "unlike-types"),
        ("has no meaning", "unlike-types"),
    ):
        if words in message:
            return rule
    return "bad-types"


# -- codes ------------------------------------------------------------------------------------------------------------


def type_at(node: nodes.Node, types: Mapping[str, DataType]) -> DataType:
    """The declared type of a name or path; `any` where it can't be told."""
    match node:
        case nodes.Name(name=name):
            return types.get(name, ANY)
        case nodes.Path(base=base, name=name):
            found = type_at(base, types)
            if found.kind == "list":
                found = found.item or ANY
            member = found.by_name.get(name) if found.kind == "object" else None
            return member.type if member else ANY
        case _:
            return ANY


def _codes(site: Site, tree: nodes.Node, types: Mapping[str, DataType]) -> Findings:
    for node in _walk(tree):
        match node:
            case nodes.Comparison(operator="=" | "!=", left=left, right=right):
                yield from _code(site, left, right, types)
                yield from _code(site, right, left, types)
            case nodes.In(value=value, test=test):
                for one in _tests(test):
                    yield from _code(site, value, one, types)
            case _:
                pass


def _tests(test: nodes.Node) -> Iterator[nodes.Node]:
    match test:
        case nodes.Tests(tests=several) | nodes.ListNode(items=several):
            for one in several:
                yield from _tests(one)
        case _:
            yield test


def _code(site: Site, node: nodes.Node, literal: nodes.Node, types: Mapping[str, DataType]) -> Findings:
    """Whether a text that a code is compared with is one of its options."""
    if not isinstance(literal, nodes.Literal) or not isinstance(literal.value, str):
        return
    declared = type_at(node, types)
    if declared.kind == "code" and declared.options and literal.value not in declared.options:
        message = f'"{literal.value}" is not among the codes of {site.text[node.start : node.end]}.'
        hint = nearest(literal.value, declared.options, plural="Codes")
        line = site.text.count("\n", 0, literal.start) + 1
        column = literal.start - (site.text.rfind("\n", 0, literal.start) + 1) + 1
        yield Finding("code-outside-options", site.place(line, column), message, hint)


# -- every of none ---------------------------------------------------------------------------------------------------


def _every(site: Site, tree: nodes.Node) -> Findings:
    """`every` over a list, without a count of that list beside it."""
    counted = {
        site.text[node.arguments[0].start : node.arguments[0].end].strip()
        for node in _walk(tree)
        if isinstance(node, nodes.Call)
        and isinstance(node.function, nodes.Name)
        and node.function.name == "count"
        and node.arguments
    }
    for node in _walk(tree):
        if isinstance(node, nodes.Quantified) and node.universal:
            domains = [one.domain for one in node.iterators if not isinstance(one.domain, nodes.ListNode)]
            texts = [site.text[one.start : one.end].strip() for one in domains]
            if any(text not in counted for text in texts):
                mark = Mark(site.mark.line, site.mark.column)
                yield Finding("every-of-none", mark, f"{site.text[:60]} holds also where {texts[0]} is empty.")


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for one in nodes.children(node):
        yield from _walk(one)
