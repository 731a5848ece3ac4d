"""Literals, names, paths, lists, contexts, ranges."""

from __future__ import annotations

from pathways.feel import nodes, values
from pathways.feel.compiled.place import Code, Locals, Place
from pathways.feel.environment import Run
from pathways.feel.functions import BUILTINS
from pathways.feel.members import member
from pathways.feel.operators import compare, negate
from pathways.feel.values import PLAIN, Range, Value, kind, read


def literal(node: nodes.Literal, place: Place) -> Code:
    """Build a constant."""
    value = node.value

    def run_literal(names: Locals, run: Run) -> Value:
        return value

    del place
    return run_literal


def name(node: nodes.Name, place: Place) -> Code:
    """Build the lookup of a name, from the innermost binding outwards."""
    word = node.name
    items: list[str] = []
    found: Code | None = None
    for bound in place.bound:
        if isinstance(bound, str):
            items.append(bound)
        elif word in bound:
            found = _local(word)
            break
    if found is None:
        found = _free_or_builtin(word) if word in BUILTINS else _free(word)
    for local in reversed(items):
        found = _field_or(word, local, found)
    return found


def _local(word: str) -> Code:
    def run_local(names: Locals, run: Run) -> Value:
        value = names[word]
        if value is None:
            run.fail(f"{word} is null")
        return value

    return run_local


def _free_or_builtin(word: str) -> Code:
    """Where the scope has the name, what it is there; else the function of that name as a value."""
    free, function = _free(word), BUILTINS[word].value()
    return lambda names, run: free(names, run) if word in run.scope else function


def _free(word: str) -> Code:
    def run_name(names: Locals, run: Run) -> Value:
        value = run.scope.get(word)
        if value is None:
            return run.fail(f"{word} is null")
        return value if value.__class__ in PLAIN else read(value)

    return run_name


def _field_or(word: str, local: str, otherwise: Code) -> Code:
    """Inside a filter a name is first a field of the item; `item` is the item itself."""

    def run_field(names: Locals, run: Run) -> Value:
        item = names[local]
        if kind(item) == values.CONTEXT and word in item:
            value = item[word]
            if value is None:
                run.fail(f"{word} is null")
            return read(value)
        return item if word == "item" else otherwise(names, run)

    return run_field


def path(node: nodes.Path, place: Place) -> Code:
    """Build `base.name`."""
    base, word, words = place.build(node.base), node.name, place.words(node)

    def run_path(names: Locals, run: Run) -> Value:
        value = base(names, run)
        if value.__class__ is dict:
            found = value.get(word)
            if found is None:
                return run.fail(f"{words} is null")
            return found if found.__class__ in PLAIN else read(found)
        return member(value, word, words, run)

    return run_path


def list_(node: nodes.ListNode, place: Place) -> Code:
    """Build a list."""
    items = [place.build(item) for item in node.items]

    def run_list(names: Locals, run: Run) -> Value:
        run.spend(len(items))
        return [item(names, run) for item in items]

    return run_list


def context(node: nodes.ContextNode, place: Place) -> Code:
    """Build a context; each entry sees those before it."""
    entries: list[tuple[str, Code]] = []
    for key, value in node.entries:
        entries.append((key, place.build(value)))
        place = place.with_names(key)
    keys = [key for key, _ in entries]
    twice = next((key for key in keys if keys.count(key) > 1), None)

    def run_context(names: Locals, run: Run) -> Value:
        run.spend(len(entries))
        if twice is not None:
            return run.fail(f"the key {twice} stands twice in one context")
        inner = dict(names)
        made: dict[str, Value] = {}
        for key, value in entries:
            inner[key] = made[key] = value(inner, run)
        return made

    return run_context


def interval(node: nodes.Interval, place: Place) -> Code:
    """Build a range between two ends."""
    low, high = place.build(node.low), place.build(node.high)
    low_included, high_included = node.low_included, node.high_included

    def run_interval(names: Locals, run: Run) -> Value:
        return make_range(low(names, run), high(names, run), low_included, high_included, run)

    return run_interval


def make_range(low: Value, high: Value, low_included: bool, high_included: bool, run: Run) -> Range | None:
    """Make a range, or None when its ends are unlike, have no order, or stand the wrong way round."""
    if low is not None and high is not None:
        order = compare(low, high, run)
        if order is None:
            return None
        if order > 0:
            return run.fail("the range ends before it starts")
    return Range(low, high, low_included, high_included)


def operator_test(node: nodes.OperatorTest, place: Place) -> Code:
    """Build the range that stands for a test such as `(< 10)`."""
    operand, operator = place.build(node.operand), node.operator

    def run_operator(names: Locals, run: Run) -> Value:
        return operator_range(operator, operand(names, run))

    return run_operator


def operator_range(operator: str, end: Value) -> Range:
    """Give the range of the values that pass `operator end`."""
    if operator in ("=", "!="):
        return Range(end, end, True, True, operator)
    if operator[0] == "<":
        return Range(None, end, False, operator == "<=", operator)
    return Range(end, None, operator == ">=", False, operator)


def tests(node: nodes.Tests, place: Place) -> Code:
    """Build what makes no sense as a value: several tests in brackets."""
    words = place.words(node)

    def run_tests(names: Locals, run: Run) -> Value:
        return run.fail(f"{words} has a meaning only after `in`")

    return run_tests


def negation(node: nodes.Negation, place: Place) -> Code:
    """Build `-operand`."""
    operand = place.build(node.operand)
    return lambda names, run: negate(operand(names, run), run)
