"""Checking catalogs: the installed one is well, and a table's bad row is found where it stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from catalog.checking import check_folder, is_catalog_folder
from catalog.tables.checking import TABLES, check_table

INSTALLED = Path(__file__).parents[2] / "catalog"


def test_the_installed_catalog_is_well() -> None:
    """Events, queues, roles, calendars and every governed table."""
    assert is_catalog_folder(INSTALLED)
    assert [str(one) for one in check_folder(INSTALLED)] == []
    assert {one.stem for one in (INSTALLED / "tables").glob("*.yaml")} == set(TABLES)


@pytest.mark.parametrize(
    ("file", "before", "after", "rule", "words"),
    [
        ("tables/benefit-rules.yaml", "supply: white-bag", "supply: white-bags", "bad-row", "commercial-ocrelizumab"),
        ("tables/benefit-rules.yaml", "patient_share:", "patient_shre:", "unknown-key", "patient_shre"),
        ("tables/benefit-rules.yaml", "patient_share:", "patient_shre:", "missing-key", "patient_share"),
        ("tables/benefit-rules.yaml", "table: benefit-rules", "table: benefit-rule", "bad-row", "benefit-rules"),
        ("tables/benefit-rules.yaml", "review_by: 2026-12-31", "review_by: soon", "bad-row", "review_by"),
        ("tables/regimens.yaml", "every: 8 weeks", "every: 8 weaks", "bad-row", "every"),
        ("tables/regimens.yaml", "rows:", "rows: [", "yaml", ""),
        (
            "queues.yaml",
            "[nurse-reviewer, supervisor]",
            "[nurse-reviewr, supervisor]",
            "unknown-role",
            "nurse-reviewer",
        ),
        ("events.yaml", "type: string}", "type: strng}", "unknown-type", "string"),
        ("calendars/us-business.yaml", "zone: America/New_York", "zone: America/NewYork", "bad-calendar", "NewYork"),
    ],
)
def test_what_is_wrong_in_a_folder_is_found(
    tmp_path: Path, file: str, before: str, after: str, rule: str, words: str
) -> None:
    """In the file and line where it was written."""
    folder = tmp_path / "catalog"
    shutil.copytree(INSTALLED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    path = folder / file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    found = [one for one in check_folder(folder) if one.rule == rule and words in f"{one.message} {one.hint}"]
    assert found, [str(one) for one in check_folder(folder)]
    assert found[0].file == str(path)
    line = text[: text.index(before)].count("\n") + 1
    assert rule in ("missing-key", "yaml") or found[0].line == line


def test_two_rows_that_hold_at_once_are_found() -> None:
    """What no single key is to blame for stands at the table."""
    row = "  - {id: a, since: 2026-01-01, source: x, payer_type: commercial, supply: white-bag, patient_share: 0.1}\n"
    head = 'table: benefit-rules\nversion: "2026.1"\nowner: x\napproved_by: y\n'
    head += "approved_on: 2025-12-15\nreview_by: 2026-12-31\n"
    (found,) = check_table(f"{head}rows:\n{row}{row}", "t.yaml")
    assert (found.rule, "two rows a hold at once" in found.message) == ("bad-row", True)
