"""`carelane pathway new`: what it writes is ready to be published."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pathways.publishing.readiness import try_scenarios
from pathways.publishing.workbench import SourceText
from tests.support.office import REFERRAL

Run = Callable[..., tuple[int, str, str]]


def test_a_new_pathway_lints_clean_and_passes_its_own_scenarios(run: Run, tmp_path: Path) -> None:
    """No warning either, and nothing that no scenario goes through."""
    status, out, _ = run("pathway", "new", "wound-care", "--in", tmp_path)
    assert status == 0
    assert [line.split("/")[-1] for line in out.splitlines()[:2]] == ["1.0.0.yaml", "main.yaml"]
    status, out, _ = run("pathway", "lint", tmp_path / "wound-care")
    assert (status, out) == (0, "0 errors, 0 warnings in 1 definition\n")
    status, out, _ = run("pathway", "test", tmp_path / "wound-care", "--coverage", "--format", "json")
    assert status == 0, out
    (coverage,) = json.loads(out)["coverage"].values()
    assert coverage["missing"] == []


def test_a_new_pathway_is_ready_to_be_published(run: Run, tmp_path: Path) -> None:
    """By the same measure as the registry's."""
    from activities import registry
    from catalog import load
    from pathways.lint import lint

    run("pathway", "new", "wound-care", "--in", tmp_path, "--queue", "clinical-triage")
    source = (tmp_path / "wound-care" / "1.0.0.yaml").read_text(encoding="utf-8")
    assert "queue: clinical-triage" in source
    scenarios = (tmp_path / "wound-care" / "scenarios" / "main.yaml").read_text(encoding="utf-8")
    from datetime import UTC, datetime

    today = datetime.now(UTC).date()
    plan = lint(source, "1.0.0.yaml", load.installed(registry.catalog().actions), today).plan
    assert plan is not None
    assert try_scenarios(plan, [SourceText("main.yaml", scenarios)]).ready


def test_nothing_is_written_over(run: Run, tmp_path: Path) -> None:
    """What is there stays."""
    (tmp_path / "wound-care").mkdir()
    status, _, err = run("pathway", "new", "wound-care", "--in", tmp_path)
    assert (status, "is there already" in err) == (1, True)
    assert list((tmp_path / "wound-care").iterdir()) == []


@pytest.mark.parametrize("arguments", [["Wound Care"], ["../up"], ["-x"], [], ["wound-care", "--queue", "nobodys"]])
def test_what_is_no_name_is_a_wrong_command_line(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    """Said in words; nothing is written."""
    status, _, err = run("pathway", "new", *arguments, "--in", tmp_path)
    assert (status, err.strip() != "") == (2, True)
    assert list(tmp_path.iterdir()) == []
    assert REFERRAL.exists()
