"""What is wrong with a definition, where, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Mark:
    """A place in a file; lines and columns count from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True)
class Diagnostic:
    """One finding: the rule that found it, where, what, and a hint."""

    rule: str
    severity: Severity
    message: str
    file: str = ""
    line: int = 1
    column: int = 1
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity} [{self.rule}] {self.message}{hint}"


def nearest(word: str, known: Iterable[str], *, plural: str = "") -> str:
    """A hint with the nearest known name; else, with `plural`, all the names there are, if they are few."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{near[0]}"?'
    if plural and names and len(names) <= 30:
        return f"{plural}: {', '.join(names)}."
    return ""
