"""Find Chromium for the browser tests, or get it.

In this order: the setting CHROMIUM; PATH; what Playwright has downloaded, or its own download now; Debian's
package, when we are root. Where none works the run fails with the command to type: a browser test that
silently does not run would be no test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from local.errors import ProgramMissingError
from local.progress import Report, long_step, to_stderr

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

DOWNLOAD_SECONDS = 300.0
INSTALL_SECONDS = 900.0


def find_chromium(configured: Path | None, *, environment: Mapping[str, str]) -> Path | None:
    """A Chromium that is on this machine already, or None; a setting that names nothing is an error."""
    if configured is not None:
        if not os.access(configured, os.X_OK):
            raise ProgramMissingError(
                f"CHROMIUM is set to {configured}, which is no program.",
                hint="Correct or unset CHROMIUM.",
            )
        return configured
    for name in NAMES:
        found = shutil.which(name, path=environment.get("PATH"))
        if found is not None:
            return Path(found)
    return _playwrights_own(environment)


def obtain_chromium(configured: Path | None, *, environment: Mapping[str, str], report: Report = to_stderr) -> Path:
    """A Chromium, downloaded or installed where there was none; `ProgramMissingError` says what to type."""
    tried = []
    found = find_chromium(configured, environment=environment)
    if found is not None:
        return found
    for what, expected, commands, limit in _ways():
        with long_step(report, what, expected=expected):
            reason = _run_all(commands, environment, limit)
        found = find_chromium(None, environment=environment)
        if found is not None:
            return found
        tried.append(f"{what}: {reason or 'it was not there afterwards'}")
    raise ProgramMissingError(
        "The browser tests need Chromium. Tried:" + "".join(f"\n  - {line}" for line in tried),
        hint=(
            "Type `sudo apt-get install chromium`, or `.venv/bin/playwright install --with-deps chromium`, "
            "or set CHROMIUM to the program."
        ),
    )


def _ways() -> list[tuple[str, str, list[list[str]], float]]:
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    ways = [("Downloading Chromium by Playwright", "a minute or two, once", [playwright], DOWNLOAD_SECONDS)]
    apt = shutil.which("apt-get")
    if apt is not None and os.geteuid() == 0:
        commands = [[apt, "update"], [apt, "install", "--yes", "--no-install-recommends", "chromium"]]
        ways.append(("Installing Debian's package chromium", "a minute or two, once", commands, INSTALL_SECONDS))
    return ways


def _run_all(commands: list[list[str]], environment: Mapping[str, str], limit: float) -> str:
    """Run commands until one fails; why it did, or nothing."""
    for command in commands:
        try:
            finished = subprocess.run(  # noqa: S603 - the commands are ours
                command,
                env={**environment, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"gave up after {limit:.0f} s"
        except OSError as error:
            return str(error)
        if finished.returncode != 0:
            words = (finished.stderr.strip() or finished.stdout.strip()).splitlines() or ["no reason given"]
            return words[-1]
    return ""


def _playwrights_own(environment: Mapping[str, str]) -> Path | None:
    """The newest Chromium among Playwright's downloads."""
    folder = Path(environment.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    programs = [
        program
        for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/**/MacOS/Chromium")
        for program in folder.glob(pattern)
        if _runs(program, environment)
    ]
    return max(programs, key=lambda program: program.stat().st_mtime, default=None)


def _runs(program: Path, environment: Mapping[str, str]) -> bool:
    """Whether it starts at all: a download may lack libraries of the system."""
    return not _run_all([[str(program), "--version"]], environment, 60.0)
