"""What became of an instance as a whole and of its steps, fact by fact, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.services.records import Entry, Task
from web.presenters.places import Places
from web.presenters.times import time_of
from web.presenters.values import event_words, in_words, words

Json = Any


@dataclass(frozen=True)
class Context:
    """What sentences need beside the fact itself."""

    places: Places
    tasks: Mapping[str, Task]
    names: Mapping[str, str]
    queues: Callable[[str], str]
    zone: str
    now: datetime

    def title(self, entry: Entry) -> str:
        """What stands at the fact's address."""
        return self.places.title(entry.address or "")

    def moment(self, text: Json) -> str:
        """A moment of a fact."""
        return time_of(datetime.fromisoformat(str(text)), self.zone, self.now).exact


Said = tuple[str, str, str]
"""A fact's words: the sentence, more detail or nothing, and its tone. Without a sentence it is left out."""

Sentence = Callable[[Entry, Context], Said]

SILENT: Said = ("", "", "")


def _started(entry: Entry, _: Context) -> Said:
    why = "As part of another pathway" if entry.detail.get("parent") else ""
    return f"Started: {entry.detail.get('title')} {entry.detail.get('version')}", why, "start"


def _ending(entry: Entry, _: Context) -> Said:
    title = words(str(entry.detail.get("outcome")))
    return f"On its way to the end: {title}", str(entry.detail.get("reason") or ""), "end"


def _ended(entry: Entry, _: Context) -> Said:
    tone = "good" if entry.detail.get("kind") == "success" else "end"
    return f"Ended: {entry.detail.get('title')}", str(entry.detail.get("reason") or ""), tone


def _suspended(entry: Entry, _: Context) -> Said:
    return "Suspended: no new step begins", str(entry.detail.get("reason") or ""), "wait"


def _resumed(entry: Entry, _: Context) -> Said:
    return "Resumed", str(entry.detail.get("reason") or ""), "note"


def _migrated(entry: Entry, _: Context) -> Said:
    before, after = entry.detail.get("before"), entry.detail.get("version")
    return f"Goes on with version {after}, before {before}", str(entry.detail.get("reason") or ""), "note"


def _gap(_: Entry, __: Context) -> Said:
    return "Part of the record is missing here", "What came before was read again from the pathway itself.", "bad"


def _gone(entry: Entry, _: Context) -> Said:
    return "Stands still: what runs it is gone", str(entry.detail.get("message") or ""), "bad"


def _back(_: Entry, __: Context) -> Said:
    return "Goes on: what runs it is there again", "", "note"


def _stage(entry: Entry, _: Context) -> Said:
    return f"Reached the stage {words(str(entry.detail.get('stage')))}", "", "stage"


def _attributes(entry: Entry, context: Context) -> Said:
    return "List values changed", in_words(entry.detail.get("attributes"), context.zone), "small"


def _saved(entry: Entry, context: Context) -> Said:
    value, why = in_words(entry.detail.get("value"), context.zone), entry.detail.get("reason")
    return f"Saved: {words(str(entry.detail.get('name')))}", f"{value} · {why}" if why else value, "small"


def _offers(entry: Entry, _: Context) -> Said:
    offered = [str(one.get("title") or one.get("side")) for one in entry.detail.get("offers") or ()]
    return ("Can be started by hand" if offered else "Nothing more is offered"), ", ".join(offered), "small"


def _operated(entry: Entry, context: Context) -> Said:
    detail, why = entry.detail.get("detail") or {}, str(entry.detail.get("reason") or "")
    where = context.title(entry)
    match entry.detail.get("operation"):
        case "skip":
            return f"Skipped by hand: {where}", why, "note"
        case "move":
            undo = " What was done there is undone." if detail.get("undo") else ""
            return f"Moved by hand from {where} to {context.places.step(str(detail.get('to')))}", f"{why}{undo}", "note"
        case "set":
            before, after = (in_words(detail.get(one), context.zone) for one in ("before", "after"))
            return f"Changed by hand: {words(str(detail.get('name')))}", f"{before} → {after} · {why}", "note"
        case _:
            return SILENT  # the task that was opened, or the side flow that began, says it with who


def _step(entry: Entry, context: Context) -> Said:
    return f"Came to: {context.title(entry)}", "", "small"


def _undo_begins(entry: Entry, context: Context) -> Said:
    return (context.title(entry), "What was done is taken back.", "note") if _is_undo(entry) else SILENT


def _is_undo(entry: Entry) -> bool:
    return entry.detail.get("kind") == "undo"


_HOW = {
    "completed": "Passed",
    "skipped": "Skipped",
    "moved": "Moved on by hand from",
    "timeout": "Time ran out at",
    "problem": "Problem at",
    "event": "Interrupted by an event",
    "cancelled": "Left",
}


def _left(entry: Entry, context: Context) -> Said:
    how = _HOW.get(str(entry.detail.get("how")), "Left")
    return f"{how}: {context.title(entry)}", _goes_on(entry, context), "small"


def _notable_left(entry: Entry, context: Context) -> Said:
    match entry.detail.get("how"):
        case "timeout":
            return f"Nothing came in time: {context.title(entry)}", _goes_on(entry, context), "wait"
        case "problem":
            return f"A problem led on from: {context.title(entry)}", _problem(entry, context), "note"
        case "event":
            return f"Interrupted by an event: {context.title(entry)}", _goes_on(entry, context), "note"
        case _:
            return SILENT


def _goes_on(entry: Entry, context: Context) -> str:
    to = entry.detail.get("to")
    return f"Went on to {context.places.step(str(to))}" if to else str(entry.detail.get("detail") or "")


def _problem(entry: Entry, context: Context) -> str:
    problem, goes = entry.detail.get("detail"), _goes_on(entry, context)
    return f"{words(str(problem))}. {goes}" if problem else goes


def _steps_held(entry: Entry, context: Context) -> Said:
    steps = ", ".join(context.places.step(str(one)) for one in entry.detail.get("steps") or ())
    where = " (of this instance alone)" if entry.detail.get("own") else ""
    return f"Not entered until they are released{where}: {steps}", str(entry.detail.get("reason") or ""), "wait"


def _released(entry: Entry, _: Context) -> Said:
    where = " of this instance alone" if entry.detail.get("own") else ""
    return f"No step is held any more{where}", str(entry.detail.get("reason") or ""), "note"


def _held(entry: Entry, context: Context) -> Said:
    return f"Held: {entry.detail.get('title') or context.title(entry)}", "", "wait"


def _renamed(entry: Entry, _: Context) -> Said:
    return f"Stands in the new version at: {entry.detail.get('title')}", f"Before {entry.detail.get('before')}", "small"


def _scope_entered(entry: Entry, context: Context) -> Said:
    where = context.places.scope(str(entry.detail.get("scope")))
    return (f"Began: {where}", "", "note" if entry.detail.get("kind") == "side" else "small") if where else SILENT


def _scope_left(entry: Entry, context: Context) -> Said:
    how = "Over" if entry.detail.get("how") == "ended" else "Left before its end"
    return f"{how}: {context.places.scope(str(entry.detail.get('scope')))}", "", "small"


def _side_only(sentence: Sentence) -> Sentence:
    def said(entry: Entry, context: Context) -> Said:
        return sentence(entry, context) if str(entry.detail.get("scope")).startswith("~") else SILENT

    return said


def _inner(entry: Entry, context: Context) -> Said:
    if entry.detail.get("waits") == "undo":
        return f"Waits until what was done is undone: {context.title(entry)}", "", "wait"
    return f"Waits for what lies in it: {context.title(entry)}", "", "small"


def _handler(entry: Entry, context: Context) -> Said:
    side, to = entry.detail.get("side"), entry.detail.get("to")
    if side:
        flow = context.places.scope(f"~{side}/")
        leads = f"Runs already, so not started again: {flow}" if entry.detail.get("ignored") else f"Starts: {flow}"
    else:
        leads = f"Leads to {context.places.step(str(to))}"
    return f"Event arrived: {context.places.event(entry.address or '')}", f"At {context.title(entry)}. {leads}", "note"


def _armed(entry: Entry, context: Context) -> Said:
    return f"Waiting: {context.title(entry)}", f"For the event “{event_words(str(entry.detail.get('type')))}”", "wait"


def _own_armed(entry: Entry, context: Context) -> Said:
    _, marked, slot = (entry.address or "").rpartition("^")
    return SILENT if marked and slot.isdigit() else _armed(entry, context)


def _disarmed(entry: Entry, context: Context) -> Said:
    if entry.detail.get("consumed"):
        return f"Event arrived: {context.title(entry)}", event_words(str(entry.detail.get("type") or "")), "done"
    return SILENT


def _no_longer(entry: Entry, context: Context) -> Said:
    if entry.detail.get("consumed"):
        return _disarmed(entry, context)
    return f"No longer waits: {context.title(entry)}", event_words(str(entry.detail.get("type"))), "small"


def _wait(entry: Entry, context: Context) -> Said:
    return f"Waiting: {context.title(entry)}", f"Until {context.moment(entry.detail.get('until'))}", "wait"


def _deadline(entry: Entry, context: Context) -> Said:
    what = {"due": "Due time changed", "wait": "Waits until another time", "timeout": "Time limit changed"}
    until = entry.detail.get("until")
    return (
        f"{what.get(str(entry.detail.get('what')), 'Time changed')}: {context.title(entry)}",
        f"Now {context.moment(until)}" if until else "Now without one",
        "small",
    )


def _emitted(entry: Entry, _: Context) -> Said:
    return f"Event published: {entry.detail.get('type')}", "", "note"


SHORT: Mapping[str, Sentence] = {
    "instance-started": _started,
    "instance-ending": _ending,
    "instance-ended": _ended,
    "instance-suspended": _suspended,
    "instance-resumed": _resumed,
    "instance-held": _steps_held,
    "instance-released": _released,
    "instance-migrated": _migrated,
    "gap": _gap,
    "workflow-gone": _gone,
    "workflow-back": _back,
    "stage-reached": _stage,
    "operated": _operated,
    "step-entered": _undo_begins,
    "step-left": _notable_left,
    "step-held": _held,
    "scope-entered": _side_only(_scope_entered),
    "scope-left": _side_only(_scope_left),
    "handler-taken": _handler,
    "listener-armed": _own_armed,
    "listener-disarmed": _disarmed,
    "wait-started": _wait,
    "event-emitted": _emitted,
}
"""What everybody reads."""

LONG: Mapping[str, Sentence] = {
    "data-saved": _saved,
    "attributes-changed": _attributes,
    "offers-changed": _offers,
    "step-entered": _step,
    "step-left": _left,
    "position-renamed": _renamed,
    "scope-entered": _scope_entered,
    "scope-left": _scope_left,
    "inner-awaited": _inner,
    "listener-armed": _armed,
    "listener-disarmed": _no_longer,
    "deadline-moved": _deadline,
}
"""What is said, or said otherwise, where every step is asked for."""
