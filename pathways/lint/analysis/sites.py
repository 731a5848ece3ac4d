"""Where expressions stand in a definition: each with its text, its place, and what it is asked for.

The same way is walked for the texts that stand where an expression may (`literals_of`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, assert_never

from pathways import feel
from pathways.compile.ways import DONE
from pathways.datatypes import DataType, Field
from pathways.diagnostics import Mark
from pathways.expressions import Path, expressions_in
from pathways.model import (
    Authored,
    ChildDecl,
    ClockDecl,
    DecideDecl,
    Definition,
    DoDecl,
    EmitDecl,
    EndDecl,
    HandlerDecl,
    ListeningDecl,
    ParallelDecl,
    Placed,
    RepeatDecl,
    SectionDecl,
    SetDecl,
    TableDecl,
    TaskDecl,
    Text,
    WaitForAnyDecl,
    WaitForEventDecl,
    WaitForTimeDecl,
)
from pathways.names import OUTCOME
from pathways.values import is_expression, is_template

Json = Any

_ANY = ("-", "any")
_NULL = re.compile(r"\bnull\b|^\s*not\s*\(")
"""A cell that null passes, or that says that it does not."""

Purpose = Literal["value", "text", "condition", "time", "list", "input", "column", "key"]
When = Literal[
    "entry", "exit", "event", "form", "key", "heard", "round", "while", "until", "clock", "outcome", "offer", "unique",
    "start", "always",
]  # fmt: skip

TimeKind = Literal["timeout", "due", "wait", "remind", "escalate", "limit", ""]


@dataclass(frozen=True)
class Site:
    """An expression and where it stands. `place` is that of the expression's first letter.

    `when` says what is known there: at the step's `entry`; when its `event` is judged (`event` is in scope), which for
    handlers is as long as they listen (`heard`, and `key` for what they listen with); while the `form` of its `task` is
    filled in (the fields are in scope, and the outcome as chosen so far); at its `exit` (what it saves is set); when an
    iteration ends (`round`) or may begin (`while`); when a `clock` is started, an `outcome` reached, a side flow
    `offer`ed; at the start (`unique`, `start`); `always`.
    A `literal` is a text without any expression, where one may stand. `kind` is which of its step's or clock's times a
    time is, where it is worked out anew when data changes.
    """

    text: str
    mark: Mark
    purpose: Purpose
    when: When
    step: str = ""
    block: str = ""
    task: TaskDecl | None = None
    path: Path = ()
    whole: bool = True
    event: str = ""
    about: str = ""
    literal: bool = False
    kind: TimeKind = ""

    @property
    def form(self) -> tuple[Field, ...]:
        """What is in scope while a form is filled in: its fields, and the outcome as chosen so far."""
        if self.task is None:
            return ()
        outcomes = tuple(one.id.value for one in self.task.outcomes) or (DONE.id,)
        fields = (Field(one.name.value, one.type) for one in self.task.form)
        return (*fields, Field(OUTCOME, DataType("code", options=outcomes)))

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

    def at(self, offset: int) -> Mark:
        """The place in the file of an offset inside the expression."""
        line = self.text.count("\n", 0, offset) + 1
        return self.place(line, offset - self.text.rfind("\n", 0, offset))

    @property
    def shown(self) -> str:
        """The text as messages show it."""
        return self.text if len(self.text) <= _SHOWN else self.text[:_SHOWN] + "…"


_SHOWN = 60


def sites_of(definition: Definition) -> Iterator[Site]:
    """Every expression of a definition, in authored order by step."""
    yield from _around(definition)
    for placed in definition.placed:
        yield from of_step(placed)


def literals_of(definition: Definition) -> Iterator[Site]:
    """Every text that is no expression, where one may stand."""
    yield from _around(definition, literal=True)
    for placed in definition.placed:
        yield from of_step(placed, literal=True)


def _around(definition: Definition, *, literal: bool = False) -> Iterator[Site]:
    at = Site("", Mark(), "value", "always", literal=literal)
    yield from of_authored(definition.unique, replace(at, when="unique"))
    for start in definition.starts_on:
        here = replace(at, when="start", event=start.type.value)
        yield from _condition(start.when, here)
        yield from of_authored(start.inputs, here)
    for _, value in definition.attributes:
        yield from of_authored(value, at)
    for clock in definition.clocks:
        yield from _clock(clock, replace(at, when="clock", about=clock.id.value))
    for handler in definition.on:
        yield from _listening(handler, at)
    for flow in definition.side_flows:
        if flow.offer is not None:
            here = replace(at, when="offer", about=flow.id.value)
            yield from of_authored(flow.offer.title, here)
            yield from _condition(flow.offer.when, here)
    for outcome in definition.outcomes:
        for given in outcome.give:
            yield from of_authored(given.value, replace(at, when="outcome", about=outcome.id.value))


def _clock(clock: ClockDecl, at: Site) -> Iterator[Site]:
    yield from _time(clock.limit, replace(at, kind="limit"))
    if clock.breach is not None:
        for value in (clock.breach.queue, clock.breach.title, clock.breach.priority, clock.breach.help):
            yield from of_authored(value, at)


def of_step(placed: Placed, *, literal: bool = False) -> Iterator[Site]:
    """Every expression of a step itself, `set` aside in the order in which they are evaluated."""
    step, body = placed.step, placed.step.body
    at = Site("", Mark(), "value", "entry", placed.path, placed.block, literal=literal)
    exit_ = replace(at, when="exit")
    if step.timeout is not None:
        yield from _time(step.timeout.after, replace(at, kind="timeout"))
    match body:
        case DoDecl():
            yield from of_authored(body.given, at)
        case TaskDecl():
            yield from _task(body, at)
        case SetDecl():
            for _, value in body.assignments:
                yield from of_authored(value, at)
        case WaitForEventDecl() | WaitForTimeDecl():
            yield from _wait(body, at)
        case WaitForAnyDecl():
            for way in body.ways:
                yield from _wait(way.wait, at)
        case EmitDecl():
            yield from of_authored(body.data, at)
        case ChildDecl():
            yield from of_authored(body.inputs, at)
        case RepeatDecl():
            yield from _repeat(body, at)
        case DecideDecl():
            asked = _of_null(body.table) if body.table is not None else set()
            for row in body.table.rows if body.table is not None else ():
                for cell in () if literal else row.cells:
                    purpose: Purpose = "input" if cell.input.value in asked else "column"
                    asked.add(cell.input.value)
                    yield Site(cell.input.value, cell.input.mark, purpose, "entry", placed.path, placed.block)
                yield from of_authored(row.give, at)
        case ParallelDecl() | SectionDecl() | EndDecl():
            pass
        case _:
            assert_never(body)
    for handler in step.on:
        yield from _listening(handler, at)
    for verb in step.clocks:
        yield from of_authored(verb.start, replace(exit_ if verb.at == "completion" else at, purpose="time"))
    if step.undo is not None:
        yield from of_authored(step.undo.given, exit_)
    for edge in step.edges:
        yield from _condition(edge.when, exit_)


def _repeat(body: RepeatDecl, at: Site) -> Iterator[Site]:
    round_ = replace(at, when="round", block=at.step)
    yield from of_authored(body.for_each, replace(at, purpose="list"))
    yield from of_authored(body.limit, at)
    yield from _condition(body.while_, replace(at, when="while"))
    for _, value in (*body.collect, *body.carry):
        yield from of_authored(value, round_)
    yield from _condition(body.until, replace(round_, when="until"))


def _task(body: TaskDecl, at: Site) -> Iterator[Site]:
    for value in (body.title, body.help, body.queue, body.priority, *(one.queue for one in body.escalate)):
        yield from of_authored(value, at)
    yield from _time(body.due, replace(at, kind="due"))
    for reminder in body.remind:
        for time in (reminder.after, reminder.before, reminder.at):
            yield from _time(time, replace(at, kind="remind"))
    for escalation in body.escalate:
        yield from _time(escalation.after, replace(at, kind="escalate"))
    for field in body.form:
        for rule in (field.required_when, field.show_when):
            yield from _condition(rule, replace(at, when="form", task=body))


def _of_null(table: TableDecl) -> set[str]:
    """The columns of a table that say what null means; all of them where no row takes what fits no other."""
    cells = [cell for row in table.rows for cell in row.cells]
    if not any(all(cell.tests.value.strip() in _ANY for cell in row.cells) for row in table.rows):
        return {cell.input.value for cell in cells}
    return {cell.input.value for cell in cells if _NULL.search(cell.tests.value)}


def _wait(body: WaitForEventDecl | WaitForTimeDecl, at: Site) -> Iterator[Site]:
    if isinstance(body, WaitForTimeDecl):
        yield from _time(body.until, replace(at, kind="wait"))
        yield from _time(body.duration, replace(at, kind="wait"))
        return
    yield from of_authored(body.key, replace(at, purpose="key"))
    yield from _condition(body.when, replace(at, when="event", event=body.type.value))
    yield from _time(body.lookback, at)


def _listening(handler: HandlerDecl | ListeningDecl, at: Site) -> Iterator[Site]:
    yield from of_authored(handler.key, replace(at, purpose="key", when="key"))
    heard = replace(at, when="heard", event=handler.type.value)
    for one in _condition(handler.when, heard):
        yield replace(one, about=_source(handler.key))
    yield from _time(handler.lookback, at)


def _source(key: Authored | None) -> str:
    return key.source[1:] if key is not None and is_expression(key.source) else ""


def _condition(when: Text | None, at: Site) -> Iterator[Site]:
    if when is not None and not at.literal:
        yield replace(at, text=when.value, mark=when.mark, purpose="condition")


def _time(text: Text | None, at: Site) -> Iterator[Site]:
    if text is not None and not at.literal:
        yield from of_authored(Authored(text.value, text.mark), replace(at, purpose="time"))


def of_authored(value: Authored | None, at: Site) -> Iterator[Site]:
    """Every expression inside a value, whole ones and those inside texts; `at` says where the value stands.

    Of an `at` that is a literal, the texts without any.
    """
    if value is not None:
        yield from of_value(value, value.source, (), at)


def of_value(value: Authored, source: Json, path: Path, at: Site) -> Iterator[Site]:
    """Every expression inside a part of a value."""
    if isinstance(source, Mapping):
        for name, one in source.items():
            yield from of_value(value, one, (*path, name), at)
    elif isinstance(source, list):
        for index, one in enumerate(source):
            yield from of_value(value, one, (*path, index), at)
    elif isinstance(source, str):
        mark, whole = value.place(path), is_expression(source)
        if at.literal:
            if not whole and not is_template(source):
                yield replace(at, text=source, mark=mark, path=path)
            return
        for text, offset in expressions_in(source):
            place = Mark(mark.line, mark.column + offset)
            purpose: Purpose = at.purpose if whole else "text"
            yield replace(at, text=text, mark=place, purpose=purpose, path=path, whole=whole)
