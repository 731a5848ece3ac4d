"""`carelane pathway simulate --from-store`: drawn from what finished instances in the store did."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from ulid import ULID

import cli
from pathways.facts import Fact, Recorded, recorded_to_json
from pathways.scenarios import run_all
from store import tables
from store.database import Database
from store.facts.rows import timeline_row
from store.instances import NewInstance
from tests.support.pathways import plan_of, scenarios_of

DEFINITION = """
language: 1
pathway: example
version: 1.0.0
title: Example
outcomes: {done: {title: Done, kind: success}, never: {title: Never}}
steps:
  ask:
    task: {title: Ask, queue: intake, outcomes: {well: Well, ill: Ill}}
    save: asked
    next: {well: over, ill: stop}
  over: {end: done}
  stop: {end: never}
"""
SCENARIO = "one: {then: [{after: 3 hours, complete: ask, outcome: well}], expect: {outcome: done}}"
AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


async def fill(url: str, facts: tuple[Fact, ...], count: int) -> None:
    """Put finished instances with these facts into the store."""
    database = Database(url, connections=1)
    shown = recorded_to_json((Recorded(1, facts),))[0]["facts"]
    async with database.transaction() as unit:
        for _ in range(count):
            ident = str(ULID())
            await unit.instances.add(NewInstance(ident, "example", "1.0.0", "d", "Example", "UTC", {}, AT, "ina"))
            rows = [timeline_row(ident, 1, n, fact, shown[n]) for n, fact in enumerate(facts)]
            await unit.connection.execute(insert(tables.timeline).values([{**rows[0], **row} for row in rows]))
        await unit.connection.execute(update(tables.instance).values(status="ended", ended_at=AT))
    await database.close()


def test_what_the_store_has_is_drawn_from(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without finished instances that is said; with them, their times and outcomes come again."""
    monkeypatch.setenv("CARELANE_DATABASE_URL", database_url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    (tmp_path / "1.0.0.yaml").write_text(DEFINITION, encoding="utf-8")
    (tmp_path / "catalog.yaml").write_text("queues: [intake]\n", encoding="utf-8")
    command = ["pathway", "simulate", str(tmp_path / "1.0.0.yaml"), "--catalog", str(tmp_path / "catalog.yaml")]
    command += ["--cases", "10", "--from-store", "--format", "json"]
    assert cli.run(command) == 2
    assert "No instance of example has ended yet." in capsys.readouterr().err
    (result,) = run_all(plan_of(DEFINITION), scenarios_of(SCENARIO).scenarios)
    assert result.passed
    asyncio.run(fill(database_url, tuple(fact for *_, one in result.seen for fact in one.facts), 6))
    assert cli.run(command) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["outcomes"]["done"]["cases"] == 10
    assert document["cycle_time"]["p50"] == 3 * 3600
    assert "task ask" not in document["defaults"]
