"""Reading what stands in for the world: the answers of actions, and how children go."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pathways.diagnostics import Mark
from pathways.reader import Reader
from pathways.scenarios.model import Answer, ChildAnswer, Stubs
from pathways.scenarios.pieces import duration_of, plain_of, text_of
from pathways.source import Node

_ANSWER_KEYS = ("give", "fail", "problem", "takes", "message", "detail")
_CHILD_KEYS = ("outcome", "give", "running", "fail", "takes")

T = TypeVar("T")


def read_stubs(reader: Reader, node: Node) -> Stubs:
    """The stubs of a file, or of one scenario."""
    marks: dict[tuple[str, str], Mark] = {}
    actions = _by_name(reader, node, "actions", "{give: {…}}", _answer, marks)
    children = _by_name(reader, node, "children", "{outcome: …}", _child, marks)
    return Stubs(actions, children, reader.flag(node.get("with_children"), "with_children"), marks)


def over(common: Stubs, own: Stubs, says_children: bool) -> Stubs:
    """A scenario's own stubs over those at the top of its file."""
    return Stubs(
        {**common.actions, **own.actions},
        {**common.children, **own.children},
        own.real if says_children else common.real,
        {**common.marks, **own.marks},
    )


def _by_name(
    reader: Reader,
    node: Node,
    key: str,
    example: str,
    read: Callable[[Reader, Node, str], T | None],
    marks: dict[tuple[str, str], Mark],
) -> dict[str, tuple[T, ...]]:
    declared = node.get(key)
    if declared is None:
        return {}
    if not declared.is_map:
        kind = "an action's name to what it answers" if key == "actions" else "a child's name to how it goes"
        reader.note("shape", declared.mark, f"{key} is a map from {kind}, in order.")
        return {}
    found: dict[str, tuple[T, ...]] = {}
    for name, one in declared.value.items():
        items = one.value if one.is_list else [one]
        answers = (read(reader, item, name) for item in items)
        found[name] = tuple(answer for answer in answers if answer is not None)
        marks[key, name] = declared.keys[name]
        if not items:
            reader.note("shape", one.mark, f"{name} answers nothing.", f"Write [{example}].")
    return found


def _answer(reader: Reader, node: Node, name: str) -> Answer | None:
    if not reader.keys(node, f"an answer of {name}", _ANSWER_KEYS):
        return None
    kinds = [kind for kind in ("give", "fail", "problem") if kind in node.value]
    if len(kinds) != 1:
        hint = "{give: {…}}, {fail: a technical reason} or {problem: name}, with takes: where it matters."
        reader.note("shape", node.mark, f"An answer of {name} is one of give, fail and problem.", hint)
        return None
    value = node.value[kinds[0]]
    takes = duration_of(reader, node, "takes")
    if kinds[0] == "give":
        return Answer(node.mark, "give", value.plain, takes=takes, marks=value.keys)
    reason = reader.text(value if value.value is not None else None, kinds[0])
    if reason is None and kinds[0] == "problem":
        reader.note("shape", node.mark, "problem names the problem that the action reports.")
        return None
    text = reason.value if reason else "failed"
    message, detail = text_of(reader, node, "message") or "", plain_of(node, "detail")
    return Answer(node.mark, "fail" if kinds[0] == "fail" else "problem", text, message, detail, takes)


def _child(reader: Reader, node: Node, name: str) -> ChildAnswer | None:
    if not reader.keys(node, f"how {name} goes", _CHILD_KEYS):
        return None
    kinds = [kind for kind in ("outcome", "running", "fail") if kind in node.value]
    if len(kinds) != 1:
        hint = "{outcome: …, give: {…}}, {running: true} or {fail: a reason}, with takes: where it matters."
        reader.note("shape", node.mark, f"How {name} goes is one of outcome, running and fail.", hint)
        return None
    takes = duration_of(reader, node, "takes")
    match kinds[0]:
        case "outcome":
            outcome = text_of(reader, node, "outcome")
            if outcome is None:
                reader.note("shape", node.mark, "outcome names the outcome with which the child ends.")
                return None
            marks = given.keys if (given := node.get("give")) is not None else {}
            return ChildAnswer(node.mark, "end", outcome, plain_of(node, "give"), takes=takes, marks=marks)
        case "running":
            if not reader.flag(node.get("running"), "running"):
                reader.note("shape", node.mark, "A child that goes on running is written {running: true}.")
            return ChildAnswer(node.mark, "run")
        case _:
            return ChildAnswer(node.mark, "fail", message=text_of(reader, node, "fail") or "failed", takes=takes)
