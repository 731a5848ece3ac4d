"""Where the program `temporal` comes from: each way in its order, and words when none works."""

from __future__ import annotations

import fcntl
import threading
from pathlib import Path

import pytest

from local.errors import ProgramMissingError
from local.temporal_program import GO_MODULE, TemporalProgram
from tests.support.programs import wait_for


class Machine:
    """A machine with made up programs on its PATH, and a cache of its own."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.cache = folder / "cache"
        self.reports: list[str] = []

    def script(self, path: Path, body: str) -> Path:
        """Write a program."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def temporal(self, path: Path, server: str) -> Path:
        """Write a `temporal` that says that it is this version of the server."""
        return self.script(path, f'echo "temporal version 1.0.0 (Server {server}, UI 2.0.0)"')

    def program(self) -> TemporalProgram:
        """The search on this machine; the SDK's download finds no network."""
        # A proxy that nobody serves keeps the download from the network, at once.
        nowhere = "http://127.0.0.1:9"
        environment = {"PATH": f"{self.bin}:/usr/bin:/bin", "HTTPS_PROXY": nowhere, "https_proxy": nowhere}
        return TemporalProgram(self.cache, environment=environment, report=self.reports.append)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A bare machine."""
    return Machine(tmp_path)


def test_the_program_on_path_comes_first(machine: Machine) -> None:
    """Who has installed Temporal's command line gets that one."""
    installed = machine.temporal(machine.bin / "temporal", "1.31.0")
    machine.temporal(machine.cache / "temporal", "1.29.0")
    assert machine.program().obtain() == installed
    assert machine.reports == []


def test_an_old_program_on_path_is_passed_over(machine: Machine) -> None:
    """A server that lacks what Carelane needs is not used, even when it is at hand."""
    machine.temporal(machine.bin / "temporal", "1.28.3")
    cached = machine.temporal(machine.cache / "temporal", "1.29.0")
    assert machine.program().obtain() == cached


def test_go_builds_it_where_the_download_is_blocked(machine: Machine) -> None:
    """`go install` is asked for the one version that it can build; only the program is kept."""
    machine.script(
        machine.bin / "go",
        f'test "$1 $2" = "install {GO_MODULE}" || exit 1\n'
        'mkdir -p "$GOPATH/pkg" "$GOCACHE" "$GOBIN"\n'
        f'echo "$GOPATH" > {machine.bin}/used\n'
        "printf '#!/bin/sh\\necho (Server 1.29.1)\\n' | sed 's/(.*/\"&\"/' > \"$GOBIN/temporal\"\n"
        'chmod +x "$GOBIN/temporal"',
    )
    found = machine.program().obtain()
    assert found == machine.cache / "temporal"
    workshop = Path((machine.bin / "used").read_text(encoding="utf-8").strip())
    assert not workshop.exists()
    assert sorted(path.name for path in machine.cache.iterdir()) == ["temporal", "temporal.lock"]
    assert any("Building the Temporal server with Go (about 5 minutes" in line for line in machine.reports)


def test_when_nothing_works_the_message_lists_what_was_tried(machine: Machine) -> None:
    """The message names each way with its reason, and what a person can do."""
    machine.script(machine.bin / "go", 'echo "no route to host" >&2; exit 1')
    with pytest.raises(ProgramMissingError) as caught:
        machine.program().obtain()
    for part in ("`temporal` on PATH", "the cache", "the Temporal SDK's download", "building it with Go"):
        assert part in caught.value.message
    assert "no route to host" in caught.value.message
    assert "TEMPORAL_ADDRESS" in caught.value.hint
    assert not (machine.cache / "temporal").exists()


def test_two_processes_do_not_build_at_once(machine: Machine) -> None:
    """Who comes second waits, says so, and takes what the first has got."""
    machine.cache.mkdir()
    found: list[Path] = []
    with (machine.cache / "temporal.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = threading.Thread(target=lambda: found.append(machine.program().obtain()))
        second.start()
        wait_for(lambda: any("Waiting for another process" in line for line in machine.reports))
        machine.temporal(machine.cache / "temporal", "1.29.1")
    second.join(20)
    assert found == [machine.cache / "temporal"]
