"""The page about scenarios says what is read."""

from __future__ import annotations

import re
from pathlib import Path

from pathways.scenarios import parse_scenarios
from pathways.scenarios.parse_expect import KEYS, STATUSES
from pathways.scenarios.parse_then import VERBS

PAGE = (Path(__file__).parents[3] / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_its_example_is_one() -> None:
    """The file of scenarios on the page has nothing wrong."""
    example = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
    read = parse_scenarios(example, "page.yaml")
    assert read.diagnostics == ()
    assert read.file is not None
    assert [one.name for one in read.file.scenarios] == ["approved-after-pending"]


def test_nothing_is_left_out() -> None:
    """Every entry of `then`, every expectation and every state of a clock is on it."""
    assert [one for one in VERBS if f"`{one}:" not in PAGE] == []
    assert [one for one in (*KEYS, *STATUSES) if f"`{one}`" not in PAGE] == []
