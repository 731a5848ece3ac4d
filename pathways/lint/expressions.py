"""Rules about what expressions say: names and fields that exist, types that fit, codes that occur."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pathways import feel
from pathways.datatypes import ANY, DataType
from pathways.diagnostics import Mark, nearest
from pathways.expressions import MOST_BYTES
from pathways.feel import nodes
from pathways.feel import types as feel_types
from pathways.lint.analysis.scope import Scope
from pathways.lint.analysis.sites import Site, sites_of
from pathways.lint.subject import Finding, Findings, Subject
from pathways.names import why_no_name
from pathways.plan import Decide

_TIMES = frozenset(
    {
        feel_types.DATE, feel_types.DATE_TIME, feel_types.DAYS_TIME, feel_types.YEARS_MONTHS, feel_types.STRING,
    }
)  # fmt: skip


_NO_KEYS = (feel_types.ListType, feel_types.ContextType)


def check(subject: Subject) -> Findings:
    """All findings about expressions."""
    scope = subject.scope
    saved = frozenset(one.name for one in subject.plan.names)
    used: set[str] = set()
    for site in sites_of(subject.definition):
        size = len(site.text.encode(errors="replace"))
        if size > MOST_BYTES:
            yield Finding("long-expression", site.mark, f"The expression has {size} bytes; {MOST_BYTES} are the most.")
            continue
        expression = site.expression
        if expression is not None:
            used |= expression.names
            yield from _inferred(site, expression, scope, saved)
            yield from _codes(subject, site, expression.tree, scope.declared(site))
            yield from _every(site, expression.tree)
    for step in subject.plan.steps:
        table = step.table if isinstance(step, Decide) else None
        used |= {name for row in table.rows for cell in row.cells for name in cell.tests.names} if table else set()
    yield from _unused(subject, used)


def _unused(subject: Subject, used: set[str]) -> Findings:
    """Inputs that nothing reads; whom the case is about is asked for, read or not."""
    for declared in subject.definition.inputs:
        about = {"Patient"} & set(declared.type.target)
        if declared.name.value not in used and not about and not why_no_name(declared.name.value):
            yield Finding("unused-input", declared.name.mark, f'Nothing reads the input "{declared.name}".')
    for name, mark in subject.saved_at:
        if name.startswith("_") or name in used or not _is_computed(subject, name):
            continue
        yield Finding("unused-name", mark, f'Nothing reads "{name}".')


def _is_computed(subject: Subject, name: str) -> bool:
    """Whether a name is only computed by `set`: what actions and people give is kept for the record."""
    return name in subject.computed


def _inferred(site: Site, expression: feel.Expression, scope: Scope, saved: frozenset[str]) -> Findings:
    inferred = feel.infer(expression, scope.names(site), scope.functions)
    for problem in inferred.problems:
        message = problem.message[0].upper() + problem.message[1:] + f" in {site.shown}."
        hint = _helping(problem.message, saved) or problem.hint
        if not hint and "there is no name" in problem.message:
            hint = "It is neither an input nor saved by a step."
        yield Finding(rule_of(problem.message), site.place(problem.line, problem.column), message, hint)
    if inferred.problems:
        return
    found = inferred.type
    if site.purpose == "condition" and found not in (feel_types.BOOLEAN, feel_types.ANY):
        yield Finding("not-a-condition", site.mark, f"{site.shown} gives {found}, not true or false.")
    if site.purpose == "key" and (found == feel_types.BOOLEAN or isinstance(found, _NO_KEYS)):
        yield Finding("bad-types", site.mark, f"{site.shown} gives {found}, which is no key.")
    if site.purpose == "list" and found not in (feel_types.ANY, feel_types.NULL) and not _is_list(found):
        yield Finding("bad-types", site.mark, f"{site.shown} gives {found}, which is no list.")
    if site.purpose == "time" and found != feel_types.ANY and found not in _TIMES:
        yield Finding("bad-types", site.mark, f"{site.shown} gives {found}, which is no time.")


_LED = {"event": "an event", "problem": "a caught problem"}


def _helping(message: str, saved: frozenset[str]) -> str:
    """What helps where a name is unknown, beyond the nearest one."""
    if message.startswith("`event` has no field"):
        return "What the event brought is in event.data."
    if "there is no name" not in message:
        return ""
    name = message.split("`")[1]
    if name in _LED:
        return f"Only the step that {_LED[name]} leads to knows it, nothing inside it or behind it: begin with a set."
    if name in saved:
        return (
            "It is saved inside an iteration or a side flow, and known only there; collect and carry take values out."
        )
    return ""


def _is_list(found: feel_types.Type) -> bool:
    return isinstance(found, feel_types.ListType)


def rule_of(message: str) -> str:
    """The rule that a finding of inference belongs to."""
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


def _codes(subject: Subject, site: Site, tree: nodes.Node, types: Mapping[str, DataType]) -> Findings:
    for node in walk(tree):
        match node:
            case nodes.Comparison(operator="=" | "!=", left=left, right=right):
                yield from _code(subject, site, left, right, types)
                yield from _code(subject, site, right, left, types)
            case nodes.In(value=value, test=test):
                for one in _tests(test):
                    yield from _code(subject, site, value, one, types)
            case _:
                pass


def _tests(test: nodes.Node) -> Iterator[nodes.Node]:
    match test:
        case nodes.Tests(tests=several) | nodes.ListNode(items=several):
            for one in several:
                yield from _tests(one)
        case _:
            yield test


def _code(
    subject: Subject, site: Site, node: nodes.Node, literal: nodes.Node, types: Mapping[str, DataType]
) -> Findings:
    """Whether a text that a code is compared with is one of its options."""
    if not isinstance(literal, nodes.Literal) or not isinstance(literal.value, str):
        return
    yield from code_findings(
        subject, type_at(node, types), literal.value, site.text[node.start : node.end], site.at(literal.start)
    )


def code_findings(subject: Subject, declared: DataType, code: str, shown: str, mark: Mark) -> Findings:
    """Whether a code is one of a type's options, or of its value set where the catalog knows that."""
    options = codes_of(subject, declared)
    if options and code not in options:
        message = f'"{code}" is not among the codes of {shown}.'
        yield Finding("code-outside-options", mark, message, nearest(code, options, plural="Codes"))


def codes_of(subject: Subject, declared: DataType) -> tuple[str, ...]:
    """The codes that there are of a type; none where it is no code, or they aren't known."""
    if declared.kind != "code":
        return ()
    return declared.options or subject.catalog.value_sets.get(declared.value_set or "", ())


# -- every of none ---------------------------------------------------------------------------------------------------


def _every(site: Site, tree: nodes.Node) -> Findings:
    """`every` over a list, without a count of that list beside it."""
    counted = {
        site.text[node.arguments[0].start : node.arguments[0].end].strip()
        for node in walk(tree)
        if isinstance(node, nodes.Call)
        and isinstance(node.function, nodes.Name)
        and node.function.name == "count"
        and node.arguments
    }
    for node in walk(tree):
        if isinstance(node, nodes.Quantified) and node.universal:
            domains = [one.domain for one in node.iterators if not isinstance(one.domain, nodes.ListNode)]
            texts = [site.text[one.start : one.end].strip() for one in domains]
            if any(text not in counted for text in texts):
                mark = site.at(node.start)
                yield Finding("every-of-none", mark, f"{site.shown} holds also where {texts[0]} is empty.")


def walk(node: nodes.Node) -> Iterator[nodes.Node]:
    """A node and every node below it."""
    yield node
    for one in nodes.children(node):
        yield from walk(one)
