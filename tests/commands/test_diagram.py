"""`carelane pathway diagram`: pictures of files, of versions in the store, and of instances."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import insert

import cli
from store import tables
from store.database import Database
from store.definitions import Definition
from store.instances import NewInstance
from tests.support.whole_plan import whole_plan

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
INSTANCE = "01HQZX00000000000000000001"
DEFINITION = """
language: 1
pathway: example
version: 1.0.0
title: Example
inputs: {order: {type: Reference, required: true}}
outcomes: {done: {title: Done, kind: success}}
steps:
  ask: {task: {title: Ask, queue: intake}, next: finish}
  finish: {end: done}
"""
CATALOG = "queues: [intake]\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A definition with its catalog, and no store."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
    definition = tmp_path / "1.0.0.yaml"
    definition.write_text(DEFINITION, encoding="utf-8")
    return definition


@pytest.fixture
def stored(module_database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with a version and an instance of it, which stands at its second step."""
    asyncio.run(_store(module_database_url))
    monkeypatch.setenv("DATABASE_URL", module_database_url)
    return INSTANCE


async def _store(url: str) -> None:
    plan = whole_plan()
    database = Database(url)
    async with database.transaction() as unit:
        if await unit.instances.get(INSTANCE) is None:
            definition = Definition(
                plan.pathway, plan.version, plan.digest, plan.title, "published", AT, "ina", plan=plan.document
            )
            await unit.definitions.publish(definition)
            new = NewInstance(INSTANCE, plan.pathway, plan.version, plan.digest, plan.title, "UTC", {}, AT, "ina")
            await unit.instances.add(new)
            stands = {"instance": INSTANCE, "address": "assemble", "step": "assemble", "title": "Assemble"}
            await unit.connection.execute(
                insert(tables.position).values({**stands, "waits": "people", "entered_at": AT})
            )
            facts = [
                ("step-entered", "check-requirement", {"step": "check-requirement"}),
                ("step-left", "check-requirement", {"step": "check-requirement", "how": "completed", "to": "assemble"}),
                ("step-entered", "assemble", {"step": "assemble"}),
            ]
            for place, (kind, address, detail) in enumerate(facts):
                row = {"instance": INSTANCE, "rev": 1, "place": place, "at": AT, "kind": kind}
                await unit.connection.execute(
                    insert(tables.timeline).values({**row, "address": address, "detail": detail})
                )
    await database.close()


def carelane(*arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit status, output and error output of a command line."""
    status = cli.run(["pathway", "diagram", *(str(one) for one in arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_file_becomes_a_picture(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SVG on the output, with every step."""
    status, out, err = carelane(file, "--catalog", file.with_name("catalog.yaml"), capsys=capsys)
    assert (status, err) == (0, "")
    root = ElementTree.fromstring(out)  # noqa: S314 - our own output
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "Example 1.0.0"
    assert out.count("cl-node") == 3


def test_a_diagram_is_not_written_under_a_false_name(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A picture.png that holds SVG opens nowhere."""
    target = file.parent / "picture.png"
    status, _, err = carelane(file, "-o", target, capsys=capsys)
    assert status == 2
    assert "No diagram is written as .png." in err
    assert not target.exists()


def test_the_output_files_name_says_what_is_written(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A .dot gets the graph, a .txt the words; --format has the last word."""
    catalog = ("--catalog", file.with_name("catalog.yaml"))
    graph, words = file.with_name("a.dot"), file.with_name("a.txt")
    assert carelane(file, *catalog, "-o", graph, capsys=capsys)[0] == 0
    assert graph.read_text(encoding="utf-8").startswith("digraph")
    assert carelane(file, *catalog, "-o", words, capsys=capsys)[0] == 0
    assert "- Task: Ask (ask)" in words.read_text(encoding="utf-8")
    _, out, _ = carelane(file, *catalog, "--format", "text", capsys=capsys)
    assert out == words.read_text(encoding="utf-8")


def test_what_comes_with_us_is_drawn_by_name(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a store, names are those of the library."""
    status, out, _ = carelane("referral@1.0.0", "--format", "text", capsys=capsys)
    assert status == 0
    assert out.startswith("Specialty referral 1.0.0")
    status, _, err = carelane("referral@9.9.9", capsys=capsys)
    assert status == 1
    assert "There is no version 9.9.9 of referral." in err


def test_a_draft_with_unknown_names_is_drawn_and_said_to_be_one(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An author sees the picture before the catalog knows everything."""
    status, out, err = carelane(file, "--format", "text", capsys=capsys)
    assert status == 0
    assert "- Task: Ask (ask)" in out
    assert "unknown-queue" in err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ((), 2, "Nothing is named to draw."),
        (("none.yaml",), 2, "There is no file or folder none.yaml."),
        (("no-such-pathway",), 1, "There is no file, folder or pathway no-such-pathway."),
        (("a", "--counts", "--instance", "X"), 2, "Either one instance is shown or how many stand where."),
        (("1.0.0.yaml", "--counts"), 2, "DATABASE_URL is not set."),
    ],
)
def test_what_cannot_be_drawn_is_said(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], status: int, words: str
) -> None:
    """Each mistake has its sentence and its exit status."""
    found, _, err = carelane(*arguments, capsys=capsys)
    assert words in err
    assert found == status


def test_a_folder_with_a_version_behind_it_is_no_published_name(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an author has before them is named by its file."""
    monkeypatch.chdir(file.parent.parent)
    status, _, err = carelane(f"{file.parent.name}@1.0.0", capsys=capsys)
    assert status == 1
    assert f"{file.parent.name} is a folder" in err
    assert f"Give its file: {file.parent.name}/1.0.0.yaml." in err


def test_an_instance_is_drawn_with_its_way(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The steps it reached and the one where it stands are marked, in words and in the picture."""
    status, out, _ = carelane("--instance", stored, "--format", "text", capsys=capsys)
    assert status == 0
    lines = [line.strip() for line in out.splitlines()]
    assert lines.count("* reached once") == 2
    assert "* it stands here: waits for a person" in lines
    _, svg, _ = carelane("--instance", stored, capsys=capsys)
    assert ">here</text>" in svg
    assert "cl-link--next cl-taken" in svg


def test_counts_come_from_the_store(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    """How many stand where, of a version by its name."""
    status, out, _ = carelane("prior-authorization@1.0.0", "--counts", "--format", "text", capsys=capsys)
    assert status == 0
    assert "    * 1 stands here" in out.splitlines()


def test_an_unknown_instance_is_said(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An id of nothing is a sentence, not a trace."""
    status, _, err = carelane("--instance", "01HQZX00000000000000000009", capsys=capsys)
    assert status == 2
    assert "There is no instance" in err
