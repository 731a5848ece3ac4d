"""Everything on one machine, as a person starts and stops it."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest

import devserver
import settings
from local.ports import LOOPBACK, answers, free_port
from tests.support import servers
from tests.support.programs import wait_for
from tests.support.source import ROOT

PORTS = ("web_port", "core_port", "postgres_port", "temporal_port")


class Machine:
    """A state folder with ports of its own, on which `carelane dev` runs."""

    def __init__(self, folder: Path) -> None:
        self.settings = settings.load(
            state_dir=folder / "state",
            database_url=None,
            temporal_address=None,
            core_url=None,
            **{name: free_port() for name in PORTS},
        )
        self.said = folder / "said"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run `carelane dev` and return when it says that everything answers."""
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli", "dev"],
                cwd=ROOT,
                env=settings.environment_of(self.settings),
                stdout=said,
                stderr=said,
            )
        wait_for(lambda: self.has_ended() or "Carelane is at" in self.output(), seconds=150)
        assert not self.has_ended(), self.output()

    def end(self, number: signal.Signals) -> int:
        """Send the signal to `carelane dev` alone; its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def has_ended(self) -> bool:
        """Whether `carelane dev` is gone."""
        return self.process is not None and self.process.poll() is not None

    def output(self) -> str:
        """What it said so far."""
        return self.said.read_text(encoding="utf-8")

    def listening(self) -> list[str]:
        """Which of its ports answer."""
        return [name for name in PORTS if answers(getattr(self.settings, name))]

    def database(self) -> str:
        """The address of its database."""
        password = (self.settings.state_dir / "postgres-password").read_text(encoding="utf-8").strip()
        return f"postgresql://carelane:{password}@{LOOPBACK}:{self.settings.postgres_port}/carelane"


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A machine on which nothing has run yet."""
    with servers.state_folder() as folder:
        machine = Machine(folder)
        try:
            yield machine
        finally:
            if machine.process is not None and not machine.has_ended():
                machine.end(signal.SIGKILL)
            wait_for(lambda: not machine.listening())
            devserver.forget_state(machine.settings.state_dir)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_starts_ends_and_continues_where_it_was(machine: Machine, ending: signal.Signals) -> None:
    """Every way of ending it leaves nothing running; the next start has what was kept."""
    machine.start()
    assert machine.listening() == list(PORTS)
    with closing(psycopg.connect(machine.database(), autocommit=True)) as connection:
        connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")
    metadata = httpx.get(f"{machine.settings.core_base_url}/metadata")
    assert metadata.json()["fhirVersion"] == "4.0.1"

    status = machine.end(ending)
    assert status in {0, -signal.SIGKILL}
    wait_for(lambda: not machine.listening())

    machine.start()
    with closing(psycopg.connect(machine.database())) as connection:
        assert connection.execute("SELECT text FROM note").fetchall() == [("kept",)]
    assert machine.end(signal.SIGINT) == 0
    assert "Traceback" not in machine.output()


def test_a_busy_port_ends_it_at_once_with_the_setting(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started when the pages could not be served in the end."""
    monkeypatch.setattr("local.ports.PATIENCE_SECONDS", 0.0)
    with (
        socket.create_server((LOOPBACK, machine.settings.web_port)),
        pytest.raises(Exception, match=f"{machine.settings.web_port}.*in use") as caught,
        devserver.running(machine.settings, lambda _: None),
    ):
        pass
    assert "CARELANE_WEB_PORT" in str(caught.value)
    assert machine.listening() == []


def test_a_second_run_on_the_same_state_is_refused(machine: Machine) -> None:
    """Two runs would write the same files."""
    machine.settings.state_dir.mkdir()
    lock = os.open(machine.settings.state_dir / "lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        with pytest.raises(Exception, match="runs already"), devserver.running(machine.settings, lambda _: None):
            pass
    finally:
        os.close(lock)


def test_production_is_refused(machine: Machine) -> None:
    """What runs on one machine has development's passwords, and says so."""
    production = machine.settings.model_copy(update={"environment": settings.Environment.PRODUCTION})
    with pytest.raises(Exception, match="for development"), devserver.running(production, lambda _: None):
        pass
