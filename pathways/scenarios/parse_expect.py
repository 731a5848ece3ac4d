"""Reading what a scenario expects, each entry in the form that its comparison takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from pathways.diagnostics import Mark
from pathways.reader import Reader
from pathways.scenarios.model import Expectation, Expected
from pathways.source import Node

KEYS: tuple[Expected, ...] = get_args(Expected)

STATUSES = ("running", "paused", "met", "late", "breached", "dropped", "not-started")
"""Where a clock may stand."""

TASK_KEYS = (
    "address", "at", "step", "title", "queue", "role", "priority", "due", "stage", "help", "origin", "skill", "bulk",
    "gate", "claimed_by", "why", "cause",
)  # fmt: skip
CLOCK_KEYS = ("status", "deadline", "breached", "warned", "number", "started_at")
EVENT_KEYS = ("type", "data", "at")
INCIDENT_KEYS = ("at", "address", "step", "kind", "message", "count")
OFFER_KEYS = ("side", "title", "queue", "role")


def read_expect(reader: Reader, node: Node | None) -> tuple[Expectation, ...]:
    """The expectations of a scenario, of one of its entries, or of a child."""
    if node is None or not reader.keys(node, "expect", KEYS):
        return ()
    found = []
    for name in KEYS:
        one = node.value.get(name)
        if one is not None and _fits(reader, name, one):
            inner = _children(reader, one) if name == "children" else {}
            found.append(Expectation(name, one.plain, node.keys[name], marks_of(one), inner))
    order = list(node.value)
    return tuple(sorted(found, key=lambda one: order.index(one.what)))


def marks_of(node: Node) -> dict[str | int, Mark]:
    """The places of the items of a list or map."""
    if node.is_list:
        return {index: item.mark for index, item in enumerate(node.value)}
    return {name: mark for name, mark in node.keys.items()} if node.is_map else {}  # noqa: C416 - another key type


def _children(reader: Reader, node: Node) -> dict[str, tuple[Expectation, ...]]:
    return {name: read_expect(reader, one) for name, one in node.value.items() if one.is_map}


def _texts(node: Node) -> bool:
    items = node.value if node.is_list else [node]
    return all(_named(one) for one in items)


def _named(node: Node) -> bool:
    """A text; a number counts, for `+1` is the address of an added task."""
    return isinstance(node.value, str) or (isinstance(node.value, int) and not isinstance(node.value, bool))


def _counted(node: Node) -> bool:
    return isinstance(node.value, int) and not isinstance(node.value, bool)


def _items(reader: Reader, node: Node, keys: tuple[str, ...], where: str) -> bool:
    items = node.value if node.is_list else [node]
    for one in items:
        if one.is_map:
            reader.keys(one, where, keys)
    return all(one.is_map or _named(one) for one in items)


def _outcome(_: Reader, node: Node) -> bool:
    return isinstance(node.value, str) or node.value is None


def _at(_: Reader, node: Node) -> bool:
    return _texts(node) or node.value is None


def _names(_: Reader, node: Node) -> bool:
    return _texts(node)


def _map(_: Reader, node: Node) -> bool:
    return node.is_map


def _maps(_: Reader, node: Node) -> bool:
    return node.is_map and all(one.is_map for one in node.value.values())


def _flag(_: Reader, node: Node) -> bool:
    return isinstance(node.value, bool)


def _counts(_: Reader, node: Node) -> bool:
    return node.is_map and all(_counted(one) for one in node.value.values())


def _anything(_: Reader, node: Node) -> bool:
    return node.is_map or node.value is None


def _tasks(reader: Reader, node: Node) -> bool:
    return _counted(node) or _items(reader, node, TASK_KEYS, "an open task")


def _emitted(reader: Reader, node: Node) -> bool:
    return _counted(node) or _items(reader, node, EVENT_KEYS, "an emitted event")


def _incidents(reader: Reader, node: Node) -> bool:
    return _counted(node) or _items(reader, node, INCIDENT_KEYS, "an incident")


def _offers(reader: Reader, node: Node) -> bool:
    return _items(reader, node, OFFER_KEYS, "an offer")


def _cancelled(_: Reader, node: Node) -> bool:
    return _counted(node) or isinstance(node.value, bool) or _texts(node) or _counts(_, node)


def _clocks(reader: Reader, node: Node) -> bool:
    if not node.is_map:
        return False
    for name, one in node.value.items():
        status = one
        if one.is_map:
            reader.keys(one, f"the clock {name}", CLOCK_KEYS)
            status = one.get("status")
        if status is not None and status.value is not None:
            reader.choice(status, f"The state of {name}", STATUSES)
    return True


_FORMS: dict[Expected, tuple[Callable[[Reader, Node], bool], str]] = {
    "outcome": (_outcome, "the outcome's id"),
    "give": (_anything, "a map of what the outcome gives"),
    "at": (_at, "a position or a list of positions"),
    "stage": (_outcome, "a stage"),
    "attributes": (_map, "a map of names"),
    "visited": (_names, "a list of names, in order"),
    "data": (_map, "a map of names"),
    "open_tasks": (_tasks, "a list of tasks, each by the fields that matter"),
    "clocks": (_clocks, "a map of clocks to where they stand"),
    "emitted": (_emitted, "a list of event types, or of {type, data}"),
    "actions_run": (_counts, "a map of names to numbers of attempts"),
    "actions_order": (_names, "a list of names, in order"),
    "children_cancelled": (_cancelled, "a list of children by name or address, or how many"),
    "children": (_maps, "a map of a child's address to what is expected of it"),
    "incidents": (_incidents, "a list of kinds, or of {at, kind}, or how many"),
    "no_incidents": (_flag, "true or false"),
    "offers": (_offers, "a list of side flows"),
}


def _fits(reader: Reader, name: Expected, node: Node) -> bool:
    """Whether an expectation has the form that its comparison takes."""
    fits, form = _FORMS[name]
    good = fits(reader, node)
    if not good:
        reader.note("shape", node.mark, f"{name} is {form}.")
    return good
