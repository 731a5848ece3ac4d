"""Help: the keys."""

from __future__ import annotations

from starlette.responses import Response

from web.visit import Visit

KEYS = (
    ("j", "Next row of a list"),
    ("k", "Row before"),
    ("Enter", "Open the row"),
    ("c", "Take the task of the row, or of the page"),
    ("x", "Select the task of the row, to be completed with others"),
    ("g, then w", "Go to the work list"),
    ("?", "This page"),
)


async def keyboard(visit: Visit) -> Response:
    """The keys, and how to turn them off."""
    return await visit.render("keyboard.html", keys=KEYS)
