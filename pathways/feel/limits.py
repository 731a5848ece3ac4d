"""The limits that keep every expression small and every evaluation short.

They count work and never time, so that the same expression on the same data ends the same way on every
machine and in every replay.
"""

from __future__ import annotations

from typing import Final

EXPRESSION_CHARACTERS: Final = 4096
"""Length of one expression."""

EXPRESSION_DEPTH: Final = 60
"""How deep expressions may nest; chains of one operator (`a + b + c`, `a or b or c`) count as one level."""

STEPS: Final = 100_000
"""Steps of one evaluation: items looked at by loops, filters and list functions, characters made by the hundred."""

CALLS: Final = 24
"""How deep functions written in FEEL may call one another."""

VALUE_DEPTH: Final = 60
"""How deep a value made by an expression may nest."""

TEXT_CHARACTERS: Final = 100_000
"""Length of a string made by an expression."""

PATTERN_CHARACTERS: Final = 1000
"""Length of a regular expression."""
