"""Reading and writing dates, times, date-times and durations as text.

The forms are those of DMN 1.5 section 10.3.2.3.4 and following: ISO 8601 as XML Schema narrows it, with a zone as
an offset or as `@` and an IANA name.
"""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Final

from pathways.feel.moments import (
    NANOS_PER_DAY,
    NANOS_PER_SECOND,
    AnyDate,
    AnyDateTime,
    Time,
    date_part,
    day_number,
    instant_nanos,
    make_date,
    make_datetime,
    time_part,
    timedelta_nanos,
    wall_clock,
    zone_named,
    zone_of,
)
from pathways.feel.values import DaysTime, YearsMonths

_DATE: Final = r"(?P<year>-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_CLOCK: Final = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9})[0-9]*)?"
_ZONE: Final = (
    r"(?:(?P<utc>[Zz])|(?P<sign>[+-])(?P<zone_hour>[0-9]{2}):(?P<zone_minute>[0-9]{2})(?::(?P<zone_second>[0-9]{2}))?"
    r"|@(?P<zone_name>[A-Za-z0-9_+\-/]+))?"
)
_DATE_FORM: Final = re.compile(_DATE)
_TIME_FORM: Final = re.compile(_CLOCK + _ZONE)
_DATE_TIME_FORM: Final = re.compile(f"{_DATE}T{_CLOCK}{_ZONE}")
_DAYS_TIME_FORM: Final = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?(?:(?P<seconds>[0-9]+)(?:\.(?P<fraction>[0-9]*))?S)?)?"
)
_YEARS_MONTHS_FORM: Final = re.compile(r"(?P<sign>-?)P(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?")
_MOST_OFFSET: Final = 18 * 3600
_LONGEST_TEXT: Final = 100


def _parts(form: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Match the whole of a text that is short and ASCII (other digits are not meant)."""
    return form.fullmatch(text) if len(text) <= _LONGEST_TEXT and text.isascii() else None


def parse_date(text: str) -> AnyDate | None:
    """Read a date such as `2026-03-02`; None when the text is no date."""
    found = _parts(_DATE_FORM, text)
    return None if found is None else make_date(int(found["year"]), int(found["month"]), int(found["day"]))


def parse_time(text: str) -> Time | None:
    """Read a time such as `10:30:00`, `10:30:00Z` or `10:30:00@Europe/Paris`; None when the text is no time."""
    found = _parts(_TIME_FORM, text)
    if found is None:
        return None
    nanos, known, zone = _nanos(found), *_zone(found)
    if not known or nanos is None:
        return None
    return Time(nanos % NANOS_PER_DAY, zone)


def parse_date_time(text: str) -> AnyDateTime | None:
    """Read a date and time, with or without zone; a bare date is its midnight. None when the text is neither."""
    found = _parts(_DATE_TIME_FORM, text)
    if found is None:
        day = parse_date(text)
        return None if day is None else make_datetime(day_number(day), 0, None)
    day = make_date(int(found["year"]), int(found["month"]), int(found["day"]))
    nanos, known, zone = _nanos(found), *_zone(found)
    if day is None or nanos is None or not known:
        return None
    number = day_number(day) + nanos // NANOS_PER_DAY
    return make_datetime(number, nanos % NANOS_PER_DAY, zone)


def _nanos(found: re.Match[str]) -> int | None:
    """Give the nanoseconds of the clock's parts; 24:00:00 is the end of the day."""
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    fraction = int((found["fraction"] or "").ljust(9, "0"))
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second or fraction)):
        return None
    return (hour * 3600 + minute * 60 + second) * NANOS_PER_SECOND + fraction


def _zone(found: re.Match[str]) -> tuple[bool, tzinfo | None]:
    """Give whether the zone's part is sound, and the zone (None for a local time)."""
    if found["utc"]:
        return True, UTC
    if found["zone_name"]:
        zone = zone_named(found["zone_name"])
        return zone is not None, zone
    if found["sign"] is None:
        return True, None
    minute, second = int(found["zone_minute"]), int(found["zone_second"] or 0)
    seconds = int(found["zone_hour"]) * 3600 + minute * 60 + second
    if minute > 59 or second > 59:
        return False, None
    return fixed_zone(-seconds if found["sign"] == "-" else seconds)


def fixed_zone(seconds: int) -> tuple[bool, tzinfo | None]:
    """Give whether an offset is within ±18 hours, and its zone."""
    if abs(seconds) > _MOST_OFFSET:
        return False, None
    return True, UTC if seconds == 0 else timezone(timedelta(seconds=seconds))


def parse_duration(text: str) -> DaysTime | YearsMonths | None:
    """Read a duration such as `P3DT4H` or `P1Y6M`; None when the text is none, or mixes months with days."""
    if not text or not text[-1].isalpha() or text[-1] in "PT":
        return None
    found = _parts(_YEARS_MONTHS_FORM, text)
    if found is not None:
        months = int(found["years"] or 0) * 12 + int(found["months"] or 0)
        return YearsMonths(-months if found["sign"] else months)
    found = _parts(_DAYS_TIME_FORM, text)
    if found is None:
        return None
    seconds = int(found["days"] or 0) * 86_400 + int(found["hours"] or 0) * 3600 + int(found["minutes"] or 0) * 60
    seconds += int(found["seconds"] or 0)
    nanos = seconds * NANOS_PER_SECOND + int((found["fraction"] or "").ljust(9, "0")[:9])
    return DaysTime(-nanos if found["sign"] else nanos)


def write_date(value: AnyDate) -> str:
    """Write a date; years beyond 9999 and before 1 as FEEL does, without a plus sign."""
    sign = "-" if value.year < 0 else ""
    return f"{sign}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"


def _write_clock(nanos: int) -> str:
    seconds, fraction = divmod(nanos, NANOS_PER_SECOND)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return text + (f".{fraction:09d}".rstrip("0") if fraction else "")


def _write_offset(seconds: int) -> str:
    if seconds == 0:
        return "Z"
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return text + (f":{seconds % 60:02d}" if seconds % 60 else "")


def write_zone(zone: tzinfo | None) -> str:
    """Write a zone the way it is read: nothing, `Z`, an offset, or `@` and its name."""
    if zone is None:
        return ""
    name = getattr(zone, "key", None)
    if isinstance(name, str):
        return f"@{name}"
    offset = zone.utcoffset(None)
    return "" if offset is None else _write_offset(timedelta_nanos(offset) // NANOS_PER_SECOND)


def write_time(value: Time) -> str:
    """Write a time with its zone."""
    return _write_clock(value.nanos) + write_zone(value.zone)


def write_date_time(value: AnyDateTime) -> str:
    """Write a date and time with its zone, a named zone by name."""
    time = time_part(value)
    return f"{write_date(date_part(value))}T{_write_clock(time.nanos)}{write_zone(zone_of(value))}"


def write_date_time_with_offset(value: AnyDateTime) -> str:
    """Write a date and time with the offset that its zone has then (RFC 3339 where it has a zone)."""
    zone = zone_of(value)
    clock = f"{write_date(date_part(value))}T{_write_clock(time_part(value).nanos)}"
    offset = None if zone is None else _offset_seconds(value)
    return clock if offset is None else clock + _write_offset(offset)


def _offset_seconds(value: AnyDateTime) -> int:
    number, nanos = wall_clock(value)
    return ((number - 1) * NANOS_PER_DAY + nanos - instant_nanos(value)) // NANOS_PER_SECOND


def write_duration(value: DaysTime | YearsMonths) -> str:
    """Write a duration in its shortest form, such as `P1DT2H`, `P2Y2M`, `PT0S` or `P0M`."""
    if isinstance(value, YearsMonths):
        sign, months = "-" if value.months < 0 else "", abs(value.months)
        text = (f"{months // 12}Y" if months >= 12 else "") + (f"{months % 12}M" if months % 12 else "")
        return f"{sign}P{text or '0M'}"
    sign, nanos = "-" if value.nanos < 0 else "", abs(value.nanos)
    days, rest = divmod(nanos, NANOS_PER_DAY)
    seconds, fraction = divmod(rest, NANOS_PER_SECOND)
    clock = (f"{seconds // 3600}H" if seconds >= 3600 else "") + (
        f"{seconds // 60 % 60}M" if seconds // 60 % 60 else ""
    )
    if seconds % 60 or fraction:
        clock += f"{seconds % 60}" + (f".{fraction:09d}".rstrip("0") if fraction else "") + "S"
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{sign}P{text or 'T0S'}"
