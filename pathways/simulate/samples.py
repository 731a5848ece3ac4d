"""Values that are drawn: literals, one of several, a number between two, a time from now, an expression on the case.

In `simulation.yaml`: `{one_of: {routine: 85, urgent: 15}}` or `{one_of: [a, b]}`, `{between: [1, 5]}`,
`{after: {median: 5 days, p90: 12 days}}`, `=input.start`. What an action was given is `input`, the rest are the
case's own names.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from pathways.datatypes import DataType, MisfitError, plain_json
from pathways.records import dataclass
from pathways.simulate.distributions import Distribution
from pathways.time.calendars import Calendar
from pathways.values import Computed

Json = Any


@dataclass(frozen=True)
class Around:
    """What a value is drawn from: chance, now, the calendar, and the case's names as expressions see them."""

    random: Random
    now: datetime
    calendar: Calendar | None
    evaluate: Callable[[Computed], Any]


class Sample:
    """A value to be drawn."""

    @property
    def names(self) -> frozenset[str]:
        """The names that its expressions read."""
        return frozenset()

    def draw(self, around: Around) -> Json:
        """A plain JSON value."""
        raise NotImplementedError


@dataclass(frozen=True)
class Literally(Sample):
    """Always the same."""

    value: Json

    def draw(self, around: Around) -> Json:  # noqa: ARG002 - as the others
        """The value."""
        return self.value


@dataclass(frozen=True)
class OneOf(Sample):
    """One of several, by weight."""

    choices: tuple[tuple[float, Sample], ...]
    sums: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Add up the weights once."""
        object.__setattr__(self, "sums", tuple(accumulate(weight for weight, _ in self.choices)))

    @property
    def names(self) -> frozenset[str]:
        """The names that its choices read."""
        return frozenset().union(*(one.names for _, one in self.choices))

    def draw(self, around: Around) -> Json:
        """One of them."""
        return pick(around.random, self.choices, self.sums).draw(around)


@dataclass(frozen=True)
class Between(Sample):
    """A whole number from one to another, both included; with a fraction in either, any number between."""

    low: float
    high: float

    def draw(self, around: Around) -> Json:
        """A number."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return around.random.randint(self.low, self.high)
        return round(around.random.uniform(self.low, self.high), 4)


@dataclass(frozen=True)
class After(Sample):
    """An instant from now, on the quarter of an hour."""

    distribution: Distribution

    def draw(self, around: Around) -> Json:
        """An ISO 8601 text."""
        moment = self.distribution.after(around.now, around.random, around.calendar)
        return (moment - timedelta(minutes=moment.minute % 15, seconds=moment.second)).isoformat()


@dataclass(frozen=True)
class Expression(Sample):
    """What an expression gives on the case."""

    computed: Computed

    @property
    def names(self) -> frozenset[str]:
        """The names that it reads."""
        return self.computed.names

    def draw(self, around: Around) -> Json:
        """Its value as JSON."""
        try:
            return plain_json(around.evaluate(self.computed))
        except MisfitError:
            return None


@dataclass(frozen=True)
class Members(Sample):
    """A map of values to be drawn."""

    members: tuple[tuple[str, Sample], ...]

    @property
    def names(self) -> frozenset[str]:
        """The names that its members read."""
        return frozenset().union(*(one.names for _, one in self.members))

    def draw(self, around: Around) -> Json:
        """A map."""
        return {name: one.value if one.__class__ is Literally else one.draw(around) for name, one in self.members}


@dataclass(frozen=True)
class Items(Sample):
    """A list of values to be drawn."""

    items: tuple[Sample, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names that its items read."""
        return frozenset().union(*(one.names for one in self.items))

    def draw(self, around: Around) -> Json:
        """A list."""
        return [one.draw(around) for one in self.items]


NOTHING = Literally(None)
EMPTY = Literally({})


def pick(random: Random, choices: tuple[tuple[float, Any], ...], sums: tuple[float, ...]) -> Any:
    """One of several by weight; `sums` are the weights added up."""
    if len(choices) == 1:
        return choices[0][1]
    return choices[min(bisect(sums, random.random() * sums[-1]), len(choices) - 1)][1]


def of_type(declared: DataType, codes: Mapping[str, tuple[str, ...]], *, depth: int = 0) -> Sample:
    """A value of a type, where nothing is declared: the same for every case, but for codes and truth values.

    `codes` are those of value sets, by name.
    """
    options = declared.options or codes.get(declared.value_set or "", ())
    match declared.kind:
        case "code" if options:
            return OneOf(tuple((1.0, Literally(one)) for one in options))
        case "boolean":
            return OneOf(((1.0, Literally(True)), (1.0, Literally(False))))
        case "integer" | "decimal":
            return Literally(1)
        case "object" if depth < 10:
            return Members(tuple((one.name, of_type(one.type, codes, depth=depth + 1)) for one in declared.fields))
        case _:
            return _PLAIN.get(declared.kind) or _reference(declared)


def _reference(declared: DataType) -> Sample:
    if declared.kind == "Reference":
        target = (declared.target or ("Resource",))[0]
        return Literally({"reference": f"{target}/1"})
    return NOTHING


_PLAIN: Mapping[str, Sample] = {
    "text": Literally("x"),
    "code": Literally("x"),
    "date": Literally("2026-06-01"),
    "instant": After(Distribution("fixed", (604_800.0,))),
    "duration": Literally("P7D"),
    "list": Literally([]),
    "any": Literally({}),
    "object": Literally({}),
    "quantity": Literally({"value": 1, "unit": "1"}),
    "billing_units": Literally(1),
    "period": Literally({"start": "2026-01-01", "end": "2026-12-31"}),
}
