"""How much room text takes, and where it breaks. By the widths of Helvetica, which Arial and its likes share.

A picture is laid out before any browser sees it, so its text is measured here, with a little to spare for other fonts.
"""

from __future__ import annotations

from functools import lru_cache

SPARE = 1.04
"""Other fonts of the stack run a little wider."""

# Thousandths of the font size, for the characters from space to tilde (the AFM of Helvetica).
_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip

_FIRST = 32
_WIDE = 0x2E80
_BREAKS_AFTER = frozenset("./-_,(=")


def _share(character: str) -> int:
    place = ord(character) - _FIRST
    if 0 <= place < len(_WIDTHS):
        return _WIDTHS[place]
    return 1000 if ord(character) >= _WIDE else 610


@lru_cache(maxsize=8192)
def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line of text, in the unit of `size`."""
    return sum(map(_share, text)) / 1000 * size * SPARE * (1.07 if bold else 1)


def wrap(text: str, size: float, room: float, *, most: int, bold: bool = False) -> tuple[str, ...]:
    """Break text into at most `most` lines that fit; what is cut off ends with an ellipsis."""
    lines: list[str] = []
    line = ""
    for word in _pieces(" ".join(text.split()), size, room, bold):
        if width_of((line + word).rstrip(), size, bold=bold) <= room or not line:
            line += word
            continue
        lines.append(line.rstrip())
        line = word
    if line.strip():
        lines.append(line.rstrip())
    if len(lines) <= most:
        return tuple(lines)
    kept = lines[:most]
    kept[-1] = _shortened(kept[-1], size, room, bold)
    return tuple(kept)


def _pieces(text: str, size: float, room: float, bold: bool) -> list[str]:
    """Words with the space after them; a word that is wider than a line, in parts."""
    pieces = []
    for word in text.split(" "):
        rest = word
        while width_of(rest, size, bold=bold) > room:
            cut = _cut(rest, size, room, bold)
            pieces.append(rest[:cut])
            rest = rest[cut:]
        pieces.append(f"{rest} ")
    return pieces


def _cut(word: str, size: float, room: float, bold: bool) -> int:
    """Where to break a word: after its last sign that fits, else after its last character that does."""
    fits = max(1, next(n for n in range(len(word), 0, -1) if n == 1 or width_of(word[:n], size, bold=bold) <= room))
    signs = [n for n in range(2, fits + 1) if word[n - 1] in _BREAKS_AFTER]
    return signs[-1] if signs and signs[-1] * 2 > fits else fits


def _shortened(line: str, size: float, room: float, bold: bool) -> str:
    while line and width_of(f"{line}…", size, bold=bold) > room:
        line = line[:-1]
    return f"{line.rstrip()}…"
