"""What the pathway has against something, in words for the person who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.services.errors import RefusedError, ServiceError
from web.presenters.values import words

Json = Any

_WORDS: Mapping[str, str] = {
    "suspended": "It is suspended. Resume it first.",
    "not-suspended": "It is not suspended any more.",
    "no-position": "It does not stand there any more: it has gone on meanwhile.",
    "no-incident": "This exception is closed already.",
    "retry-running": "It is being tried again already.",
    "unknown-step": "That step is not within reach from here.",
    "not-offered": "This is not offered any more: it runs already, or is not needed now.",
    "unknown-name": "The pathway has no such value.",
    "cancelling": "It is on its way to its end already.",
    "skip-decide": "This step only says where to go. Move on to the step that you want instead.",
    "inputs-changed": "What this decision rests on has changed since you saw it. Look at it again, then decide.",
    "core-changed": "The core has changed since this was read. Look at what changed, then decide.",
    "core-silent": "The core does not tell now whether this has changed since it was read. Decide without, or wait.",
}


def refusal_words(error: ServiceError) -> str:
    """A refusal as a sentence; what it says itself where no better words are known."""
    if not isinstance(error, RefusedError):
        return error.message
    detail = error.detail if isinstance(error.detail, Mapping) else {}
    match error.reason:
        case "gate-role" if detail.get("roles"):
            return f"This passes a decision that is a person's alone. It needs {_roles(detail.get('roles'))}."
        case "separation":
            return "You did the part that this one checks. Somebody else has to do this one."
        case code:
            return _WORDS.get(code, error.message)


def _roles(roles: Json) -> str:
    return " or ".join(words(str(one)).lower() for one in roles)
