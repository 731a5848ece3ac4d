"""Tell people what is going on when it takes long."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[str], None]

STILL_WORKING_EVERY = 10.0


def to_stderr(line: str) -> None:
    """Print a line of progress where it does not mix with a command's output."""
    print(line, file=sys.stderr, flush=True)


def silent(line: str) -> None:
    """Report nothing; for tests."""


@contextmanager
def long_step(report: Report, what: str, *, expected: str, every: float = STILL_WORKING_EVERY) -> Iterator[None]:
    """Say what begins and how long it may take, then every few seconds that it still goes on."""
    started = time.monotonic()
    done = threading.Event()

    def keep_telling() -> None:
        while not done.wait(every):
            report(f"  … still at it after {time.monotonic() - started:.0f} s ({what}, {expected})")

    report(f"{what} ({expected})")
    teller = threading.Thread(target=keep_telling, name="progress", daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
