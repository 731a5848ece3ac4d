"""Counting open time: business days, business hours and working seconds in one calendar.

An instant is open when the clock on the wall in the calendar's zone shows a time within the hours of a date
that is not closed; opening is inside, closing outside. From that alone follow days of 23 and 25 hours, dates
that a zone left out, and hours that a change of the clocks cuts short or repeats.

Instants in here are whole microseconds since 1970 UTC, so that a day's table is plain integers and a search
in it a bisection. Tables are made a local year at a time, when first needed, and kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate

from pathways.time.calendars import Calendar
from pathways.time.durations import DurationError
from pathways.time.zones import instant_of

SECOND = 1_000_000
_DAY = 86_400 * SECOND
_MINUTE = 60 * SECOND
# So far from the first of July it is the same year in every zone.
_SURE = 179 * _DAY
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = _EPOCH.toordinal()
_MIDNIGHT = datetime.min.time()
# How far business time is counted from its start. Nothing a pathway waits for lies beyond it, and it bounds
# what an absurd budget in a calendar that hardly ever opens can cost.
_HORIZON_YEARS = 400
# Tables kept of one calendar; a year of office hours takes about 40 kB.
_YEARS_KEPT = 64

_Segment = tuple[int, int]


def to_micros(moment: datetime) -> int:
    """Return an aware datetime as microseconds since 1970 UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the UTC datetime of `micros`; raises `OverflowError` outside the years 1 to 9999."""
    return _EPOCH + timedelta(microseconds=micros)


@lru_cache(maxsize=256)
def open_time(calendar: Calendar) -> OpenTime:
    """Return the tables of `calendar`, shared by all who compute with it."""
    return OpenTime(calendar)


@dataclass(frozen=True)
class _Year:
    """The open time of one local year: its open dates, and its open segments in order of time.

    `done[i]` is the open time of the year before segment `i`; the last entry is that of the whole year. `shifts` are
    the offsets from UTC, in microseconds, of the open dates near which no clock changes.
    """

    days: list[int]
    shifts: dict[int, int]
    of_day: dict[int, tuple[_Segment, ...]]
    opens: list[int]
    closes: list[int]
    day_of: list[int]
    done: list[int]

    def open_before(self, micros: int) -> int:
        i = bisect_right(self.opens, micros) - 1
        return 0 if i < 0 else self.done[i] + min(micros, self.closes[i]) - self.opens[i]


class OpenTime:
    """What one calendar's hours come to, day by day. Obtain it from `open_time`."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._zone = calendar.zone_info
        self._years: dict[int, _Year] = {}
        self._near = 0, 0, 0

    # Whole days

    def open_day(self, day: date, count: int) -> date:
        """Return the `count`-th open day after `day` (before it, where negative); zero gives `day` itself."""
        if count == 0:
            return day
        return date.fromordinal(self._open_ordinal(day.toordinal(), day.year, count))

    def _open_ordinal(self, ordinal: int, year: int, count: int) -> int:
        days = self._year(year).days
        # Where the wanted day stands in this year's list, which may be before its start or past its end.
        index = bisect_right(days, ordinal) + count - 1 if count > 0 else bisect_left(days, ordinal) + count
        wanted = year
        while index >= len(days):
            index -= len(days)
            wanted += 1
            days = self._year(wanted, start=year).days
        while index < 0:
            wanted -= 1
            days = self._year(wanted, start=year).days
            index += len(days)
        return days[index]

    # Business days from an instant

    def add_days(self, start: datetime, count: int) -> datetime:
        """Return the same local time on the `count`-th open day after `start` (before it, where negative).

        A start outside hours counts as the next opening; going back, as the previous closing, and closing is
        then inside. A result outside its day's hours moves to its next opening, or to its closing when there
        is none. Zero days are the start, or the opening that it counts as.
        """
        back = count < 0
        day, micros = self._settle(to_micros(start), back=back)
        if count == 0:
            return from_micros(micros)
        year = date.fromordinal(day).year
        wanted = self._open_ordinal(day, year, count)
        there = self._year(date.fromordinal(wanted).year)
        before, after = self._year(year).shifts.get(day), there.shifts.get(wanted)
        if before is not None and after is not None:
            same_time = micros + before + (wanted - day) * _DAY - after
        else:
            same_time = self._same_time(micros, day, wanted)
        return from_micros(_within(there.of_day[wanted], same_time, back=back))

    def _same_time(self, micros: int, day: int, wanted: int) -> int:
        """Return when the clocks on `wanted` show what they show on `day` at `micros`."""
        midnight = datetime.combine(date.fromordinal(day), _MIDNIGHT)
        time_of_day = from_micros(micros).astimezone(self._zone).replace(tzinfo=None) - midnight
        local = datetime.combine(date.fromordinal(wanted), _MIDNIGHT) + time_of_day
        return to_micros(instant_of(local, self._zone))

    def _settle(self, micros: int, *, back: bool) -> tuple[int, int]:
        """Return (date, instant) of `micros` where open, else of the next opening or previous closing."""
        start = number = self._year_number(micros)
        year = self._year(number)
        i = bisect_right(year.opens, micros) - 1
        if i >= 0 and micros < year.closes[i]:
            return year.day_of[i], micros
        if back:
            while i < 0:
                number -= 1
                year = self._year(number, start=start)
                i = len(year.opens) - 1
            return year.day_of[i], min(micros, year.closes[i])
        i += 1
        while i >= len(year.opens):
            number += 1
            year = self._year(number, start=start)
            i = 0
        return year.day_of[i], year.opens[i]

    # Counting open time

    def between(self, start: datetime, end: datetime) -> int:
        """Return the open time from `start` to a later `end`, in microseconds."""
        first, last = to_micros(start), to_micros(end)
        first_year, last_year = self._year_number(first), self._year_number(last)
        self._check_horizon(first_year, last_year)
        whole = sum(self._year(number).done[-1] for number in range(first_year, last_year))
        return whole + self._year(last_year).open_before(last) - self._year(first_year).open_before(first)

    def add(self, start: datetime, amount: int) -> datetime:
        """Return where `amount` microseconds of open time after `start` are used up, at a closing if need be.

        A negative amount counts back, to an opening if need be. Zero is the start.
        """
        if amount == 0:
            return start.astimezone(UTC)
        micros = to_micros(start)
        first = number = self._year_number(micros)
        year = self._year(number)
        target = year.open_before(micros) + amount
        if amount > 0:
            while target > year.done[-1]:
                target -= year.done[-1]
                number += 1
                year = self._year(number, start=first)
            i = bisect_left(year.done, target) - 1
            return from_micros(year.opens[i] + target - year.done[i])
        while target < 0:
            number -= 1
            year = self._year(number, start=first)
            target += year.done[-1]
        i = bisect_right(year.done, target) - 1
        return from_micros(year.opens[i] + target - year.done[i])

    # Tables

    def _year_number(self, micros: int) -> int:
        number, begin, end = self._near
        if not begin <= micros < end:
            number = from_micros(micros).astimezone(self._zone).year
            middle = to_micros(datetime(number, 7, 1, tzinfo=UTC))
            self._near = number, middle - _SURE, middle + _SURE
        return number

    def _year(self, number: int, *, start: int | None = None) -> _Year:
        if start is not None:
            self._check_horizon(start, number)
        year = self._years.get(number)
        if year is None:
            if not 2 <= number <= 9998:
                raise DurationError(
                    f"Calendar {self._calendar.name} is not known in the year {number}.",
                    hint="Business time is counted in the years 2 to 9998.",
                )
            if len(self._years) >= _YEARS_KEPT:
                self._years.clear()
            year = self._years[number] = self._make_year(number)
        return year

    def _check_horizon(self, start: int, number: int) -> None:
        if abs(number - start) > _HORIZON_YEARS:
            raise DurationError(
                f"That is more than {_HORIZON_YEARS} years away in calendar {self._calendar.name}.",
                hint="Check the amount, and how often the calendar is open.",
            )

    def _make_year(self, number: int) -> _Year:
        hours, closed = self._calendar.hours, self._calendar.closed
        first, last = date(number, 1, 1).toordinal(), date(number, 12, 31).toordinal()
        closed_here = {day.toordinal() for day in closed if day.year == number}
        # The offset at each midnight UTC from the day before a date to the day after its last hour, anywhere
        # on earth: where those are equal no clock changed in between.
        offsets = [self._offset((ordinal - _EPOCH_ORDINAL) * 86_400) for ordinal in range(first - 1, last + 4)]
        of_day: dict[int, tuple[_Segment, ...]] = {}
        shifts: dict[int, int] = {}
        for ordinal in range(first, last + 1):
            intervals = hours[(ordinal - 1) % 7]
            if not intervals or ordinal in closed_here:
                continue
            midnight = (ordinal - _EPOCH_ORDINAL) * _DAY
            near = offsets[ordinal - first : ordinal - first + 4]
            spans = [(midnight + opening * _MINUTE, midnight + closing * _MINUTE) for opening, closing in intervals]
            if near.count(near[0]) == len(near):
                shift = shifts[ordinal] = near[0] * SECOND
                of_day[ordinal] = tuple((opening - shift, closing - shift) for opening, closing in spans)
            elif segments := tuple(sorted(self._across_changes(ordinal, spans))):
                of_day[ordinal] = segments
        # Sorted by time, not by date: a clock set back just after midnight shows the old date again.
        rows = sorted((segment, ordinal) for ordinal, segments in of_day.items() for segment in segments)
        return _Year(
            days=list(of_day),
            shifts=shifts,
            of_day=of_day,
            opens=[opening for (opening, _), _ in rows],
            closes=[closing for (_, closing), _ in rows],
            day_of=[ordinal for _, ordinal in rows],
            done=list(accumulate((closing - opening for (opening, closing), _ in rows), initial=0)),
        )

    def _across_changes(self, ordinal: int, spans: list[_Segment]) -> Iterator[_Segment]:
        """Yield the open segments of a date near a change of clocks; `spans` are its hours as if in UTC."""
        for begin, end, offset in self._steady(ordinal):
            for opening, closing in spans:
                segment = max(opening - offset, begin), min(closing - offset, end)
                if segment[0] < segment[1]:
                    yield segment

    def _steady(self, ordinal: int) -> Iterator[tuple[int, int, int]]:
        """Yield (from, to, offset), in microseconds, between the changes of the clocks around a date."""
        begin = (ordinal - 1 - _EPOCH_ORDINAL) * 86_400
        for day in range(begin, begin + 3 * 86_400, 86_400):
            low, high = day, day + 86_400
            before, after = self._offset(low), self._offset(high)
            if before == after:
                continue
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if self._offset(middle) == before else (low, middle)
            yield begin * SECOND, high * SECOND, before * SECOND
            begin = high
        yield begin * SECOND, (ordinal + 2 - _EPOCH_ORDINAL) * _DAY, self._offset(begin) * SECOND

    def _offset(self, epoch_seconds: int) -> int:
        offset = (_EPOCH + timedelta(seconds=epoch_seconds)).astimezone(self._zone).utcoffset()
        assert offset is not None  # noqa: S101 - every zone of the IANA database has one
        return offset.days * 86_400 + offset.seconds


def _within(segments: tuple[_Segment, ...], micros: int, *, back: bool) -> int:
    """Return `micros` where its day is open then, else the day's next opening, else its closing."""
    for opening, closing in segments:
        if micros < opening:
            return opening
        if micros < closing or (back and micros == closing):
            return micros
    return segments[-1][1]
