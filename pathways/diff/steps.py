"""The facets of a step: everything of it that a reader is told when it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from pathways import wording
from pathways.diff.facets import Facet, flag, said, text
from pathways.plan import (
    Alert,
    Child,
    Decide,
    Do,
    Edge,
    Emit,
    End,
    FormField,
    Handler,
    Listening,
    Parallel,
    Repeat,
    Section,
    Set,
    Step,
    Task,
    TaskOutcome,
    WaitForAny,
    WaitForEvent,
    WaitForTime,
    Way,
)
from pathways.values import Computed


def facets_of(step: Step) -> Iterator[Facet]:
    """Everything of a step but its place and the rows of its table."""
    yield from text("title", "title", step.title)
    yield from said("stage", "stage", step.stage)
    yield from _own(step)
    yield from _ways_on(step)
    if step.timeout is not None:
        after = wording.after_words(step.timeout.after)
        yield Facet(("timeout",), "timeout", f"{after}, {_to(step.timeout.to, step.timeout.undo)}")
    yield from handler_facets(step.handlers)
    for verb in step.clocks:
        start = f", from {wording.computed_words(verb.start)}" if verb.start else ""
        yield Facet(("clock", verb.verb, verb.clock), f"{verb.verb} of clock {verb.clock}", f"on {verb.at}{start}")
    yield from _undo(step)
    if step.gate is not None:
        roles = f" (roles {', '.join(step.gate_roles)})" if step.gate_roles else ""
        yield Facet(("gate",), "gate", f"{step.gate}{roles}")


def _own(step: Step) -> Iterator[Facet]:
    match step:
        case Do():
            yield from _action(step)
        case Task():
            yield from _task(step)
        case Decide():
            if step.table is not None:
                yield from said("inputs", "inputs of the table", _all(step.table.inputs))
            yield from _save(step.save)
        case Set():
            for one in step.assignments:
                yield Facet(("set", one.name), f"value of {one.name}", wording.computed_words(one.value))
            yield Facet(("order", "set"), "order of values", order=tuple(one.name for one in step.assignments))
        case WaitForEvent():
            yield from _listening(step)
            yield from _save(step.save)
        case WaitForTime():
            yield from said("until", "end of the wait", wording.timing_words(step.until) if step.until else None)
            yield from said("for", "length of the wait", wording.timing_words(step.duration) if step.duration else None)
        case WaitForAny():
            for way in step.ways:
                yield from _way(way)
            yield from _save(step.save)
        case Parallel():
            joined = len(step.branches) if step.join == 0 else step.join
            every = joined == len(step.branches)
            for name in step.branches:
                yield Facet(("branch", name), f"branch {name}", added="needs a mapping")
            yield Facet(("join",), "branches that must end", "all" if every else str(joined))
            yield from flag("undo-rest", "undo of the other branches", step.undo_rest)
        case Repeat():
            yield from _repeat(step)
        case Section():
            return
        case Child():
            yield Facet(("pathway",), "pathway", step.pathway, "needs a mapping")
            yield from said("range", "version of the pathway", step.range)
            yield from _members("inputs", "input", step.inputs)
            yield from flag("detached", "that it does not wait", step.detached)
            yield from _save(step.save)
        case Emit():
            yield Facet(("type",), "event", step.type)
            yield from _members("data", "data", step.data)
        case End():
            yield Facet(("outcome",), "outcome", step.outcome or "only its scope ends")
        case _:
            assert_never(step)


def _save(name: str | None) -> Iterator[Facet]:
    """Under which name a step saves: whoever has passed it has the value under the name that it had then."""
    if name is not None:
        yield Facet(("save",), "name that it saves", name, changed="needs a mapping")


def _all(values: tuple[Computed, ...]) -> str:
    return ", ".join(map(wording.computed_words, values))


def _action(step: Do) -> Iterator[Facet]:
    # What was ordered of the one action can't be answered by another.
    yield Facet(("action",), "action", step.action, "needs a mapping")
    yield from _members("with", "input", step.input)
    yield from _save(step.save)
    yield Facet(("output",), "result of the action", wording.type_words(step.output), value=step.output)
    yield Facet(("retry", "attempts"), "retries", str(step.retry.attempts))
    yield Facet(("retry", "first"), "wait before the first retry", f"{step.retry.first:g} s")
    yield Facet(("retry", "factor"), "growth of waits between retries", f"×{step.retry.factor:g}")
    yield Facet(("retry", "most"), "longest wait between retries", f"{step.retry.most:g} s")
    yield Facet(("limit",), "time limit of the action", f"{step.timeout_seconds:g} s")
    yield from said("business-key", "business key", step.business_key)
    yield from flag("slow", "that it is slow", step.slow)
    for one in step.catch:
        yield Facet(("catch", one.problem), f"caught problem {one.problem}", _to(one.to, one.undo))
    for problem in step.accept:
        yield Facet(("accept", problem), f"accepted problem {problem}")


def _task(step: Task) -> Iterator[Facet]:
    yield from text("task-title", "title of the task", wording.computed_words(step.task_title))
    yield from text("help", "help", wording.computed_words(step.help) if step.help else None)
    yield Facet(("queue",), "queue", wording.computed_words(step.queue))
    yield from said("role", "role", step.role)
    yield from said("skill", "skill", step.skill)
    yield Facet(("priority",), "priority", wording.computed_words(step.priority))
    yield from said("due", "due time", wording.timing_words(step.due) if step.due else None)
    yield from flag("bulk", "completion in bulk", step.bulk)
    yield from said("separate", "separation from whoever did", step.separate_from)
    yield from _why("", step)
    for number, reminder in enumerate(step.remind, 1):
        key = ("remind", str(number))
        yield Facet(key, f"reminder {number}", wording.reminder_words(reminder))
        yield from _alert(f"reminder {number}", reminder, key)
    for number, escalation in enumerate(step.escalate, 1):
        key = ("escalate", str(number))
        yield Facet(key, f"escalation {number}", wording.escalation_words(escalation))
        yield from _alert(f"escalation {number}", escalation, key)
    for field in step.form:
        yield from _field(field)
    yield Facet(("order", "form"), "order of form fields", order=tuple(one.name for one in step.form))
    for outcome in step.outcomes:
        yield from _outcome(outcome)
    yield from _save(step.save)


def _why(label: str, step: Task) -> Iterator[Facet]:
    yield from text("why", f"{label} why".strip(), step.why)
    yield from text("review", "review date of its alerts", step.review_by)
    yield from said("cause", "cause of its alerts", step.cause)


def _alert(label: str, alert: Alert, key: tuple[str, ...]) -> Iterator[Facet]:
    yield from text("why", f"why of {label}", alert.why, parent=key)
    yield from text("review", f"review date of {label}", alert.review_by, parent=key)
    yield from said("cause", f"cause of {label}", alert.cause, parent=key)


def alert_facets(label: str, alert: Alert, key: tuple[str, ...]) -> Iterator[Facet]:
    """What every alert says beside its time."""
    return _alert(label, alert, key)


def _field(field: FormField) -> Iterator[Facet]:
    key = ("form", field.name)
    required = ", required" if field.required else ""
    label = f"form field {field.name}"
    yield Facet(key, label, f"“{field.label}”, {wording.type_words(field.type)}{required}", thing=True)
    yield from text("label", f"label of {label}", field.label, parent=key)
    yield from text("help", f"help of {label}", field.help, parent=key)
    yield Facet((*key, "type"), f"type of {label}", wording.type_words(field.type), parent=key, value=field.type)
    yield Facet((*key, "required"), f"{label}", "required" if field.required else "optional", parent=key)
    asked = field.required_when.source if field.required_when else None
    yield from said("required-when", f"when {label} is required", asked, parent=key)
    shown = field.show_when.source if field.show_when else None
    yield from said("show-when", f"when {label} is shown", shown, parent=key)


def _outcome(outcome: TaskOutcome) -> Iterator[Facet]:
    key = ("outcome", outcome.id)
    yield Facet(key, f"outcome {outcome.id}", f"“{outcome.title}”", thing=True)
    yield from text("title", f"title of outcome {outcome.id}", outcome.title, parent=key)
    yield from said("role", f"role of outcome {outcome.id}", outcome.role, parent=key)


def _listening(one: Listening, parent: tuple[str, ...] | None = None) -> Iterator[Facet]:
    base = parent or ()
    yield Facet((*base, "type"), "event", one.type, parent=parent)
    key = wording.computed_words(one.key) if one.keyed else None
    yield from said("key", "key of the event", key, parent=parent)
    yield from said("when", "condition on the event", one.when.source if one.when else None, parent=parent)
    back = wording.timing_words(one.lookback) if one.lookback else None
    yield from said("lookback", "look back", back, parent=parent)


def _way(way: Way) -> Iterator[Facet]:
    yield Facet(("way", way.name), f"way {way.name}", wording.way_words(way).removeprefix(f"{way.name}: "))


def _repeat(step: Repeat) -> Iterator[Facet]:
    form = "for each" if step.items is not None else "while" if step.while_ is not None else "until"
    # Iterations that are under way were counted by the old form.
    yield Facet(("form",), "kind of repeat", form, "needs a mapping")
    yield from said("items", "list", wording.computed_words(step.items) if step.items else None)
    if step.items is not None:
        yield Facet(("mode",), "mode", step.mode, "needs a mapping")
        yield from said("as", "name of the item", step.name)
    yield from said("while", "condition to go on", step.while_.source if step.while_ else None)
    yield from said("until", "condition to end", step.until.source if step.until else None)
    yield from said("limit", "limit", wording.computed_words(step.limit) if step.limit else None)
    for one in step.collect:
        yield Facet(("collect", one.name), f"collected {one.name}", wording.computed_words(one.value))
    for one in step.carry:
        yield Facet(("carry", one.name), f"carried {one.name}", wording.computed_words(one.value))
    yield from flag("keep", "keeping what was collected", step.keep)


def _members(key: str, label: str, value: Computed) -> Iterator[Facet]:
    """The members of an input or of data, each by itself."""
    if isinstance(value.source, Mapping):
        for name, member in value.source.items():
            yield Facet((key, str(name)), f"{label} {name}", wording.value_words(member), value=("", member))
    elif value.source is not None:
        yield Facet((key,), label, wording.value_words(value.source))


def _ways_on(step: Step) -> Iterator[Facet]:
    merged: dict[tuple[str, ...], list[str]] = {}
    labels: dict[tuple[str, ...], str] = {}
    for edge in step.next:
        key, label, words = _way_on(step, edge)
        labels[key] = label
        merged.setdefault(key, []).append(words)
    for key, said_of in merged.items():
        yield Facet(("next", *key), labels[key], " or ".join(one for one in said_of if one))
    asked = [edge.to or "the end" for edge in step.next if edge.when is not None]
    if len(asked) > 1 and len(set(asked)) == len(asked):
        yield Facet(("order", "next"), "order of conditions", order=tuple(asked))


def _way_on(step: Step, edge: Edge) -> tuple[tuple[str, ...], str, str]:
    if edge.outcome is not None and edge.when is None:
        return ("outcome", edge.outcome), f"way on after {edge.outcome}", _to(edge.to, edge.undo)
    after = f"after {edge.outcome} " if edge.outcome else ""
    if edge.when is not None:
        undo = ", undoing what was done" if edge.undo else ""
        key = ("to", edge.to, edge.outcome or "")
        return key, f"way on {after}to {edge.to or 'the end of its scope'}", f"when {edge.when.source}{undo}"
    label = "way on otherwise" if len(step.next) > 1 else "way on"
    return ("otherwise",), label, _to(edge.to, edge.undo)


def handler_facets(handlers: tuple[Handler, ...]) -> Iterator[Facet]:
    """The handlers of a step, or the pathway's own; several of one event are told apart by their order."""
    seen: dict[str, int] = {}
    for one in handlers:
        seen[one.type] = seen.get(one.type, 0) + 1
        number = f" ({seen[one.type]})" if seen[one.type] > 1 else ""
        what = wording.event_words(one).removeprefix(one.type).strip()
        leads = f"starts side flow {one.side}" if one.side else _to(one.to or "", one.undo)
        key = ("handler", one.type, str(seen[one.type]))
        yield Facet(key, f"handler of {one.type}{number}", f"{what}, {leads}" if what else leads)


def _undo(step: Step) -> Iterator[Facet]:
    if step.undo is None:
        return
    # What was done could not be undone any more.
    yield Facet(("undo",), "undo", step.undo.action, gone="needs a mapping")
    for name, member in step.undo.input.source.items() if isinstance(step.undo.input.source, Mapping) else ():
        words = wording.value_words(member)
        yield Facet(("undo", "with", str(name)), f"input {name} of the undo", words, parent=("undo",))
    until = step.undo.until
    yield from said("until", "step until which it can be undone", until, parent=("undo",))
    yield Facet(("undo", "retry"), "retries of the undo", str(step.undo.retry.attempts), parent=("undo",))


def _to(to: str, undo: bool) -> str:
    undone = ", undoing what was done" if undo else ""
    return f"to {to or 'the end of its scope'}{undone}"
