"""Reading clocks: the pathway's section, what steps do to them, and what every alert says."""

from __future__ import annotations

from typing import Literal, TypedDict, get_args

from pathways.model import BreachDecl, ClockDecl, ClockVerbDecl, Text, Verb
from pathways.reader import Reader
from pathways.source import Node

ALERT_KEYS = ("why", "review_by", "cause")
"""What every alert may say of itself."""

_CLOCK_KEYS = ("title", "limit", "calendar", "warn", "breach", *ALERT_KEYS, "note")
_BREACH_KEYS = ("queue", "title", "role", "priority", "help", *ALERT_KEYS, "note")
_VERBS: tuple[Verb, ...] = get_args(Verb)


class Alert(TypedDict):
    """What an alert says of itself."""

    why: Text | None
    review_by: Text | None
    cause: Text | None


def parse_alert(reader: Reader, node: Node) -> Alert:
    """`why`, `review_by` and `cause`."""
    return {
        "why": reader.text(node.get("why"), "why"),
        "review_by": reader.date(node.get("review_by"), "review_by"),
        "cause": reader.text(node.get("cause"), "cause"),
    }


def parse_clocks(reader: Reader, node: Node | None) -> tuple[ClockDecl, ...]:
    """The pathway's `clocks`."""
    found = (_clock(reader, name, one) for name, one in reader.entries(node, "clocks"))
    return tuple(one for one in found if one is not None)


def _clock(reader: Reader, name: Text, node: Node) -> ClockDecl | None:
    reader.identifier(name)
    where = f'the clock "{name}"'
    if not reader.keys(node, where, _CLOCK_KEYS):
        return None
    limit = reader.text(reader.required(node, "limit", where), "limit")
    title = reader.text(node.get("title"), "title")
    if limit is None:
        return None
    calendar = node.get("calendar")
    return ClockDecl(
        id=name,
        limit=limit,
        title=title.value if title else None,
        calendar=reader.text(calendar, "calendar"),
        warn=_warn(reader, node.get("warn"), where),
        breach=_breach(reader, node.get("breach"), where),
        **parse_alert(reader, node),
    )


def _warn(reader: Reader, node: Node | None, where: str) -> float | None:
    share = reader.share(node, f"warn of {where}")
    if node is not None and share in (0.0, 1.0):
        reader.note("shape", node.mark, f"warn of {where} lies before the limit and after the start.", "Such as 75%.")
        return None
    return share


def _breach(reader: Reader, node: Node | None, where: str) -> BreachDecl | None:
    if node is None or not reader.keys(node, f"breach of {where}", _BREACH_KEYS):
        return None
    reader.required(node, "queue", f"breach of {where}")
    return BreachDecl(
        mark=node.mark,
        queue=reader.words(node.get("queue"), "queue"),
        title=reader.words(node.get("title"), "title"),
        role=reader.text(node.get("role"), "role"),
        priority=reader.words(node.get("priority"), "priority"),
        help=reader.words(node.get("help"), "help"),
        **parse_alert(reader, node),
    )


def parse_verbs(reader: Reader, node: Node | None, where: str) -> tuple[ClockVerbDecl, ...]:
    """`clocks` of a step: clocks by verb, in authored order; `from` makes those started begin at that time."""
    if node is None or not reader.keys(node, f"clocks of {where}", (*_VERBS, "from", "at", "note")):
        return ()
    start = reader.words(node.get("from"), f"from of {where}")
    at = reader.choice(node.get("at"), f"at of {where}", ("entry", "completion"))
    begins = [verb for verb in ("start", "restart") if verb in node.keys]
    if start is not None and not begins:
        reader.note("shape", node.keys["from"], f"from of {where} says when a clock began, and none starts here.")
    if start is not None and at == "entry":
        message = f"from of {where} reads what the step results in, which is not there at its entry."
        reader.note("shape", node.keys["at"], message, "Leave at out.")
    if not any(verb in node.keys for verb in _VERBS):
        reader.note("missing-key", node.mark, f"clocks of {where} has one of {', '.join(_VERBS)}.")
    found: list[ClockVerbDecl] = []
    for verb in sorted((verb for verb in _VERBS if verb in node.keys), key=list(node.keys).index):
        begun = start if verb in begins else None
        moment: Literal["entry", "completion"] = "completion" if at == "completion" or begun is not None else "entry"
        clocks = reader.texts(node.get(verb), f"{verb} of {where}")
        found += [ClockVerbDecl(verb, clock, moment, begun) for clock in clocks]
    return tuple(found)
