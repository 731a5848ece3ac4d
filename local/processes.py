"""Start, watch and stop the programs that run as our children.

Each child has a process group and a log file of its own, is ready when it answers (never because a pid
exists), and goes down with us even when we are killed (`local.launch`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from local.errors import NotReadyError, ProcessDiedError

POLL_SECONDS = 0.03
LOG_LINES_SHOWN = 15

_LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Account:
    """A user of this machine that a program runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """What to run and how: `environment` of None hands on ours; `account` of None stays who we are."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL


class _Spawner:
    """Starts children from one thread that lives as long as this process.

    The kernel ties a child's death signal to the thread that started it, so a child must not be started
    from a thread that ends earlier.
    """

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None

    def start(self, program: Program) -> subprocess.Popen[bytes]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")
        return self._threads.submit(self._start, program).result()

    def _start(self, program: Program) -> subprocess.Popen[bytes]:
        account = program.account
        identity = ["-", "-"] if account is None else [str(account.uid), str(account.gid)]
        launcher = [sys.executable, "-I", str(_LAUNCHER), str(os.getpid()), str(int(program.death_signal))]
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the command is ours
                [*launcher, *identity, "--", *program.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=None if program.environment is None else dict(program.environment),
                cwd=program.folder,
                process_group=0,
            )


_spawner = _Spawner()


class Child:
    """A running program of ours."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.log_start = program.log.stat().st_size if program.log.exists() else 0
        self._process = _spawner.start(program)

    @property
    def pid(self) -> int:
        """Its process id, which is its process group's too."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        return self._process.poll()

    def log_since_start(self) -> str:
        """What this run has written to its log so far."""
        with self.program.log.open("rb") as log:
            log.seek(self.log_start)
            return log.read().decode("utf-8", "replace")

    def wait_until(self, ready: Callable[[], bool], *, timeout: float) -> None:
        """Return when `ready`; else raise `ProcessDiedError` or `NotReadyError` with the log's end."""
        give_up = time.monotonic() + timeout
        while not ready():
            if self.exit_status is not None:
                raise self.death()
            if time.monotonic() >= give_up:
                raise NotReadyError(
                    f"{self.program.name} does not answer after {timeout:.0f} s.{self._log_end()}",
                    hint=f"Its log is {self.program.log}.",
                )
            time.sleep(POLL_SECONDS)

    def death(self) -> ProcessDiedError:
        """The error that tells how it ended, with the end of its log."""
        status = self.exit_status
        how = f"was ended by {signal.Signals(-status).name}" if status and status < 0 else f"ended with {status}"
        return ProcessDiedError(f"{self.program.name} {how}.{self._log_end()}", hint=f"Its log is {self.program.log}.")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to its process group; nothing happens when it is gone."""
        if self.exit_status is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def stop(self, *, timeout: float = 20.0) -> None:
        """Ask it to end, wait, and kill what does not listen."""
        if self.exit_status is None:
            # Only the leader is asked: it knows in which order its own children have to end.
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(self.program.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)
        self.kill()

    def kill(self) -> None:
        """End it and its children at once, as `kill -9` does, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def _log_end(self) -> str:
        lines = self.log_since_start().strip().splitlines()[-LOG_LINES_SHOWN:]
        return "".join(f"\n    {line}" for line in lines)
