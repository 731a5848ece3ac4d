"""What a simulation shows: tables for people, JSON for programs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pathways import wording
from pathways.plan import Plan
from pathways.simulate.distributions import seconds_of
from pathways.simulate.measures import PERCENTILES, Measures, Queue, percentile, ranked, share_met
from pathways.simulate.run import Simulated
from pathways.time.durations import DurationError, parse_duration

Json = Any

MOST_STEPS = 12
"""How many steps are shown of those at which most time is spent."""

_DAY = 86_400.0
_PERCENTILE = re.compile(r"p(\d{1,2})\Z")


@dataclass(frozen=True)
class Table:
    """A table: a title, the heads of its columns, and rows of text; the first column is a name, the others numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Target:
    """What the pathway calls success: a percentile of its cycle time within a time, and whether it is."""

    percent: float
    seconds: float
    words: str
    reached: float

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.reached <= self.seconds


def target_of(plan: Plan, measures: Measures) -> Target | None:
    """The pathway's `success`, where it is a duration at a percentile; of cases that end as a success."""
    success = plan.success if isinstance(plan.success, dict) else {}
    at = _PERCENTILE.match(str(success.get("at", "")))
    try:
        seconds, working = seconds_of(parse_duration(str(success.get("target", ""))))
    except DurationError:
        return None
    good = [name for name, one in plan.outcome.items() if one.kind == "success"]
    cycles = sorted(seconds for name in good for seconds in measures.by_outcome.get(name, ()))
    if at is None or not cycles:
        return None
    if working:
        seconds = seconds / 28_800 * _DAY * 7 / 5  # business days, as days of a week that has five of them
    return Target(float(at[1]), seconds, f"{success['target']} at {at[0]}", percentile(cycles, float(at[1])))


def tables(plan: Plan, simulated: Simulated) -> list[Table]:
    """All tables that have something to say."""
    measures = simulated.measures
    found = [_outcomes(plan, measures), _cycles(plan, measures), _queues(measures), _clocks(plan, measures)]
    found += [_steps(plan, measures), _stuck(measures), _defaults(simulated)]
    return [one for one in found if one.rows]


def _outcomes(plan: Plan, measures: Measures) -> Table:
    rows = []
    for name, count in ranked(measures.outcomes):
        cycles = sorted(measures.by_outcome[name])
        median, p90 = percentile(cycles, 50), percentile(cycles, 90)
        rows.append((plan.outcome[name].title, f"{count:,}", _share(count, measures.cases), span(median), span(p90)))
    if open_ := measures.cases - sum(measures.outcomes.values()):
        rows.append(("(did not end)", f"{open_:,}", _share(open_, measures.cases), "", ""))
    return Table("Outcomes", ("outcome", "cases", "share", "median time", "90th percentile"), tuple(rows))


def _cycles(plan: Plan, measures: Measures) -> Table:
    cycles = sorted(measures.cycles)
    if not cycles:
        return Table("", (), ())
    heads = ("", *(f"p{one}" for one in PERCENTILES), "mean")
    mean = sum(cycles) / len(cycles)
    row = ("all cases", *(span(percentile(cycles, one)) for one in PERCENTILES), span(mean))
    target, note = target_of(plan, measures), ""
    if target is not None:
        verdict = "reached" if target.met else "missed"
        note = f"Target {target.words}, of successes: {verdict}, p{target.percent:g} is {span(target.reached)}."
    return Table("Time from start to end", heads, (row,), note)


def _queues(measures: Measures) -> Table:
    rows = []
    for name, queue in sorted(measures.queues.items()):
        waits, opened = sorted(queue.waits), measures.working_days(queue)
        standing = list(measures.open_by_day(queue).values())
        overdue = _share(queue.overdue, queue.due) if queue.due else ""
        rows.append(
            (
                name,
                f"{_mean(opened):.1f}",
                f"{max(opened, default=0)}",
                f"{_mean(standing):.1f}",
                f"{max(standing, default=0)}",
                span(percentile(waits, 50)),
                span(percentile(waits, 90)),
                overdue,
                _share(queue.late, len(waits)) if queue.late else "",
            )
        )
    heads = ("queue", "a day", "most", "open at night", "most", "median time", "90th percentile", "overdue", "came so")
    note = "People are not limited: times are drawn, however many tasks wait."
    if any(one.late for one in measures.queues.values()):
        came = "What came so was escalated, or opened for a clock that was breached: its time was over before."
        note = f"{note} {came}"
    return Table("Work in queues", heads, tuple(rows), note)


def _clocks(plan: Plan, measures: Measures) -> Table:
    rows = []
    for name, statuses in sorted(measures.clocks.items()):
        met = share_met(statuses)
        late = statuses["late"] + statuses["breached"]
        rows.append(
            (
                plan.clock[name].title,
                f"{sum(statuses.values()):,}",
                f"{statuses['met']:,}",
                f"{late:,}",
                f"{statuses['dropped']:,}",
                "" if met is None else f"{met:.1%}",
            )
        )
    return Table("Clocks", ("clock", "runs", "met", "late", "dropped", "attained"), tuple(rows))


def _steps(plan: Plan, measures: Measures) -> Table:
    longest = sorted(measures.stays.items(), key=lambda one: (-round(sum(one[1])), one[0]))[:MOST_STEPS]
    rows = []
    for step, stays in longest:
        ordered = sorted(stays)
        share = len(stays) / max(measures.cases, 1)
        times = (span(percentile(ordered, 50)), span(percentile(ordered, 90)))
        rows.append((f"{wording.step_title(plan.step[step])} ({step})", f"{share:.2f}", *times))
    return Table("Where time goes", ("step", "visits a case", "median", "90th percentile"), tuple(rows))


def _stuck(measures: Measures) -> Table:
    rows = tuple((why, f"{count:,}") for why, count in ranked(measures.stuck)[:10])
    return Table("Cases that did not end", ("why", "cases"), rows)


def _defaults(simulated: Simulated) -> Table:
    return Table("Not declared, so assumed", ("what", "assumed"), tuple(simulated.defaults.items()))


def to_json(plan: Plan, simulated: Simulated, seed: int | str) -> Json:
    """All of it as JSON; durations in seconds."""
    measures = simulated.measures
    cycles = sorted(measures.cycles)
    target = target_of(plan, measures)
    return {
        "pathway": plan.pathway,
        "version": plan.version,
        "seed": seed,
        "cases": measures.cases,
        "zone": simulated.zone,
        "cycle_time": {f"p{one}": percentile(cycles, one) for one in PERCENTILES} | {"mean": _mean(cycles)},
        "target": None
        if target is None
        else {"words": target.words, "seconds": target.seconds, "reached": target.reached, "met": target.met},
        "outcomes": {
            name: {
                "cases": count,
                "share": count / measures.cases,
                "median": percentile(sorted(measures.by_outcome[name]), 50),
            }
            for name, count in ranked(measures.outcomes)
        },
        "queues": {name: _queue_json(measures, queue) for name, queue in sorted(measures.queues.items())},
        "clocks": {
            name: {**dict(sorted(statuses.items())), "attained": share_met(statuses)}
            for name, statuses in sorted(measures.clocks.items())
        },
        "steps": {
            step: {"visits": len(stays), "median": percentile(sorted(stays), 50), "p90": percentile(sorted(stays), 90)}
            for step, stays in sorted(measures.stays.items())
        },
        "stuck": dict(ranked(measures.stuck)),
        "defaults": simulated.defaults,
    }


def _queue_json(measures: Measures, queue: Queue) -> Json:
    waits, opened = sorted(queue.waits), measures.working_days(queue)
    standing = list(measures.open_by_day(queue).values())
    return {
        "tasks": len(waits),
        "opened_a_day": _mean(opened),
        "opened_most": max(opened, default=0),
        "open_at_night": _mean(standing),
        "open_most": max(standing, default=0),
        "median": percentile(waits, 50),
        "p90": percentile(waits, 90),
        "due": queue.due,
        "overdue": queue.overdue,
        "came_overdue": queue.late,
    }


def _mean(values: list[float] | list[int]) -> float:
    return sum(values) / len(values) if values else 0.0


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""


def span(seconds: float) -> str:
    """A duration as people say it."""
    for size, word in ((_DAY, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= size * (1.5 if word == "d" else 1):
            return f"{seconds / size:.1f} {word}"
    return f"{seconds:.0f} s"
