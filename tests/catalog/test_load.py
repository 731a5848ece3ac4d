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
