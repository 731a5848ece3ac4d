"""Reading the steps of a definition, a function per kind; those with steps inside are in `parse.flow`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pathways.model import (
    Authored,
    Body,
    DoDecl,
    EmitDecl,
    EndDecl,
    SetDecl,
    StepDecl,
    TaskDecl,
    Text,
    WaitForAnyDecl,
    WaitForEventDecl,
    WaitForTimeDecl,
    WayDecl,
)
from pathways.names import why_no_identifier, why_no_inner_step
from pathways.parse.clocks import parse_verbs
from pathways.parse.flow import ReadSteps, parse_child, parse_parallel, parse_repeat, parse_section
from pathways.parse.tables import parse_decide
from pathways.parse.tasks import parse_task
from pathways.parse.ways import (
    parse_catch,
    parse_handlers,
    parse_listening,
    parse_next,
    parse_retry,
    parse_timeout,
    parse_undo,
    parse_with,
)
from pathways.reader import MOST_STEPS, Reader
from pathways.source import Node

_COMMON = (
    "title",
    "stage",
    "note",
    "next",
    "timeout",
    "save",
    "accept",
    "on",
    "clocks",
    "undo",
    "gate",
)
_MORE: dict[str, tuple[str, ...]] = {"do": ("with", "retry", "catch"), "pathway": ("detached",)}
_OF_ACTIONS = ("retry", "catch")
_GATES = ("clinical",)


def parse_steps(reader: Reader, node: Node, where: str, level: int) -> tuple[StepDecl, ...]:
    """Read a map of steps on a level of nesting, counted from 1."""
    entries = reader.entries(node, f"steps of {where}")
    if not entries and (node.is_map or node.value is None):
        reader.note("shape", node.mark, f"{where} has at least one step.")
    if not reader.deeper(node, level, where):
        return ()
    found = []
    for name, one in entries:
        reader.steps += 1
        if reader.steps > MOST_STEPS:
            if reader.steps == MOST_STEPS + 1:
                hint = "Split the pathway into children."
                reader.note("too-many-steps", name.mark, f"More than {MOST_STEPS} steps.", hint)
            break
        if why := why_no_identifier(name.value) if level == 1 else why_no_inner_step(name.value):
            reader.note("bad-id", name.mark, why)
        step = _step(reader, name, one, level)
        if step is not None:
            found.append(step)
    return tuple(found)


def _step(reader: Reader, name: Text, node: Node, level: int) -> StepDecl | None:
    """Read one step; None where its kind can't be told."""
    where = f'the step "{name}"'
    kind = _kind(reader, name, node, where)
    if kind is None:
        return None
    nested = _NESTED.get(kind)
    body = nested(reader, node, where, level, parse_steps) if nested else _PLAIN[kind](reader, node, where)
    if body is None:
        return None
    if kind != "do":
        _refuse_of_actions(reader, node, where, kind)
    title = reader.text(node.get("title"), "title")
    note = reader.text(node.get("note"), "note")
    if isinstance(body, TaskDecl) and body.title is None and title is not None and "{{" in title.value:
        body = replace(body, title=Authored(title.value, title.mark))
    return StepDecl(
        id=name,
        body=body,
        title=title.value if title else None,
        stage=reader.text(node.get("stage"), "stage"),
        note=note.value if note else None,
        save=reader.name(reader.text(node.get("save"), "save")),
        timeout=parse_timeout(reader, node.get("timeout"), where),
        accept=reader.texts(node.get("accept"), "accept"),
        next=parse_next(reader, node.get("next"), where),
        on=parse_handlers(reader, node.get("on"), where),
        clocks=parse_verbs(reader, node.get("clocks"), where),
        undo=parse_undo(reader, node.get("undo"), where, node.get("retry") if kind != "do" else None),
        gate=_gate(reader, node.get("gate"), where),
        catch=parse_catch(reader, node.get("catch"), where) if nested else (),
    )


def _kind(reader: Reader, name: Text, node: Node, where: str) -> str | None:
    if not node.is_map:
        hint = "Begin with do, task, wait, …"
        reader.note("shape", node.mark, f'The step "{name}" is a map of keys to values.', hint)
        return None
    known = (*_PLAIN, *_NESTED)
    kinds = [kind for kind in known if kind in node.value]
    if len(kinds) > 1:
        mark = node.keys[kinds[1]]
        message = f'The step "{name}" has {" and ".join(kinds)}; a step is one of them.'
        hint = (
            "The steps of a repeat stand inside it, those of a parallel in its branches." if _two_levels(kinds) else ""
        )
        reader.note("two-kinds", mark, message, hint)
        return None
    foreign = _OF_ACTIONS if kinds and "do" not in kinds else ()
    more = [one for kind in kinds for one in _MORE.get(kind, ())]
    reader.keys(node, where, (*_COMMON, *(kinds or known), *foreign, *more))
    if not kinds:
        hint = f"A step has one of {', '.join(known)}."
        reader.note("no-kind", name.mark, f'The step "{name}" says nothing of what it does.', hint)
        return None
    return kinds[0]


def _two_levels(kinds: list[str]) -> str:
    """A hint where steps stand beside what they were probably meant to stand in."""
    outside = "steps" in kinds and {"repeat", "parallel"} & set(kinds)
    return "The steps of a repeat stand inside it, those of a parallel in its branches." if outside else ""


def _refuse_of_actions(reader: Reader, node: Node, where: str, kind: str) -> None:
    """Note a `catch` where no action runs, and a `retry` where there is not even an undo that could be tried again."""
    if node.get("retry") is not None and node.get("undo") is None:
        hint = "Write it at the action inside." if kind in _NESTED else "Leave it out."
        reader.note("shape", node.keys["retry"], f"retry is for an action, and {where} runs none.", hint)
    caught = node.get("catch") if kind not in _NESTED else None
    if caught is not None and not (caught.is_map and not caught.value):
        hints = {"pathway": "How it ended is its outcome: lead on by next.", "task": "Lead on by its outcomes."}
        hint = hints.get(kind, "Leave it out.")
        reader.note("shape", node.keys["catch"], f"catch is for what an action reports, and {where} runs none.", hint)


def _gate(reader: Reader, node: Node | None, where: str) -> Text | None:
    gate = reader.text(node, f"gate of {where}")
    if gate is not None and gate.value not in _GATES:
        reader.note("shape", gate.mark, f"gate of {where} is one of {', '.join(_GATES)}.")
        return None
    return gate


def _do(reader: Reader, node: Node, where: str) -> Body | None:
    action = reader.text(node.get("do"), f"do of {where}")
    if action is None:
        reader.note("missing-key", node.keys["do"], f"do of {where} names an action.")
        return None
    return DoDecl(
        action,
        parse_with(reader, node, where),
        parse_retry(reader, node.get("retry"), where),
        parse_catch(reader, node.get("catch"), where),
    )


def _set(reader: Reader, node: Node, where: str) -> Body | None:
    body = node.value["set"]
    if not body.is_map:
        reader.note("shape", body.mark, f"set of {where} is a map of names to values.")
        return None
    if not body.value:
        reader.note("shape", body.mark, f"set of {where} names at least one value.")
    found = []
    for name, one in reader.entries(body, "set"):
        reader.name(name)
        value = reader.authored(one)
        if value is not None:
            found.append((name, value))
    return SetDecl(tuple(found))


def _wait(reader: Reader, node: Node, where: str) -> Body | None:
    wait = node.value["wait"]
    if not reader.keys(wait, f"wait of {where}", ("event", "key", "when", "lookback", "until", "for", "any", "note")):
        return None
    ways = [way for way in ("event", "until", "for", "any") if wait.get(way) is not None]
    if ways == ["any"]:
        for key in ("key", "when", "lookback"):
            if key in wait.keys:
                hint = "Write it in the way whose event it is about."
                reader.note("shape", wait.keys[key], f"{key} of {where} stands beside any.", hint)
        return _any(reader, wait.value["any"], where)
    if len(ways) != 1:
        reader.note("wait-for-what", wait.mark, f"wait of {where} has one of event, until, for and any.")
        return None
    return _one_wait(reader, wait, ways[0])


def _one_wait(reader: Reader, wait: Node, way: str) -> WaitForEventDecl | WaitForTimeDecl | None:
    if way == "event":
        event = reader.text(wait.get("event"), "event")
        if event is None:
            return None
        heard = parse_listening(reader, wait, event)
        return WaitForEventDecl(type=event, mark=wait.mark, key=heard.key, when=heard.when, lookback=heard.lookback)
    for key in ("key", "when", "lookback"):
        if key in wait.keys:
            reader.note("shape", wait.keys[key], f"{key} belongs to an event, and this waits for a time.")
    until, duration = reader.text(wait.get("until"), "until"), reader.text(wait.get("for"), "for")
    return WaitForTimeDecl(wait.mark, until, duration) if until or duration else None


def _any(reader: Reader, node: Node, where: str) -> WaitForAnyDecl | None:
    """The ways of a wait: a map of names, a list of such maps, or a list of ways that each have a name."""
    entries = [entry for one in reader.items(node) for entry in _ways(reader, one, where)]
    found: list[WayDecl] = []
    for name, one in entries:
        reader.identifier(name)
        if not reader.keys(one, f'the way "{name}"', ("event", "key", "when", "lookback", "until", "for", "note")):
            continue
        ways = [way for way in ("event", "until", "for") if one.get(way) is not None]
        if len(ways) != 1:
            reader.note("wait-for-what", one.mark, f'The way "{name}" of {where} has one of event, until and for.')
            continue
        if any(name.value == other.name.value for other in found):
            reader.note("duplicate-field", name.mark, f'any of {where} has two ways "{name}".')
            continue
        if (wait := _one_wait(reader, one, ways[0])) is not None:
            found.append(WayDecl(name, wait))
    if not entries:
        reader.note("wait-for-what", node.mark, f"any of {where} names at least one way to end.")
    return WaitForAnyDecl(node.mark, tuple(found)) if found else None


def _ways(reader: Reader, node: Node, where: str) -> list[tuple[Text, Node]]:
    """A map of ways by name, or one way that says its `name` itself."""
    name = node.get("name")
    if name is None or name.is_map:
        return reader.entries(node, f"any of {where}")
    own = reader.text(name, f"name of a way of {where}")
    rest = {key: one for key, one in node.value.items() if key != "name"}
    marks = {key: mark for key, mark in node.keys.items() if key != "name"}
    return [(own, Node(rest, node.mark, marks))] if own is not None else []


def _emit(reader: Reader, node: Node, where: str) -> Body | None:
    emit = node.value["emit"]
    if not reader.keys(emit, f"emit of {where}", ("type", "data")):
        return None
    event = reader.text(reader.required(emit, "type", "emit"), "type")
    data = reader.authored_map(emit.get("data"), f"data of {where} is a map of names to values.")
    return EmitDecl(event, data) if event else None


def _end(reader: Reader, node: Node, where: str) -> Body | None:
    outcome = reader.text(node.get("end"), f"end of {where}")
    if outcome is None:
        reader.note("missing-key", node.keys["end"], f"end of {where} names an outcome.")
        return None
    return EndDecl(outcome)


_PLAIN: dict[str, Callable[[Reader, Node, str], Body | None]] = {
    "do": _do,
    "task": parse_task,
    "decide": parse_decide,
    "set": _set,
    "wait": _wait,
    "pathway": parse_child,
    "emit": _emit,
    "end": _end,
}
_NESTED: dict[str, Callable[[Reader, Node, str, int, ReadSteps], Body | None]] = {
    "steps": parse_section,
    "parallel": parse_parallel,
    "repeat": parse_repeat,
}
