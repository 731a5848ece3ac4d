"""What is written in a step's node below its title, and what is told of it in words only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from pathways import wording
from pathways.diagram.drawing import Line
from pathways.plan import (
    Child,
    Decide,
    Do,
    Emit,
    End,
    Parallel,
    Plan,
    Repeat,
    Section,
    Set,
    Step,
    Task,
    WaitForAny,
    WaitForEvent,
    WaitForTime,
)

MOST_NAMES = 4
"""How many names a line gives before it only counts the rest."""


def lines_of(plan: Plan, step: Step) -> tuple[Line, ...]:
    """What a step does, briefly: its own work, then clocks, undo and gate."""
    return tuple(_lines(plan, step))


def _lines(plan: Plan, step: Step) -> Iterator[Line]:
    yield from _own(step)
    for verb in step.clocks:
        clock = plan.clock.get(verb.clock)
        when = " when done" if verb.at == "completion" else ""
        yield Line(f"{verb.verb} clock{when}: {clock.title if clock else verb.clock}", "clock")
    if step.undo is not None:
        until = f", until {wording.step_words(plan, step.undo.until)}" if step.undo.until else ""
        yield Line(f"undo: {step.undo.action}{until}", "undo")
    if step.gate is not None:
        yield Line(f"gate: {step.gate}", "gate")


def _own(step: Step) -> Iterator[Line]:
    match step:
        case Do():
            yield Line(step.action)
        case Task():
            role = f" · {step.role}" if step.role else ""
            yield Line(f"{wording.computed_words(step.queue)}{role}", "person")
            if step.due is not None:
                yield Line(f"due{_due(step)}", "clock")
        case Decide(table=table) if table is not None:
            rows = wording.numbered(len(table.rows), "row")
            yield Line(f"table of {rows} on {_few([wording.computed_words(one) for one in table.inputs])}", "data")
        case Set():
            yield Line(f"sets {_few([one.name for one in step.assignments])}", "data")
        case WaitForEvent():
            yield Line(step.type)
        case WaitForTime():
            timing = step.until or step.duration
            if timing is not None:
                yield Line(f"{'until' if step.until else 'for'} {wording.timing_words(timing)}", "clock")
        case WaitForAny():
            for way in step.ways:
                yield Line(f"{way.name}: {way.type}" if not way.timed else wording.way_words(way))
        case Repeat():
            yield Line(wording.repeat_words(step))
        case Child():
            yield Line(f"{step.pathway} {step.range}{', not awaited' if step.detached else ''}".strip())
        case Emit():
            yield Line(step.type)
        case Decide() | Parallel() | Section() | End():
            return
        case _:
            assert_never(step)


def _due(step: Task) -> str:
    assert step.due is not None  # noqa: S101 - the caller has looked
    words = wording.timing_words(step.due)
    return f" in {words}" if step.due.authored is not None else f": {words}"


def _few(names: list[str]) -> str:
    if len(names) > MOST_NAMES:
        return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES} more"
    return ", ".join(names)


def notes_of(plan: Plan, step: Step) -> tuple[str, ...]:
    """What is told of a step in words only."""
    return tuple(_notes(plan, step))


def _notes(plan: Plan, step: Step) -> Iterator[str]:
    match step:
        case Do():
            if step.accept:
                yield f"A problem {wording.listed(step.accept, 'or')} becomes an exception for a person."
        case Task():
            yield from _task_notes(step)
        case WaitForEvent():
            yield f"Waits for {wording.event_words(step)}."
        case WaitForAny():
            yield from (f"{wording.way_words(one)}." for one in step.ways)
        case Repeat():
            for one in step.collect:
                yield f"Collects {one.name} from {wording.computed_words(one.value)}."
            for one in step.carry:
                yield f"Carries {one.name} on, which becomes {wording.computed_words(one.value)}."
        case Set():
            for one in step.assignments:
                yield f"{one.name} becomes {wording.computed_words(one.value)}."
        case Parallel():
            yield f"Branches: {wording.listed(step.branches)}."
        case End():
            outcome = plan.outcome.get(step.outcome)
            if outcome is not None:
                undo = ", what was done is undone" if outcome.undo else ""
                yield f"Outcome {outcome.id} ({wording.OUTCOME_WORDS[outcome.kind]}{undo})."
        case Decide() | WaitForTime() | Section() | Child() | Emit():
            pass
        case _:
            assert_never(step)
    saved = getattr(step, "save", None)
    if saved:
        yield f"Saves {saved}."


def _task_notes(step: Task) -> Iterator[str]:
    yield f"Task: {wording.computed_words(step.task_title)}."
    for reminder in step.remind:
        yield f"Reminds {wording.reminder_words(reminder)}."
    for escalation in step.escalate:
        yield f"Escalates {wording.escalation_words(escalation)}."
    if step.form:
        yield f"Form: {wording.listed(one.label for one in step.form)}."
    if step.outcomes:
        yield f"Outcomes: {wording.listed(one.title for one in step.outcomes)}."
    if step.separate_from:
        yield f"Not by whoever did {step.separate_from}."
    if step.bulk:
        yield "May be completed in bulk."
