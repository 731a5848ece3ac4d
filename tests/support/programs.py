"""Small programs that tests run as children, and waiting for a condition without sleeping blindly."""

from __future__ import annotations

import sys
import textwrap
import threading
import time
from collections.abc import Callable

SERVE = """
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
while True:
    listener.accept()[0].close()
"""
"""A program that accepts connections on the port that it is given."""


def python(code: str, *arguments: str) -> list[str]:
    """A command that runs this code."""
    return [sys.executable, "-c", textwrap.dedent(code), *arguments]


def wait_for(condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Return when it holds; fail when it does not in time."""
    give_up = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < give_up, "it did not come to hold in time"
        pause.wait(0.02)
