"""Character classes of XPath's regular expressions that RE2 has no form for, as sets of code points.

These are classes with subtraction (`[a-z-[aeiou]]`), with the complements of escapes (`[\\D]`), and with categories
where letters match without case, for a category keeps its case (XQuery and XPath Functions 3.1, section 5.6.2).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

Span = tuple[int, int]
"""Code points from the first to the last."""

_MOST: Final = 0x10FFFF
_MOST_LEVELS: Final = 10
_CASED_BELOW: Final = 0x1E944
"""No letter from here on has another case."""

_CATEGORY: Final = re.compile(r"\\(?P<sign>[pP])\{(?P<name>[A-Z][a-z]?)\}")
_SINGLE: Final = {"n": "\n", "r": "\r", "t": "\t"}
_NAME_START: Final = (
    (0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF),
    (0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF),
    (0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
)  # fmt: skip
_NAME_MORE: Final = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
_SPACES: Final = ((0x9, 0xA), (0xD, 0xD), (0x20, 0x20))


class ClassError(ValueError):
    """A text is no character class."""


def merged(spans: Iterable[Span]) -> list[Span]:
    """Put spans in order, those that touch made one."""
    made: list[Span] = []
    for first, last in sorted(spans):
        if made and first <= made[-1][1] + 1:
            made[-1] = made[-1][0], max(last, made[-1][1])
        else:
            made.append((first, last))
    return made


def complement(spans: Iterable[Span]) -> list[Span]:
    """Give every code point outside of spans."""
    made, after = [], 0
    for first, last in merged(spans):
        if first > after:
            made.append((after, first - 1))
        after = last + 1
    return [*made, (after, _MOST)] if after <= _MOST else made


def without(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Give the code points of the first that are not among the second."""
    return complement([*complement(spans), *others])


@lru_cache(maxsize=1)
def _categories() -> dict[str, list[Span]]:
    """Give the spans of every category of Unicode, by its two letters."""
    found: dict[str, list[Span]] = {}
    start, current = 0, unicodedata.category("\0")
    for code in range(1, _MOST + 2):
        category = unicodedata.category(chr(code)) if code <= _MOST else ""
        if category != current:
            found.setdefault(current, []).append((start, code - 1))
            start, current = code, category
    return found


def _category(name: str) -> list[Span]:
    spans = [span for category, each in _categories().items() if category.startswith(name) for span in each]
    if not spans:
        raise ClassError(f"there is no category {name}")
    return merged(spans)


@lru_cache(maxsize=64)
def _escaped(letter: str) -> tuple[Span, ...]:
    """Give what `\\d` and the like stand for."""
    lower = letter.lower()
    if lower == "d":
        spans = _category("Nd")
    elif lower == "s":
        spans = list(_SPACES)
    elif lower == "w":
        spans = complement([*_category("P"), *_category("Z"), *_category("C")])
    else:
        spans = merged([*_NAME_START, *(_NAME_MORE if lower == "c" else ())])
    return tuple(spans if letter == lower else complement(spans))


@lru_cache(maxsize=1)
def _cases() -> tuple[list[int], dict[int, frozenset[int]]]:
    """Give the code points that have other cases, in order, and which these are."""
    groups: dict[str, set[int]] = {}
    for code in range(_CASED_BELOW):
        character = chr(code)
        lower, upper = character.lower(), character.upper()
        if len(lower) == len(upper) == 1 and lower != upper:
            groups.setdefault(upper.lower() if len(upper.lower()) == 1 else lower, set()).add(code)
    found = {code: frozenset(group) for group in groups.values() for code in group}
    return sorted(found), found


def caseless(spans: Iterable[Span]) -> list[Span]:
    """Add the other cases of every letter."""
    cased, cases = _cases()
    made = list(spans)
    more: set[int] = set()
    for first, last in made:
        for place in range(bisect_right(cased, first - 1), bisect_right(cased, last)):
            more |= cases[cased[place]]
    return merged([*made, *((code, code) for code in more)])


def read(pattern: str, position: int, *, ignore_case: bool, extended: bool, level: int = 0) -> tuple[list[Span], int]:
    """Read the class whose `[` stands at a position; gives its code points and the place after its `]`.

    Raises ClassError.
    """
    if level > _MOST_LEVELS:
        raise ClassError("classes nest too deep")
    position += 1
    negated = pattern.startswith("^", position)
    position += negated
    letters: list[Span] = []
    others: list[Span] = []
    taken: list[Span] = []
    start = position
    while True:
        character = pattern[position : position + 1]
        if not character:
            raise ClassError("a class needs its ]")
        if character == "]" and position > start:
            position += 1
            break
        if extended and character in " \t\n\r":
            position += 1
        elif character == "-" and pattern.startswith("-[", position) and position > start:
            taken, position = read(pattern, position + 1, ignore_case=ignore_case, extended=extended, level=level + 1)
            if not pattern.startswith("]", position):
                raise ClassError("what is taken away stands last in a class")
        elif character == "[":
            raise ClassError("a [ in a class is written \\[")
        else:
            position = _item(pattern, position, letters, others)
    spans = [*(caseless(letters) if ignore_case else letters), *others]
    return without(complement(spans) if negated else spans, taken), position


def _item(pattern: str, position: int, letters: list[Span], others: list[Span]) -> int:
    """Read one character, range or escape of a class."""
    category = _CATEGORY.match(pattern, position)
    if category:
        spans = _category(category["name"])
        others.extend(spans if category["sign"] == "p" else complement(spans))
        return category.end()
    if pattern[position] == "\\" and pattern[position + 1 : position + 2] in tuple("dDsSwWiIcC"):
        others.extend(_escaped(pattern[position + 1]))
        return position + 2
    first, position = _character(pattern, position)
    if pattern.startswith("-", position) and pattern[position + 1 : position + 2] not in ("]", "[", ""):
        last, position = _character(pattern, position + 1)
        if last < first:
            raise ClassError("a range ends before it starts")
        letters.append((first, last))
    else:
        letters.append((first, first))
    return position


def _character(pattern: str, position: int) -> tuple[int, int]:
    """Read one character, which may be escaped."""
    character = pattern[position : position + 1]
    if character != "\\":
        return ord(character), position + 1
    following = pattern[position + 1 : position + 2]
    if not following or (following.isalnum() and following not in _SINGLE):
        raise ClassError("an escape of nothing")
    return ord(_SINGLE.get(following, following)), position + 2


def written(spans: Iterable[Span]) -> str:
    """Write code points as a class of RE2; a class without any matches nothing."""
    sound = [span for span in spans if not 0xD800 <= span[0] <= span[1] <= 0xDFFF]
    inside = "".join(rf"\x{{{first:x}}}-\x{{{last:x}}}" for first, last in sound)
    return f"[{inside}]" if inside else r"[^\x{0}-\x{10ffff}]"
