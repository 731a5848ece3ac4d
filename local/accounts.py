"""Which user of this machine runs PostgreSQL, and which folders that user can use.

PostgreSQL refuses to run as root. As root we therefore run it as somebody without rights, who may not be able
to enter the folder in which Carelane lies (a clone under a home that is closed to others). Nothing here
reasons about permission bits: it tries as that user.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from pathlib import Path

from local.errors import LocalError
from local.processes import Account

UNPRIVILEGED = ("postgres", "nobody")


def unprivileged_account() -> Account | None:
    """Who runs PostgreSQL: None for ourselves, a user without rights when we are root."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise LocalError(
        f"PostgreSQL does not run as root, and this machine has no user without rights ({' or '.join(UNPRIVILEGED)}).",
        hint="Run as another user than root, or set DATABASE_URL to a PostgreSQL server.",
    )


def owner_of(path: Path) -> Account | None:
    """The user that a file belongs to: None for ourselves."""
    status = path.stat()
    if status.st_uid == os.geteuid():
        return None
    return Account(name=f"user {status.st_uid}", uid=status.st_uid, gid=status.st_gid)


def works_as(account: Account | None, command: Sequence[str]) -> bool:
    """Whether a program of this machine runs and succeeds as that user."""
    try:
        finished = subprocess.run(  # noqa: S603 - the command is ours
            list(command),
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            check=False,
        )
    except OSError:
        return False
    return finished.returncode == 0


def can_use(account: Account | None, folder: Path) -> bool:
    """Whether that user can enter the folder and write there."""
    return works_as(account, ["/bin/sh", "-c", 'cd "$1" && test -w .', "sh", str(folder)])


def make_folder_for(account: Account | None, folder: Path) -> bool:
    """Make a folder that belongs to that user alone.

    False when the user could not use it there, or when it has something in it: that is somebody else's.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            return False
        folder.chmod(0o700)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
    except OSError:
        return False
    return can_use(account, folder)
