"""What the tests of a table's cell take, as far as it can be said from texts, numbers and dates that stand there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pathways.feel import nodes

Point = Any
"""A number, a date or an instant; those of different kinds are never compared."""


@dataclass(frozen=True)
class Span:
    """From a point to another; None where it is open to all sides."""

    low: Point = None
    high: Point = None
    low_in: bool = True
    high_in: bool = True


@dataclass(frozen=True)
class Covered:
    """What tests take: texts and other single values, spans, or everything; not `exact` where that can't be said."""

    values: frozenset[Any] = frozenset()
    spans: tuple[Span, ...] = ()
    everything: bool = False
    exact: bool = True

    @property
    def nothing(self) -> bool:
        """Whether surely no value passes."""
        return self.exact and not self.everything and not self.values and not self.spans

    def takes(self, code: str) -> bool:
        """Whether a text passes, or may."""
        bare = {"true": True, "false": False}.get(code, code)
        return self.everything or not self.exact or code in self.values or bare in self.values

    def both(self, other: Covered) -> Covered:
        """What passes two cells of one column."""
        if self.everything:
            return other
        if other.everything:
            return self
        if self.exact and other.exact and not self.spans and not other.spans:
            return Covered(self.values & other.values)
        return Covered(exact=False)


ALL = Covered(everything=True)
UNSURE = Covered(exact=False)


def covered_by(tests: nodes.Tests, codes: tuple[str, ...] = ()) -> Covered:
    """What unary tests take; `codes` are all that the column may be, where that is known."""
    if not tests.tests:
        return ALL
    found = _union([_one(one) for one in tests.tests])
    if not tests.negated:
        return found
    if found.exact and not found.spans and codes and found.values <= set(codes):
        return Covered(frozenset(codes) - found.values | ({_NULL} if _NULL not in found.values else set()))
    return UNSURE


_NULL = ("null",)
"""Stands for null among values."""


def _one(node: nodes.Node) -> Covered:
    match node:
        case nodes.Literal(value=None):
            return Covered(frozenset({_NULL}))
        case nodes.Literal(value=str() | bool() as value):
            return Covered(frozenset({value}))
        case nodes.Literal() | nodes.Negation():
            point = _point(node)
            return UNSURE if point is None else Covered(spans=(Span(point, point),))
        case nodes.OperatorTest(operator=operator, operand=operand):
            point = _point(operand)
            if point is None:
                return UNSURE
            spans = {
                "<": Span(None, point, high_in=False),
                "<=": Span(None, point),
                ">": Span(point, None, low_in=False),
                ">=": Span(point, None),
                "=": Span(point, point),
            }
            return Covered(spans=(spans[operator],)) if operator in spans else UNSURE
        case nodes.Interval(low=low, high=high, low_included=low_in, high_included=high_in):
            first, last = _point(low), _point(high)
            if first is None or last is None or not _alike(first, last):
                return UNSURE
            empty = first > last or (first == last and not (low_in and high_in))
            return Covered() if empty else Covered(spans=(Span(first, last, low_in, high_in),))
        case nodes.ListNode(items=items):  # one of its items, or all of it
            return replace(_union([_one(one) for one in items]), exact=False)
        case nodes.Call(function=nodes.Name(name="not"), arguments=_):
            return UNSURE
        case _:
            return UNSURE


def _point(node: nodes.Node) -> Point | None:
    if isinstance(node, nodes.Negation):
        inner = _point(node.operand)
        return -inner if isinstance(inner, Decimal) else None
    value = node.value if isinstance(node, nodes.Literal) else None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    return value if isinstance(value, Decimal | date | datetime) else None


def _alike(one: Point, other: Point) -> bool:
    if isinstance(one, datetime) or isinstance(other, datetime):
        both = isinstance(one, datetime) and isinstance(other, datetime)
        return both and (one.tzinfo is None) == (other.tzinfo is None)
    return isinstance(one, Decimal) == isinstance(other, Decimal)


def _union(parts: list[Covered]) -> Covered:
    if any(one.everything for one in parts):
        return ALL
    values = frozenset[Any]().union(*(one.values for one in parts))
    spans = tuple(span for one in parts for span in one.spans)
    return Covered(values, spans, exact=all(one.exact for one in parts))


def covers(outer: Covered, inner: Covered) -> bool:
    """Whether surely everything that passes the one passes the other."""
    if outer.everything:
        return True
    if not inner.exact or inner.everything:
        return False
    return inner.values <= outer.values and all(
        any(_within(span, other) for other in outer.spans) for span in inner.spans
    )


def fills(parts: list[Covered], *, whole: bool) -> bool:
    """Whether the spans of several cells together surely leave no value out; `whole` of a column of whole numbers."""
    spans = [span for part in parts if part.exact for span in part.spans]
    if not spans or not all(_comparable(one, other) for one in spans for other in spans):
        return False
    begun, *rest = sorted(spans, key=_begin)
    if begun.low is not None:
        return False
    reached = begun
    for span in rest:
        if reached.high is None:
            break
        if not _adjoins(reached, span, whole=whole):
            return False
        if _end(span) > _end(reached):
            reached = span
    return reached.high is None


def _begin(span: Span) -> tuple[bool, Point, bool]:
    return (span.low is not None, span.low if span.low is not None else 0, not span.low_in)


def _end(span: Span) -> tuple[bool, Point, bool]:
    return (span.high is None, span.high if span.high is not None else 0, span.high_in)


def _adjoins(before: Span, after: Span, *, whole: bool) -> bool:
    """Whether nothing lies between the end of one span and the beginning of another."""
    if after.low is None or after.low < before.high:
        return True
    if after.low == before.high:
        return before.high_in or after.low_in
    closed = before.high_in and after.low_in and isinstance(before.high, Decimal)
    return whole and closed and after.low - before.high <= 1


def disjoint(one: Covered, other: Covered) -> bool:
    """Whether surely nothing passes both, of two that are exact."""
    if one.everything or other.everything:
        return False
    return not one.values & other.values and not any(_meet(a, b) for a in one.spans for b in other.spans)


def _comparable(one: Span, other: Span) -> bool:
    return all(_alike(a, b) for a, b in _pairs(one, other))


def _pairs(one: Span, other: Span) -> Iterator[tuple[Point, Point]]:
    for a in (one.low, one.high):
        for b in (other.low, other.high):
            if a is not None and b is not None:
                yield a, b


def _within(inner: Span, outer: Span) -> bool:
    if not _comparable(inner, outer):
        return False
    low = outer.low is None or (
        inner.low is not None
        and (inner.low > outer.low or (inner.low == outer.low and (outer.low_in or not inner.low_in)))
    )
    high = outer.high is None or (
        inner.high is not None
        and (inner.high < outer.high or (inner.high == outer.high and (outer.high_in or not inner.high_in)))
    )
    return low and high


def _meet(one: Span, other: Span) -> bool:
    return _comparable(one, other) and _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: Span, other: Span) -> bool:
    if one.low is None or other.high is None:
        return True
    return bool(one.low < other.high or (one.low == other.high and one.low_in and other.high_in))
