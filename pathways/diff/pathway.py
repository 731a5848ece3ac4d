"""The facets of a pathway beside its steps: inputs, contract, clocks, handlers, side flows, outcomes, calendars."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields

from pathways import wording
from pathways.diff.changes import Kind
from pathways.diff.facets import Facet, flag, said, text
from pathways.diff.steps import alert_facets, handler_facets
from pathways.plan import Assignment, CalendarContent, Clock, Input, Outcome, Plan, SideFlow, Thresholds


def facets_of(plan: Plan) -> Iterator[Facet]:
    """What belongs to the pathway as a whole."""
    yield from text("title", "title", plan.title)
    yield from text("purpose", "purpose", plan.purpose)
    yield from text("owner", "owner", plan.owner)
    yield from text("review", "review date", plan.review_by)
    success = json.dumps(plan.success, ensure_ascii=False, sort_keys=True) if plan.success else None
    yield from text("success", "measure of success", success)
    yield from said("calendar", "calendar", plan.calendar)
    yield from said("unique", "what is unique", wording.computed_words(plan.unique) if plan.unique else None)
    yield Facet(("duplicate",), "what a second start does", plan.on_duplicate)
    yield from said("effective", "first day of effect", plan.effective_from)
    for start in plan.starts_on:
        when = f"when {start.when.source}" if start.when else "always"
        inputs = wording.computed_words(start.inputs)
        yield Facet(("start", start.type), f"start by event {start.type}", f"{when}, with {inputs}")
    for field in fields(Thresholds):
        share = getattr(plan.thresholds, field.name)
        yield Facet(("coverage", field.name), f"share of {field.name} that scenarios must cover", f"{share:.0%}")
    if plan.steps:
        yield Facet(("first",), "first step", plan.steps[0].id)
    yield Facet(("order", "stages"), "order of stages", order=plan.stages)
    for stage in plan.stages:
        yield Facet(("stage", stage), f"stage {stage}")
    for attribute in plan.attributes:
        words = wording.computed_words(attribute.value)
        yield Facet(("attribute", attribute.name), f"attribute {attribute.name}", words)
    for one in plan.inputs:
        yield from _input(one)
    yield from handler_facets(plan.handlers)
    for one_set in plan.value_sets:
        yield Facet(("values", one_set.name), f"codes of value set {one_set.name}", ", ".join(one_set.codes))


def _input(one: Input) -> Iterator[Facet]:
    key = ("input", one.name)
    label = f"input {one.name}"
    required = "required" if one.required else "optional"
    asked: Kind = "needs a mapping" if one.required and one.default is None else "compatible"
    yield Facet(key, label, f"{wording.type_words(one.type)}, {required}", thing=True, added=asked)
    yield Facet((*key, "type"), f"type of {label}", wording.type_words(one.type), parent=key, value=one.type)
    yield Facet((*key, "required"), label, required, parent=key)
    default = None if one.default is None else wording.value_words(one.default)
    yield from said("default", f"default of {label}", default, parent=key)


def clock_facets(clock: Clock) -> Iterator[Facet]:
    """Everything of a clock."""
    yield from text("title", "title", clock.title)
    yield Facet(("limit",), "limit", wording.timing_words(clock.limit))
    yield Facet(("calendar",), "calendar", clock.calendar or "elapsed time")
    if clock.warn is not None:
        yield Facet(("warn",), "warning", f"at {clock.warn:.0%} of the limit")
    yield from alert_facets("the clock", clock, ())
    if clock.breach is not None:
        queue = wording.computed_words(clock.breach.queue)
        yield Facet(("breach",), "task on breach", f"in queue {queue}")
        inside = ("breach",)
        yield from text(
            "title", "title of the breach's task", wording.computed_words(clock.breach.title), parent=inside
        )
        yield from said("role", "role of the breach's task", clock.breach.role, parent=inside)
        words = wording.computed_words(clock.breach.priority)
        yield from said("priority", "priority of the breach's task", words, parent=inside)
        help_words = wording.computed_words(clock.breach.help) if clock.breach.help else None
        yield from text("help", "help of the breach's task", help_words, parent=inside)
        yield from alert_facets("the breach", clock.breach, inside)


def outcome_facets(outcome: Outcome) -> Iterator[Facet]:
    """Everything of an outcome."""
    yield from text("title", "title", outcome.title)
    yield Facet(("kind",), "kind", outcome.kind)
    yield from flag("undo", "undo of what was done", outcome.undo)
    yield from _given(outcome.give)


def _given(given: tuple[Assignment, ...]) -> Iterator[Facet]:
    for one in given:
        yield Facet(("give", one.name), f"given {one.name}", wording.computed_words(one.value))


def side_facets(side: SideFlow) -> Iterator[Facet]:
    """Everything of a side flow but its steps."""
    yield from text("title", "title", side.title)
    yield from flag("once", "that only one runs at a time", side.once)
    if side.offer is None:
        return
    key = ("offer",)
    yield Facet(key, "offer to people", f"“{wording.computed_words(side.offer.title)}”", thing=True)
    yield from text("title", "title of the offer", wording.computed_words(side.offer.title), parent=key)
    yield from said("queue", "queue of the offer", side.offer.queue, parent=key)
    yield from said("when", "condition of the offer", side.offer.when.source if side.offer.when else None, parent=key)
    yield from said("role", "role of the offer", side.offer.role, parent=key)


def calendar_facets(calendar: CalendarContent) -> Iterator[Facet]:
    """A calendar's zone, hours, and each closed day, where its content says them."""
    content = calendar.content if isinstance(calendar.content, dict) else {}
    yield from said("zone", "zone", content.get("zone"))
    hours = content.get("hours")
    for day, intervals in (hours or {}).items() if isinstance(hours, dict) else ():
        yield Facet(("hours", str(day)), f"hours on {day}", ", ".join(map(str, intervals)))
    for day in content.get("closed") or ():
        yield Facet(("closed", str(day)), f"closed day {day}")
    rest = {key: value for key, value in content.items() if key not in ("name", "zone", "hours", "closed")}
    for name, value in rest.items():
        yield Facet(("rest", name), name, json.dumps(value, ensure_ascii=False, sort_keys=True))
