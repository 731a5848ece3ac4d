"""Where expressions stand in a definition: each with its text, its place, and what it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pathways import feel
from pathways.diagnostics import Mark
from pathways.expressions import Path, expressions_in
from pathways.model import (
    Authored,
    DecideDecl,
    Definition,
    DoDecl,
    EmitDecl,
    FieldDecl,
    SetDecl,
    StepDecl,
    TaskDecl,
    Text,
    WaitForEventDecl,
    WaitForTimeDecl,
)
from pathways.values import is_expression

Json = Any
Purpose = Literal["value", "text", "condition", "time"]
When = Literal["entry", "event", "form", "exit", "always"]


@dataclass(frozen=True)
class Site:
    """An expression and where it stands. `place` is that of the expression's first letter.

    `when` says what is known there: at the step's entry, when its event is judged (`event` is in scope), while its
    form is filled in (the fields are), at its exit (what it saves is set), or at any time (attributes).
    """

    text: str
    mark: Mark
    purpose: Purpose
    when: When
    step: str | None = None
    form: tuple[FieldDecl, ...] = ()
    path: Path = ()
    whole: bool = True

    @property
    def expression(self) -> feel.Expression | None:
        """The expression, unless it is no FEEL (which the compiler says)."""
        try:
            return feel.parse_expression(self.text)
        except feel.FeelSyntaxError:
            return None

    def place(self, line: int, column: int) -> Mark:
        """The place in the file of a place inside the expression."""
        if line == 1:
            return Mark(self.mark.line, self.mark.column + column - 1)
        return Mark(self.mark.line + line - 1, column)


def sites_of(definition: Definition) -> Iterator[Site]:
    """Every expression of a definition, in authored order by step."""
    for _, value in definition.attributes:
        yield from _authored(value, None, "always")
    for step in definition.steps:
        yield from of_step(step)


def of_step(step: StepDecl) -> Iterator[Site]:
    """Every expression of a step, `set` aside in the order in which they are evaluated."""
    name = step.id.value
    if step.timeout is not None:
        yield from _time(step.timeout.after, name)
    match step.body:
        case DoDecl():
            yield from _authored(step.body.given, name, "entry")
        case TaskDecl():
            yield from _task(step.body, name)
        case SetDecl():
            for _, value in step.body.assignments:
                yield from _authored(value, name, "entry")
        case WaitForEventDecl():
            yield from _authored(step.body.key, name, "entry")
            yield from _condition(step.body.when, name, "event")
        case WaitForTimeDecl():
            yield from _time(step.body.until, name)
            yield from _time(step.body.duration, name)
        case EmitDecl():
            yield from _authored(step.body.data, name, "entry")
        case _:
            pass
    for edge in step.body.rules if isinstance(step.body, DecideDecl) else step.next or ():
        yield from _condition(edge.when, name, "exit")


def _task(body: TaskDecl, name: str) -> Iterator[Site]:
    for value in (body.title, body.help, body.queue, body.priority):
        yield from _authored(value, name, "entry")
    yield from _time(body.due, name)
    for field in body.form:
        for rule in (field.required_when, field.show_when):
            yield from _condition(rule, name, "form", body.form)


def _condition(when: Text | None, step: str, at: When, form: tuple[FieldDecl, ...] = ()) -> Iterator[Site]:
    if when is not None:
        yield Site(when.value, when.mark, "condition", at, step, form)


def _time(text: Text | None, step: str) -> Iterator[Site]:
    if text is not None and is_expression(text.value):
        yield Site(text.value[1:], Mark(text.mark.line, text.mark.column + 1), "time", "entry", step)


def _authored(value: Authored | None, step: str | None, at: When) -> Iterator[Site]:
    if value is not None:
        yield from of_value(value, value.source, (), step, at)


def of_value(value: Authored, source: Json, path: Path, step: str | None, at: When) -> Iterator[Site]:
    """Every expression inside a value, whole ones and those inside texts."""
    if isinstance(source, Mapping):
        for name, one in source.items():
            yield from of_value(value, one, (*path, name), step, at)
    elif isinstance(source, list):
        for index, one in enumerate(source):
            yield from of_value(value, one, (*path, index), step, at)
    elif isinstance(source, str):
        mark, whole = value.place(path), is_expression(source)
        for text, offset in expressions_in(source):
            place = Mark(mark.line, mark.column + offset)
            yield Site(text, place, "value" if whole else "text", at, step, path=path, whole=whole)
