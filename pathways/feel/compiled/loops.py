"""Filters, `for`, `some` and `every`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pathways.feel import moments, nodes, numbers, values
from pathways.feel.compiled.place import Code, Locals, Place
from pathways.feel.environment import Run
from pathways.feel.operators import article
from pathways.feel.values import Range, Value, kind, read


def filter_(node: nodes.Filter, place: Place) -> Code:
    """Build `base[condition]`: an index where the condition is a number, else the items for which it is true."""
    base = place.build(node.base)
    inner, local = place.with_item()
    condition = inner.build(node.condition)

    def run_filter(names: Locals, run: Run) -> Value:
        found = base(names, run)
        if found is None:
            return None
        items = found if kind(found) == values.LIST else [found]
        within = dict(names)
        kept: list[Value] = []
        for item in items:
            run.spend(1)
            within[local] = read(item)
            verdict = condition(within, run)
            if verdict is True:
                kept.append(item)
            elif verdict is not False and kind(verdict) == values.NUMBER:
                return index(items, verdict, run)
        if not items:
            within[local] = None
            verdict = condition(within, run)
            if verdict is not True and verdict is not False and kind(verdict) == values.NUMBER:
                return run.fail("an empty list has no items")
        return kept

    return run_filter


def index(items: Value, position: numbers.Number, run: Run) -> Value:
    """Give an item by its position from 1, or from the end by -1 and less."""
    place = numbers.integer_of(position) if not isinstance(position, float) else None
    if place is None or place == 0 or abs(place) > len(items):
        return run.fail(f"a list of {len(items)} has no item {numbers.plain(numbers.number_of(position) or 0)[:40]}")
    return read(items[place - 1 if place > 0 else place])


def for_(node: nodes.For, place: Place) -> Code:
    """Build `for … return …`, whose results so far are `partial`."""
    domains, inner = _domains(node.iterators, place.with_names("partial"))
    body = inner.build(node.body)

    def run_for(names: Locals, run: Run) -> Value:
        made: list[Value] = []
        within = {**names, "partial": made}
        for ready in _combinations(domains, within, run):
            if not ready:
                return None
            within["partial"] = list(made) if node_uses_partial else made
            run.spend(len(made) // 10 if node_uses_partial else 0)
            made.append(body(within, run))
        return made

    node_uses_partial = "partial" in place.text
    return run_for


def quantified(node: nodes.Quantified, place: Place) -> Code:
    """Build `some` or `every`: true or false as soon as that is known, null where a null could have decided."""
    domains, inner = _domains(node.iterators, place)
    body, universal, words = inner.build(node.body), node.universal, place.words(node.body)

    def run_quantified(names: Locals, run: Run) -> bool | None:
        unknown = False
        for ready in _combinations(domains, within := dict(names), run):
            if not ready:
                return None
            verdict = body(within, run)
            if verdict is not True and verdict is not False:
                unknown = True
                if verdict is not None:
                    run.fail(f"{words} is {article(kind(verdict))}, not true or false")
            elif verdict is not universal:
                return verdict
        return None if unknown else universal

    return run_quantified


_Domain = tuple[str, Code, Code | None]


def _domains(iterators: Iterable[nodes.Iterator], place: Place) -> tuple[list[_Domain], Place]:
    """Build what is gone over; each iterator sees those before it."""
    domains: list[_Domain] = []
    for each in iterators:
        end = None if each.end is None else place.build(each.end)
        domains.append((each.name, place.build(each.domain), end))
        place = place.with_names(each.name)
    return domains, place


def _combinations(domains: list[_Domain], names: Locals, run: Run) -> Iterator[bool]:
    """Set the names in `names` to each combination and give True; False at once when a domain is no domain."""
    (name, start, end), *rest = domains
    low = start(names, run)
    items = _items(low, run) if end is None else _counted(low, end(names, run), True, True, True, run)
    if items is None:
        yield False
        return
    for item in items:
        run.spend(1)
        names[name] = read(item)
        if not rest:
            yield True
            continue
        for ready in _combinations(rest, names, run):
            yield ready
            if not ready:
                return


def _items(domain: Value, run: Run) -> Iterable[Value] | None:
    """Give the items of a list or range; any other value is its only item, null is none."""
    if isinstance(domain, Range):
        low_included, high_included = domain.low_included, domain.high_included
        return _counted(domain.low, domain.high, low_included, high_included, False, run)
    if domain is None:
        return run.fail("null cannot be gone over")
    return domain if kind(domain) == values.LIST else [domain]


def _counted(
    low: Value, high: Value, low_included: bool, high_included: bool, backwards: bool, run: Run
) -> Iterable[Value] | None:
    """Give the whole numbers or dates from one end to the other, downwards where the ends stand that way."""
    if kind(low) == kind(high) == values.DATE:
        days = _between(moments.day_number(low), moments.day_number(high), low_included, high_included, backwards)
        return (moments.date_of(day) for day in days)
    if kind(low) != values.NUMBER or kind(high) != values.NUMBER:
        return run.fail(f"from {article(kind(low))} to {article(kind(high))} cannot be counted")
    first, last = numbers.integer_of(read(low)), numbers.integer_of(read(high))
    if first is None or last is None:
        return run.fail("only whole numbers can be counted")
    return _between(first, last, low_included, high_included, backwards)


def _between(first: int, last: int, low_included: bool, high_included: bool, backwards: bool) -> range:
    if first > last and backwards:
        return range(first, last - 1, -1)
    return range(first if low_included else first + 1, last + 1 if high_included else last)
