"""Small pictures, as outlines in a square of 16, so that no font has to have them."""

from __future__ import annotations

_PERSON = "M8 2.2a2.8 2.8 0 1 1 0 5.6a2.8 2.8 0 0 1 0-5.6M2.6 14.2c0-3.4 2.3-5 5.4-5s5.4 1.6 5.4 5"
_CLOCK = "M8 1.8a6.2 6.2 0 1 1 0 12.4a6.2 6.2 0 0 1 0-12.4M8 4.4V8l2.6 1.8"
_ENVELOPE = "M1.8 3.6h12.4v8.8H1.8zM1.8 4.2L8 9l6.2-4.8"
_BOLT = "M9.2 1.6L3.6 9h3.8l-.8 5.4L12.4 7H8.4z"
_BESIDE = "M3.4 2v12M3.4 8h8.4M9 5l3 3l-3 3"
_BACK = "M6 3L2.6 6.2L6 9.4M2.6 6.2h7a3.7 3.7 0 0 1 0 7.4H6"
_SHIELD = "M8 1.8l5 1.8v4c0 3.2-2 5.4-5 6.6c-3-1.2-5-3.4-5-6.6v-4zM5.6 7.8l1.8 1.8l3-3.4"
_EQUALS = "M3 6h10M3 10h10"
_CROSSROADS = "M8 1.6L14.4 8L8 14.4L1.6 8z"
_PLUS = f"{_CROSSROADS}M8 5v6M5 8h6"
_ROUND = "M13.2 8a5.2 5.2 0 1 1-1.6-3.8M13.4 1.8v3.4H10"
_FOLDER = "M1.8 4h4.6l1.6 1.8h6.2v7.4H1.8zM5 9.4h6"
_RING = "M8 2a6 6 0 1 1 0 12a6 6 0 0 1 0-12"

STEPS = {
    "do": (
        "M8 5.6a2.4 2.4 0 1 1 0 4.8a2.4 2.4 0 0 1 0-4.8M8 1.6v2.2M8 12.2v2.2M1.6 8h2.2M12.2 8h2.2"
        "M3.5 3.5l1.6 1.6M10.9 10.9l1.6 1.6M3.5 12.5l1.6-1.6M10.9 5.1l1.6-1.6"
    ),
    "task": _PERSON,
    "decide": f"{_CROSSROADS}M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
    "set": _EQUALS,
    "wait-for-event": _ENVELOPE,
    "wait-for-time": _CLOCK,
    "wait-for-any": "M8 1.8l6 4.4l-2.3 7.4H4.3L2 6.2zM8 5.2v3M8 10.2v1",
    "parallel": _PLUS,
    "repeat": _ROUND,
    "section": _FOLDER,
    "pathway": "M1.8 3h12.4v10H1.8zM5 6h6v4H5z",
    "emit": "M2 8L14 2.4L10.4 13.6L7.6 9.4zM7.6 9.4L14 2.4",
    "end": _RING,
    "start": f"{_RING}M6.6 5.4L10.6 8L6.6 10.6z",
    "anywhere": _ENVELOPE,
    "offer": _BESIDE,
    "join": _PLUS,
    "again": _ROUND,
    "over": _RING,
    "clock": f"{_CLOCK}M6.4 0.8h3.2",
}
"""By a node's kind."""

ENDS = {
    "success": f"{_RING}M5.2 8.2l2 2l3.6-4.2",
    "unsuccessful": f"{_RING}M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8",
    "cancelled": f"{_RING}M3.8 12.2l8.4-8.4",
}
"""By the kind of outcome that an end leads to."""

LINKS = {"timeout": _CLOCK, "catch": _BOLT, "handler": _ENVELOPE, "side": _BESIDE}
"""By a link's kind, where it is none of the usual ways on."""

LINES = {"clock": _CLOCK, "undo": _BACK, "gate": _SHIELD, "person": _PERSON, "data": _EQUALS}
"""By what a line is about."""

HERE = "M8 14.6C4.8 11 3.4 8.8 3.4 6.4a4.6 4.6 0 0 1 9.2 0c0 2.4-1.4 4.6-4.6 8.2"
"""Where an instance stands."""

JUMP = "M2 8h11M9 4l4 4l-4 4"
"""Before the name of what a far way leads to."""
