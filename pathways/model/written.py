"""Texts and values as they were written, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pathways.diagnostics import Mark

Json = Any


@dataclass(frozen=True)
class Text:
    """A text and its place."""

    value: str
    mark: Mark

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Authored:
    """A value that may hold expressions: its JSON, its place, and the places of the scalars inside it by path."""

    source: Json
    mark: Mark
    places: dict[tuple[str | int, ...], Mark] = field(default_factory=dict)

    def place(self, path: tuple[str | int, ...]) -> Mark:
        """The place of what stands at a path inside the value."""
        return self.places.get(path, self.mark)
