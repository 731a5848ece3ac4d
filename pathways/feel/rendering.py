"""Writing values: as FEEL's `string()` does, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from pathways.feel import limits, quantities, values
from pathways.feel.environment import Run
from pathways.feel.errors import FeelLimitError
from pathways.feel.iso import (
    write_date,
    write_date_time,
    write_date_time_with_offset,
    write_duration,
    write_time,
)
from pathways.feel.numbers import Number, integer_of, number_of, plain
from pathways.feel.operators import check_length
from pathways.feel.values import Range, Value, kind, read

Json = Any
"""What `json.dumps` takes: None, bool, int, float, str, lists and dicts of these."""

_SIGNS: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def text_of(value: Value, run: Run) -> str:
    """Write a value as `string()` does: strings bare, but quoted inside lists and contexts."""
    if isinstance(value, str):
        return value
    return check_length("".join(_written(value, run, limits.VALUE_DEPTH)))


def quoted(text: str) -> str:
    """Write a string as FEEL's literal."""
    return '"' + "".join(_SIGNS.get(character, character) for character in text) + '"'


def scalar_text(value: Value) -> str | None:
    """Write a value that has no parts (a string bare), or give None when it has."""
    match kind(value):
        case values.NULL:
            return "null"
        case values.BOOLEAN:
            return "true" if value else "false"
        case values.NUMBER:
            number = number_of(value)
            return "null" if number is None else plain(number)
        case values.STRING:
            return str(value)
        case values.DATE:
            return write_date(value)
        case values.TIME:
            return write_time(read(value))
        case values.DATE_TIME:
            return write_date_time(value)
        case values.DAYS_TIME | values.YEARS_MONTHS:
            return write_duration(read(value))
        case values.QUANTITY | values.BILLING_UNITS:
            return quantities.scalar_text(value)
        case values.FUNCTION:
            return f"function({', '.join(value.parameters)})"
        case _:
            return None


def _written(value: Value, run: Run, depth: int) -> Iterator[str]:
    """Give the pieces of a value's text."""
    run.spend(1)
    if depth == 0:
        raise FeelLimitError(f"a value nests more than {limits.VALUE_DEPTH} deep")
    scalar = scalar_text(value)
    if scalar is not None:
        run.spend(len(scalar) // 100)
        yield quoted(scalar) if isinstance(value, str) else scalar
    elif kind(value) == values.LIST:
        yield "["
        for position, item in enumerate(value):
            yield ", " if position else ""
            yield from _written(item, run, depth - 1)
        yield "]"
    elif kind(value) == values.CONTEXT:
        yield "{"
        for position, (key, item) in enumerate(value.items()):
            yield ", " if position else ""
            yield f"{key}: "
            yield from _written(item, run, depth - 1)
        yield "}"
    elif isinstance(value, Range):
        yield from _written_range(value, run, depth)
    else:
        yield "null"


def _written_range(value: Range, run: Run, depth: int) -> Iterator[str]:
    if value.operator:
        yield f"({value.operator} "
        yield from _written(value.low if value.low is not None else value.high, run, depth - 1)
        yield ")"
        return
    yield "[" if value.low_included else "("
    yield from _written(value.low, run, depth - 1)
    yield ".."
    yield from _written(value.high, run, depth - 1)
    yield "]" if value.high_included else ")"


def to_json(value: Value) -> Json:
    """Give a value as JSON; raises FeelLimitError for one that nests too deep.

    Whole numbers become int. Other numbers become float where the float prints the very same decimal, and else
    their text, so nothing is ever rounded. A date-time has the offset of its zone then (RFC 3339); dates, times,
    durations, ranges and functions are the text that `string()` gives; a quantity is `{value, unit}`, billing units
    are a number.
    """
    return _json(value, limits.VALUE_DEPTH)


def _json(value: Value, depth: int) -> Json:
    if depth == 0:
        raise FeelLimitError(f"a value nests more than {limits.VALUE_DEPTH} deep")
    match kind(value):
        case values.NULL | values.UNKNOWN:
            return None
        case values.BOOLEAN:
            return bool(value)
        case values.STRING:
            return str(value)
        case values.NUMBER:
            number = number_of(value)
            return None if number is None else _json_number(number)
        case values.LIST:
            return [_json(item, depth - 1) for item in value]
        case values.CONTEXT:
            return {str(key): _json(item, depth - 1) for key, item in value.items()}
        case values.DATE_TIME:
            return write_date_time_with_offset(value)
        case values.QUANTITY:
            return {"value": _json_number(value.value), "unit": value.unit}
        case values.BILLING_UNITS:
            return int(value.count)
        case values.RANGE:
            return "".join(_json_range(value, depth))
        case _:
            return scalar_text(value)


def _json_range(value: Range, depth: int) -> Iterator[str]:
    ends = [json.dumps(_json(end, depth - 1), ensure_ascii=False) for end in (value.low, value.high)]
    if value.operator:
        yield f"({value.operator} {ends[0] if value.low is not None else ends[1]})"
        return
    yield ("[" if value.low_included else "(") + "..".join(ends) + ("]" if value.high_included else ")")


def _json_number(value: Number) -> int | float | str:
    whole = integer_of(value)
    if whole is not None:
        return whole
    near = float(value)
    return near if Decimal(repr(near)) == value else plain(value)


def weigh(value: Value) -> Value:
    """Give a value back; raises FeelLimitError when it nests too deep or has too many parts."""
    waiting = [(value, limits.VALUE_DEPTH)]
    left = limits.STEPS
    while waiting:
        each, depth = waiting.pop()
        parts = each.values() if kind(each) == values.CONTEXT else each if kind(each) == values.LIST else ()
        left -= 1 + len(parts)
        if depth == 0 or left < 0:
            raise FeelLimitError("the value nests too deep or has too many parts")
        waiting.extend((part, depth - 1) for part in parts if isinstance(part, list | dict))
    return value
