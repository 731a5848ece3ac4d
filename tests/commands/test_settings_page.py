"""The page of settings: made from the registry, and up to date."""

from __future__ import annotations

from pathlib import Path

from commands.settings_page import settings_page

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_says_what_the_registry_says() -> None:
    """`carelane settings --markdown > docs/settings.md` makes it anew."""
    assert settings_page() == PAGE.read_text(encoding="utf-8")
