"""Real servers for tests: how they are made, and databases that end with the test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ulid import ULID

import settings
from local.ports import free_port
from local.postgres import PostgresServer
from local.temporal_program import TemporalProgram
from local.temporal_server import TemporalServer
from workflows.search import ALL as SEARCH_ATTRIBUTES

TEMPLATE = "carelane_template"


@contextmanager
def state_folder() -> Iterator[Path]:
    """A folder for a server's state that other users can enter, as PostgreSQL's may have to; then removed."""
    folder = Path(tempfile.mkdtemp(prefix="carelane-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def postgres_server(folder: Path, *, durable: bool = False) -> PostgresServer:
    """A PostgreSQL server on a free port, not started; it survives its own `kill -9` either way."""
    return PostgresServer(folder, port=free_port(), durable=durable)


def temporal_program() -> Path:
    """The program `temporal`, as the settings find it."""
    configured = settings.load()
    environment = settings.environment_of(configured)
    return TemporalProgram(configured.cache_dir, environment=environment).obtain()


def temporal_server(program: Path, folder: Path, *, on_file: bool = False) -> TemporalServer:
    """A Temporal server on a free port, not started: in memory, or on a file to survive `kill -9`."""
    database = folder / "temporal.db" if on_file else None
    return TemporalServer(
        program,
        port=free_port(),
        log=folder / "temporal.log",
        database=database,
        search_attributes=[attribute.name for attribute in SEARCH_ATTRIBUTES],
    )


def migrated_template(postgres: PostgresServer) -> str:
    """Make the database with the store's tables that tests copy; its name."""
    from store.migrate import migrate_database

    if postgres.create_database(TEMPLATE):
        migrate_database(postgres.url(TEMPLATE))
    return TEMPLATE


@contextmanager
def database(postgres: PostgresServer, *, template: str | None = None) -> Iterator[str]:
    """A new database's address; the database is dropped afterwards."""
    name = f"test_{ULID()}".lower()
    postgres.create_database(name, template=template)
    try:
        yield postgres.url(name)
    finally:
        postgres.drop_database(name)
