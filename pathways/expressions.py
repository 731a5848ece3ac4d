"""Checking the expressions of a definition where they stand: every one compiles, or is a finding with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pathways import feel
from pathways.diagnostics import Mark
from pathways.model import Authored, Text
from pathways.reader import Reader
from pathways.time.durations import Duration, DurationError, parse_duration
from pathways.values import PLACEHOLDER, is_expression, is_template

Json = Any
Path = tuple[str | int, ...]

MOST_BYTES: Final = 4096
"""The length of an expression, in bytes of UTF-8."""


def check_condition(reader: Reader, text: Text) -> str:
    """Note what is wrong with a condition; gives its text, or `null` where it can't be compiled."""
    return text.value if check_feel(reader, text.value, text.mark) else "null"


def check_tests(reader: Reader, text: Text) -> str:
    """Note what is wrong with a cell of a decision table; gives its tests, or `null` where they can't be compiled."""
    return text.value if check_feel(reader, text.value, text.mark, parse=feel.parse_unary_tests) else "null"


def check_timing(reader: Reader, text: Text, *, business: bool, elapsed: str = "", lasting: str = "") -> str:
    """Note what is wrong with a time: an expression, an authored duration, a date or an instant, or a text with
    expressions inside that comes to one.

    `elapsed` names what counts elapsed time alone, where that is why there is no calendar; `lasting` what means
    nothing unless it takes some time.
    """
    if is_expression(text.value):
        return text.value if check_feel(reader, text.value[1:], _after(text.mark, 1)) else "=null"
    if is_template(text.value):
        return text.value if check_authored(reader, Authored(text.value, text.mark)) is not None else "=null"
    if feel.instant_value(text.value) is not None or feel.date_value(text.value) is not None:
        return text.value
    try:
        duration = parse_duration(text.value)
    except DurationError as error:
        reader.note("bad-duration", text.mark, error.message, error.hint)
        return "=null"
    if any(amount < 0 for amount, _ in duration.parts):
        hint = "A duration here goes forward."
        reader.note("bad-duration", text.mark, f'"{text}" goes back in time.', hint)
    elif lasting and duration.is_zero and not _is_next_opening(duration):
        reader.note("bad-duration", text.mark, f"{lasting} is over when it begins.", "Write how long it takes.")
    if duration.needs_calendar and elapsed:
        hint = "Name a calendar there, or write elapsed time, such as 72 hours."
        message = f'"{text}" counts business time, and {elapsed} says calendar: none.'
        reader.note("no-calendar", text.mark, message, hint)
    elif duration.needs_calendar and not business:
        hint = "Name one at the top: calendar: us-business."
        reader.note("no-calendar", text.mark, f'"{text}" counts business time, and the pathway has no calendar.', hint)
    return text.value


def _is_next_opening(duration: Duration) -> bool:
    """Whether a duration of nothing is a time all the same: no business day from now is when it opens next."""
    return any(unit == "business-days" for _, unit in duration.parts)


def check_authored(reader: Reader, authored: Authored) -> Json:
    """Note what is wrong inside a value; gives the value with null for what can't be compiled."""
    return _checked(reader, authored, authored.source, ())


def _checked(reader: Reader, authored: Authored, source: Json, path: Path) -> Json:
    if isinstance(source, Mapping):
        return {name: _checked(reader, authored, one, (*path, name)) for name, one in source.items()}
    if isinstance(source, list):
        return [_checked(reader, authored, one, (*path, index)) for index, one in enumerate(source)]
    if isinstance(source, str):
        mark = authored.place(path)
        good = [check_feel(reader, text, _after(mark, offset)) for text, offset in expressions_in(source)]
        if not is_expression(source) and "{{" in PLACEHOLDER.sub("", source):
            reader.note("bad-expression", mark, f'"{source[:80]}" opens braces and does not close them.', "Write }}.")
            return None
        return source if all(good) else None
    return source


def expressions_in(source: str) -> Iterator[tuple[str, int]]:
    """Every expression in a text, with its offset: the whole after `=`, or each part in braces."""
    if is_expression(source):
        yield source[1:], 1
        return
    for found in PLACEHOLDER.finditer(source):
        inside = found.group(1)
        yield inside.strip(), found.start(1) + len(inside) - len(inside.lstrip())


def check_feel(reader: Reader, text: str, mark: Mark, parse: Callable[[str], object] = feel.parse_expression) -> bool:
    """Whether an expression (or what else `parse` reads) compiles; notes why not."""
    size = len(text.encode(errors="replace"))
    if size > MOST_BYTES:
        reader.note("long-expression", mark, f"The expression has {size} bytes; {MOST_BYTES} are the most.")
        return False
    try:
        parse(text)
    except feel.FeelSyntaxError as error:
        place = Mark(mark.line + error.line - 1, mark.column + error.column - 1 if error.line == 1 else error.column)
        reader.note("bad-expression", place, f'"{text[:80]}" is not FEEL: {error.message}', error.hint)
        return False
    return True


def _after(mark: Mark, columns: int) -> Mark:
    return Mark(mark.line, mark.column + columns)
