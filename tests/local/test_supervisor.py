"""The supervisor: order, revival, and an end to second chances."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from local.errors import LocalError
from local.ports import answers, free_port
from local.processes import Child, Program
from local.supervisor import ProcessService, Supervisor, interruptible
from tests.support.programs import SERVE, python


class Said(list[str]):
    """What was reported."""

    def __call__(self, line: str) -> None:
        """Note a line."""
        self.append(line)


class Recorded:
    """A service that only notes what is asked of it."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.name = name
        self.notes = notes
        self.child: Child | None = None

    def start(self) -> None:
        """Note it."""
        self.notes.append(f"start {self.name}")

    def stop(self) -> None:
        """Note it."""
        self.notes.append(f"stop {self.name}")


def server(tmp_path: Path, port: int) -> ProcessService:
    """A service that listens."""
    return ProcessService(
        Program(name="worker", command=python(SERVE, str(port)), log=tmp_path / "log"), port=port, timeout=20
    )


def test_what_started_last_stops_first() -> None:
    """Nothing is stopped while something that needs it still runs, however the block is left."""
    notes: list[str] = []

    def interrupted() -> None:
        with Supervisor(Said()) as supervisor:
            for name in ("postgres", "temporal", "worker"):
                supervisor.start(Recorded(name, notes))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    stops = [note for note in notes if note.startswith("stop")]
    assert stops == ["stop worker", "stop temporal", "stop postgres"]


def test_one_that_cannot_start_stops_those_that_start_beside_it(tmp_path: Path) -> None:
    """Of services that start together, one that fails is the error, and the others do not stay."""
    port = free_port()
    broken = ProcessService(
        Program(name="relay", command=python("import sys; sys.exit(7)"), log=tmp_path / "broken"), port=free_port()
    )

    def start() -> None:
        with Supervisor(Said()) as supervisor:
            supervisor.start_together([(server(tmp_path, port), ""), (broken, "")])

    with pytest.raises(LocalError, match="relay ended with 7"):
        start()
    assert not answers(port)


def test_what_dies_is_told_and_started_again(tmp_path: Path) -> None:
    """A process that is killed comes back, and the person at the machine is told."""
    said = Said()
    port = free_port()
    with Supervisor(said) as supervisor:
        service = server(tmp_path, port)
        supervisor.start(service)
        assert service.child is not None
        first = service.child
        os.kill(first.pid, signal.SIGKILL)
        supervisor.watch_until(lambda: service.child is not first)
        assert answers(port)
    assert any("worker was ended by SIGKILL" in line for line in said)
    assert not answers(port)


def test_what_dies_again_and_again_ends_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Second chances end: a program that cannot run is an error that tells how it died."""
    monkeypatch.setattr("local.supervisor.WATCH_SECONDS", 0.01)
    port = free_port()
    with Supervisor(Said()) as supervisor:
        service = server(tmp_path, port)
        supervisor.start(service)
        service.program = Program(name="worker", command=python("1/0"), log=tmp_path / "log")
        assert service.child is not None
        service.child.kill()
        with pytest.raises(LocalError, match=r"worker ended \d+ times within a minute"):
            supervisor.watch_until(lambda: False)


def test_the_first_request_to_end_interrupts_and_later_ones_do_not() -> None:
    """A second Ctrl-C while everything is being stopped does not leave half of it running."""
    with interruptible():
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
