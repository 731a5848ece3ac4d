"""The limits that keep every expression small and every evaluation short.

They count work and never time, so that the same expression on the same data ends the same way on every
machine and in every replay.
"""

from __future__ import annotations

from typing import Final

EXPRESSION_CHARACTERS: Final = 4096
"""Length of one expression."""

SPACED_KEYS: Final = 100
"""Different keys with spaces or signs in one expression, each of which may be a name in the rest of it."""

PROBLEMS: Final = 50
"""Problems that inference tells of one expression."""

TYPE_DEPTH: Final = 20
"""How deep types may nest, and how many function types one expression may hold."""

EXPRESSION_DEPTH: Final = 60
"""How deep expressions may nest; chains of one operator (`a + b + c`, `a or b or c`) count as one level."""

STEPS: Final = 100_000
"""Steps of one evaluation, each worth a microsecond or a few.

An item that a loop or filter goes over is a step, so are four that are compared, ten that a function adds up or
copies, and a hundred characters made.
"""

HARD_SUM: Final = 20
"""Steps of a power, a root or a logarithm."""

UNIT: Final = 10
"""Steps of reading a unit, or of calculating with units."""

PATTERN: Final = 20
"""Steps of making a regular expression ready, besides those of its length."""

MATCH: Final = 4
"""Steps of each match of a regular expression that is replaced or cut at."""

PLACES: Final = 40
"""Places of a regular expression tried on a character that are one step."""

LEVELS: Final = 150
"""Levels of nesting that may be open at once in one evaluation, those of called functions counted in.

A level takes about three of Python's frames, so an evaluation never meets Python's own limit, which would depend on
who calls it.
"""

VALUE_DEPTH: Final = 60
"""How deep a value made by an expression may nest."""

TEXT_CHARACTERS: Final = 100_000
"""Length of a string made by an expression."""

PATTERN_CHARACTERS: Final = 1000
"""Length of a regular expression."""
