"""From text to what is drawn: durations by their distributions, and values."""

from __future__ import annotations

import re

from pathways.feel import FeelError
from pathways.reader import Reader
from pathways.simulate.distributions import Distribution, seconds_of
from pathways.simulate.samples import (
    NOTHING,
    After,
    Between,
    Expression,
    Items,
    Literally,
    Members,
    OneOf,
    Sample,
)
from pathways.source import Node
from pathways.time.durations import Duration, DurationError, parse_duration
from pathways.values import Computed

_FORMS = "Such as 3 hours, {median: 2 hours, p90: 1 day}, {between: [1 hour, 3 hours]} or {mean: 4 days}."

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})([.][0-9]{1,14})?")


class Drawn:
    """Reads what is drawn, and notes what is wrong with it; `business_time` says whether a calendar can count it."""

    def __init__(self, reader: Reader, *, business_time: bool) -> None:
        self._reader = reader
        self._business_time = business_time

    # -- durations ----------------------------------------------------------------------------------------------

    def distribution(self, node: Node | None) -> Distribution | None:
        """A distribution of durations."""
        if node is None:
            return None
        if not node.is_map:
            one = self._duration(node)
            return Distribution("fixed", (one[0],), one[1]) if one else None
        shapes = [name for name in ("median", "between", "mean", "observed") if name in node.value]
        if len(shapes) != 1 or not self._reader.keys(
            node, "a duration", ("median", "p90", "between", "mean", "observed")
        ):
            self._reader.note("shape", node.mark, "This is no distribution of durations.", _FORMS)
            return None
        nodes = self._reader.items(node.get(shapes[0]))
        if shapes[0] == "median":
            nodes += self._reader.items(node.get("p90") or node.get("median"))
        if not nodes or (shapes[0] == "between" and len(nodes) != 2):
            self._reader.note("shape", node.mark, f"{shapes[0]} has another form.", _FORMS)
            return None
        read = [self._duration(one) for one in nodes]
        known = [one for one in read if one is not None]
        if len(known) != len(read):
            return None
        if len({working for _, working in known}) > 1:
            self._reader.note("shape", node.mark, "Business time and elapsed time do not mix in one distribution.")
            return None
        seconds = tuple(one for one, _ in known)
        if shapes[0] == "median" and seconds[1] < seconds[0]:
            self._reader.note("shape", node.mark, "p90 is at least as long as the median.")
            return None
        return Distribution(shapes[0], seconds, known[0][1])  # type: ignore[arg-type]  # one of the four

    def _duration(self, node: Node) -> tuple[float, bool] | None:
        text = self._reader.text(node, "a duration")
        if text is None:
            return None
        try:
            found: Duration = parse_duration(text.value)
        except DurationError as error:
            self._reader.note("bad-duration", text.mark, error.message, error.hint)
            return None
        if found.is_negative:
            self._reader.note("bad-duration", text.mark, "A duration that is drawn is not negative.")
            return None
        if found.needs_calendar and not self._business_time:
            self._reader.note("bad-duration", text.mark, "Business time needs a calendar, and the pathway names none.")
            return None
        return seconds_of(found)

    # -- values -------------------------------------------------------------------------------------------------

    def sample(self, node: Node | None, default: Sample) -> Sample:
        """A value that is drawn."""
        if node is None:
            return default
        if node.is_list:
            return _folded_list(tuple(self.sample(one, NOTHING) for one in node.value))
        if not node.is_map:
            return self._scalar(node)
        if len(node.value) == 1:
            if "one_of" in node.value:
                return self._one_of(node.value["one_of"])
            if "between" in node.value:
                return self._between(node.value["between"])
            if "after" in node.value:
                drawn = self.distribution(node.get("after"))
                return After(drawn) if drawn is not None else NOTHING
        return _folded_map(tuple((name, self.sample(one, NOTHING)) for name, one in node.value.items()))

    def _scalar(self, node: Node) -> Sample:
        if not (isinstance(node.value, str) and node.value.startswith("=")):
            return Literally(node.value)
        computed = Computed(node.value)
        try:
            _ = computed.expressions
        except FeelError as error:
            self._reader.note("bad-expression", node.mark, f"This is no FEEL: {error}")
            return NOTHING
        return Expression(computed)

    def _one_of(self, node: Node) -> Sample:
        choices: list[tuple[float, Sample]] = []
        if node.is_map:
            for name, one in node.value.items():
                choices.append((self.number(one, f'The weight of "{name}"') or 0.0, Literally(_word(name))))
        for one in node.value if node.is_list else ():
            if one.is_map and "value" in one.value and set(one.value) <= {"value", "weight"}:
                weight = self.number(one.get("weight"), "weight")
                choices.append((1.0 if weight is None else weight, self.sample(one.get("value"), NOTHING)))
            else:
                self._misspelt_weight(one)
                choices.append((1.0, self.sample(one, NOTHING)))
        if sum(weight for weight, _ in choices) <= 0:
            self._reader.note("shape", node.mark, "one_of is a map of values to weights, or a list of values.")
            return NOTHING
        return OneOf(tuple(choices))

    def _misspelt_weight(self, one: Node) -> None:
        """A map with `value` and another key is a value itself, such as a quantity, unless weight was meant."""
        for key, mark in one.keys.items() if one.is_map and "value" in one.value else ():
            if hint := self._reader.nearest(key, ("weight",)):
                self._reader.note("unknown-key", mark, f'"{key}" says nothing of a choice.', hint)

    def _between(self, node: Node) -> Sample:
        items = node.value if node.is_list else []
        numbers = [one.value for one in items if isinstance(one.value, int | float) and not isinstance(one.value, bool)]
        if len(numbers) != 2 or len(items) != 2 or numbers[0] > numbers[1]:
            self._reader.note("shape", node.mark, "between is two numbers, the smaller first.")
            return NOTHING
        return Between(numbers[0], numbers[1])

    def number(self, node: Node | None, where: str) -> float | None:
        """A number from 0."""
        if node is None:
            return None
        given = node.value
        if isinstance(given, bool) or not isinstance(given, int | float) or given < 0 or given > 1e9:
            self._reader.note("shape", node.mark, f"{where} is a number, from 0.")
            return None
        return float(given)


def _word(name: str) -> object:
    """A key of `one_of` as the value that it stands for: a word, a number, or true, false and null."""
    if _NUMBER.fullmatch(name):
        return float(name) if "." in name else int(name)
    return {"true": True, "false": False, "null": None}.get(name, name)


def _folded_map(members: tuple[tuple[str, Sample], ...]) -> Sample:
    """A map whose members are all literal is one itself, so that nothing is built anew for every case."""
    literal = [(name, one) for name, one in members if isinstance(one, Literally)]
    if len(literal) == len(members):
        return Literally({name: one.value for name, one in literal})
    return Members(members)


def _folded_list(items: tuple[Sample, ...]) -> Sample:
    literal = [one for one in items if isinstance(one, Literally)]
    return Literally([one.value for one in literal]) if len(literal) == len(items) else Items(items)
