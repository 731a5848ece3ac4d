"""Values as they are kept: plain JSON, within limits; and what is said of one that does not fit."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from pathways import feel

Json = Any
"""A JSON value: null, boolean, number, text, list or object."""

MOST_LEVELS = 40
"""How deep a value may nest."""

MOST_CHARACTERS = 32_000
"""How long one saved value may be, as JSON: an instance carries decisions and references, not documents."""

SCALARS = frozenset((type(None), bool, int, str))
"""Types of what is JSON as it is, and means the same to expressions."""

_NUMBERS = frozenset((type(None), bool, int, float))

_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a value does not conform: the path inside the value (empty for the value itself) and the reason."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


class MisfitError(ValueError):
    """Raised inside `conform`; `misfit` says where and why."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason)
        self.misfit = Misfit(path, reason)

    def within(self, name: str) -> MisfitError:
        """The same misfit, seen from what holds the value as its member `name` or item `[3]`."""
        inner = self.misfit.path
        return MisfitError(self.misfit.reason, name + (inner if inner.startswith("[") or not inner else f".{inner}"))


def plain_json(value: Json, level: int = 0) -> Json:
    """A value as it is kept: FEEL's dates, decimals and durations as JSON, numbers that JSON lacks as null.

    Raises `MisfitError` for what nests deeper than anything a pathway declares.
    """
    if value.__class__ in SCALARS:
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if level > MOST_LEVELS:
        raise MisfitError(f"is nested deeper than {MOST_LEVELS} levels")
    if value.__class__ is dict or isinstance(value, Mapping):
        return {
            str(name): one if one.__class__ in SCALARS else plain_json(one, level + 1) for name, one in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [plain_json(one, level + 1) for one in value]
    return feel.to_json(value)


def shown_json(value: Any) -> Json:
    """A value where only one text, number or truth value has a meaning (a title, a key, an attribute); else null."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (Mapping, list, tuple)):
        return None
    return feel.scalar_text(value) if isinstance(value, feel.Quantity) else plain_json(value)


def check_size(value: Json) -> None:
    """Raise `MisfitError` for a value that is too large to be carried along by an instance."""
    if value.__class__ in _NUMBERS or (value.__class__ is str and len(value) * 6 < MOST_CHARACTERS):
        return  # no character takes more than six in JSON
    if len(repr(value)) * 2 < MOST_CHARACTERS:
        return  # no character of Python's form takes more than two in JSON's
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    if size > MOST_CHARACTERS:
        message = f"has {size:,} characters; at most {MOST_CHARACTERS:,} are kept (keep a reference to the rest)"
        raise MisfitError(message)


def instant(value: str) -> Any:
    """An instant as expressions see it; Python reads the usual form in a tenth of the time that FEEL's own takes."""
    if _USUAL.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    return feel.instant_value(value)
