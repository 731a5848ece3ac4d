"""Functions of ranges and points (DMN 1.5 section 10.3.4.7), and `range`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pathways.feel import iso, limits, nodes
from pathways.feel.environment import Run
from pathways.feel.errors import FeelSyntaxError
from pathways.feel.functions.registry import builtin
from pathways.feel.operators import compare, in_range, negate
from pathways.feel.values import Range, Value


def _order(run: Run, first: Value, second: Value) -> int | None:
    """Compare two ends; an end that is open for ever cannot be compared."""
    if first is None or second is None:
        return run.fail("an end of the range is open")
    return compare(first, second, run)


def _is(order: int | None, *wanted: int) -> bool | None:
    return None if order is None else order in wanted


def _both(*verdicts: bool | None) -> bool | None:
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _either(*verdicts: bool | None) -> bool | None:
    if True in verdicts:
        return True
    return None if None in verdicts else False


@builtin("before", "range1: range", "range2: range", gives="boolean")
def before_ranges(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether a range ends before another starts."""
    order = _order(run, range1.high, range2.low)
    return _is(order, -1) if range1.high_included and range2.low_included else _is(order, -1, 0)


@builtin("before", "range: range", "point: any", gives="boolean")
def before_point(run: Run, range_: Range, point: Value) -> bool | None:
    """Say whether a range ends before a point."""
    order = _order(run, range_.high, point)
    return _is(order, -1) if range_.high_included else _is(order, -1, 0)


@builtin("before", "point: any", "range: range", gives="boolean")
def point_before(run: Run, point: Value, range_: Range) -> bool | None:
    """Say whether a point lies before a range."""
    order = _order(run, point, range_.low)
    return _is(order, -1) if range_.low_included else _is(order, -1, 0)


@builtin("before", "point1: any", "point2: any", gives="boolean")
def before_points(run: Run, point1: Value, point2: Value) -> bool | None:
    """Say whether a point lies before another."""
    return _is(_order(run, point1, point2), -1)


@builtin("after", "range1: range", "range2: range", gives="boolean")
def after_ranges(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether a range starts after another ends."""
    return before_ranges(run, range2, range1)


@builtin("after", "range: range", "point: any", gives="boolean")
def after_point(run: Run, range_: Range, point: Value) -> bool | None:
    """Say whether a range starts after a point."""
    return point_before(run, point, range_)


@builtin("after", "point: any", "range: range", gives="boolean")
def point_after(run: Run, point: Value, range_: Range) -> bool | None:
    """Say whether a point lies after a range."""
    return before_point(run, range_, point)


@builtin("after", "point1: any", "point2: any", gives="boolean")
def after_points(run: Run, point1: Value, point2: Value) -> bool | None:
    """Say whether a point lies after another."""
    return _is(_order(run, point1, point2), 1)


@builtin("meets", "range1: range", "range2: range", gives="boolean")
def meets(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether a range ends where another starts, both with that point."""
    touching = _is(_order(run, range1.high, range2.low), 0)
    return _both(range1.high_included and range2.low_included, touching)


@builtin("met by", "range1: range", "range2: range", gives="boolean")
def met_by(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether a range starts where another ends."""
    return meets(run, range2, range1)


def _starts_first(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether the first range starts before the second one."""
    order = _order(run, range1.low, range2.low)
    return _is(order, -1, 0) if range1.low_included and not range2.low_included else _is(order, -1)


def _ends_first(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether the first range ends before the second one."""
    order = _order(run, range1.high, range2.high)
    return _is(order, -1, 0) if range2.high_included and not range1.high_included else _is(order, -1)


@builtin("overlaps", "range1: range", "range2: range", gives="boolean")
def overlaps(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether two ranges share a point."""
    apart = _either(before_ranges(run, range1, range2), before_ranges(run, range2, range1))
    return None if apart is None else not apart


@builtin("overlaps before", "range1: range", "range2: range", gives="boolean")
def overlaps_before(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether a range starts before another and ends inside it."""
    ends_inside = _either(_ends_first(run, range1, range2), _same_end(run, range1, range2))
    return _both(_starts_first(run, range1, range2), ends_inside, overlaps(run, range1, range2))


@builtin("overlaps after", "range1: range", "range2: range", gives="boolean")
def overlaps_after(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether a range starts inside another and ends after it."""
    starts_inside = _either(_starts_first(run, range2, range1), _same_start(run, range1, range2))
    return _both(_ends_first(run, range2, range1), starts_inside, overlaps(run, range1, range2))


def _same_end(run: Run, range1: Range, range2: Range) -> bool | None:
    return _both(range1.high_included == range2.high_included, _is(_order(run, range1.high, range2.high), 0))


def _same_start(run: Run, range1: Range, range2: Range) -> bool | None:
    return _both(range1.low_included == range2.low_included, _is(_order(run, range1.low, range2.low), 0))


@builtin("finishes", "range1: range", "range2: range", gives="boolean")
def finishes(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether a range ends with another and starts no earlier."""
    starts_no_earlier = _starts_first(run, range1, range2)
    inside = None if starts_no_earlier is None else not starts_no_earlier
    return _both(_same_end(run, range1, range2), inside)


@builtin("finishes", "point: any", "range: range", gives="boolean")
def point_finishes(run: Run, point: Value, range_: Range) -> bool | None:
    """Say whether a point is the last of a range."""
    return _both(range_.high_included, _is(_order(run, point, range_.high), 0))


@builtin("finished by", "range1: range", "range2: range", gives="boolean")
def finished_by(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether another range finishes a range."""
    return finishes(run, range2, range1)


@builtin("finished by", "range: range", "point: any", gives="boolean")
def finished_by_point(run: Run, range_: Range, point: Value) -> bool | None:
    """Say whether a point is the last of a range."""
    return point_finishes(run, point, range_)


@builtin("starts", "range1: range", "range2: range", gives="boolean")
def starts(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether a range starts with another and ends no later."""
    ends_later = _ends_first(run, range2, range1)
    inside = None if ends_later is None else not ends_later
    return _both(_same_start(run, range1, range2), inside)


@builtin("starts", "point: any", "range: range", gives="boolean")
def point_starts(run: Run, point: Value, range_: Range) -> bool | None:
    """Say whether a point is the first of a range."""
    return _both(range_.low_included, _is(_order(run, point, range_.low), 0))


@builtin("started by", "range1: range", "range2: range", gives="boolean")
def started_by(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether another range starts a range."""
    return starts(run, range2, range1)


@builtin("started by", "range: range", "point: any", gives="boolean")
def started_by_point(run: Run, range_: Range, point: Value) -> bool | None:
    """Say whether a point is the first of a range."""
    return point_starts(run, point, range_)


@builtin("includes", "range1: range", "range2: range", gives="boolean")
def includes(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether a range holds all of another."""
    starts_later, ends_earlier = _starts_first(run, range2, range1), _ends_first(run, range1, range2)
    if starts_later is None or ends_earlier is None:
        return None
    return not starts_later and not ends_earlier


@builtin("includes", "range: range", "point: any", gives="boolean")
def includes_point(run: Run, range_: Range, point: Value) -> bool | None:
    """Say whether a range holds a point."""
    return run.fail("the point is null") if point is None else in_range(point, range_, run)


@builtin("during", "range1: range", "range2: range", gives="boolean")
def during(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether another range holds all of a range."""
    return includes(run, range2, range1)


@builtin("during", "point: any", "range: range", gives="boolean")
def point_during(run: Run, point: Value, range_: Range) -> bool | None:
    """Say whether a range holds a point."""
    return includes_point(run, range_, point)


@builtin("coincides", "range1: range", "range2: range", gives="boolean")
def coincides(run: Run, range1: Range, range2: Range) -> bool | None:
    """Say whether two ranges have the same ends."""
    return _both(_same_start(run, range1, range2), _same_end(run, range1, range2))


@builtin("coincides", "point1: any", "point2: any", gives="boolean")
def points_coincide(run: Run, point1: Value, point2: Value) -> bool | None:
    """Say whether two points are the same."""
    return _is(_order(run, point1, point2), 0)


@builtin("range", "from: string", gives="range")
def range_(run: Run, from_: str) -> Range | None:
    """Read a range whose ends are literals, such as `[1..3]` or `(date("2026-01-01")..date("2026-02-01")]`."""
    from pathways.feel.parser import parse

    run.spend(3 * limits.HARD_SUM + len(from_))
    try:
        tree = parse(from_)
    except FeelSyntaxError:
        return run.fail(f'"{from_[:40]}" is no range')
    if not isinstance(tree, nodes.Interval):
        return run.fail(f'"{from_[:40]}" is no range')
    low, high = _end(tree.low, run), _end(tree.high, run)
    order = None if low is None or high is None else compare(low, high, run)
    if order is None or order > 0:
        return run.fail(f'"{from_[:40]}" is no range')
    return Range(low, high, tree.low_included, tree.high_included)


_READERS: Final[dict[str, Callable[[str], Value]]] = {
    "date": iso.parse_date,
    "time": iso.parse_time,
    "date and time": iso.parse_date_time,
    "duration": iso.parse_duration,
}


def _end(node: nodes.Node, run: Run) -> Value:
    """Give the value of an end, which is a literal or a call of a reader on one; else None."""
    match node:
        case nodes.Literal(value=value):
            return value
        case nodes.Negation(operand=nodes.Literal(value=value)):
            return negate(value, run)
        case nodes.Call(function=nodes.Name(name=name), arguments=(nodes.Literal(value=str(text)),), names=None) if (
            name in _READERS
        ):
            return _READERS[name](text)
        case _:
            return None
