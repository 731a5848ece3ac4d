"""Regular expressions of XPath (DMN 1.5 10.3.4.3 refers to XQuery and XPath Functions 3.1, section 5.6).

RE2 runs them: its time grows with the length of the text alone, whatever the pattern, so no pattern can hang an
evaluation. What RE2 has no form for (back references) makes the call null; classes are `characters`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import re2  # type: ignore[import-untyped]  # it has no stubs

from pathways.feel import characters, limits

_DIGIT: Final = r"\p{Nd}"
_SPACE: Final = r" \t\n\r"
_NOT_WORD: Final = r"\p{P}\p{Z}\p{C}"
_NAME_START: Final = r":A-Z_a-z\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{2ff}\x{370}-\x{37d}\x{37f}-\x{1fff}"
_NAME: Final = _NAME_START + r"\-.0-9\x{b7}\x{300}-\x{36f}"

_OUTSIDE: Final = {
    "d": _DIGIT,
    "D": r"\P{Nd}",
    "s": f"[{_SPACE}]",
    "S": f"[^{_SPACE}]",
    "w": f"[^{_NOT_WORD}]",
    "W": f"[{_NOT_WORD}]",
    "i": f"[{_NAME_START}]",
    "I": f"[^{_NAME_START}]",
    "c": f"[{_NAME}]",
    "C": f"[^{_NAME}]",
}
_INSIDE: Final = {
    "d": _DIGIT,
    "D": r"\P{Nd}",
    "s": _SPACE,
    "w": r"\p{L}\p{M}\p{N}\p{S}",
    "W": _NOT_WORD,
    "i": _NAME_START,
    "c": _NAME,
}
"""What XPath's escapes are in RE2, outside and inside of a character class. Those missing inside have no form."""

_PLAIN_ESCAPES: Final = frozenset("nrt\\|.?*+(){}-[]^$/ \"'=<>,:;#%&@!~`_")
_CATEGORY: Final = re.compile(r"\\[pP]\{(?P<name>[A-Za-z]{1,2})\}")
_PIECE: Final = re.compile(
    r"\\(?:[pPx]\{[^}]*\}|.)|\[(?:\\(?:[pPx]\{[^}]*\}|.)|[^\]\\])*\]"
    r"|\{(?P<least>[0-9]{1,4})(?:,(?P<most>[0-9]{0,4}))?\}|.",
    re.DOTALL,
)
_REFERENCE: Final = re.compile(r"\$([0-9]{1,3})|\\([\\$])|([$\\])")


class _NoFormError(Exception):
    """Something that RE2 cannot say."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern ready to run, and how many places of it may be tried at once on each character."""

    engine: Any
    places: int

    def steps(self, text: str) -> int:
        """Give the steps that running it on a text may take, if every place is tried on every character."""
        return len(text) * self.places // limits.PLACES


@lru_cache(maxsize=512)
def compiled(pattern: str, flags: str) -> Pattern | str:
    """Give the pattern ready to run, or the words for what is wrong with it."""
    if len(pattern) > limits.PATTERN_CHARACTERS:
        return f"a pattern has at most {limits.PATTERN_CHARACTERS} characters"
    if set(flags) - set("smixq"):
        return f'"{flags[:20]}" are no flags: s, m, i, x, q'
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    switches = "".join(flag for flag in "smi" if flag in flags)
    try:
        text = re2.escape(pattern) if "q" in flags else "".join(_translated(pattern, flags))
        return Pattern(re2.compile(f"(?{switches}){text}" if switches else text, options), _places(text))
    except (re2.error, _NoFormError, ValueError):
        return f'"{pattern[:60]}" is no pattern that can be run'


def _places(text: str) -> int:
    """Count the characters and classes of a pattern in RE2's form, repeated ones as often as they may be."""
    open_groups: list[int] = []
    total, last = 0, 0
    for piece in _PIECE.finditer(text):
        if piece["least"] is not None:
            times = max(int(piece["least"]), int(piece["most"] or 1), 1)
            total += last * (times - 1)
            last *= times
        elif piece[0] == "(":
            open_groups.append(total)
            total = 0
        elif piece[0] == ")" and open_groups:
            total, last = open_groups.pop() + total, total
        elif piece[0] not in "*+?|":
            total, last = total + 1, 1
    return total + 1


def _translated(pattern: str, flags: str) -> Iterator[str]:
    """Give the pieces of RE2's form of an XPath pattern."""
    position, extended = 0, "x" in flags
    while position < len(pattern):
        character = pattern[position]
        if character == "\\":
            piece, position = _escape(pattern, position)
            yield f"(?-i:{piece})" if "i" in flags and piece[1:2] in ("p", "P") else piece
            continue
        if character == "[":
            piece, position = _class(pattern, position, flags)
            yield piece
            continue
        if pattern.startswith("(?", position) and not pattern.startswith("(?:", position):
            raise _NoFormError("only (?:…) is XPath's")
        if character == "." and "s" not in flags:
            yield r"[^\n\r]"
        elif not (extended and character in " \t\n\r"):
            yield character
        position += 1


def _class(pattern: str, position: int, flags: str) -> tuple[str, int]:
    """Give RE2's form of the character class at a position, and the position after it."""
    pieces, here, native = ["["], position + 1, True
    if pattern.startswith("^", here):
        pieces.append("^")
        here += 1
    start = here
    while native and here < len(pattern) and (pattern[here] != "]" or here == start):
        if pattern[here] == "\\":
            category = _CATEGORY.match(pattern, here)
            native = (category is None or "i" not in flags) and pattern[here + 1 : here + 2] not in tuple("DSIC")
            piece, here = _escape(pattern, here, in_class=True) if native else ("", here)
            pieces.append(piece)
        elif pattern[here] == "[":
            native = False
        elif "x" in flags and pattern[here] in " \t\n\r":
            here += 1
        else:
            pieces.append(pattern[here])
            here += 1
    if native and here < len(pattern):
        return "".join([*pieces, "]"]), here + 1
    try:
        spans, end = characters.read(pattern, position, ignore_case="i" in flags, extended="x" in flags)
    except characters.ClassError as error:
        raise _NoFormError(str(error)) from None
    written = characters.written(spans)
    return f"(?-i:{written})" if "i" in flags else written, end


def _escape(pattern: str, position: int, *, in_class: bool = False) -> tuple[str, int]:
    """Give RE2's form of the escape at a position, and the position after it."""
    category = _CATEGORY.match(pattern, position)
    if category:
        return category[0], category.end()
    following = pattern[position + 1 : position + 2]
    known = (_INSIDE if in_class else _OUTSIDE).get(following)
    if known is not None:
        return known, position + 2
    if following and following in _PLAIN_ESCAPES:
        return "\\" + following if following not in " \"'=<>,:;#%&@!~`_" else following, position + 2
    raise _NoFormError(f"\\{following}")


def replace(
    pattern: Pattern, text: str, replacement: str, *, literal: bool, spend: Callable[[int], None]
) -> str | None:
    """Replace every match, each of which `spend` counts.

    `$1` is the first group, `$0` the whole; `\\$` and `\\\\` stand for themselves.
    """
    parts = [replacement] if literal else _replacement_parts(replacement, pattern.engine.groups)
    if parts is None:
        return None
    made: list[str] = []
    end = 0
    for match in pattern.engine.finditer(text):
        spend(limits.MATCH)
        made.append(text[end : match.start()])
        made.extend(part if isinstance(part, str) else match.group(part) or "" for part in parts)
        end = match.end()
    made.append(text[end:])
    return "".join(made)


def _replacement_parts(replacement: str, groups: int) -> list[str | int] | None:
    """Cut a replacement into texts and numbers of groups; None when it is not sound."""
    parts: list[str | int] = []
    end = 0
    for found in _REFERENCE.finditer(replacement):
        parts.append(replacement[end : found.start()])
        end = found.end()
        if found[3]:
            return None
        if found[2]:
            parts.append(found[2])
            continue
        digits = found[1]
        while len(digits) > 1 and int(digits) > groups:  # as many digits as make the number of a group
            digits, end = digits[:-1], end - 1
        parts.append(int(digits) if int(digits) <= groups else "")
        if end < found.end():
            parts.append(replacement[end : found.end()])
            end = found.end()
    parts.append(replacement[end:])
    return parts


def split(pattern: Pattern, text: str, *, spend: Callable[[int], None]) -> list[str]:
    """Cut a text at every match, each of which `spend` counts; an empty match cuts between characters."""
    parts: list[str] = []
    end = 0
    for match in pattern.engine.finditer(text):
        spend(limits.MATCH)
        if match.end() == match.start() and match.start() in (0, len(text)):
            continue
        parts.append(text[end : match.start()])
        end = match.end()
    parts.append(text[end:])
    return parts
