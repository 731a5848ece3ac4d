"""Business time counted minute by minute: slow, plain, and written apart from the product.

It shares nothing with `pathways` but the zone files: calendars are the authored mappings, instants are UTC
datetimes on whole minutes, and every question is answered by looking at the clock on the wall one minute after
the other.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
_NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def wall(instant: datetime, tz: ZoneInfo) -> datetime:
    """Return what a clock in `tz` shows."""
    return instant.astimezone(tz).replace(tzinfo=None)


def instant(local: datetime, tz: ZoneInfo) -> datetime:
    """Return the first minute at which a clock shows `local`, moved forward by the gap where none does."""
    begin = local.replace(tzinfo=UTC) - timedelta(hours=16)
    minutes = [begin + i * MINUTE for i in range(60 * 32)]
    for moment in minutes:
        if wall(moment, tz) == local:
            return moment
    for moment in minutes:
        shown, before = wall(moment, tz), wall(moment - MINUTE, tz)
        if before < local < shown:
            return instant(local + (shown - before - MINUTE), tz)
    raise AssertionError(f"no clock ever passed {local} in {tz}")


def add_local(start: datetime, tz: ZoneInfo, *, count_months: int = 0, count_days: int = 0) -> datetime:
    """Return the same local time so many months and then days later, month by month and day by day."""
    local = wall(start, tz)
    year, month = local.year, local.month
    for _ in range(abs(count_months)):
        month += 1 if count_months > 0 else -1
        if month in (0, 13):
            year, month = (year + 1, 1) if month == 13 else (year - 1, 12)
    day = date(year, month, min(local.day, months.monthrange(year, month)[1]))
    for _ in range(abs(count_days)):
        day += timedelta(days=1 if count_days > 0 else -1)
    return instant(datetime.combine(day, local.time()), tz)


class SlowCalendar:
    """A calendar as authored, asked minute by minute."""

    def __init__(self, mapping: Mapping[str, Any], tz: ZoneInfo) -> None:
        self.tz = tz
        self._closed = set(mapping.get("closed", []))
        self._open_minutes: list[set[int]] = []
        for name in _NAMES:
            minutes: set[int] = set()
            for text in mapping["hours"].get(name, []):
                opening, closing = ((int(part[:2]) * 60 + int(part[3:])) for part in text.split("-"))
                minutes |= set(range(opening, closing))
            self._open_minutes.append(minutes)

    def is_open(self, moment: datetime) -> bool:
        """Whether the minute that begins at `moment` is within hours."""
        shown = wall(moment, self.tz)
        if shown.date().isoformat() in self._closed:
            return False
        return shown.hour * 60 + shown.minute in self._open_minutes[shown.weekday()]

    def open_minutes(self, start: datetime, end: datetime) -> int:
        """Count the open minutes from `start` to `end`."""
        count = 0
        while start < end:
            count += self.is_open(start)
            start += MINUTE
        return count

    def add_minutes(self, start: datetime, amount: int) -> datetime:
        """Step on, or back, until `amount` open minutes are behind."""
        while amount > 0:
            amount -= self.is_open(start)
            start += MINUTE
        while amount < 0:
            start -= MINUTE
            amount += self.is_open(start)
        return start

    def opens_on(self, day: date) -> bool:
        """Whether any minute of `day` that clocks ever show is open."""
        if day.isoformat() in self._closed:
            return False
        for minute in sorted(self._open_minutes[day.weekday()]):
            shown = datetime.combine(day, datetime.min.time()) + minute * MINUTE
            if wall(shown.replace(tzinfo=self.tz).astimezone(UTC), self.tz) == shown:
                return True
        return False

    def open_day(self, day: date, count: int) -> date:
        """Step from date to date until `count` open ones were met."""
        step = timedelta(days=1 if count > 0 else -1)
        for _ in range(abs(count)):
            day += step
            while not self.opens_on(day):
                day += step
        return day

    def add_days(self, start: datetime, count: int) -> datetime:
        """Apply the rules for business days after an instant as they are written."""
        if count < 0:
            while not (self.is_open(start) or self.is_open(start - MINUTE)):
                start -= MINUTE
            # A closing belongs to the date that it closes, at what the clock then shows: 24:00, say.
            day = wall(start if self.is_open(start) else start - MINUTE, self.tz).date()
        else:
            while not self.is_open(start):
                start += MINUTE
            if count == 0:
                return start
            day = wall(start, self.tz).date()
        since_midnight = wall(start, self.tz) - datetime.combine(day, datetime.min.time())
        wanted = self.open_day(day, count)
        same_time = instant(datetime.combine(wanted, datetime.min.time()) + since_midnight, self.tz)
        return self._into_hours(wanted, same_time, closing_is_inside=count < 0)

    def _into_hours(self, day: date, moment: datetime, *, closing_is_inside: bool) -> datetime:
        def open_on_day(at: datetime) -> bool:
            return wall(at, self.tz).date() == day and self.is_open(at)

        if open_on_day(moment) or (closing_is_inside and open_on_day(moment - MINUTE)):
            return moment
        for step in range(60 * 50):
            if open_on_day(moment + step * MINUTE):
                return moment + step * MINUTE
        while not open_on_day(moment - MINUTE):
            moment -= MINUTE
        return moment
