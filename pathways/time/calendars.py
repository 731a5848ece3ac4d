"""Business calendars: when an office is open.

A calendar is immutable and addressed by its digest, like a plan: a deadline remembers which one it was
computed with, and a new holiday makes a new calendar. What is computed with one is in
`pathways.time.business_time`.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from pathways.errors import CarelaneError
from pathways.time.zones import ZoneError, zone

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: Holiday rules are written out as dates for these years when a calendar is read; none is known outside them.
HOLIDAY_YEARS = range(2000, 2101)

Interval = tuple[int, int]
"""Minutes since local midnight: opening (inside), closing (outside, 1440 for 24:00)."""

_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TO = re.compile(r"\s*[-–]\s*")

KEYS = ("name", "title", "zone", "timezone", "hours", "closed", "holidays")
_INTERVAL = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-–]\s*([0-9]{1,2}):([0-9]{2})")


class CalendarError(CarelaneError):
    """A calendar that cannot be read, or never opens."""

    code: ClassVar[str] = "invalid-calendar"


@dataclass(frozen=True)
class Calendar:
    """When an office is open: weekly hours in a zone, less the dates on which it is closed.

    `zone` is an IANA name; `hours` holds the opening intervals of each weekday from Monday on, in minutes
    since midnight, sorted and apart. Holiday rules are already among the `closed` dates.
    """

    name: str
    zone: str
    hours: tuple[tuple[Interval, ...], ...]
    closed: frozenset[date]

    @classmethod
    def parse(cls, name: str, mapping: Mapping[str, Any]) -> Calendar:
        """Read a calendar as authored: `zone`, `hours`, `closed`, `holidays`.

        `hours` maps weekdays (`mon` … `sun`, `monday`, `mon-fri`) to intervals such as `["08:00-12:00",
        "13:00-17:00"]`; `24:00` may close a day. `closed` lists ISO dates. `holidays` is a list of dates as well, or
        a country (`US`), or `{country, subdivision, observed}`, which is written out into closed dates by the
        `holidays` package for the years 2000 to 2100, so that the digest, and every deadline, stays the same when
        that package changes its mind. Raises `CalendarError`.
        """
        if not isinstance(mapping, Mapping):
            raise CalendarError(f"Calendar {name} is not a mapping.", hint="It has a zone and hours.")
        for key in mapping:
            if key not in KEYS:
                raise CalendarError(f'Calendar {name} has an unknown entry "{key}".', hint=_nearest(key, KEYS))
        if mapping.get("name", name) != name:
            raise CalendarError(f'Calendar {name} calls itself "{mapping["name"]}".', hint="Use one name.")
        closed = _closed_dates(name, mapping.get("closed")) | _holiday_dates(name, mapping.get("holidays"))
        return cls(
            name,
            _zone_name(name, mapping.get("zone", mapping.get("timezone"))),
            _hours(name, mapping.get("hours")),
            closed,
        )

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone in which its hours are read."""
        return zone(self.zone)

    def to_json(self) -> dict[str, Any]:
        """Return JSON that `parse` reads back to an equal calendar, whatever `holidays` says by then."""
        return {
            "name": self.name,
            "zone": self.zone,
            "hours": {
                day: [f"{_clock(opening)}-{_clock(closing)}" for opening, closing in intervals]
                for day, intervals in zip(WEEKDAYS, self.hours, strict=True)
                if intervals
            },
            "closed": sorted(day.isoformat() for day in self.closed),
        }

    @cached_property
    def digest(self) -> str:
        """The SHA-256, in hexadecimal, of its canonical JSON (sorted keys, no spaces, UTF-8)."""
        canonical = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @cached_property
    def _hash(self) -> int:
        # From the digest, because Python's own hash of text differs in a process that unpickles the calendar.
        return int(self.digest[:15], 16)

    def __hash__(self) -> int:
        # Computed once: calendars are the keys of the table of computed days, looked up at every addition.
        return self._hash


def _nearest(word: object, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(str(word).lower(), names, n=1, cutoff=0.5)
    return f'Did you mean "{near[0]}"?' if near else f"Known are {', '.join(names)}."


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _zone_name(name: str, given: object) -> str:
    if not isinstance(given, str):
        raise CalendarError(f"Calendar {name} has no zone.", hint="Give an IANA name such as America/New_York.")
    try:
        zone(given)
    except ZoneError as error:
        raise CalendarError(f"Calendar {name}: {error.message}", hint=error.hint) from error
    return given


def _hours(name: str, given: object) -> tuple[tuple[Interval, ...], ...]:
    if not isinstance(given, Mapping):
        raise CalendarError(f"Calendar {name} has no hours.", hint='Give them by weekday: {mon: ["08:00-17:00"]}.')
    open_on: dict[str, tuple[Interval, ...]] = {}
    for words, hours in given.items():
        days = weekdays(words)
        if not days:
            raise CalendarError(f'Calendar {name}: "{words}" is no weekday.', hint=_nearest(words, WEEKDAYS))
        if twice := [day for day in days if day in open_on]:
            raise CalendarError(f"Calendar {name}: {twice[0]} stands twice.", hint="Give each weekday its hours once.")
        open_on |= dict.fromkeys(days, _intervals(name, str(words), hours))
    week = tuple(open_on.get(day, ()) for day in WEEKDAYS)
    if not any(week):
        raise CalendarError(f"Calendar {name} is never open.", hint="Give at least one day some hours.")
    return week


def weekdays(words: object) -> tuple[str, ...]:
    """The weekdays that a key of `hours` names: `mon`, `Monday`, `mon-fri`; none where it names none."""
    ends = [_weekday(one) for one in _TO.split(words.strip().lower())] if isinstance(words, str) else []
    if not 1 <= len(ends) <= 2 or None in ends:
        return ()
    places = [WEEKDAYS.index(one) for one in ends if one is not None]
    return WEEKDAYS[places[0] : places[-1] + 1]


def _weekday(word: str) -> str | None:
    return word[:3] if word in WEEKDAYS or word in _LONG else None


def _intervals(name: str, day: str, given: object) -> tuple[Interval, ...]:
    if given is None:
        return ()
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list | tuple):
        raise CalendarError(f"Calendar {name}, {day}: {given!r} is no list of hours.", hint='Write ["08:00-17:00"].')
    intervals = sorted(_interval(f"Calendar {name}, {day}", text) for text in texts)
    for (_, closing), (opening, _) in pairwise(intervals):
        if opening < closing:
            raise CalendarError(
                f"Calendar {name}, {day}: hours overlap from {_clock(opening)} to {_clock(closing)}.",
                hint="Each interval starts at or after the end of the one before.",
            )
    return tuple(intervals)


def _interval(where: str, text: object) -> Interval:
    match = _INTERVAL.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise CalendarError(f'{where}: "{text}" is no opening time.', hint='Write it as "08:00-17:00".')
    start_hour, start_minute, end_hour, end_minute = map(int, match.groups())
    opening, closing = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if start_minute > 59 or end_minute > 59 or closing > 1440:
        raise CalendarError(f'{where}: "{text}" is no time of day.', hint="Times go from 00:00 to 24:00.")
    if opening >= closing:
        raise CalendarError(
            f'{where}: "{text}" closes before it opens.',
            hint="Hours over midnight are two intervals: until 24:00, and from 00:00 on the next day.",
        )
    return opening, closing


def _closed_dates(name: str, given: object) -> frozenset[date]:
    if given is None:
        return frozenset()
    if not isinstance(given, list | tuple | set | frozenset):
        raise CalendarError(f"Calendar {name}: closed is a list of dates.", hint='Write ["2026-12-25"].')
    return frozenset(_date(name, entry) for entry in given)


def _date(name: str, given: object) -> date:
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    try:
        if not isinstance(given, str) or len(given) != len("2026-12-25"):
            raise ValueError
        return date.fromisoformat(given)
    except ValueError:
        raise CalendarError(
            f'Calendar {name}: "{given}" is no date.', hint="Dates are written year-month-day, 2026-12-25."
        ) from None


def _holiday_dates(name: str, given: object) -> frozenset[date]:
    if given is None or isinstance(given, list | tuple):
        return _closed_dates(name, given)
    import holidays  # here, because few calendars use rules and the package is large

    rule: Mapping[str, Any] = {"country": given} if isinstance(given, str) else {}
    if isinstance(given, Mapping):
        rule = given
    unknown = [key for key in rule if key not in ("country", "subdivision", "observed")]
    if unknown or not isinstance(rule.get("country"), str) or not isinstance(rule.get("observed", True), bool):
        raise CalendarError(
            f"Calendar {name}: {given!r} is no rule for holidays.",
            hint="Write a country's code (US) or {country: US, subdivision: NY, observed: true}.",
        )
    try:
        days = holidays.country_holidays(
            rule["country"],
            subdiv=rule.get("subdivision"),
            years=HOLIDAY_YEARS,
            observed=rule.get("observed", True),
        )
    except NotImplementedError as error:
        raise CalendarError(
            f"Calendar {name}: no holidays are known for {given!r}.",
            hint="Countries and subdivisions are ISO 3166 codes, such as US and NY.",
        ) from error
    return frozenset(day for day in days if day.year in HOLIDAY_YEARS)
