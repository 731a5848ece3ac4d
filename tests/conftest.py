"""What every test may ask for: real PostgreSQL and Temporal servers of this test run, and reference data.

Each pytest worker has servers of its own: they start in a second, and nothing has to be shared or locked.
They are in memory or without fsync, on free ports, and end with the worker even when it is killed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

import settings
from local.chromium import obtain_chromium
from local.postgres import PostgresServer
from local.temporal_server import TemporalServer
from tests.support import servers

_session: pytest.Session | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Give slow machines time: a property fails for what it finds, never for how long it took."""
    hypothesis_settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis_settings.register_profile("thorough", parent=_profile("default"), max_examples=2_000)
    hypothesis_settings.load_profile(settings.load().hypothesis_profile)


def _profile(name: str) -> hypothesis_settings:
    return hypothesis_settings.get_profile(name)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember the session: its exit status is final only when everything has ended."""
    global _session
    _session = session


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave without the interpreter's own end: a process that used the Temporal SDK may crash in it.

    By now everything is reported: workers of xdist have sent their results, the terminal has its last line.
    """
    if _session is None:  # a usage error: nothing ran
        return
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(_session.exitstatus))


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of outside reference data; tests that need it are skipped where none is set."""
    folder = settings.load().reference_data
    if folder is None:
        pytest.skip("CARELANE_REFERENCE_DATA is not set")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL server of this worker."""
    with servers.state_folder() as folder:
        server = servers.postgres_server(folder)
        try:
            server.start()
            yield server
        finally:
            server.delete()


@pytest.fixture
def empty_database_url(postgres: PostgresServer) -> Iterator[str]:
    """A database without tables, for this test alone: `postgresql://…`."""
    with servers.database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_template(postgres: PostgresServer) -> str:
    """The name of a database with the store's tables, to make copies of."""
    return servers.migrated_template(postgres)


@pytest.fixture
def database_url(postgres: PostgresServer, migrated_template: str) -> Iterator[str]:
    """A database with the store's tables and nothing in them, for this test alone: `postgresql://…`."""
    with servers.database(postgres, template=migrated_template) as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(postgres: PostgresServer, migrated_template: str) -> Iterator[str]:
    """As `database_url`, shared by the tests of a module."""
    with servers.database(postgres, template=migrated_template) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The Chromium of this machine; `make test` has seen to it that there is one."""
    configured = settings.load()
    return obtain_chromium(configured.chromium, environment=settings.environment_of(configured))


@pytest.fixture(scope="session")
def temporal_program() -> Path:
    """The program `temporal`; found, or got once for this machine."""
    return servers.temporal_program()


@pytest.fixture(scope="session")
def temporal_server(temporal_program: Path) -> Iterator[TemporalServer]:
    """A running Temporal server of this worker, in memory; tests keep apart by task queue and workflow id."""
    with servers.state_folder() as folder:
        server = servers.temporal_server(temporal_program, folder)
        try:
            server.start()
            yield server
        finally:
            server.kill()
