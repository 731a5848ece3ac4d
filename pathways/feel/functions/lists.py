"""Functions of lists (DMN 1.5 sections 10.3.4.4 and 10.3.4.8)."""

from __future__ import annotations

import functools
from decimal import Decimal

from pathways.feel import numbers, values
from pathways.feel.environment import Run
from pathways.feel.functions.registry import builtin
from pathways.feel.numbers import CONTEXT, Number
from pathways.feel.operators import compare, equal
from pathways.feel.values import Function, Value, kind


def _numbers(run: Run, items: list[Value], what: str) -> list[Number] | None:
    """Give the items as numbers, or None when there are none or one is null."""
    run.spend(len(items) // 10)
    found = [numbers.number_of(item) for item in items if item is not None]
    known = [each for each in found if each is not None]
    if len(known) < len(items):
        return run.fail(f"an item of {what} is null")
    return known or run.fail(f"an empty list has no {what}")


@builtin("list contains", "list: list", "element: any", gives="boolean")
def list_contains(run: Run, items: list[Value], element: Value) -> bool:
    """Say whether an item equals the element; null is found too."""
    run.spend(len(items) // 4)
    return any(equal(item, element, run) is True for item in items)


@builtin("count", "list: list", gives="number")
def count(run: Run, items: list[Value]) -> int:
    """Count the items."""
    return len(items)


def _extreme(run: Run, items: list[Value], sign: int, what: str) -> Value:
    run.spend(len(items) // 4)
    if not items:
        return run.fail(f"an empty list has no {what}")
    found = items[0]
    if len(items) == 1 and compare(found, found, run) is None:
        return None
    for item in items[1:]:
        order = compare(item, found, run)
        if order is None:
            return None
        if order == sign:
            found = item
    return values.read(found)


@builtin("min", "n: any", gives="Any", variadic=True)
@builtin("min", "list: list", gives="Any")
def least(run: Run, *items: Value) -> Value:
    """Give the least of the items, which must be of one kind."""
    return _extreme(run, _spread(items), -1, "min")


@builtin("max", "n: any", gives="Any", variadic=True)
@builtin("max", "list: list", gives="Any")
def most(run: Run, *items: Value) -> Value:
    """Give the greatest of the items, which must be of one kind."""
    return _extreme(run, _spread(items), 1, "max")


def _spread(items: tuple[Value, ...]) -> list[Value]:
    """Give the items of a function that takes a list or the items themselves."""
    return list(items[0] if len(items) == 1 and isinstance(items[0], list | tuple) else items)


@builtin("sum", "n: number", gives="number", variadic=True)
@builtin("sum", "list: list<number>", gives="number")
def total(run: Run, *items: Value) -> Number | None:
    """Add numbers up."""
    found = _numbers(run, _spread(items), "sum")
    return None if found is None else _sum(found)


def _sum(found: list[Number]) -> Number | None:
    result: Number | None = 0
    for each in found:
        result = None if result is None else numbers.add(result, each)
    return result


@builtin("product", "n: number", gives="number", variadic=True)
@builtin("product", "list: list<number>", gives="number")
def product(run: Run, *items: Value) -> Number | None:
    """Multiply numbers."""
    found = _numbers(run, _spread(items), "product")
    result: Number | None = None if found is None else 1
    for each in found or ():
        result = None if result is None else numbers.multiply(result, each)
    return result


@builtin("mean", "n: number", gives="number", variadic=True)
@builtin("mean", "list: list<number>", gives="number")
def mean(run: Run, *items: Value) -> Number | None:
    """Give the arithmetic mean."""
    found = _numbers(run, _spread(items), "mean")
    added = None if found is None else _sum(found)
    return None if found is None or added is None else numbers.divide(added, len(found))


@builtin("median", "n: number", gives="number", variadic=True)
@builtin("median", "list: list<number>", gives="number")
def median(run: Run, *items: Value) -> Number | None:
    """Give the middle item, or the mean of the two in the middle."""
    found = _numbers(run, _spread(items), "median")
    if found is None:
        return None
    found.sort()
    middle = len(found) // 2
    if len(found) % 2:
        return found[middle]
    added = numbers.add(found[middle - 1], found[middle])
    return None if added is None else numbers.divide(added, 2)


@builtin("stddev", "n: number", gives="number", variadic=True)
@builtin("stddev", "list: list<number>", gives="number")
def stddev(run: Run, *items: Value) -> Number | None:
    """Give the standard deviation of a sample."""
    found = _numbers(run, _spread(items), "stddev")
    if found is None or len(found) < 2:
        return run.fail("stddev needs two numbers or more")
    average = CONTEXT.divide(Decimal(_sum(found) or 0), len(found))
    squares = Decimal(0)
    for each in found:
        deviation = CONTEXT.subtract(each, average)
        squares = CONTEXT.fma(deviation, deviation, squares)
    return numbers.finite(CONTEXT.sqrt(CONTEXT.divide(squares, len(found) - 1)))


@builtin("mode", "n: number", gives="list<number>", variadic=True)
@builtin("mode", "list: list<number>", gives="list<number>")
def mode(run: Run, *items: Value) -> list[Number] | None:
    """Give the most frequent numbers, in ascending order."""
    given = _spread(items)
    if not given:
        return []
    found = _numbers(run, given, "mode")
    if found is None:
        return None
    times: dict[Number, int] = {}
    for each in found:
        times[each] = times.get(each, 0) + 1
    most_often = max(times.values())
    return sorted(each for each, often in times.items() if often == most_often)


def _decide(run: Run, items: list[Value], decisive: bool) -> bool | None:
    run.spend(len(items) // 10)
    if any(item is decisive for item in items):
        return decisive
    return None if any(item is None for item in items) else not decisive


@builtin("all", "b: boolean|null", gives="boolean", variadic=True)
@builtin("all", "list: list<boolean>", gives="boolean")
def all_(run: Run, *items: Value) -> bool | None:
    """Say whether every item is true."""
    return _decide(run, _spread(items), False)


@builtin("any", "b: boolean|null", gives="boolean", variadic=True)
@builtin("any", "list: list<boolean>", gives="boolean")
def any_(run: Run, *items: Value) -> bool | None:
    """Say whether some item is true."""
    return _decide(run, _spread(items), True)


@builtin("sublist", "list: list", "start position: number", "length?: number", gives="list")
def sublist(run: Run, items: list[Value], start: Number, length: Number | None = None) -> list[Value] | None:
    """Give a part; a negative start counts from the end."""
    position = numbers.truncated(start)
    if position == 0 or abs(position) > len(items):
        return run.fail(f"a list of {len(items)} has no position {position}")
    begin = position - 1 if position > 0 else len(items) + position
    end = len(items) if length is None else begin + numbers.truncated(length)
    if end > len(items) or end < begin:
        return run.fail(f"a list of {len(items)} has no position {end}")
    run.spend((end - begin) // 10)
    return list(items[begin:end])


@builtin("append", "list: list", gives="list")
@builtin("append", "list: list", "item: any", gives="list", variadic=True)
@builtin("append", "list: list", "item: any", gives="list")
def append(run: Run, items: list[Value], *more: Value) -> list[Value]:
    """Add items at the end."""
    run.spend((len(items) + len(more)) // 10)
    return [*items, *more]


@builtin("concatenate", "list: list", gives="list", variadic=True)
def concatenate(run: Run, *lists: list[Value]) -> list[Value]:
    """Put lists one behind the other."""
    run.spend(sum(map(len, lists)) // 10)
    return [item for items in lists for item in items]


@builtin("insert before", "list: list", "position: number", "newItem: any", gives="list")
def insert_before(run: Run, items: list[Value], position: Number, item: Value) -> list[Value] | None:
    """Put an item before the one at a position."""
    place = _place(run, items, position)
    if place is None:
        return None
    return [*items[:place], item, *items[place:]]


@builtin("remove", "list: list", "position: number", gives="list")
def remove(run: Run, items: list[Value], position: Number) -> list[Value] | None:
    """Leave out the item at a position."""
    place = _place(run, items, position)
    return None if place is None else [*items[:place], *items[place + 1 :]]


@builtin("list replace", "list: list", "position: number", "newItem: any", gives="list")
def list_replace_at(run: Run, items: list[Value], position: Number, item: Value) -> list[Value] | None:
    """Put an item in the place of the one at a position."""
    place = _place(run, items, position)
    return None if place is None else [*items[:place], item, *items[place + 1 :]]


@builtin("list replace", "list: list", "match: function", "newItem: any", gives="list")
def list_replace_where(run: Run, items: list[Value], match: Function, item: Value) -> list[Value] | None:
    """Put an item in the place of each one that a function of (item, new item) finds."""
    made: list[Value] = []
    for each in items:
        run.spend(1)
        found = match.call([each, item], run)
        if not isinstance(found, bool):
            return run.fail("the match of list replace is not true or false")
        made.append(item if found else each)
    return made


def _place(run: Run, items: list[Value], position: Number) -> int | None:
    """Give the index of a position counted from 1, or from the end by -1 and less."""
    run.spend(len(items) // 10)
    place = numbers.truncated(position)
    if place == 0 or abs(place) > len(items):
        return run.fail(f"a list of {len(items)} has no position {place}")
    return place - 1 if place > 0 else len(items) + place


@builtin("reverse", "list: list", gives="list")
def reverse(run: Run, items: list[Value]) -> list[Value]:
    """Turn the order round."""
    run.spend(len(items) // 10)
    return list(reversed(items))


@builtin("index of", "list: list", "match: any", gives="list<number>")
def index_of(run: Run, items: list[Value], match: Value) -> list[int]:
    """Give the positions of the items that equal the match."""
    run.spend(len(items) // 4)
    return [position for position, item in enumerate(items, 1) if equal(item, match, run) is True]


def distinct(run: Run, items: list[Value]) -> list[Value]:
    """Give the items without those that equal an earlier one."""
    kept: list[Value] = []
    seen: set[str | int] = set()
    for item in items:
        if isinstance(item, str) or type(item) is int:
            run.spend(1)
            if item not in seen:
                seen.add(item)
                kept.append(item)
            continue
        run.spend(len(kept) + 1)
        if not any(equal(item, other, run) is True for other in kept):
            kept.append(item)
    return kept


@builtin("distinct values", "list: list", gives="list")
def distinct_values(run: Run, items: list[Value]) -> list[Value]:
    """Leave out what equals an earlier item."""
    return distinct(run, items)


@builtin("union", "list: list", gives="list", variadic=True)
def union(run: Run, *lists: list[Value]) -> list[Value]:
    """Put lists together, each value once."""
    return distinct(run, concatenate(run, *lists))


@builtin("flatten", "list: list", gives="list")
def flatten(run: Run, items: list[Value]) -> list[Value]:
    """Put the items of inner lists, however deep, into one list."""
    made: list[Value] = []
    waiting = list(reversed(items))
    while waiting:
        run.spend(1)
        item = waiting.pop()
        if kind(item) == values.LIST:
            waiting.extend(reversed(item))
        else:
            made.append(item)
    return made


@builtin("sort", "list: list", "precedes: function", gives="list")
@builtin("sort", "list: list", gives="list")
def sort(run: Run, items: list[Value], precedes: Function | None = None) -> list[Value] | None:
    """Sort, by a function that says whether its first argument comes before its second, or by `<`."""
    undecided = False

    def order(left: Value, right: Value) -> int:
        nonlocal undecided
        run.spend(1)
        if precedes is None:
            found = compare(left, right, run)
            undecided = undecided or found is None
            return found or 0
        if precedes.call([left, right], run) is True:
            return -1
        return 1 if precedes.call([right, left], run) is True else 0

    made = sorted(items, key=functools.cmp_to_key(order))
    return run.fail("the items of sort have no order") if undecided else made
