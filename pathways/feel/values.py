"""The values that expressions work on, and what kind of FEEL value a Python object is.

The value space (DMN 1.5 section 10.3.2.3): `None`, `bool`, numbers (`int`, `Decimal`), `str`, `date`, `datetime`,
`Time`, `DaysTime`, `YearsMonths`, lists (`list`, `tuple`), contexts (any `Mapping` with string keys), `Range` and
`Function`; `Quantity` and `BillingUnits` are Carelane's own. A host's `float`, `time` and `timedelta` are read as
their FEEL counterparts where they are met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pathways.feel.moments import Time, WideDate, WideDateTime, timedelta_nanos
from pathways.feel.numbers import Number, number_of

if TYPE_CHECKING:
    from pathways.feel.environment import Run

Value = Any
"""A FEEL value; see the module's text for the Python types."""


@dataclass(frozen=True, slots=True)
class DaysTime:
    """A days and time duration, in nanoseconds."""

    nanos: int

    @classmethod
    def of(cls, value: timedelta) -> DaysTime:
        """Give the duration of a Python timedelta."""
        return cls(timedelta_nanos(value))

    def as_timedelta(self) -> timedelta:
        """Give the Python timedelta, cut to microseconds."""
        return timedelta(microseconds=self.nanos // 1000)


@dataclass(frozen=True, slots=True)
class YearsMonths:
    """A years and months duration, in months."""

    months: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a UCUM unit. Python compares what is written; FEEL converts (see `quantities`)."""

    value: Number
    unit: str


@dataclass(frozen=True, slots=True)
class BillingUnits:
    """Units in which a service is billed: whole, and of no measure."""

    count: int


@dataclass(frozen=True, slots=True)
class Range:
    """An interval. An end that is None is open for ever where `operator` is set, and else simply unknown.

    `operator` keeps how a range such as `(< 10)` or `(= 10)` was written, for FEEL tells these from intervals.
    """

    low: Value
    high: Value
    low_included: bool = True
    high_included: bool = True
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """A function as a value. `call` gets the arguments in order and the evaluation that calls."""

    name: str
    parameters: tuple[str, ...]
    call: Callable[[list[Value], Run], Value]
    variadic: bool = False
    arrange: Callable[[dict[str, Value], Run], list[Value] | None] | None = None
    """Puts named arguments in order; None where `parameters` says it all."""


NULL: Final = "null"
BOOLEAN: Final = "boolean"
NUMBER: Final = "number"
STRING: Final = "string"
DATE: Final = "date"
TIME: Final = "time"
DATE_TIME: Final = "date and time"
DAYS_TIME: Final = "days and time duration"
YEARS_MONTHS: Final = "years and months duration"
QUANTITY: Final = "quantity"
BILLING_UNITS: Final = "billing_units"
LIST: Final = "list"
CONTEXT: Final = "context"
RANGE: Final = "range"
FUNCTION: Final = "function"
UNKNOWN: Final = "unknown"

_KINDS: dict[type, str] = {
    type(None): NULL,
    bool: BOOLEAN,
    int: NUMBER,
    Decimal: NUMBER,
    float: NUMBER,
    str: STRING,
    date: DATE,
    WideDate: DATE,
    datetime: DATE_TIME,
    WideDateTime: DATE_TIME,
    Time: TIME,
    time: TIME,
    DaysTime: DAYS_TIME,
    timedelta: DAYS_TIME,
    YearsMonths: YEARS_MONTHS,
    Quantity: QUANTITY,
    BillingUnits: BILLING_UNITS,
    list: LIST,
    tuple: LIST,
    dict: CONTEXT,
    Range: RANGE,
    Function: FUNCTION,
}

_SUBCLASSES: Final = (bool, int, Decimal, float, str, datetime, date, time, timedelta, list, tuple)


def kind(value: Value) -> str:
    """Give the kind of a value, such as `"number"` or `"date and time"`; `"unknown"` for what is no FEEL value."""
    found = _KINDS.get(type(value))
    return found if found is not None else _kind_by_ancestry(value)


def _kind_by_ancestry(value: Value) -> str:
    """Find the kind of a subclass or a mapping of the host's own."""
    for ancestor in _SUBCLASSES:
        if isinstance(value, ancestor):
            return _KINDS[ancestor]
    return CONTEXT if isinstance(value, Mapping) else UNKNOWN


PLAIN: Final = frozenset((str, bool, int, type(None), dict, list, datetime, date))
"""Types that `read` gives back as they are; hot places ask this first."""

_READERS: Final[dict[type, Callable[[Any], Value]]] = {
    Decimal: number_of,
    float: number_of,
    time: Time.of,
    timedelta: DaysTime.of,
}


def read(value: Value) -> Value:
    """Give a host's value as the FEEL value that it stands for (a float as its decimal, and so on)."""
    reader = _READERS.get(type(value))
    return value if reader is None else reader(value)
