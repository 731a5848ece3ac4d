"""Dates, times and date-times of any year that FEEL can write, down to nanoseconds.

Python's own `date` and `datetime` are used wherever they can hold the value (years 1 to 9999, microseconds).
`WideDate` and `WideDateTime` hold the rest, so that FEEL's full range (years to ±999,999,999) is kept without
slowing down the ordinary case. All arithmetic goes through a day number (that of `date.toordinal`) and the
nanoseconds of that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

NANOS_PER_SECOND: Final = 1_000_000_000
NANOS_PER_DAY: Final = 86_400 * NANOS_PER_SECOND
LAST_YEAR: Final = 999_999_999
_EPOCH: Final = date(1970, 1, 1).toordinal()
_DAYS_IN_400_YEARS: Final = 146_097
_MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class WideDate:
    """A date in a year that Python's `date` cannot hold (proleptic Gregorian, with a year 0)."""

    year: int
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class WideDateTime:
    """A date-time that Python's `datetime` cannot hold: its day number, nanoseconds of that day, and zone."""

    day_number: int
    nanos: int
    zone: tzinfo | None


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day: nanoseconds since midnight, and a zone or none (local)."""

    nanos: int
    zone: tzinfo | None = None

    @property
    def hour(self) -> int:
        """The hour, 0 to 23."""
        return self.nanos // (3600 * NANOS_PER_SECOND)

    @property
    def minute(self) -> int:
        """The minute, 0 to 59."""
        return self.nanos // (60 * NANOS_PER_SECOND) % 60

    @property
    def second(self) -> int:
        """The whole second, 0 to 59."""
        return self.nanos // NANOS_PER_SECOND % 60

    @classmethod
    def of(cls, value: time) -> Time:
        """Give the FEEL time of a Python `time`."""
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return cls(seconds * NANOS_PER_SECOND + value.microsecond * 1000, value.tzinfo)


AnyDate = date | WideDate
AnyDateTime = datetime | WideDateTime


def is_leap(year: int) -> bool:
    """Say whether the proleptic Gregorian `year` has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Give the number of days in a month."""
    return 29 if month == 2 and is_leap(year) else _MONTH_DAYS[month - 1]


def make_date(year: int, month: int, day: int) -> AnyDate | None:
    """Give the date of these parts, or None when there is no such date in FEEL's range."""
    if not (1 <= month <= 12 and -LAST_YEAR <= year <= LAST_YEAR and 1 <= day <= month_length(year, month)):
        return None
    return date(year, month, day) if 1 <= year <= 9999 else WideDate(year, month, day)


def day_number(value: AnyDate) -> int:
    """Give the day number of a date (1 is 0001-01-01)."""
    if isinstance(value, date):
        return value.toordinal()
    # Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil
    year = value.year - (value.month <= 2)
    era = year // 400
    year_of_era = year - era * 400
    day_of_year = (153 * (value.month + (-3 if value.month > 2 else 9)) + 2) // 5 + value.day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _DAYS_IN_400_YEARS + day_of_era - 719_468 + _EPOCH


def date_of(number: int) -> AnyDate | None:
    """Give the date of a day number, or None past FEEL's range."""
    if 1 <= number <= 3_652_059:
        return date.fromordinal(number)
    shifted = number - _EPOCH + 719_468
    era = shifted // _DAYS_IN_400_YEARS
    day_of_era = shifted - era * _DAYS_IN_400_YEARS
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    month = shifted_month + (3 if shifted_month < 10 else -9)
    year = year_of_era + era * 400 + (month <= 2)
    return make_date(year, month, day_of_year - (153 * shifted_month + 2) // 5 + 1)


def add_months(value: AnyDate, months: int) -> AnyDate | None:
    """Give the date `months` later, on the last day of the month where the day does not exist there."""
    total = value.year * 12 + value.month - 1 + months
    year, month = total // 12, total % 12 + 1
    return make_date(year, month, min(value.day, month_length(year, month)))


def make_datetime(number: int, nanos: int, zone: tzinfo | None) -> AnyDateTime | None:
    """Give the date-time of a day number and nanoseconds of that day on the wall clock of `zone`."""
    if nanos % 1000 == 0 and 1 <= number <= 3_652_059:
        midnight = datetime.fromordinal(number).replace(tzinfo=zone)
        return midnight + timedelta(microseconds=nanos // 1000)
    return None if date_of(number) is None else WideDateTime(number, nanos, zone)


def wall_clock(value: AnyDateTime) -> tuple[int, int]:
    """Give the day number and the nanoseconds of that day that a clock on the wall shows."""
    if isinstance(value, datetime):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return value.toordinal(), seconds * NANOS_PER_SECOND + value.microsecond * 1000
    return value.day_number, value.nanos


def zone_of(value: AnyDateTime) -> tzinfo | None:
    """Give the zone of a date-time, or None for a local one."""
    return value.tzinfo if isinstance(value, datetime) else value.zone


def date_part(value: AnyDateTime) -> AnyDate:
    """Give the date that the wall clock shows."""
    if isinstance(value, datetime):
        return value.date()
    found = date_of(value.day_number)
    if found is None:
        raise ValueError("a date-time outside FEEL's range cannot be made")
    return found


def time_part(value: AnyDateTime) -> Time:
    """Give the time that the wall clock shows, with the date-time's zone."""
    return Time(wall_clock(value)[1], zone_of(value))


def offset_at(number: int, nanos: int, zone: tzinfo) -> int:
    """Give the offset of `zone` from UTC in nanoseconds at a wall-clock time.

    A time that occurs twice counts as its first; one that does not exist as if the clock had not been moved yet,
    which carries it forward by the gap. A year outside 1 to 9999 counts as one that has the same calendar.
    """
    if not 1 <= number <= 3_652_059:
        number = (number - 1) % _DAYS_IN_400_YEARS + 1 + (0 if number < 1 else 9200 // 400 * _DAYS_IN_400_YEARS)
    moment = datetime.fromordinal(number).replace(tzinfo=zone) + timedelta(microseconds=nanos // 1000)
    offset = moment.utcoffset()
    return 0 if offset is None else timedelta_nanos(offset)


def timedelta_nanos(value: timedelta) -> int:
    """Give a timedelta in nanoseconds."""
    return ((value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds) * 1000


def instant_nanos(value: AnyDateTime) -> int:
    """Give the nanoseconds since 0001-01-01 in UTC; a local date-time counts as if it were UTC."""
    number, nanos = wall_clock(value)
    zone = zone_of(value)
    since = (number - 1) * NANOS_PER_DAY + nanos
    if zone is None:
        return since
    if isinstance(value, datetime):  # knows which of two equal wall-clock times is meant
        offset = value.utcoffset()
        return since - (timedelta_nanos(offset) if offset is not None else 0)
    return since - offset_at(number, nanos, zone)


def at_instant(nanos: int, zone: tzinfo | None) -> AnyDateTime | None:
    """Give the date-time in `zone` at an instant counted as by `instant_nanos`."""
    number, rest = nanos // NANOS_PER_DAY + 1, nanos % NANOS_PER_DAY
    if zone is None or zone is UTC:
        return make_datetime(number, rest, zone)
    if rest % 1000 == 0 and 3 <= number <= 3_652_057:
        utc = datetime.fromordinal(number).replace(tzinfo=UTC) + timedelta(microseconds=rest // 1000)
        return utc.astimezone(zone)
    local = nanos + offset_at(number, rest, zone)
    number, rest = local // NANOS_PER_DAY + 1, local % NANOS_PER_DAY
    return make_datetime(number, rest, zone)


def settle(value: AnyDateTime | None) -> AnyDateTime | None:
    """Carry a wall-clock time that does not exist (the clock was moved forward) to the one after the gap."""
    if value is None:
        return None
    zone = zone_of(value)
    return value if zone is None or isinstance(zone, timezone) else at_instant(instant_nanos(value), zone)


_REFERENCE_DAY: Final = date(2000, 1, 1).toordinal()


def time_of_day_nanos(value: Time) -> int:
    """Give a time's nanoseconds since midnight UTC; a zone that has no fixed offset counts as in January 2000."""
    if value.zone is None:
        return value.nanos
    return value.nanos - offset_at(_REFERENCE_DAY, value.nanos, value.zone)


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """Give the time zone of an IANA name, or None when there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None
