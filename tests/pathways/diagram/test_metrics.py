"""Text is measured and broken so that it fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pathways.diagram.metrics import width_of, wrap


@given(st.text(max_size=200), st.floats(20, 300), st.integers(1, 6))
def test_every_line_fits(text: str, room: float, most: int) -> None:
    """No line is wider than the room, whatever the text; no more lines than asked."""
    lines = wrap(text, 11, room, most=most)
    assert len(lines) <= most
    assert all(width_of(one, 11) <= room or len(one) <= 1 for one in lines)


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=8), max_size=20))
def test_nothing_is_lost_where_there_is_room(words: list[str]) -> None:
    """With lines enough, the words come out as they went in."""
    text = " ".join(words)
    assert " ".join(wrap(text, 11, 120, most=1000)) == " ".join(text.split())


def test_what_is_cut_off_ends_with_an_ellipsis() -> None:
    """A reader sees that there is more."""
    assert wrap("one two three four", 11, 50, most=1)[-1].endswith("…")


def test_long_names_break_after_their_signs() -> None:
    """A dotted name breaks after a dot rather than within a word."""
    assert wrap("messaging.request_information", 11, 80, most=3)[0] == "messaging."
