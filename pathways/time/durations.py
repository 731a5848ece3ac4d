"""Durations as authors write them: `3 days`, `4 business hours`, `-3 business days`, `P1Y2M`, `PT90M`.

A duration keeps the units it was written in, because they mean different things: `1 day` is the same local
time tomorrow, `24 hours` is elapsed time, `1 business day` needs a calendar. What each means is computed by
`pathways.time.arithmetic`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal, cast

from pathways.errors import CarelaneError

Unit = Literal["seconds", "minutes", "hours", "days", "weeks", "months", "years", "business-hours", "business-days"]

# The most that may be written of each unit: a thousand years of elapsed and calendar time, and about a
# hundred of business time, which is counted day by day. More than that is a slip, better found at lint.
LIMITS: dict[Unit, int] = {
    "seconds": 31_557_600_000,
    "minutes": 525_960_000,
    "hours": 8_766_000,
    "days": 365_250,
    "weeks": 52_178,
    "months": 12_000,
    "years": 1_000,
    "business-hours": 250_000,
    "business-days": 26_000,
}

_SECONDS_IN: dict[Unit, int] = {"seconds": 1, "minutes": 60, "hours": 3600}
_WORDS: dict[str, Unit] = {
    spelling: unit
    for unit in LIMITS
    for plural in (unit.replace("-", " "), unit)
    for spelling in (plural, plural.removesuffix("s"))
}
_AUTHORED = re.compile(r"(-?)([0-9]+)\s+([a-z]+(?:[\s-]+[a-z]+)*)", re.IGNORECASE)
_ISO = re.compile(
    r"(?P<sign>-?)P(?=.)"
    r"(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?(?:(?P<weeks>[0-9]+)W)?(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?=.)(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?(?:(?P<seconds>[0-9]+)S)?)?"
)
_ISO_UNITS: tuple[Unit, ...] = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
# What people write for a unit by habit; never read, only understood well enough to suggest the word.
_HABITS = {
    "s": "seconds", "sec": "seconds", "m": "minutes", "min": "minutes", "mins": "minutes", "h": "hours",
    "hr": "hours", "hrs": "hours", "d": "days", "w": "weeks", "wk": "weeks", "mo": "months", "y": "years",
    "yr": "years", "bd": "business days", "bh": "business hours", "working days": "business days",
    "working hours": "business hours", "work days": "business days", "workdays": "business days",
}  # fmt: skip
_FORMS = (
    "Write a whole number and a unit (seconds, minutes, hours, days, weeks, months, years, business hours, "
    'business days), such as "3 days" or "4 business hours", or ISO 8601, such as P7D or PT90M.'
)


class DurationError(CarelaneError):
    """A duration that cannot be read, or cannot be added where it was asked to be."""

    code: ClassVar[str] = "invalid-duration"


@dataclass(frozen=True)
class Duration:
    """An authored duration: its text, and its parts as (amount, unit) from the largest unit down.

    All amounts of one duration have the same sign. Business units stand alone.
    """

    text: str
    parts: tuple[tuple[int, Unit], ...]

    def __str__(self) -> str:
        return self.text

    def __neg__(self) -> Duration:
        text = self.text.removeprefix("-") if self.text.startswith("-") else f"-{self.text}"
        return Duration(text, tuple((-amount, unit) for amount, unit in self.parts))

    @property
    def is_zero(self) -> bool:
        """Whether nothing is to be added at all."""
        return not any(amount for amount, _ in self.parts)

    @property
    def is_negative(self) -> bool:
        """Whether it goes back in time."""
        return any(amount < 0 for amount, _ in self.parts)

    @property
    def needs_calendar(self) -> bool:
        """Whether it counts business time, which only a calendar can tell."""
        return any(unit.startswith("business-") for _, unit in self.parts)

    @property
    def elapsed_seconds(self) -> int | None:
        """The length in seconds where it is elapsed time alone (seconds, minutes, hours), else None."""
        if any(unit not in _SECONDS_IN for _, unit in self.parts):
            return None
        return sum(amount * _SECONDS_IN[unit] for amount, unit in self.parts)


def parse_duration(text: str) -> Duration:
    """Read an authored or ISO 8601 duration, keeping its units.

    Raises `DurationError`, whose hint names the accepted forms and the nearest unit.
    """
    if not isinstance(text, str):
        raise DurationError(f"A duration is text, not {text!r}.", hint=_FORMS)
    return _parsed(text.strip())


@lru_cache(maxsize=1024)
def _parsed(stripped: str) -> Duration:
    authored = _AUTHORED.fullmatch(stripped)
    parts = _authored_parts(stripped, authored) if authored else _iso_parts(stripped)
    for amount, unit in parts:
        _check_limit(stripped, amount, unit)
    return Duration(stripped, parts)


def _authored_parts(text: str, match: re.Match[str]) -> tuple[tuple[int, Unit], ...]:
    sign, digits, words = match.groups()
    word = " ".join(words.lower().split())
    unit = _WORDS.get(word)
    if unit is None:
        raise DurationError(
            f'"{_short(text)}" is not a duration: there is no unit "{_short(words)}".',
            hint=_meant(sign + digits, word) + _FORMS,
        )
    return ((_amount(text, sign, digits), unit),)


def _iso_parts(text: str) -> tuple[tuple[int, Unit], ...]:
    match = _ISO.fullmatch(text)
    if match is None:
        raise DurationError(f'"{_short(text)}" is not a duration.', hint=_why_not(text) + _FORMS)
    found = cast("dict[Unit, str | None]", match.groupdict())
    return tuple(
        (_amount(text, match["sign"], digits), unit) for unit in _ISO_UNITS if (digits := found[unit]) is not None
    )


def _why_not(text: str) -> str:
    if re.search(r"[0-9][.,][0-9]", text):
        return 'Fractions are not read; use a smaller unit, such as "90 minutes" for one and a half hours. '
    if glued := re.fullmatch(r"(-?[0-9]+)([a-z]+)", text, re.IGNORECASE):
        return _meant(glued[1], glued[2].lower())
    return ""


def _meant(amount: str, word: str) -> str:
    near = difflib.get_close_matches(word, _WORDS, n=1)
    unit = _HABITS.get(word) or (near[0] if near else None)
    return f'Did you mean "{_short(amount)} {unit}"? ' if unit else ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def _amount(text: str, sign: str, digits: str) -> int:
    # int() itself refuses thousands of digits; no limit below is longer than eleven.
    if len(digits.lstrip("0")) > 12:
        raise DurationError(f'"{_short(text)}" is far too long a duration.', hint=_FORMS)
    return -int(digits) if sign else int(digits)


def _check_limit(text: str, amount: int, unit: Unit) -> None:
    if abs(amount) > LIMITS[unit]:
        raise DurationError(
            f'"{text}" is too long a duration.',
            hint=f"At most {LIMITS[unit]:,} {unit.replace('-', ' ')} can be written.",
        )
