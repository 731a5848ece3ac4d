"""Versions and ranges of them: which version a start or a child means by `^1.2`.

Semantic versioning 2.0.0 for the order (section 11), and the ranges that authors know from package managers:

| range | means |
|---|---|
| `1.4.2` | exactly that |
| `^1.4.2`, `^1.4`, `^1` | compatible: the first number that is not 0 stays |
| `~1.4.2`, `~1.4`, `~1` | the same minor version (with one number alone: the same major) |
| `1.x`, `1.4.x`, `1`, `1.4` | whatever stands in place of the x |
| `>=1.2.0 <2.0.0` | all of these hold; also `>`, `<=`, `=` |
| `x`, `*` | any |

A version with a suffix (`2.0.0-beta`) is meant only by a range that names a suffix of the same three numbers, for
nobody who writes `^2` asks for a trial.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import total_ordering
from typing import ClassVar, Literal

from pathways.errors import CarelaneError

Numbers = tuple[int, int, int]
Operator = Literal["=", ">", ">=", "<", "<="]

MOST_CHARACTERS = 100
"""A longer text is no version and no range; nothing that anybody means is."""

_NUMBER = r"(?:0|[1-9]\d{0,8})"
_SUFFIX = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_SUFFIX}))?\Z", re.ASCII)
_PART = rf"(?:{_NUMBER}|[xX*])"
_TERM = re.compile(
    rf"(\^|~|>=|<=|>|<|=)?\s*({_PART})(?:\.({_PART})(?:\.({_PART})(?:-({_SUFFIX}))?)?)?(?=[\s,]|\Z)", re.ASCII
)
_HINT = "Ranges are written ^1, ^1.2, ~1.2.3, 1.x, 1.2.3 or >=1.0.0 <2.0.0."


class VersionError(CarelaneError):
    """A text is no version, or no range of versions."""

    code: ClassVar[str] = "invalid-version"
    exit_status: ClassVar[int] = 2


@total_ordering
@dataclass(frozen=True)
class Version:
    """A semantic version. One with a suffix comes before the one without."""

    numbers: Numbers
    suffix: str = ""

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read `1.4.2` or `1.4.2-beta.1`. Raises `VersionError`."""
        match = _VERSION.match(text) if len(text) <= MOST_CHARACTERS else None
        if match is None:
            raise VersionError(f'"{text[:MOST_CHARACTERS]}" is no version.', hint="Three numbers, such as 1.0.0.")
        major, minor, patch, suffix = match.groups()
        return cls((int(major), int(minor), int(patch)), suffix or "")

    def __str__(self) -> str:
        numbers = ".".join(map(str, self.numbers))
        return f"{numbers}-{self.suffix}" if self.suffix else numbers

    def __lt__(self, other: Version) -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[Numbers, bool, tuple[tuple[bool, int, str], ...]]:
        """By numbers; then by the suffix's parts, of which numbers compare as such and come before words."""
        parts = self.suffix.split(".") if self.suffix else []
        suffix = tuple((False, int(one), "") if one.isdigit() else (True, 0, one) for one in parts)
        return self.numbers, not self.suffix, suffix


@dataclass(frozen=True)
class Bound:
    """One comparison that a version must pass."""

    operator: Operator
    version: Version

    def __str__(self) -> str:
        return f"{self.operator}{self.version}"

    def holds(self, version: Version) -> bool:
        """Whether the version passes."""
        match self.operator:
            case "=":
                return version == self.version
            case ">":
                return version > self.version
            case ">=":
                return version >= self.version
            case "<":
                return version < self.version
            case "<=":
                return version <= self.version


@dataclass(frozen=True)
class Range:
    """A range of versions: `text` as it was written, and the bounds, which must all hold."""

    text: str
    bounds: tuple[Bound, ...]

    def __str__(self) -> str:
        return self.text

    @property
    def exact(self) -> Version | None:
        """The one version that it means, where it means one."""
        first = self.bounds[0] if len(self.bounds) == 1 else None
        return first.version if first is not None and first.operator == "=" else None

    def matches(self, version: Version | str) -> bool:
        """Whether the range means this version. Raises `VersionError` for a text that is none."""
        asked = Version.parse(version) if isinstance(version, str) else version
        if asked.suffix and not any(one.version.suffix and one.version.numbers == asked.numbers for one in self.bounds):
            return False
        return all(one.holds(asked) for one in self.bounds)

    @property
    def is_empty(self) -> bool:
        """Whether no version there could ever be is in it."""
        least = Version((0, 0, 0))
        return not any(map(self.matches, (least, *(one for bound in self.bounds for one in _around(bound.version)))))


def _around(version: Version) -> tuple[Version, ...]:
    """A version, the next one after it, and the first of its numbers: where any are in a range, one of these is."""
    numbers = version.numbers
    if not version.suffix:
        major, minor, patch = numbers
        return version, Version((major, minor, patch + 1))
    return Version(numbers, "0"), version, Version(numbers, f"{version.suffix}.0"), Version(numbers)


def parse_range(text: str) -> Range:
    """Read a range. Raises `VersionError`, with a hint how ranges are written."""
    rest = text.strip()
    if not rest or len(rest) > MOST_CHARACTERS:
        raise VersionError(f'"{rest[:MOST_CHARACTERS]}" is no range of versions.', hint=_HINT)
    bounds: list[Bound] = []
    while rest:
        match = _TERM.match(rest)
        if match is None:
            raise VersionError(f'"{text.strip()}" is no range of versions: "{rest}" is not understood.', hint=_HINT)
        bounds += _bounds(match, text.strip())
        rest = rest[match.end() :].lstrip()
        if rest.startswith(","):
            rest = rest[1:].lstrip() or ","
    return Range(text.strip(), tuple(bounds))


def highest(versions: Iterable[str], wanted: Range | str | None = None) -> str | None:
    """The highest of the versions that a range means, of all without one; None where there is none.

    Raises `VersionError` for a text that is no version or no range.
    """
    asked = parse_range(wanted) if isinstance(wanted, str) else wanted
    parsed = [Version.parse(one) for one in versions]
    fitting = [one for one in parsed if (not one.suffix if asked is None else asked.matches(one))]
    return str(max(fitting)) if fitting else None


def _bounds(match: re.Match[str], text: str) -> list[Bound]:
    operator, *written, suffix = match.groups()
    numbers = _known(written)
    if len(numbers) < 3 and (suffix or _gap(written)):
        raise VersionError(f'"{text}" is no range of versions: after an x only x can follow.', hint=_HINT)
    low = Version(_filled(numbers), suffix or "")
    match operator:
        case "^":
            return _between(low, _caret(numbers))
        case "~":
            return _between(low, numbers[:2])
        case None | "=":
            return [Bound("=", low)] if len(numbers) == 3 else _between(low, numbers)
        case ">" if len(numbers) < 3:  # >1 means >=2.0.0
            return [Bound(">=", Version(_next(numbers)))] if numbers else [Bound("<", Version((0, 0, 0)))]
        case "<=" if len(numbers) < 3:  # <=1 means <2.0.0
            return [Bound("<", Version(_next(numbers)))] if numbers else []
        case ">" | ">=" | "<" | "<=":
            return [Bound(operator, low)]
        case _:
            raise AssertionError(operator)


def _known(written: list[str | None]) -> list[int]:
    """The numbers up to the first that is missing or an x."""
    numbers: list[int] = []
    for one in written:
        if one is None or not one.isdigit():
            break
        numbers.append(int(one))
    return numbers


def _gap(written: list[str | None]) -> bool:
    """Whether a number stands behind an x."""
    free = False
    for one in written:
        if one is None:
            break
        if one.isdigit() and free:
            return True
        free = free or not one.isdigit()
    return False


def _filled(numbers: list[int]) -> Numbers:
    major, minor, patch = [*numbers, 0, 0, 0][:3]
    return major, minor, patch


def _next(numbers: list[int]) -> Numbers:
    """The first version behind all those that begin with these numbers."""
    return _filled([*numbers[:-1], numbers[-1] + 1])


def _caret(numbers: list[int]) -> list[int]:
    """The numbers that stay: up to the first that is not 0, else all that are given."""
    for place, one in enumerate(numbers):
        if one:
            return numbers[: place + 1]
    return numbers


def _between(low: Version, staying: list[int]) -> list[Bound]:
    """From a version on, as long as these numbers stay."""
    if not staying:
        return [Bound(">=", low)]
    return [Bound(">=", low), Bound("<", Version(_next(staying)))]
