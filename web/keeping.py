"""What a person typed is never lost: it goes along through the sign-in page, and stands on pages of errors."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import Response

from web.form_values import Typed, typed_from
from web.visit import Visit

_HIDDEN = ("csrf", "request", "version", "kept", "next", "password")
_CARRIED = ("version", "request", "seen", "at", "to", "name", "scope", "back", "act", "task", "core")
"""What a form says of itself: it goes along without being shown."""


def keep(path: str, typed: Typed) -> str:
    """What was typed, to go along through the sign-in page."""
    pairs = [[name, value] for name, given in typed.raw.items() if name not in _HIDDEN for value in given]
    return json.dumps({"path": path, "pairs": pairs})


def unkeep(kept: str) -> tuple[str, Typed] | None:
    """What went along: the path and what was typed; None where it is nothing of ours."""
    try:
        document = json.loads(kept)
        path, pairs = document["path"], document["pairs"]
        typed = typed_from((str(name), str(value)) for name, value in pairs)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return (path, typed) if is_local(path) else None


def is_local(path: object) -> bool:
    """Whether a path leads to one of our pages and not to another site."""
    return isinstance(path, str) and path.startswith("/") and not path.startswith(("//", "/\\"))


async def render_kept(
    visit: Visit,
    path: str,
    typed: Typed,
    *,
    title: str,
    message: str,
    status: int = 200,
    retry_after: int | None = None,
) -> Response:
    """A page that holds what was typed, ready to be sent again."""
    answer = await visit.render(
        "kept.html",
        status=status,
        title=title,
        message=message,
        path=path,
        fields=kept_fields(typed),
        hidden=[(name, value) for name in _CARRIED for value in typed.raw.get(name, ())],
        old_csrf=typed.one("csrf"),
    )
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def kept_fields(typed: Typed) -> list[Mapping[str, str]]:
    """What was typed as plain inputs, with names for people."""
    fields: list[Mapping[str, str]] = []
    for name, given in typed.raw.items():
        if name in _HIDDEN or name in _CARRIED:
            continue
        label = name.removeprefix("f.").replace("_", " ").replace(".", ": ").replace("-", " ")
        fields.extend({"name": name, "label": label[:1].upper() + label[1:], "value": value} for value in given)
    return fields
