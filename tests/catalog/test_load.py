"""The installed catalog is whole, and agrees with itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog import load
from catalog.load import CatalogError


def test_the_installed_catalog_can_be_read() -> None:
    """Every event type has a schema, every queue and role a name, every calendar its hours."""
    known = load.installed()
    assert {"note.filed", "referral.closed"} <= set(known.events)
    assert known.events["appointment.cancelled"].data.by_name["by"].type.options == ("patient", "provider")
    assert {"referral-intake", "clinical-triage", "scheduling"} <= (known.queues or frozenset())
    assert {"coordinator", "nurse-reviewer", "supervisor", "informaticist"} <= (known.roles or frozenset())
    assert "us-business" in known.calendars


def test_queues_name_roles_that_exist() -> None:
    """A queue that nobody may work would hide its tasks."""
    roles = set(load.entries("roles"))
    assert {role for queue in load.entries("queues").values() for role in queue["roles"]} <= roles


@pytest.mark.parametrize("section", ["events", "queues", "roles"])
def test_every_entry_says_what_it_is(section: str) -> None:
    """A title, and what it is for; events also an owner, a version and their key."""
    needed = {
        "events": {"title", "meaning", "owner", "version", "key", "schema"},
        "queues": {"title", "purpose", "roles"},
    }
    for name, entry in load.entries(section).items():
        assert set(entry) >= needed.get(section, {"title", "does"}), name


def test_an_authors_catalog_has_the_built_in_calendars(tmp_path: Path) -> None:
    """And nothing else that is installed."""
    file = tmp_path / "catalog.yaml"
    file.write_text("queues: [mine]\n", encoding="utf-8")
    known = load.from_file(file)
    assert known.queues == frozenset({"mine"})
    assert known.roles is None
    assert not known.events
    assert "us-business" in known.calendars


def test_a_catalog_that_cannot_be_read_says_where(tmp_path: Path) -> None:
    """File, line and column."""
    file = tmp_path / "catalog.yaml"
    file.write_text("queues: [mine\nroles: x\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"catalog\.yaml:2:"):
        load.from_file(file)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("queues: [mine]\nactoins: {}\n", "2:1", "actions"),
        ("actions:\n  a.b: {}\n  c.d: {problms: [x]}\n", "3:3", "problems"),
        ("actions:\n  a.b: {output: {n: integr}}\n", "2:3", "integer"),
        ("actions:\n  a.b: {output: {n: {type: list, itme: text}}}\n", "2:3", "item"),
        ("events:\n  e.f: {shema: {n: integer}}\n", "2:3", "schema"),
        ("events:\n  e.f: text\n", "2:3", "mapping"),
        ("queues: mine\n", "1:1", "list"),
        ("calendars:\n  clinic: {zone: America/New_Yorkk, hours: {mon: ['08:00-17:00']}}\n", "2:3", "New_York"),
        ("- a\n", "1:1", "mapping"),
    ],
)
def test_what_no_catalog_says_is_refused_with_its_place(tmp_path: Path, text: str, place: str, words: str) -> None:
    """A misspelling is no silence: the name that it stands for would be unknown everywhere."""
    file = tmp_path / "catalog.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError) as raised:
        load.from_file(file)
    assert f"catalog.yaml:{place}: " in raised.value.message
    assert words in str(raised.value)


def test_a_single_name_counts_as_a_list_of_one(tmp_path: Path) -> None:
    """`writes: Flag` is one resource type, not four letters."""
    file = tmp_path / "catalog.yaml"
    file.write_text("actions: {a.b: {reads: Slot, writes: [Flag], problems: gone}}\n", encoding="utf-8")
    action = load.from_file(file).actions["a.b"]
    assert (action.reads, action.writes, action.problems) == (("Slot",), ("Flag",), ("gone",))
