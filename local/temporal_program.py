"""Find the program `temporal`, or get it.

In this order: on PATH; in the project's cache; by the Python SDK's own download; built by `go install`, where
the download's host is blocked and Go is at hand. What was downloaded or built is kept in the cache, put there
in one step, by one process at a time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError, ProgramMissingError
from local.progress import Report, long_step, to_stderr

NEEDED_SERVER = (1, 29)

GO_MODULE = "github.com/temporalio/cli/cmd/temporal@v1.5.1"
"""The last release that `go install` can build: later ones carry a replace directive."""

DOWNLOAD_SECONDS = 300.0
BUILD_SECONDS = 1800.0

_SERVER_VERSION = re.compile(r"Server (\d+)\.(\d+)")


class _NotHere(Exception):  # noqa: N818 - no error: the next way is tried
    """This way did not lead to a program; the text says why."""


@dataclass(frozen=True)
class _Way:
    """One way to the program: what it is called in the list of what was tried, and how it is tried."""

    name: str
    take: Callable[[], Path]


class TemporalProgram:
    """Finds or gets `temporal` for one cache folder.

    `environment` is what the download and the build run with (proxies, certificates, Go's own variables).
    """

    def __init__(self, cache_dir: Path, *, environment: Mapping[str, str], report: Report = to_stderr) -> None:
        self.cache_dir = cache_dir
        self.environment = dict(environment)
        self.report = report

    @property
    def cached(self) -> Path:
        """Where the program is kept once it was downloaded or built."""
        return self.cache_dir / "temporal"

    def obtain(self) -> Path:
        """The program; raises `ProgramMissingError` that lists what was tried and what to do."""
        tried = []
        for way in (_Way("`temporal` on PATH", self._on_path), _Way("the cache", self._in_cache)):
            try:
                return way.take()
            except _NotHere as reason:
                tried.append(f"{way.name}: {reason}")
        with self._alone():
            for way in (
                _Way("the cache", self._in_cache),  # another process may have got it while we waited
                _Way("the Temporal SDK's download", self._download),
                _Way("building it with Go", self._build),
            ):
                try:
                    return way.take()
                except _NotHere as reason:
                    if way.take != self._in_cache:
                        tried.append(f"{way.name}: {reason}")
        raise ProgramMissingError(
            "The Temporal server's program was not found. Tried:" + "".join(f"\n  - {line}" for line in tried),
            hint=(
                "Install Temporal's command line (https://docs.temporal.io/cli) so that `temporal` is on "
                f"PATH, or put the program at {self.cached}, or install Go 1.24 or later, "
                "or set TEMPORAL_ADDRESS to a server that runs elsewhere."
            ),
        )

    def _on_path(self) -> Path:
        found = shutil.which("temporal", path=self.environment.get("PATH"))
        if found is None:
            raise _NotHere("not there")
        return self._recent_enough(Path(found))

    def _in_cache(self) -> Path:
        if not self.cached.exists():
            raise _NotHere(f"{self.cached} does not exist")
        return self._recent_enough(self.cached)

    def _download(self) -> Path:
        """Let the SDK fetch it, in a process of its own: one that used the SDK may crash at its end."""
        with self._workshop() as workshop:
            script = Path(__file__).with_name("temporal_download.py")
            with long_step(self.report, "Downloading the Temporal server", expected="under a minute, once"):
                self._run([sys.executable, "-I", str(script), str(workshop)], DOWNLOAD_SECONDS, {})
            programs = [file for file in workshop.iterdir() if file.is_file() and os.access(file, os.X_OK)]
            if not programs:
                raise _NotHere("nothing was downloaded")
            return self._keep(programs[0])

    def _build(self) -> Path:
        go = shutil.which("go", path=self.environment.get("PATH"))
        if go is None:
            raise _NotHere("Go is not installed")
        with self._workshop() as workshop:
            folders = {"GOPATH": workshop / "path", "GOCACHE": workshop / "cache", "GOBIN": workshop / "bin"}
            extra = {name: str(folder) for name, folder in folders.items()}
            # Modules are written read-only unless told otherwise, and could not be removed afterwards.
            extra["GOFLAGS"] = f"{self.environment.get('GOFLAGS', '')} -modcacherw".strip()
            extra["GOTMPDIR"] = str(workshop)
            with long_step(self.report, "Building the Temporal server with Go", expected="about 5 minutes, once"):
                self._run([go, "install", GO_MODULE], BUILD_SECONDS, extra)
            return self._keep(folders["GOBIN"] / "temporal")

    def _run(self, command: list[str], limit: float, extra: Mapping[str, str]) -> None:
        """Run one way's command; its own words are the reason when it fails."""
        try:
            finished = subprocess.run(  # noqa: S603 - the commands are ours
                command,
                env={**self.environment, **extra},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _NotHere(f"gave up after {limit:.0f} s") from None
        if finished.returncode != 0:
            words = finished.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
            raise _NotHere(words[-1])

    def _recent_enough(self, program: Path) -> Path:
        """The program, unless it says that its server is too old; the running server is asked again later."""
        try:
            finished = subprocess.run(  # noqa: S603 - the program that was found
                [str(program), "--version"], capture_output=True, text=True, timeout=60, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _NotHere(f"{program} does not run: {error}") from None
        version = _SERVER_VERSION.search(finished.stdout)
        if version is None:
            raise _NotHere(f"{program} does not tell its server's version")
        if (int(version[1]), int(version[2])) < NEEDED_SERVER:
            needed = ".".join(map(str, NEEDED_SERVER))
            raise _NotHere(f"{program} is server {version[1]}.{version[2]}, and {needed} is needed")
        return program

    def _keep(self, program: Path) -> Path:
        """Put a program into the cache in one step, so that nobody sees half of it."""
        accepted = self._recent_enough(program)
        # A process that still runs the program in the cache keeps it: a rename does not touch open files.
        arriving = self.cached.with_name("temporal.arriving")
        shutil.move(accepted, arriving)
        arriving.replace(self.cached)
        self.report(f"Kept the Temporal server's program as {self.cached}")
        return self.cached

    @contextlib.contextmanager
    def _workshop(self) -> Iterator[Path]:
        """A folder to work in, removed afterwards."""
        try:
            folder = Path(tempfile.mkdtemp(prefix="carelane-temporal-"))
        except OSError as error:
            raise _NotHere(f"no temporary folder: {error}") from None
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time get the program into this cache."""
        try:
            self.cache_dir.mkdir(parents=True, exist_ok=True)
            lock = (self.cache_dir / "temporal.lock").open("w")
        except OSError as error:
            raise LocalError(
                f"The cache folder {self.cache_dir} cannot be used: {error}.",
                hint="Set CARELANE_CACHE to a folder that you can write to.",
            ) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting = "Waiting for another process that gets the Temporal server"
                with long_step(self.report, waiting, expected="up to about 5 minutes"):
                    fcntl.flock(lock, fcntl.LOCK_EX)
            yield
