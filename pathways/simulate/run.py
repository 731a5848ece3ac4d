"""Running a simulation: when cases come, and each played to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from pathways.plan import Plan
from pathways.simulate.bare import bare
from pathways.simulate.case import Case
from pathways.simulate.declaration import Simulation
from pathways.simulate.known import Behaviours
from pathways.simulate.measures import Measures
from pathways.time.arithmetic import add_working_seconds, working_seconds
from pathways.time.calendars import Calendar
from pathways.time.zones import zone

START = datetime(2026, 1, 5, 8)  # noqa: DTZ001 - local in the zone of the simulation
"""A Monday morning, where nothing is declared."""

PER_DAY = 20.0
"""Cases on an open day, where nothing is declared."""

HORIZON = timedelta(days=5 * 365)
"""How long a case is followed."""


@dataclass(frozen=True)
class Simulated:
    """What a simulation came to: the measures, and what it took by default."""

    measures: Measures
    defaults: dict[str, str]
    zone: str


def simulate(
    plan: Plan,
    simulation: Simulation,
    cases: int,
    seed: int | str = 1,
    *,
    progress: Callable[[int], None] | None = None,
    part: tuple[int, int] = (0, 1),
) -> Simulated:
    """Simulate cases of a plan; the same seed gives the same. `progress` is told now and then how many are done.

    `part` plays every n-th case alone: (0, 4) is the first of four parts, which `together` adds up. Raises
    `CarelaneError` where a duration in business time is drawn and no calendar says when that is.
    """
    behaviours = Behaviours(plan, simulation)
    plan = bare(plan, simulation, behaviours)
    zone_name = simulation.zone or (plan.default_calendar.zone if plan.default_calendar else "UTC")
    measures = Measures(zone_name)
    if simulation.per_day is None:
        behaviours.defaults["arrivals"] = f"{PER_DAY:g} on each open day"
    this, parts = part
    for number, start in enumerate(_arrivals(plan, simulation, cases, seed, zone_name)):
        if number % parts != this:
            continue
        case = Case(plan, behaviours, number, str(seed), zone_name, start, simulation.site)
        measures.add(case.play(HORIZON))
        if progress is not None and measures.cases % 20 == 0:
            progress(20)
    return Simulated(measures, dict(sorted(behaviours.defaults.items())), zone_name)


def together(parts: Sequence[Simulated]) -> Simulated:
    """The parts of a simulation as one."""
    measures = Measures(parts[0].measures.zone)
    defaults: dict[str, str] = {}
    for one in parts:
        measures.join(one.measures)
        defaults |= one.defaults
    return Simulated(measures, dict(sorted(defaults.items())), parts[0].zone)


def _arrivals(plan: Plan, simulation: Simulation, cases: int, seed: int | str, zone_name: str) -> Iterator[datetime]:
    """When cases begin: at random within open time, so many a day on average (a Poisson process)."""
    random = Random(f"{seed}/arrivals")  # noqa: S311 - chance, not secrets
    calendar = plan.business_calendars.get(simulation.calendar or "") or plan.default_calendar
    start = simulation.start or START
    now = (start if start.tzinfo else start.replace(tzinfo=zone(zone_name))).astimezone(UTC)
    pause = _open_seconds(calendar, now) / max(simulation.per_day or PER_DAY, 1e-6)
    left = 0.0
    for _ in range(cases):
        left += random.expovariate(1 / pause)
        now = add_working_seconds(now, int(left), calendar)
        left -= int(left)
        yield now


def _open_seconds(calendar: Calendar | None, start: datetime) -> float:
    """The seconds of an average day on which a calendar is open; of any day without one."""
    if calendar is None:
        return 86_400.0
    week = working_seconds(start, start + timedelta(days=28), calendar)
    open_days = sum(
        working_seconds(start + timedelta(days=n), start + timedelta(days=n + 1), calendar) > 0 for n in range(28)
    )
    return week / max(open_days, 1) or 86_400.0
