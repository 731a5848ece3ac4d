"""What may be a name that expressions see, and what an id."""

from __future__ import annotations

import pytest

from pathways.names import MOST_CHARACTERS, why_no_identifier, why_no_name


@pytest.mark.parametrize("text", ["x", "_x", "order_2", "camelCase", "date", "count", "age", "x" * MOST_CHARACTERS])
def test_what_is_a_name(text: str) -> None:
    """Small letter or underscore first, then letters, digits and underscores."""
    assert why_no_name(text) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a name"),
        ("X", "not a name"),
        ("a-b", "not a name"),
        ("a b", "not a name"),
        ("a\n", "not a name"),
        ("ä", "not a name"),
        ("event", "language itself"),
        ("iteration", "language itself"),
        ("if", "word of FEEL"),
        ("not", "word of FEEL"),
        ("item", "language itself"),
        ("x" * 81, "81 characters"),
    ],
)
def test_what_is_no_name(text: str, words: str) -> None:
    """With the reason."""
    assert words in why_no_name(text)


@pytest.mark.parametrize("text", ["a", "a-b", "a1-2", "a" * MOST_CHARACTERS])
def test_what_is_an_id(text: str) -> None:
    """A small letter, then small letters, digits and hyphens."""
    assert why_no_identifier(text) == ""


@pytest.mark.parametrize("text", ["", "A", "1a", "a_b", "a/b", "a@2", "~a", "a\n", "a" * 81])
def test_what_is_no_id(text: str) -> None:
    """Nothing that an address gives a meaning of its own."""
    assert why_no_identifier(text)
