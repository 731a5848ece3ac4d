"""The PostgreSQL of one machine: made, kept, recovered."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local.errors import PortBusyError
from local.ports import LOOPBACK, free_port
from local.postgres import PASSWORD_FILE, PostgresServer
from tests.support import servers


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of this test's own, started."""
    with servers.state_folder() as folder:
        server = servers.postgres_server(folder, durable=True)
        try:
            server.start()
            yield server
        finally:
            server.delete()


def remember(server: PostgresServer, text: str) -> None:
    """Commit a note."""
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def notes(server: PostgresServer) -> list[str]:
    """What was committed."""
    with psycopg.connect(server.url()) as connection:
        return [row[0] for row in connection.execute("SELECT text FROM note")]


def test_stopping_and_starting_keeps_what_was_committed(server: PostgresServer) -> None:
    """A server that was stopped continues where it was."""
    remember(server, "kept")
    server.stop()
    assert not server.answers()
    server.start()
    assert notes(server) == ["kept"]


def test_kill_9_loses_nothing_that_was_committed(server: PostgresServer) -> None:
    """Started again at once after `kill -9`, while its own processes are still going down, it recovers."""
    for number in range(3):
        remember(server, f"before kill {number}")
        server.kill()
        server.start()
    assert notes(server) == [f"before kill {number}" for number in range(3)]


def test_a_stale_lock_whose_number_went_to_another_process_is_removed(server: PostgresServer) -> None:
    """`postmaster.pid` of a killed server may name a process that lives and is no PostgreSQL."""
    remember(server, "kept")
    server.kill()
    lock = server.home.data / "postmaster.pid"
    lines = lock.read_text(encoding="utf-8").splitlines()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n", encoding="utf-8")
    server.start()
    assert notes(server) == ["kept"]


def test_an_interrupted_initdb_is_done_again() -> None:
    """A data folder that `initdb` did not finish is not taken for a database."""
    with servers.state_folder() as folder:
        server = servers.postgres_server(folder)
        server.home.data.mkdir()
        (server.home.data / "PG_VERSION").write_text("18\n", encoding="utf-8")
        try:
            server.start()
            assert server.answers()
        finally:
            server.delete()


def test_nobody_connects_without_the_password(server: PostgresServer) -> None:
    """Being on the machine is not enough: every connection needs the password."""
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://carelane:wrong@{LOOPBACK}:{server.port}/carelane")


def test_the_password_is_for_our_eyes_only(server: PostgresServer) -> None:
    """The file with the password is readable by its owner alone."""
    mode = (server.state_dir / PASSWORD_FILE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_commits_reach_the_disk_where_the_state_is_kept(server: PostgresServer) -> None:
    """A server whose state outlives the command has fsync on."""
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_a_busy_port_is_named_with_its_setting(server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who meets a busy port is told which setting moves it."""
    other = PostgresServer(server.state_dir, port=server.port)
    monkeypatch.setattr("local.ports.PATIENCE_SECONDS", 0.0)
    with pytest.raises(PortBusyError, match="CARELANE_POSTGRES_PORT"):
        other.start()


def test_two_servers_on_one_state_are_refused(server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second server on the same data is told who is in the way, and the first goes on."""
    monkeypatch.setattr("local.postgres.LEFTOVER_SECONDS", 0.0)
    other = PostgresServer(server.state_dir, port=free_port())
    with pytest.raises(Exception, match="Another PostgreSQL uses"):
        other.start()
    assert server.answers()


def test_data_goes_where_its_user_can_reach_it(tmp_path: Path) -> None:
    """A state folder behind a closed door (0700 of another user) does not keep PostgreSQL from running."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    state = closed / "state"
    first = PostgresServer(state, port=free_port(), durable=False)
    try:
        first.start()
        remember(first, "kept")
        first.stop()
        again = PostgresServer(state, port=free_port(), durable=False)
        again.start()
        try:
            assert notes(again) == ["kept"]
        finally:
            again.stop()
    finally:
        folder = first.home.folder
        first.delete()
    assert not folder.exists()


def test_a_copy_of_a_template_has_its_tables(server: PostgresServer) -> None:
    """Tests get their databases as copies of one that was migrated once."""
    remember(server, "in the template")
    assert server.create_database("copied", template="carelane")
    assert not server.create_database("copied", template="carelane")
    with psycopg.connect(server.url("copied")) as connection:
        assert connection.execute("SELECT text FROM note").fetchall() == [("in the template",)]
