"""`carelane pathway diff`: two versions, by file or by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cli

DEFINITION = """
language: 1
pathway: example
version: {version}
title: Example
inputs: {{order: {{type: Reference, required: true}}}}
outcomes: {{done: {{title: Done, kind: success}}}}
steps:
  ask: {{task: {{title: Ask, queue: {queue}}}, timeout: {{after: {after}, to: finish}}}}
  finish: {{end: done}}
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three versions and their catalog."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog.yaml").write_text("queues: [intake, closing]\n", encoding="utf-8")
    for version, queue, after in (("1.0.0", "intake", "1 day"), ("1.1.0", "closing", "2 days")):
        text = DEFINITION.format(version=version, queue=queue, after=after)
        (tmp_path / f"{version}.yaml").write_text(text, encoding="utf-8")
    renamed = DEFINITION.format(version="2.0.0", queue="intake", after="1 day").replace("  ask:", "  enquire:")
    (tmp_path / "2.0.0.yaml").write_text(renamed, encoding="utf-8")
    return tmp_path


def carelane(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit status, output and error output of a command line."""
    status = cli.run(["pathway", "diff", *arguments, "--catalog", "catalog.yaml"])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_changes_are_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Each change is a line; the class follows; different is no failure."""
    status, out, err = carelane("1.0.0.yaml", "1.1.0.yaml", capsys=capsys)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "Step ask: queue intake → closing",
        "Step ask: timeout after 1 day, to finish → after 2 days, to finish",
        "",
        "Compatible: instances in flight can go on by the new version as they stand.",
    ]


def test_what_only_the_file_says_is_told_as_text(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What nothing runs by is no reason to say that nothing changed."""
    text = DEFINITION.format(version="1.0.1", queue="intake", after="1 day")
    (files / "1.0.1.yaml").write_text(text + "exit_plan: By telephone\n", encoding="utf-8")
    _, out, _ = carelane("1.0.0.yaml", "1.0.1.yaml", capsys=capsys)
    assert out.splitlines() == [
        "Pathway: new exit plan: “By telephone”",
        "",
        "Only text changed: instances in flight notice nothing.",
    ]


def test_a_rename_suggests_its_mapping(capsys: pytest.CaptureFixture[str]) -> None:
    """What the mapping file would say is written out."""
    _, out, _ = carelane("1.0.0.yaml", "2.0.0.yaml", capsys=capsys)
    assert "Step enquire: renamed (was ask)" in out
    assert out.splitlines()[-2:] == ["steps:", "  ask: enquire    # suggested"]


def test_the_same_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A version does not differ from itself, also by exit code."""
    assert carelane("1.0.0.yaml", "1.0.0.yaml", "--exit-code", capsys=capsys) == (0, "Nothing changed.\n", "")


def test_the_exit_code_tells_where_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """A script may ask whether anything changed."""
    assert carelane("1.0.0.yaml", "1.1.0.yaml", "--exit-code", capsys=capsys)[0] == 1


def test_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """A program gets class, changes, mapping and what a second person must see."""
    status, out, _ = carelane("1.0.0.yaml", "2.0.0.yaml", "--format", "json", capsys=capsys)
    document = json.loads(out)
    assert status == 0
    assert document["class"] == "needs a mapping"
    assert document["mapping"] == {"ask": "enquire"}
    assert document["approval"]["needed"] is False


def test_what_does_not_compile_is_no_version(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A definition with errors cannot be compared, and why is said."""
    broken = files / "3.0.0.yaml"
    broken.write_text(DEFINITION.format(version="3.0.0", queue="none", after="1 day"), encoding="utf-8")
    status, _, err = carelane("1.0.0.yaml", "3.0.0.yaml", capsys=capsys)
    assert status == 1
    assert "unknown-queue" in err
