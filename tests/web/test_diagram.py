"""Diagrams on pages: where an instance stands and what way it took; how many stand where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

import pytest

from pathways.diagram import page_stylesheet
from pathways.diagram.overlay import WAITS
from pathways.state import Waits
from tests.support.reader import Reader
from web.presenters import instance
from web.rendering import STATIC


async def test_an_instance_shows_the_way_it_took(nurse: Reader, referral: str) -> None:
    """The picture marks it, and the words beside it say the same."""
    page = await nurse.get(f"/instances/{referral}")
    assert page.html.count("cl-here") == 1
    assert "cl-link--next cl-taken" in page.html
    assert "Task: Clinical triage (triage)" in page.text
    assert "it stands here: waits for a person" in page.text
    assert "to Begin counting (begin)" in page.text


async def test_where_it_stands_leads_into_the_picture(nurse: Reader, referral: str) -> None:
    """A link of the page goes to the very node."""
    html = (await nurse.get(f"/instances/{referral}")).html
    assert 'href="#node-triage"' in html
    assert html.count('id="node-triage"') == 1


async def test_a_version_shows_how_many_stand_where(nurse: Reader, referral: str) -> None:
    """The picture of a version counts the open instances."""
    page = await nurse.get("/pathways/referral/1.0.0")
    assert "stands here" in page.text or "stand here" in page.text
    assert re.search(r">\d+ here</text>", page.html)


async def test_the_policy_is_kept(nurse: Reader, referral: str) -> None:
    """No style inside the page: the picture's comes from its own sheet."""
    html = (await nurse.get(f"/instances/{referral}")).html
    assert "/static/diagram.css?" in html
    assert not re.search(r"<style|\sstyle=", html)


@pytest.mark.parametrize("words", [WAITS, instance.WAITS], ids=["diagram", "page"])
def test_everything_that_a_position_waits_for_has_words(words: Mapping[str, str]) -> None:
    """No page fails because an instance stands somewhere new."""
    assert set(words) == set(get_args(Waits))


def test_the_sheet_of_pages_is_the_diagrams() -> None:
    """What is committed is what the diagram's style says now: `carelane pathway diagram -o web/static/diagram.css`."""
    assert (STATIC / "diagram.css").read_text(encoding="utf-8") == page_stylesheet()
