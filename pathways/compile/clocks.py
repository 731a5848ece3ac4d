"""Clocks: the pathway's own, and what its steps do to them."""

from __future__ import annotations

from collections.abc import Sequence

from pathways.compile.context import Context, plain
from pathways.expressions import check_timing
from pathways.model import BreachDecl, ClockDecl, ClockVerbDecl
from pathways.plan import Breach, Clock, ClockVerb
from pathways.values import Timing

ELAPSED = "none"
"""What `calendar` says for elapsed time."""


def clock_of(context: Context, clock: ClockDecl) -> Clock:
    """A clock of the pathway."""
    calendar = _calendar(context, clock)
    none = clock.calendar is not None and clock.calendar.value == ELAPSED
    elapsed = f'the clock "{clock.id}"' if none else ""
    limit = Timing(check_timing(context.reader, clock.limit, business=calendar is not None, elapsed=elapsed))
    if limit.authored is not None and limit.authored.is_zero:
        message = f'The limit "{clock.limit}" of the clock "{clock.id}" is over when it begins.'
        context.reader.note("bad-duration", clock.limit.mark, message, "Such as 3 business days.")
    return Clock(
        id=clock.id.value,
        title=clock.title or clock.id.value,
        limit=limit,
        calendar=calendar,
        warn=clock.warn,
        breach=_breach(context, clock, clock.breach) if clock.breach else None,
        **context.alert(clock),
    )


def _calendar(context: Context, clock: ClockDecl) -> str | None:
    """The calendar that is written; else the pathway's, if the limit is business time."""
    if clock.calendar is not None:
        if clock.calendar.value == ELAPSED:
            return None
        return context.known(clock.calendar, context.catalog.calendars, "calendar")
    authored = Timing(clock.limit.value).authored if not clock.limit.value.startswith("=") else None
    needed = authored is not None and authored.needs_calendar
    return context.definition.calendar.value if needed and context.definition.calendar else None


def _breach(context: Context, clock: ClockDecl, breach: BreachDecl) -> Breach:
    return Breach(
        queue=context.queue(breach.queue),
        title=context.value(breach.title, f"Overdue: {plain(clock.title, clock.id.value)}"),
        role=context.role(breach.role),
        priority=context.value(breach.priority, "routine"),
        help=context.optional(breach.help),
        **context.alert(breach, clock),
    )


def verbs_of(context: Context, verbs: Sequence[ClockVerbDecl]) -> tuple[ClockVerb, ...]:
    """What a step does to clocks."""
    return tuple(
        ClockVerb(one.verb, context.known(one.clock, context.clocks, "clock"), one.at, context.optional(one.start))
        for one in verbs
    )
