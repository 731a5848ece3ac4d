"""Reading the ways out of a step: next, timeout, catch, events that interrupt; and how an action is retried, undone."""

from __future__ import annotations

from pathways.model import (
    Authored,
    CatchDecl,
    EdgeDecl,
    HandlerDecl,
    ListeningDecl,
    RetryDecl,
    Text,
    TimeoutDecl,
    UndoDecl,
)
from pathways.reader import Reader
from pathways.source import Node
from pathways.time.durations import DurationError, parse_duration

_PLAIN = frozenset({"to", "undo", "note"})
_HANDLER_KEYS = ("event", "key", "when", "lookback", "to", "side", "undo", "note")


def parse_next(reader: Reader, node: Node | None, where: str) -> tuple[EdgeDecl, ...] | None:
    """`next`: a step's id, `{to, undo}`, a list of `{when, to, undo}`, or a map by outcome."""
    if node is None:
        return None
    if node.value in ({}, []):
        reader.note("shape", node.mark, f"next of {where} says where it leads.", "Leave it out to go on with the next.")
        return None
    if node.is_map and "to" in node.keys and node.keys.keys() <= _PLAIN:
        plain = _target(reader, node, f"next of {where}")
        return (EdgeDecl(plain[0], undo=plain[1]),) if plain else None
    if node.is_map:
        found = []
        for outcome, one in node.value.items():
            if (way := _target(reader, one, f'next of {where}, outcome "{outcome}"')) is not None:
                found.append(EdgeDecl(way[0], outcome=Text(outcome, node.keys[outcome]), undo=way[1]))
        return tuple(found)
    if node.is_list:
        return parse_edges(reader, node, f"next of {where}")
    to = reader.text(node, f"next of {where}")
    return (EdgeDecl(to),) if to else None


def parse_edges(reader: Reader, node: Node, where: str) -> tuple[EdgeDecl, ...]:
    """A list of `{when, to, undo}`."""
    found = []
    for one in node.value:
        if not reader.keys(one, f"a way of {where}", ("when", "to", "undo", "note")):
            continue
        to = reader.text(reader.required(one, "to", "A way on"), "to")
        when = reader.condition(one.get("when"), "when")
        undo = reader.flag(one.get("undo"), "undo")
        if to is not None:
            found.append(EdgeDecl(to, when, undo=undo))
    return tuple(found)


def _target(reader: Reader, node: Node, where: str) -> tuple[Text, bool] | None:
    """A step's id, or `{to, undo}`."""
    if node.is_map and "to" in node.keys:
        if not reader.keys(node, where, _PLAIN):
            return None
        to = reader.text(node.get("to"), where)
        return (to, reader.flag(node.get("undo"), "undo")) if to else None
    if node.is_list or node.is_map:
        hint = "Put conditions into a decide step behind it."
        reader.note("shape", node.mark, f"{where} is a step's id, or {{to, undo}}.", hint)
        return None
    to = reader.text(node, where)
    return (to, False) if to else None


def parse_timeout(reader: Reader, node: Node | None, where: str) -> TimeoutDecl | None:
    """`timeout: {after, to, undo}`."""
    if node is None or not reader.keys(node, f"timeout of {where}", ("after", "to", "undo", "note")):
        return None
    after = reader.text(reader.required(node, "after", "timeout"), "after")
    to = reader.text(reader.required(node, "to", "timeout"), "to")
    undo = reader.flag(node.get("undo"), "undo")
    return TimeoutDecl(after, to, undo) if after and to else None


def parse_catch(reader: Reader, node: Node | None, where: str) -> tuple[CatchDecl, ...]:
    """`catch`: a map from problem to step, or to `{to, undo}`."""
    if node is None:
        return ()
    if not node.is_map:
        reader.note("shape", node.mark, f"catch of {where} is a map from problem to step.")
        return ()
    found = []
    for problem, one in node.value.items():
        if (way := _target(reader, one, f'catch of {where}, problem "{problem}"')) is not None:
            found.append(CatchDecl(Text(problem, node.keys[problem]), *way))
    return tuple(found)


def parse_listening(reader: Reader, node: Node, event: Text) -> ListeningDecl:
    """`key`, `when` and `lookback` beside an `event`."""
    return ListeningDecl(
        type=event,
        mark=node.mark,
        key=reader.words(node.get("key"), "key"),
        when=reader.condition(node.get("when"), "when"),
        lookback=reader.text(node.get("lookback"), "lookback"),
    )


def parse_handlers(reader: Reader, node: Node | None, where: str) -> tuple[HandlerDecl, ...]:
    """`on`: events that interrupt and lead to a step, or that start a side flow."""
    found = (_handler(reader, one, where) for one in reader.items(node))
    return tuple(one for one in found if one is not None)


def _handler(reader: Reader, node: Node, where: str) -> HandlerDecl | None:
    if not reader.keys(node, f"on of {where}", _HANDLER_KEYS):
        return None
    event = reader.text(reader.required(node, "event", f"on of {where}"), "event")
    to, side = reader.text(node.get("to"), "to"), reader.text(node.get("side"), "side")
    undo = reader.flag(node.get("undo"), "undo")
    if event is None:
        return None
    if (to is None) == (side is None):
        hint = "to interrupts and goes to a step; side starts a side flow and interrupts nothing."
        reader.note("missing-key" if to is None else "shape", node.mark, f"on of {where} has one of to and side.", hint)
        return None
    if side is not None and undo:
        reader.note("shape", node.keys["undo"], f"on of {where} leaves nothing, so there is nothing to undo.")
    heard = parse_listening(reader, node, event)
    return HandlerDecl(
        type=event, mark=node.mark, key=heard.key, when=heard.when, lookback=heard.lookback, to=to, side=side, undo=undo
    )


def parse_undo(reader: Reader, node: Node | None, where: str, retried: Node | None = None) -> UndoDecl | None:
    """`undo: {do, with, retry, until}`; an action's name alone is one that takes no input.

    `retried` is what a step that runs no action says under `retry`: it can only be meant for its undo.
    """
    if node is None:
        return None
    if not node.is_map:
        action = reader.text(node, f"undo of {where}")
        return UndoDecl(node.mark, action, retry=parse_retry(reader, retried, where)) if action else None
    if not reader.keys(node, f"undo of {where}", ("do", "with", "retry", "until", "note")):
        return None
    action = reader.text(reader.required(node, "do", f"undo of {where}"), "do")
    given = parse_with(reader, node, f"undo of {where}")
    retry = parse_retry(reader, node.get("retry") or retried, where)
    until = reader.text(node.get("until"), f"until of the undo of {where}")
    return UndoDecl(node.mark, action, given, retry, until) if action else None


def parse_with(reader: Reader, node: Node, where: str) -> Authored | None:
    """`with`: the input of an action."""
    return reader.authored_map(node.get("with"), f"with of {where} is a map of the action's input.")


def parse_retry(reader: Reader, node: Node | None, where: str) -> RetryDecl | None:
    """`retry: {attempts, first, factor, most}`."""
    if node is None or not reader.keys(node, f"retry of {where}", ("attempts", "first", "factor", "most")):
        return None
    numbers: dict[str, float | None] = {}
    for key, most in (("attempts", 10_000), ("factor", 100)):
        one = node.get(key)
        given = one.value if one is not None and not isinstance(one.value, bool) else None
        if one is not None and not (isinstance(given, (int, float)) and 1 <= given <= most):
            reader.note("shape", one.mark, f"{key} of retry is a number from 1 to {most:,}.")
            given = None
        elif one is not None and key == "attempts" and isinstance(given, float) and not given.is_integer():
            reader.note("shape", one.mark, "attempts of retry is a whole number.")
            given = None
        numbers[key] = None if given is None else float(given)
    for key in ("first", "most"):
        numbers[key] = _seconds(reader, node.get(key), key)
    attempts, first, longest = numbers["attempts"], numbers["first"], numbers["most"]
    if first is not None and longest is not None and longest < first:
        mark = (node.get("most") or node).mark
        reader.note("shape", mark, "most of retry is shorter than its first pause.", "Leave it out, or make it longer.")
    return RetryDecl(
        node.mark,
        None if attempts is None else int(attempts),
        numbers["first"],
        numbers["factor"],
        numbers["most"],
    )


def _seconds(reader: Reader, node: Node | None, key: str) -> float | None:
    text = reader.text(node, key)
    if text is None:
        return None
    try:
        seconds = parse_duration(text.value).elapsed_seconds
    except DurationError as error:
        reader.note("bad-duration", text.mark, error.message, error.hint)
        return None
    if seconds is None or seconds < 0:
        reader.note("bad-duration", text.mark, f"{key} of retry is elapsed time.", "Such as 10 seconds or 30 minutes.")
        return None
    return seconds
