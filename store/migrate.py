"""Bringing a database to the store's present tables (Alembic, without its command line)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, func, select

from store.database import driver_url

_LOCK = 4_270_336_541
"""Held while migrating: of several processes that start at once, one migrates and the others find it done."""


def configuration() -> Config:
    """Alembic's configuration of the store's migrations."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def migrate_database(url: str, *, to: str = "head") -> None:
    """Bring the database to a revision, the newest unless said otherwise. Doing it again changes nothing."""
    engine = create_engine(driver_url(url), connect_args={"connect_timeout": 10})
    try:
        with engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            config = configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, to)
    finally:
        engine.dispose()
