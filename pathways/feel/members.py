"""What `value.name` gives: fields of contexts, properties of dates, times, durations and ranges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pathways.feel import limits, moments, values
from pathways.feel.environment import Run
from pathways.feel.errors import FeelLimitError
from pathways.feel.moments import NANOS_PER_DAY, NANOS_PER_SECOND, Time
from pathways.feel.operators import article
from pathways.feel.values import DaysTime, Value, kind, read


def member(value: Value, name: str, words: str, run: Run, depth: int = limits.VALUE_DEPTH) -> Value:
    """Give the member `name` of a value; of a list, the list of its items' members. `words` names it in reasons."""
    kind_ = kind(value)
    if kind_ == values.NULL:
        return None
    if kind_ == values.CONTEXT:
        found = read(value.get(name))
        return run.fail(f"{words} is null") if found is None else found
    if kind_ == values.LIST:
        run.spend(len(value) // 4)
        if depth == 0:
            raise FeelLimitError(f"a value nests more than {limits.VALUE_DEPTH} deep")
        return [member(item, name, words, run, depth - 1) for item in value]
    getter = PROPERTIES.get(kind_, {}).get(name)
    if getter is None:
        return run.fail(f"{words} is null: {article(kind_)} has no {name}")
    return getter(read(value))


def weekday(value: Value) -> int:
    """Give the ISO day of the week of a date or date-time, 1 for Monday."""
    number = moments.wall_clock(value)[0] if kind(value) == values.DATE_TIME else moments.day_number(value)
    return (number - 1) % 7 + 1


def _offset(value: Value) -> DaysTime | None:
    """Give the offset of a time or date-time from UTC."""
    if isinstance(value, Time):
        return None if value.zone is None else DaysTime(value.nanos - moments.time_of_day_nanos(value))
    if moments.zone_of(value) is None:
        return None
    number, nanos = moments.wall_clock(value)
    return DaysTime((number - 1) * NANOS_PER_DAY + nanos - moments.instant_nanos(value))


def _zone_name(value: Value) -> str | None:
    zone = value.zone if isinstance(value, Time) else moments.zone_of(value)
    name = getattr(zone, "key", None)
    return name if isinstance(name, str) else None


def _part(seconds: int, most: int) -> Callable[[DaysTime], int]:
    """Give the reader of one part of a duration, which has the duration's sign."""

    def read_part(value: DaysTime) -> int:
        part = abs(value.nanos) // (seconds * NANOS_PER_SECOND) % most
        return -part if value.nanos < 0 else part

    return read_part


def _sign(months: int) -> int:
    return -1 if months < 0 else 1


_DATE: Final[dict[str, Callable[[Value], Value]]] = {
    "year": lambda value: value.year,
    "month": lambda value: value.month,
    "day": lambda value: value.day,
    "weekday": weekday,
}
_TIME: Final[dict[str, Callable[[Value], Value]]] = {
    "hour": lambda value: value.hour,
    "minute": lambda value: value.minute,
    "second": lambda value: value.second,
    "time offset": _offset,
    "timezone": _zone_name,
}


def _of_date(getter: Callable[[Value], Value]) -> Callable[[Value], Value]:
    return lambda value: getter(moments.date_part(value))


def _of_time(getter: Callable[[Value], Value]) -> Callable[[Value], Value]:
    return lambda value: getter(moments.time_part(value))


PROPERTIES: Final[dict[str, dict[str, Callable[[Value], Value]]]] = {
    values.DATE: _DATE,
    values.TIME: _TIME,
    values.DATE_TIME: {
        **{name: _of_date(getter) for name, getter in _DATE.items()},
        **{name: _of_time(_TIME[name]) for name in ("hour", "minute", "second")},
        "time offset": _offset,
        "timezone": _zone_name,
    },
    values.DAYS_TIME: {
        "days": _part(86_400, 10**30),
        "hours": _part(3600, 24),
        "minutes": _part(60, 60),
        "seconds": _part(1, 60),
    },
    values.YEARS_MONTHS: {
        "years": lambda value: _sign(value.months) * (abs(value.months) // 12),
        "months": lambda value: _sign(value.months) * (abs(value.months) % 12),
    },
    values.QUANTITY: {"value": lambda value: value.value, "unit": lambda value: value.unit},
    values.BILLING_UNITS: {"value": lambda value: value.count},
    values.RANGE: {
        "start": lambda value: value.low,
        "end": lambda value: value.high,
        "start included": lambda value: value.low_included,
        "end included": lambda value: value.high_included,
    },
}
"""The properties of each kind (DMN 1.5 table 65)."""
