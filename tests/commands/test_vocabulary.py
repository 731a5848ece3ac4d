"""`carelane pathway vocabulary`: an author finds what a pathway may name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Run = Callable[..., tuple[int, str, str]]

PAGE = Path(__file__).parents[2] / "docs" / "vocabulary.md"


def test_the_page_is_up_to_date(run: Run) -> None:
    """It is made of the registries; `carelane pathway vocabulary --markdown > docs/vocabulary.md` makes it anew."""
    assert run("pathway", "vocabulary", "--markdown")[:2] == (0, PAGE.read_text(encoding="utf-8"))


def test_an_action_is_found_with_what_it_takes_and_gives(run: Run) -> None:
    """By a part of its name; what may be left out is marked."""
    status, out, _ = run("pathway", "vocabulary", "find_note")
    assert status == 0
    assert out.splitlines()[0].startswith("action referral.find_note: Look for a consult note")
    assert "    gives: found boolean, note? Reference (DocumentReference)" in out.splitlines()


def test_what_nothing_is_called_is_said(run: Run) -> None:
    """A misspelt part of a name does not give an empty list without a word."""
    status, _, err = run("pathway", "vocabulary", "zzz")
    assert (status, 'Nothing here has "zzz" in its name.' in err) == (1, True)
