"""Comparison and arithmetic of FEEL values (DMN 1.5 tables 42, 45 and 55 to 57).

Every function gives None where FEEL's answer is null, and notes the reason with the evaluation.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from pathways.feel import limits, measures, moments, numbers, quantities, values
from pathways.feel.environment import Run
from pathways.feel.errors import FeelLimitError
from pathways.feel.moments import NANOS_PER_DAY, AnyDate, AnyDateTime
from pathways.feel.values import BillingUnits, DaysTime, Range, Value, YearsMonths, kind, read

_ORDERED: Final = frozenset(
    (
        values.NUMBER, values.STRING, values.DATE, values.TIME, values.DATE_TIME, values.DAYS_TIME, values.YEARS_MONTHS,
        values.QUANTITY, values.BILLING_UNITS,
    )
)  # fmt: skip


def article(name: str) -> str:
    """Put `a` or `an` before the name of a kind."""
    if name in (values.NULL, values.BILLING_UNITS):
        return name.replace("_", " ")
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def ordered(kind_: str | None) -> bool:
    """Say whether the values of a kind have an order."""
    return kind_ in _ORDERED


def same_clock(left: Value, right: Value) -> bool:
    """Say whether two times, or two date-times, are both local or both zoned; others can not be compared."""
    if isinstance(left, moments.Time) and isinstance(right, moments.Time):
        return (left.zone is None) == (right.zone is None)
    return (moments.zone_of(left) is None) == (moments.zone_of(right) is None)


def order_key(value: Value, kind_: str) -> Value:
    """Give what Python orders the values of one kind by."""
    value = read(value)
    if kind_ == values.DATE_TIME:
        return moments.instant_nanos(value)
    if kind_ == values.TIME:
        return moments.time_of_day_nanos(value)
    if kind_ == values.DATE:
        return moments.day_number(value)
    if kind_ == values.DAYS_TIME:
        return value.nanos
    if kind_ == values.YEARS_MONTHS:
        return value.months
    if kind_ == values.BILLING_UNITS:
        return value.count
    return value


def _order_of_instants(left: datetime, right: datetime) -> int | None:
    """Order two zoned date-times of Python; None where Python compares wall clocks that may not tell.

    Python compares date-times of two zones as instants, but those of one zone by the wall clock alone.
    """
    if left.tzinfo is right.tzinfo and left.utcoffset() != right.utcoffset():
        return None
    return -1 if left < right else int(left > right)


def compare(left: Value, right: Value, run: Run) -> int | None:
    """Give -1, 0 or 1 as `left` is less than, equal to or greater than `right`; None where they have no order."""
    if left.__class__ is right.__class__ is datetime and left.tzinfo is not None and right.tzinfo is not None:
        found = _order_of_instants(left, right)
        if found is not None:
            return found
    left_kind, right_kind = kind(left), kind(right)
    if left_kind != right_kind or left_kind not in _ORDERED:
        return run.fail(f"{article(left_kind)} and {article(right_kind)} have no order")
    if left_kind == values.QUANTITY:
        return quantities.order(left, right, run)
    if left_kind in (values.DATE_TIME, values.TIME) and not same_clock(left, right):
        return run.fail("a time with a zone and one without have no order")
    first, second = order_key(left, left_kind), order_key(right, left_kind)
    if first is None or second is None:
        return run.fail("a number that is not finite has no order")
    return -1 if first < second else int(first > second)


def equal(left: Value, right: Value, run: Run, depth: int = limits.VALUE_DEPTH) -> bool | None:
    """Compare as `=` does: null equals only null, unlike kinds give null."""
    if left is None or right is None:
        return left is right
    if depth == 0:
        raise FeelLimitError(f"a value nests more than {limits.VALUE_DEPTH} deep")
    left_kind, right_kind = kind(left), kind(right)
    if left_kind != right_kind:
        return run.fail(f"{article(left_kind)} cannot equal {article(right_kind)}")
    if left_kind == values.LIST:
        return _equal_lists(left, right, run, depth - 1)
    if left_kind == values.CONTEXT:
        return _equal_contexts(left, right, run, depth - 1)
    if left_kind == values.RANGE:
        return _equal_ranges(left, right, run)
    if left_kind in (values.STRING, values.BOOLEAN):
        return bool(left == right)
    if left_kind == values.QUANTITY:
        order = quantities.order(left, right, run)
        return None if order is None else order == 0
    if left_kind in _ORDERED:
        if left_kind in (values.DATE_TIME, values.TIME) and not same_clock(left, right):
            return run.fail("a time with a zone cannot equal one without")
        first, second = order_key(left, left_kind), order_key(right, left_kind)
        if first is None or second is None:
            return run.fail("a number that is not finite equals nothing")
        return bool(first == second)
    return left is right


def _equal_lists(left: Value, right: Value, run: Run, depth: int) -> bool:
    if len(left) != len(right):
        return False
    run.spend(len(left) // 4)
    return all(equal(first, second, run, depth) is True for first, second in zip(left, right, strict=True))


def _equal_contexts(left: Value, right: Value, run: Run, depth: int) -> bool:
    if len(left) != len(right):
        return False
    run.spend(len(left) // 4)
    return all(key in right and equal(left[key], right[key], run, depth) is True for key in left)


def _equal_ranges(left: Range, right: Range, run: Run) -> bool:
    return (
        left.operator == right.operator
        and left.low_included == right.low_included
        and left.high_included == right.high_included
        and equal(left.low, right.low, run) is True
        and equal(left.high, right.high, run) is True
    )


def in_range(value: Value, range_: Range, run: Run) -> bool | None:
    """Say whether a value lies in a range."""
    if range_.operator in ("=", "!="):
        same = equal(value, range_.low, run)
        return same if same is None or range_.operator == "=" else not same
    above = _beyond(value, range_.low, range_.low_included, 1, range_.operator, run)
    below = _beyond(value, range_.high, range_.high_included, -1, range_.operator, run)
    if above is False or below is False:
        return False
    return None if above is None or below is None else True


def _beyond(value: Value, end: Value, included: bool, side: int, operator: str, run: Run) -> bool | None:
    """Say whether `value` lies on the inner side of one end."""
    if end is None:
        return True if operator else run.fail("the end of the range is null")
    order = compare(value, end, run)
    return None if order is None else order == side or (included and order == 0)


def negate(value: Value, run: Run) -> Value:
    """Give `-value` of a number or duration."""
    match kind(value):
        case values.NUMBER:
            number = numbers.number_of(value)
            return None if number is None else numbers.subtract(0, number)
        case values.DAYS_TIME:
            return DaysTime(-read(value).nanos)
        case values.YEARS_MONTHS:
            return YearsMonths(-value.months)
        case values.QUANTITY:
            return quantities.negate(value, run)
        case values.BILLING_UNITS:
            return BillingUnits(-value.count)
        case other:
            return run.fail(f"{article(other)} has no negative")


def arithmetic(operator: str, left: Value, right: Value, run: Run) -> Value:
    """Give `left operator right`."""
    left_kind, right_kind = kind(left), kind(right)
    found = _TABLE.get((operator, left_kind, right_kind))
    if found is None:
        measured = measures.TABLE.get((operator, left_kind, right_kind))
        if measured is not None:
            run.spend(limits.UNIT)
            return measured[0](read(left), read(right), run)
        return run.fail(f"`{operator}` has no meaning between {article(left_kind)} and {article(right_kind)}")
    if operator == "**":
        run.spend(limits.HARD_SUM)
    result = found[0](read(left), read(right))
    if result is None:
        return run.fail(_why_none(operator, right))
    if left_kind == values.STRING:
        run.spend(len(result) // 100)
        check_length(result)
    return result


def check_length(text: str) -> str:
    """Give a string back; raises FeelLimitError when it is too long."""
    if len(text) > limits.TEXT_CHARACTERS:
        raise FeelLimitError(f"a string of more than {limits.TEXT_CHARACTERS} characters")
    return text


def _why_none(operator: str, right: Value) -> str:
    if operator == "/" and kind(right) == values.NUMBER and not right:
        return "division by zero"
    return f"`{operator}` gives no value in FEEL's range"


def _plus_days(value: AnyDate, duration: DaysTime) -> AnyDate | None:
    return moments.date_of(moments.day_number(value) + duration.nanos // NANOS_PER_DAY)


def _plus_months(value: AnyDate, duration: YearsMonths) -> AnyDate | None:
    return moments.add_months(value, duration.months)


def _instant_plus_time(value: AnyDateTime, duration: DaysTime) -> AnyDateTime | None:
    return moments.at_instant(moments.instant_nanos(value) + duration.nanos, moments.zone_of(value))


def _instant_plus_months(value: AnyDateTime, duration: YearsMonths) -> AnyDateTime | None:
    day = moments.add_months(moments.date_part(value), duration.months)
    if day is None:
        return None
    nanos = moments.wall_clock(value)[1]
    return moments.settle(moments.make_datetime(moments.day_number(day), nanos, moments.zone_of(value)))


def _time_plus(value: moments.Time, duration: DaysTime) -> moments.Time:
    return moments.Time((value.nanos + duration.nanos) % NANOS_PER_DAY, value.zone)


def _time_minus_time(left: moments.Time, right: moments.Time) -> DaysTime | None:
    if not same_clock(left, right):
        return None
    return DaysTime(moments.time_of_day_nanos(left) - moments.time_of_day_nanos(right))


def _date_minus_date(left: AnyDate, right: AnyDate) -> DaysTime:
    return DaysTime((moments.day_number(left) - moments.day_number(right)) * NANOS_PER_DAY)


def _midnight(value: Value) -> AnyDateTime | None:
    """Give a date as its midnight in UTC, which is how FEEL mixes dates with date-times in a difference."""
    if isinstance(value, datetime | moments.WideDateTime):
        return value
    return moments.make_datetime(moments.day_number(value), 0, UTC)


def _instant_minus_instant(left: Value, right: Value) -> DaysTime | None:
    first, second = _midnight(left), _midnight(right)
    if first is None or second is None or not same_clock(first, second):
        return None
    return DaysTime(moments.instant_nanos(first) - moments.instant_nanos(second))


def _scale(nanos: int, factor: numbers.Number, *, divide: bool) -> int | None:
    """Multiply or divide a whole number, cut towards zero."""
    if divide and not factor:
        return None
    top, bottom = factor.as_integer_ratio()
    if divide:
        top, bottom = bottom, top
    scaled = abs(nanos * top) // abs(bottom)
    if scaled > 10**30:
        return None
    return scaled if (nanos < 0) == (top * bottom < 0) else -scaled


def _times(value: DaysTime | YearsMonths, factor: numbers.Number) -> DaysTime | YearsMonths | None:
    return _scaled(value, factor, divide=False)


def _over(value: DaysTime | YearsMonths, factor: numbers.Number) -> DaysTime | YearsMonths | None:
    return _scaled(value, factor, divide=True)


def _scaled(value: DaysTime | YearsMonths, factor: numbers.Number, *, divide: bool) -> DaysTime | YearsMonths | None:
    amount = value.nanos if isinstance(value, DaysTime) else value.months
    scaled = _scale(amount, factor, divide=divide)
    if scaled is None:
        return None
    return DaysTime(scaled) if isinstance(value, DaysTime) else YearsMonths(scaled)


def _ratio(left: Value, right: Value) -> numbers.Number | None:
    if isinstance(left, DaysTime):
        return numbers.divide(left.nanos, right.nanos)
    return numbers.divide(left.months, right.months)


def _swap(operation: Callable[[Value, Value], Value]) -> Callable[[Value, Value], Value]:
    return lambda left, right: operation(right, left)


def _minus(operation: Callable[[Value, Value], Value]) -> Callable[[Value, Value], Value]:
    """Turn a sum with a duration into a difference."""

    def subtract(left: Value, right: Value) -> Value:
        opposite = DaysTime(-right.nanos) if isinstance(right, DaysTime) else YearsMonths(-right.months)
        return operation(left, opposite)

    return subtract


def _table() -> dict[tuple[str, str, str], tuple[Callable[[Value, Value], Value], str]]:
    """Make the table of what each operator does between each two kinds, and of which kind the result is."""
    number, text, day, moment = values.NUMBER, values.STRING, values.DATE, values.DATE_TIME
    time, days, months = values.TIME, values.DAYS_TIME, values.YEARS_MONTHS
    table: dict[tuple[str, str, str], tuple[Callable[[Value, Value], Value], str]] = {
        ("+", number, number): (numbers.add, number),
        ("-", number, number): (numbers.subtract, number),
        ("*", number, number): (numbers.multiply, number),
        ("/", number, number): (numbers.divide, number),
        ("**", number, number): (numbers.power, number),
        ("+", text, text): (lambda left, right: left + right, text),
        ("+", days, days): (lambda left, right: DaysTime(left.nanos + right.nanos), days),
        ("-", days, days): (lambda left, right: DaysTime(left.nanos - right.nanos), days),
        ("+", months, months): (lambda left, right: YearsMonths(left.months + right.months), months),
        ("-", months, months): (lambda left, right: YearsMonths(left.months - right.months), months),
        ("-", day, day): (_date_minus_date, days),
        ("-", moment, moment): (_instant_minus_instant, days),
        ("-", moment, day): (_instant_minus_instant, days),
        ("-", day, moment): (_instant_minus_instant, days),
        ("-", time, time): (_time_minus_time, days),
    }
    sums: tuple[tuple[str, str, Callable[[Value, Value], Value]], ...] = (
        (day, days, _plus_days),
        (day, months, _plus_months),
        (moment, days, _instant_plus_time),
        (moment, months, _instant_plus_months),
        (time, days, _time_plus),
    )
    for point, duration, operation in sums:
        table["+", point, duration] = operation, point
        table["+", duration, point] = _swap(operation), point
        table["-", point, duration] = _minus(operation), point
    for duration in (days, months):
        table["*", duration, number] = _times, duration
        table["*", number, duration] = _swap(_times), duration
        table["/", duration, number] = _over, duration
        table["/", duration, duration] = _ratio, number
    return table


_TABLE: Final = _table()
"""By operator and kinds. A pair that is not here has no meaning."""


def meanings(operator: str, left: str | None, right: str | None) -> set[str]:
    """Give the kinds that an operator may give between two kinds, of which None is any."""
    return {
        result
        for table in (_TABLE, measures.TABLE)
        for (sign, first, second), (_, result) in table.items()
        if sign == operator and left in (None, first) and right in (None, second)
    }
