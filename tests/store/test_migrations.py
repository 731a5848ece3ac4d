"""Migrations and tables say the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from store.database import driver_url
from store.migrate import configuration, migrate_database
from store.tables import metadata


def test_an_empty_database_comes_to_the_present_tables(empty_database_url: str) -> None:
    """After all migrations nothing differs from the tables that the code uses; doing it again changes nothing."""
    migrate_database(empty_database_url)
    migrate_database(empty_database_url)
    engine = create_engine(driver_url(empty_database_url))
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_server_default": True})
            assert compare_metadata(context, metadata) == []
            assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    finally:
        engine.dispose()


def test_processes_that_start_at_once_migrate_once(empty_database_url: str) -> None:
    """One migrates, the others wait and find it done."""
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(migrate_database, empty_database_url) for _ in range(3)]:
            done.result()


def test_what_was_published_before_there_were_drafts_stays_published(empty_database_url: str) -> None:
    """Its author is whoever published it; it is in effect, and not paused. Without drafts there is a way back."""
    migrate_database(empty_database_url, to="0001")
    engine = create_engine(driver_url(empty_database_url))
    insert = text(
        "INSERT INTO definition (name, version, digest, title, plan, source, state, published_at, published_by) "
        "VALUES ('old', '1.0.0', 'd', 'Old', '{}', '', 'published', now(), 'ina')"
    )
    select = text(
        "SELECT state, drafted_by, drafted_at = published_at, effective_from, paused, held_steps FROM definition"
    )
    try:
        with engine.begin() as connection:
            connection.execute(insert)
        migrate_database(empty_database_url)
        with engine.begin() as connection:
            assert connection.execute(select).one() == ("published", "ina", True, None, False, [])
            config = configuration()
            config.attributes["connection"] = connection
            command.downgrade(config, "0001")
            kept = text("SELECT name, state, published_by FROM definition")
            assert connection.execute(kept).one() == ("old", "published", "ina")
    finally:
        engine.dispose()
