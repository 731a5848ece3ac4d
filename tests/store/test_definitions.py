"""The registry of versions: what stays, what may change, and which version a range means."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ulid import ULID

from pathways.versions import VersionError
from store.database import Database
from store.definitions import Definition, Pause
from store.errors import VersionTakenError
from store.instances import NewInstance

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
PAUSE = Pause("p-1", "ina", "A recall.", AT)


def published(name: str, version: str, digest: str = "d", **more: Any) -> Definition:
    """A version that is published."""
    made = Definition(
        name, version, digest, "Title", "published", AT, "ina", AT, "ina", plan={"steps": []}, source="language: 1"
    )
    return replace(made, **more)


def drafted(name: str, version: str, digest: str = "d", **more: Any) -> Definition:
    """A version that waits for approval."""
    return published(name, version, digest, **{"state": "draft", "published_at": None, "published_by": None, **more})


async def test_a_published_version_is_there_for_good(database: Database) -> None:
    """The same again is fine; another content under its number is refused, as draft too."""
    async with database.transaction() as unit:
        assert await unit.definitions.publish(published("kept", "1.0.0"))
        assert not await unit.definitions.publish(published("kept", "1.0.0"))
        assert not await unit.definitions.save_draft(drafted("kept", "1.0.0"))
        for keep in (unit.definitions.publish, unit.definitions.save_draft):
            with pytest.raises(VersionTakenError):
                await keep(drafted("kept", "1.0.0", "other"))
        assert await unit.definitions.get("kept", "1.0.0") == published("kept", "1.0.0")
        assert (await unit.definitions.set_state("kept", "1.0.0", "retired")) is True
        with pytest.raises(VersionTakenError):
            await unit.definitions.publish(published("kept", "1.0.0", "other"))


async def test_the_refusal_tells_a_changed_catalog_from_a_changed_text(database: Database) -> None:
    """Whoever publishes the very text again is told why it is another plan."""
    async with database.transaction() as unit:
        await unit.definitions.publish(published("told", "1.0.0"))
        with pytest.raises(VersionTakenError) as same_text:
            await unit.definitions.publish(published("told", "1.0.0", "other"))
        with pytest.raises(VersionTakenError) as other_text:
            await unit.definitions.publish(published("told", "1.0.0", "other", source="language: 1\n"))
    assert "actions, events, calendars" in same_text.value.hint
    assert "actions, events, calendars" not in other_text.value.hint


async def test_a_draft_changes_until_it_is_published(own_database: Database) -> None:
    """Whoever wrote what stands there is its author; sending the same again takes nothing over."""
    async with own_database.transaction() as unit:
        definitions = unit.definitions
        assert await definitions.save_draft(drafted("drafted", "1.0.0", "a"))
        assert not await definitions.save_draft(drafted("drafted", "1.0.0", "a", drafted_by="marcus"))
        kept = await definitions.get("drafted", "1.0.0")
        assert kept is not None
        assert kept.drafted_by == "ina"
        assert await definitions.save_draft(drafted("drafted", "1.0.0", "b", drafted_by="marcus"))
        assert await definitions.digests() == ()
        assert await definitions.approve("drafted", "1.0.0", by="mira", at=AT)
        assert not await definitions.approve("drafted", "1.0.0", by="mira", at=AT)
        kept = await definitions.get("drafted", "1.0.0")
        assert kept is not None
        assert (kept.state, kept.digest, kept.drafted_by, kept.published_by) == ("published", "b", "marcus", "mira")
        assert await definitions.digests() == ("b",)


async def test_a_range_means_the_highest_that_can_be_started(own_database: Database) -> None:
    """By numbers and not by letters; drafts, deprecated, retired, paused and later ones do not count."""
    async with own_database.transaction() as unit:
        definitions = unit.definitions
        for version in ("1.9.0", "1.10.0", "1.11.0", "2.0.0", "2.1.0", "2.2.0-beta"):
            await definitions.publish(published("many", version, version))
        await definitions.publish(published("many", "2.3.0", "2.3.0", effective_from=AT + timedelta(days=1)))
        await definitions.save_draft(drafted("many", "2.4.0", "2.4.0"))
        await definitions.set_state("many", "2.1.0", "deprecated")
        await definitions.set_pause("many", "1.11.0", PAUSE, paused=True, held_steps=["b", "a"])

        async def meant(wanted: str | None, at: datetime = AT, *, deprecated: bool = False) -> str | None:
            found = await definitions.resolve("many", wanted, at, deprecated=deprecated)
            return None if found is None else found.version

        assert await meant(None) == "2.0.0"
        assert await meant("^1") == "1.10.0"
        assert await meant("1.11.0") is None
        assert await meant("2.1.0") is None
        assert await meant("2.1.0", deprecated=True) == "2.1.0"
        assert await meant("^2.2.0-alpha") == "2.2.0-beta"
        assert await meant("^2", AT + timedelta(days=2)) == "2.3.0"
        assert await meant(None, AT + timedelta(days=2)) == "2.3.0"
        assert [one.version for one in await definitions.versions("many")][:3] == ["2.4.0", "2.3.0", "2.2.0-beta"]
        newest = await definitions.newest("many")
        assert newest is not None
        assert newest.version == "2.3.0"
        with pytest.raises(VersionError):
            await meant("two")


async def test_why_no_version_fits_is_said(own_database: Database) -> None:
    """For the person who starts it, and for the incident of a parent."""
    async with own_database.transaction() as unit:
        definitions = unit.definitions
        assert await definitions.why_none("some", None, AT) == "There is no published pathway some."
        await definitions.publish(published("some", "1.0.0", "1", effective_from=AT + timedelta(days=1)))
        await definitions.publish(published("some", "1.1.0", "2"))
        await definitions.set_pause("some", "1.1.0", PAUSE, paused=True)
        await definitions.save_draft(drafted("some", "1.2.0", "3"))
        said = await definitions.why_none("some", "^1", AT)
        assert "1.2.0 waits for its approval; 1.1.0 is paused; 1.0.0 is in effect only from 2026-03-03T14:00" in said
        assert "there are 1.2.0, 1.1.0, 1.0.0" in await definitions.why_none("some", "^2", AT)
        await definitions.set_pause("some", "1.1.0", PAUSE, paused=False)
        found = await definitions.resolve("some", "^1", AT)
        assert found is not None
        assert (found.version, list(found.held_steps)) == ("1.1.0", [])


async def test_a_start_and_a_retirement_take_turns(own_database: Database) -> None:
    """Whoever counts what is in flight waits for starts that have begun, and counts them."""
    started, may_end = asyncio.Event(), asyncio.Event()
    async with own_database.transaction() as unit:
        await unit.definitions.publish(published("raced", "1.0.0"))

    async def start() -> None:
        async with own_database.transaction() as unit:
            assert await unit.definitions.resolve("raced", "^1", AT) is not None
            started.set()
            await may_end.wait()
            await unit.instances.add(NewInstance(str(ULID()), "raced", "1.0.0", "d", "Raced", "UTC", {}, AT, "anna"))

    async def retire() -> dict[str, int]:
        await started.wait()
        async with own_database.transaction() as unit:
            asyncio.get_running_loop().call_soon(may_end.set)
            await unit.definitions.change("raced")
            return await unit.definitions.in_flight("raced")

    _, counted = await asyncio.gather(start(), retire())
    assert counted == {"1.0.0": 1}
