"""Clocks and the measure of success as goals of a PlanDefinition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pathways import wording
from pathways.plan import Clock, Plan
from pathways.plan_definition.elements import (
    Extensions,
    action_id,
    concept,
    duration,
    timing_duration,
    without_nothing,
)
from pathways.time.durations import DurationError, parse_duration

Json = Any

SUCCESS = "Goal.of.the.whole"


def goals(plan: Plan, extensions: Extensions) -> list[Json]:
    """A goal for each clock, and one for what the pathway calls success."""
    found = [_clock(one, extensions) for one in plan.clocks]
    if isinstance(plan.success, dict):
        found.append(_success(plan.success))
    return found


def goal_id(clock: str) -> str:
    """The id of a clock's goal."""
    return action_id(f"Goal/{clock}")


def _clock(clock: Clock, extensions: Extensions) -> Json:
    due = timing_duration(clock.limit)
    about = [extensions.text("clock-limit", wording.timing_words(clock.limit))]
    if clock.calendar:
        about.append(extensions.text("clock-calendar", clock.calendar))
    if clock.warn is not None:
        about.append(extensions.text("clock-warning", f"{clock.warn:.0%} of the limit"))
    if clock.breach is not None:
        queue = wording.computed_words(clock.breach.queue)
        title = wording.computed_words(clock.breach.title)
        about.append(extensions.parts("clock-breach", queue=queue, title=title, role=clock.breach.role))
    documentation = [{"type": "justification", "display": clock.why}] if clock.why else []
    return without_nothing(
        {
            "id": goal_id(clock.id),
            "extension": about,
            "category": concept("Clock"),
            "description": concept(f"{clock.title}: within {wording.limit_words(clock)}"),
            "documentation": documentation,
            "target": [{"due": due}] if due else None,
        }
    )


def _success(success: Json) -> Json:
    words = ", ".join(f"{key} {value}" for key, value in success.items())
    return {"id": SUCCESS, "category": concept("Success"), "description": concept(words), **_target(success)}


def _target(success: Json) -> Json:
    try:
        due = duration(parse_duration(str(success.get("target"))))
    except DurationError:
        return {}
    measure = {"measure": concept(str(success["measure"]))} if success.get("measure") else {}
    return {"target": [{**measure, "due": due}]} if due else {}


def unsaid(plan: Plan) -> Iterator[str]:
    """What of clocks and success FHIR has no words for."""
    for one in plan.clocks:
        yield f"clock {one.id}: start, stop, pause, warning and breach of a clock; these are in extensions."
        if timing_duration(one.limit) is None:
            yield f"clock {one.id}: a limit that is no plain duration; it is in the goal's description."
    if plan.success:
        yield "success: the share that must reach the target; it is in the goal's description."
