"""From ISO text, as JSON carries it, to typed values. Each gives None when the text is no such thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pathways.feel import iso, quantities
from pathways.feel.moments import AnyDate, AnyDateTime, Time
from pathways.feel.numbers import Number
from pathways.feel.rendering import to_json
from pathways.feel.values import BillingUnits, DaysTime, Quantity, YearsMonths


def date_value(text: str) -> AnyDate | None:
    """Read a date, `2026-03-02`."""
    return iso.parse_date(text)


def instant_value(text: str) -> AnyDateTime | None:
    """Read a date and time, `2026-03-02T09:00:00-05:00`; without a zone it is local."""
    return iso.parse_date_time(text)


def time_value(text: str) -> Time | None:
    """Read a time of day, `09:00:00`."""
    return iso.parse_time(text)


def duration_value(text: str) -> DaysTime | YearsMonths | None:
    """Read an ISO 8601 duration, `P3DT4H` or `P1Y6M`."""
    return iso.parse_duration(text)


def quantity_value(value: Mapping[str, Any] | str) -> Quantity | str:
    """Read a quantity of its JSON form `{value, unit}`, FHIR's Quantity, or text such as `5 mg`.

    Gives the words for what is wrong where it is none.
    """
    return quantities.read(value)


def billing_units_value(value: int) -> BillingUnits:
    """Read billing units, which JSON has as a whole number."""
    return BillingUnits(value)


def number_value(text: str) -> Number | None:
    """Read a number that `to_json` wrote as text, for JSON's numbers would have rounded it."""
    number = quantities.number_text(text)
    return number if number is not None and to_json(number) == text else None
