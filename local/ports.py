"""TCP ports of this machine: which are free, and who answers."""

from __future__ import annotations

import contextlib
import secrets
import socket
import time

from local.errors import LocalError, PortBusyError

LOOPBACK = "127.0.0.1"

PATIENCE_SECONDS = 5.0
"""How long a port may stay busy: processes of an earlier run may be just going down."""


# Below the range from which systems give ports to outgoing connections: those would take a port that was just found
# free before its server listens on it.
_FIRST, _LAST = 20_000, 32_000

_handed_out: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on now, and that this process has not been given before.

    For tests and for states that live no longer than a command. Chosen at random, so that processes that look at the
    same moment find different ones.
    """
    for _ in range(_LAST - _FIRST):
        port = _FIRST + secrets.randbelow(_LAST - _FIRST)
        if port not in _handed_out and is_free(port):
            _handed_out.add(port)
            return port
    raise LocalError("Every port between 20000 and 32000 is in use.", hint="Stop some of the servers on this machine.")


def answers(port: int, *, host: str = LOOPBACK, timeout: float = 0.5) -> bool:
    """Whether somebody accepts connections there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=timeout):
        return True
    return False


def is_free(port: int) -> bool:
    """Whether we could listen there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free(port: int, *, purpose: str, setting: str) -> None:
    """Raise `PortBusyError`, naming the setting that moves it, unless the port is or becomes free."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_free(port):
        if time.monotonic() >= give_up:
            raise PortBusyError(
                f"Port {port}, which {purpose} needs, is in use.",
                hint=f"Stop what listens there, or set {setting} to another port.",
            )
        time.sleep(0.1)
