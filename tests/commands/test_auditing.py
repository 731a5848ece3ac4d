"""`carelane verify-audit`: what it says of an audit that holds, and of one that was changed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

import cli
from commands.auditing import BrokenAuditError
from store.audit import NewAuditEntry, person
from store.database import Database

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


async def write(url: str, *statements: str) -> None:
    """Put three entries on record, then do as somebody does who can write to the table."""
    database = Database(url)
    try:
        async with database.transaction() as unit:
            await unit.audit.append(*(NewAuditEntry(AT, person("anna"), "task.claim", f"task/{n}") for n in range(3)))
            for statement in statements:
                await unit.connection.execute(text(statement))
    finally:
        await database.close()


def test_an_audit_that_holds(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of its entries is said."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    asyncio.run(write(database_url))
    done = CliRunner().invoke(cli.app, ["verify-audit"])
    assert (done.exit_code, done.output) == (0, "The audit holds: 3 entries.\n")


def test_an_audit_that_was_changed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first entry that is not as it was written is named, and the command fails."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    asyncio.run(write(database_url, "UPDATE audit SET subject = 'task/9' WHERE number = 2"))
    done = CliRunner().invoke(cli.app, ["verify-audit"])
    assert done.exit_code == 1
    assert isinstance(done.exception, BrokenAuditError)
    assert done.exception.message == "The audit is broken at entry 2: Its content was changed."
