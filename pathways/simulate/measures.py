"""What many cases come to: cycle times, the load of queues, clocks, outcomes, time at steps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from pathways.simulate.case import Outcome, Work
from pathways.time.zones import zone

PERCENTILES = (10, 25, 50, 75, 90, 95, 99)
"""The percentiles of cycle times that are shown."""


@dataclass
class Queue:
    """The tasks of one queue: by day how many were opened, and by how many those that are open change.

    `overdue` are those that went past their due time here, of the `due` that could be in time; `late` came after it:
    escalated, or opened because a clock was breached.
    """

    opened: Counter[date] = field(default_factory=Counter)
    change: Counter[date] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    due: int = 0
    overdue: int = 0
    late: int = 0

    def join(self, other: Queue) -> None:
        """Add the tasks of another part."""
        self.opened.update(other.opened)
        for day, change in other.change.items():
            self.change[day] += change
        self.waits += other.waits
        self.due += other.due
        self.overdue += other.overdue
        self.late += other.late


@dataclass
class Measures:
    """Cases added up. Durations are in seconds; days are those of the zone."""

    zone: str
    cases: int = 0
    events: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    stuck: Counter[str] = field(default_factory=Counter)
    cycles: list[float] = field(default_factory=list)
    by_outcome: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    queues: defaultdict[str, Queue] = field(default_factory=lambda: defaultdict(Queue))
    clocks: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    stays: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    first: datetime | None = None
    last: datetime | None = None
    over: datetime | None = None

    def add(self, case: Outcome) -> None:
        """Add a case."""
        self.cases += 1
        self.events += case.events
        self.first = case.started if self.first is None else min(self.first, case.started)
        self.last = case.started if self.last is None else max(self.last, case.started)
        if case.outcome is not None:
            self.over = case.ended if self.over is None else max(self.over, case.ended)
        if case.outcome is not None:
            seconds = (case.ended - case.started).total_seconds()
            self.outcomes[case.outcome] += 1
            self.cycles.append(seconds)
            self.by_outcome[case.outcome].append(seconds)
        elif case.stuck is not None:
            self.stuck[case.stuck] += 1
        for one in case.work:
            self._add_work(one, case.ended)
        for name, status in case.clocks:
            self.clocks[name][status] += 1
        for step, seconds in case.stays:
            self.stays[step].append(seconds)

    def join(self, other: Measures) -> None:
        """Add the cases of another part."""
        self.cases += other.cases
        self.events += other.events
        for mine, more in ((self.outcomes, other.outcomes), (self.stuck, other.stuck)):
            mine.update(more)
        self.cycles += other.cycles
        for lists, added in ((self.by_outcome, other.by_outcome), (self.stays, other.stays)):
            for name, values in added.items():
                lists[name] += values
        for name, statuses in other.clocks.items():
            self.clocks[name].update(statuses)
        for name, queue in other.queues.items():
            self.queues[name].join(queue)
        for moment in (other.first, other.last):
            if moment is not None:
                self.first = moment if self.first is None else min(self.first, moment)
                self.last = moment if self.last is None else max(self.last, moment)
        if other.over is not None:
            self.over = other.over if self.over is None else max(self.over, other.over)

    def _add_work(self, work: Work, until: datetime) -> None:
        queue, closed = self.queues[work.queue], work.closed or until
        day, over = work.opened.astimezone(zone(self.zone)).date(), closed.astimezone(zone(self.zone)).date()
        queue.opened[day] += 1
        queue.change[day] += 1
        queue.change[over] -= 1
        queue.waits.append((closed - work.opened).total_seconds())
        if work.due is not None and work.due <= work.opened:
            queue.late += 1
        elif work.due is not None:
            queue.due += 1
            queue.overdue += closed > work.due

    # -- what is shown ----------------------------------------------------------------------------------------

    @cached_property
    def days(self) -> list[date]:
        """The days over which the load is measured: those on which cases began.

        Where these are too few for cases to run their course, those until the last one was over.
        """
        if self.first is None or self.last is None or self.over is None:
            return []
        short = (self.last - self.first).total_seconds() < 2 * percentile(sorted(self.cycles), 50)
        start = self.first.astimezone(zone(self.zone)).date()
        end = (self.over if short else self.last).astimezone(zone(self.zone)).date()
        return [start + timedelta(days=n) for n in range((end - start).days + 1)]

    def open_by_day(self, queue: Queue) -> dict[date, int]:
        """How many tasks of a queue were open at the end of each of these days."""
        if not self.days:
            return {}
        before = sum(count for day, count in queue.change.items() if day < self.days[0])
        found = {}
        for day in self.days:
            before += queue.change[day]
            found[day] = before
        return found

    def working_days(self, queue: Queue) -> list[int]:
        """How many tasks of a queue were opened on each of these days, those with none at all in any queue aside."""
        return [queue.opened[day] for day in self.days if day in self._busy]

    @cached_property
    def _busy(self) -> set[date]:
        return {day for one in self.queues.values() for day, count in one.opened.items() if count}


def percentile(values: Sequence[float], percent: float) -> float:
    """A percentile of sorted values, between two where it falls between (Hyndman and Fan, type 7)."""
    if not values:
        return 0.0
    place = (len(values) - 1) * percent / 100
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def share_met(statuses: Counter[str]) -> float | None:
    """The share of a clock's runs that met its limit, of those that were stopped or are past it; None without any."""
    judged = statuses["met"] + statuses["late"] + statuses["breached"]
    return statuses["met"] / judged if judged else None


def ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """What there is most of first; of as many, by name."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))
