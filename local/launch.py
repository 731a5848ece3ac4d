"""Become another program that dies with its parent. A script for `python -I`; standard library only.

    python -I launch.py PARENT_PID DEATH_SIGNAL UID GID -- PROGRAM [ARGUMENT…]

On Linux the kernel then sends DEATH_SIGNAL when the thread that started us ends, however it ends: a
supervisor that is killed by `kill -9` leaves nothing behind. The kernel forgets this wish when the user
changes, so the user changes first. UID and GID are `-` to stay who we are.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Drop to the user, bind our life to the parent's, and become the program."""
    parent, death_signal, uid, gid, separator, *command = arguments
    if separator != "--" or not command:
        raise SystemExit("launch.py: PARENT_PID DEATH_SIGNAL UID GID -- PROGRAM …")
    if gid != "-":
        os.setgroups([])
        os.setgid(int(gid))
    if uid != "-":
        os.setuid(int(uid))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(parent):  # it died before we asked to be told
            raise SystemExit(1)
    os.execvp(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(sys.argv[1:])
