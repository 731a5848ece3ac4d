"""The rules for names: what expressions see, and ids, which they never see."""

from __future__ import annotations

import re
from typing import Final

from pathways.feel import RESERVED_NAMES

NAME: Final = re.compile(r"[a-z_][A-Za-z0-9_]*\Z")
IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9-]*\Z")
VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)\Z")

RESERVED: Final = frozenset({"instance", "event", "problem", "iteration", "saved", "item", "partial"})
"""Names that the language itself binds."""

FEEL_WORDS: Final = RESERVED_NAMES
"""FEEL's keywords. The names of its functions may be names of data: only a call means the function."""

UNDO: Final = "undo"
"""What the address of an undo ends with: `submit/undo`."""

OUTCOME: Final = "outcome"
"""How a task ended: what it saves, and what the rules of its form see, under this name."""

TASK_FIELDS: Final = frozenset({OUTCOME, "by", "at"})
"""What a completed task saves besides its form's fields."""


MOST_CHARACTERS: Final = 80
"""How long a name or an id may be: addresses are made of them, and people read those."""


def why_no_name(text: str) -> str:
    """Why a text can't be a name that expressions see; empty when it can."""
    if len(text) > MOST_CHARACTERS:
        return _too_long(text)
    if not NAME.match(text):
        return f'"{text}" is not a name: a name is a small letter or _, then letters, digits and _.'
    if text in RESERVED:
        return f'"{text}" is a name that the language itself uses.'
    if text in FEEL_WORDS:
        return f'"{text}" is a word of FEEL.'
    return ""


def why_no_identifier(text: str) -> str:
    """Why a text can't be an id; empty when it can."""
    if len(text) > MOST_CHARACTERS:
        return _too_long(text)
    if not IDENTIFIER.match(text):
        return f'"{text}" is not an id: an id is a small letter, then small letters, digits and -.'
    return ""


def why_no_inner_step(text: str) -> str:
    """Why a text can't be the id of a step inside another; empty when it can."""
    if text == UNDO:
        return f'"{UNDO}" is no id for a step inside another: it is what the address of an undo ends with.'
    return why_no_identifier(text)


def _too_long(text: str) -> str:
    return f'"{text[:20]}…" has {len(text)} characters; a name has at most {MOST_CHARACTERS}.'
