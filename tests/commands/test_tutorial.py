"""The tutorial of docs/language.md: its files are written, its commands run, as a newcomer would."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from pathways.editor_schema import language_schema
from pathways.parse import parse
from pathways.source import read_source
from tests.support.served import Served

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
Run = Callable[..., tuple[int, str, str]]


def blocks(text: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page, each with its info string."""
    return re.findall(r"^```([^\n]*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_its_files_are_written_and_its_commands_run(
    machine: Served, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command ends well; the one that is to find a mistake finds the one that the page shows."""
    monkeypatch.chdir(tmp_path)
    tutorial = PAGE.read_text(encoding="utf-8").split("## The file")[0]
    ran, said = 0, ""
    for info, body in blocks(tutorial):
        if info == "yaml":
            head, _, content = body.partition("\n")
            Path(head.removeprefix("# ")).write_text(content, encoding="utf-8")
            continue
        broken = info == "console broken"
        if broken:
            _misspell(tmp_path)
        for line in body.splitlines():
            if not line.startswith("$ "):
                assert line in said, f"the page shows {line!r}, the command said {said!r}"
                continue
            command = shlex.split(line.removeprefix("$ "))
            assert command[0] == "carelane"
            status, out, err = run(*command[1:])
            said = out + err
            assert status == (1 if broken else 0), f"{line}\n{said}"
            ran += 1
        if broken:
            _misspell(tmp_path, back=True)
    assert ran > 12
    assert (tmp_path / "flu-shot.svg").exists()
    assert machine is not None


def _misspell(folder: Path, *, back: bool = False) -> None:
    file = folder / "flu-shot" / "1.0.0.yaml"
    words = ("answered: judge", "answered: juge")
    old, new = reversed(words) if back else words
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_reference_names_every_key_and_kind() -> None:
    """Every key of a pathway and of a step is on the page."""
    page = PAGE.read_text(encoding="utf-8")
    schema = language_schema()
    keys = set(schema["properties"])
    for kind in schema["$defs"]["step"]["oneOf"]:
        keys |= set(kind["properties"])
    for name in ("task", "wait", "parallel", "repeat", "pathway", "decide"):
        keys |= _keys(schema["$defs"][name])
    missing = sorted(key for key in keys if not re.search(rf"(?<![\w-]){key}(?![\w-])", page))
    assert missing == []


def _keys(schema: object) -> set[str]:
    if not isinstance(schema, dict):
        return set()
    inner = [one for variant in schema.get("anyOf", ()) for one in _keys(variant)]
    return set(schema.get("properties", ())) | set(inner)


def test_examples_of_the_reference_are_read() -> None:
    """The yaml of the reference is YAML; what is a pathway parses."""
    for info, body in blocks(PAGE.read_text(encoding="utf-8")):
        if info != "yaml":
            continue
        root = read_source(dedent(body))
        if root.get("steps") is not None and root.get("language") is not None:
            assert [one for one in parse(body, "page").diagnostics if one.severity == "error"] == []


HEAD = """\
language: 1
pathway: example
version: 1.0.0
title: Example
outcomes: {unreachable: {title: Not reached}}
"""


def test_examples_of_steps_are_written_as_the_language_is() -> None:
    """Each is a step as it could stand in a pathway: its keys, times and expressions are those that there are."""
    examples = [body for info, body in blocks(PAGE.read_text(encoding="utf-8")) if info == "yaml"]
    steps = [f"steps:\n{body}" for body in examples if body.startswith("  ")]
    parts = [body for body in examples if body.startswith(("side_flows:", "clocks:\n")) and "title:" in body]
    assert len(steps) >= 13
    assert len(parts) >= 2
    for text in (*steps, *(f"{one}steps:\n  over: {{end: unreachable}}\n" for one in parts)):
        read = parse(HEAD + text, "page")
        assert [str(one) for one in read.diagnostics] == [], text
