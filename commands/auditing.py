"""`carelane verify-audit`: whether the audit is as it was written."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

import settings
from commands.logs import configure_logging
from pathways.errors import CarelaneError
from settings import Settings

if TYPE_CHECKING:
    from store.audit import Verification

app = typer.Typer(no_args_is_help=True, help="The audit.")


class BrokenAuditError(CarelaneError):
    """An entry is not as it was written, or not there."""

    code = "audit-broken"


@app.command("verify-audit")
def verify_audit() -> None:
    """Say whether the audit is as it was written.

    Each entry carries the hash of the one before it, so that none can be changed, put in, taken out or cut off unseen.
    """
    configured = settings.load()
    configure_logging(configured)
    found = asyncio.run(_verified(configured))
    if not found.holds:
        raise BrokenAuditError(
            f"The audit is broken at entry {found.broken_at}: {found.why}",
            hint="The entries before it hold. Compare with the last backup, and find out who could write to the table.",
        )
    typer.echo(f"The audit holds: {found.entries} {'entry' if found.entries == 1 else 'entries'}.")


async def _verified(configured: Settings) -> Verification:
    from store.database import Database

    database = Database(configured.require_database_url())
    try:
        await database.check()
        async with database.transaction() as unit:
            return await unit.audit.verify()
    finally:
        await database.close()
