"""What the search indexes hold for a resource."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.gateways.fhir.resource import Resource
from devcore.searchparams import SearchParameter, parameters_of

_DATE = re.compile(
    r"^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$"
)
BEGINNING, END = "0000", "9999"
"""Open ends of a period, as the indexes hold them: they sort before and after every instant."""


@dataclass
class Index:
    """Rows for the four index tables, without type and id."""

    tokens: list[tuple[str, str, str]] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    dates: list[tuple[str, str, str]] = field(default_factory=list)
    strings: list[tuple[str, str]] = field(default_factory=list)


def index_of(resource: Resource) -> Index:
    """Everything by which the resource can be found."""
    index = Index()
    for parameter in parameters_of(resource["resourceType"]).values():
        for value in _values(resource, parameter):
            _add(index, parameter, value)
    return index


def _values(resource: Resource, parameter: SearchParameter) -> Iterator[Any]:
    for path in parameter.paths:
        yield from _walk(resource, path)


def _walk(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _walk(value[path[0]], path[1:])


def _add(index: Index, parameter: SearchParameter, value: Any) -> None:
    name = parameter.name
    if parameter.kind == "token":
        index.tokens.extend((name, system, code) for system, code in _tokens(value))
    elif parameter.kind == "reference":
        target = _target(value)
        if target is not None and (parameter.only_type is None or f"{parameter.only_type}/" in target):
            index.references.append((name, target))
    elif parameter.kind == "date":
        period = _period(value)
        if period is not None:
            index.dates.append((name, *period))
    else:
        index.strings.extend((name, normalized(text)) for text in _texts(value))


def _tokens(value: Any) -> Iterator[tuple[str, str]]:
    """(system, code) of a Coding, CodeableConcept, Identifier, ContactPoint, code, boolean or uri."""
    if isinstance(value, bool):
        yield "", "true" if value else "false"
    elif isinstance(value, str):
        yield "", value
    elif isinstance(value, dict):
        if "coding" in value:
            for coding in value["coding"]:
                yield from _tokens(coding)
        elif "code" in value or "value" in value:
            yield str(value.get("system", "")), str(value.get("code", value.get("value", "")))


def _target(value: Any) -> str | None:
    """Where a reference points, without a version: `Type/id`, or the whole URL for another server's."""
    text = value.get("reference") if isinstance(value, dict) else None
    if not isinstance(text, str) or text.startswith("#"):
        return None
    return text.split("/_history/")[0]


def _texts(value: Any) -> Iterator[str]:
    """Strings of a name, an address or a plain string."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key in (
            "text",
            "family",
            "given",
            "prefix",
            "suffix",
            "line",
            "city",
            "state",
            "postalCode",
            "country",
        ):
            for text in _walk(value, (key,)):
                if isinstance(text, str):
                    yield text


def normalized(text: str) -> str:
    """Text as strings are compared: without case and without accents (FHIR R4, Search, string)."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _period(value: Any) -> tuple[str, str] | None:
    try:
        if isinstance(value, str):
            return period_of(value)
        if isinstance(value, dict):
            low = period_of(value["start"])[0] if "start" in value else BEGINNING
            high = period_of(value["end"])[1] if "end" in value else END
            return low, high
    except ValueError:  # stored as it came; it cannot be found by date
        return None
    return None


def period_of(text: str) -> tuple[str, str]:
    """The first and the last instant that a FHIR date covers, as sortable text; raises ValueError."""
    found = _DATE.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not a FHIR date")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    start = datetime(
        int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0),
        min(int(second or 0), 59), micros, tzinfo=UTC,
    )  # fmt: skip
    if zone and zone != "Z":
        sign = -1 if zone[0] == "-" else 1
        start -= sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    return _text(start), _text(_end(start, month, day, hour, second, fraction) - timedelta(microseconds=1))


def _end(
    start: datetime,
    month: str | None,
    day: str | None,
    hour: str | None,
    second: str | None,
    fraction: str | None,
) -> datetime:
    if month is None:
        return start.replace(year=min(start.year + 1, 9999))
    if day is None:
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    if hour is None:
        return start + timedelta(days=1)
    if second is None:
        return start + timedelta(minutes=1)
    if fraction is None:
        return start + timedelta(seconds=1)
    return start + timedelta(microseconds=10 ** max(0, 6 - len(fraction)))


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0")
