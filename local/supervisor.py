"""Start services in order, keep them running, stop them in reverse.

A service that dies is told and started again, since that is what a person at one machine would do next; one
that dies again and again ends the whole, with the reason.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from types import FrameType
from typing import Protocol

from local.errors import LocalError
from local.ports import answers
from local.processes import Child, Program
from local.progress import Report

WATCH_SECONDS = 0.3
DEATHS_ALLOWED = 5
DEATHS_WITHIN_SECONDS = 60.0


class Service(Protocol):
    """What the supervisor needs of a server or a process of ours."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def child(self) -> Child | None:
        """The running process, None when stopped."""

    def start(self) -> None:
        """Start it and return when it answers."""

    def stop(self) -> None:
        """End it as it should be."""


class ProcessService:
    """A process of our own that is ready when it answers on a port."""

    def __init__(self, program: Program, *, port: int, timeout: float = 60.0) -> None:
        self.program = program
        self.port = port
        self.timeout = timeout
        self.child: Child | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return self.program.name

    def start(self) -> None:
        """Start it and return when it answers."""
        child = Child(self.program)
        self.child = child
        child.wait_until(lambda: answers(self.port), timeout=self.timeout)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.child is not None:
            self.child.stop()
            self.child = None


class Supervisor:
    """Holds the services that run; use as a context manager, which stops them however it is left."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._running: list[Service] = []
        self._deaths: dict[str, deque[float]] = {}
        self._reviving: dict[str, Future[None]] = {}
        self._stopping = False
        self._threads = ThreadPoolExecutor(thread_name_prefix="supervisor")

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def services(self) -> tuple[Service, ...]:
        """What is kept running, in the order of starting."""
        return tuple(self._running)

    def start(self, service: Service, *, where: str = "") -> None:
        """Start a service and tell how long that took."""
        self.start_together([(service, where)])

    def start_together(self, services: Sequence[tuple[Service, str]]) -> None:
        """Start services that do not need each other, each with where it answers; raises what the first to fail did."""
        self._running.extend(service for service, _ in services)
        # Where one fails, those that still wait end when their children are stopped.
        starting = [self._threads.submit(self._start, service, where) for service, where in services]
        for started in as_completed(starting):
            started.result()

    def watch_until(self, done: Callable[[], bool]) -> None:
        """Keep everything running until `done`; raises `LocalError` when something cannot be kept running."""
        while not done():
            self.revive()
            time.sleep(WATCH_SECONDS)

    def revive(self) -> None:
        """Start again what has died since the last look, each by itself: one may be waiting for another."""
        for service in self._running:
            reviving = self._reviving.get(service.name)
            if reviving is not None:
                if not reviving.done():
                    continue
                self._reviving.pop(service.name)
                reviving.result()
            if service.child is not None and service.child.exit_status is not None:
                self._reviving[service.name] = self._threads.submit(
                    self._restart, service, service.child.death().message
                )

    def stop(self) -> None:
        """Stop everything, last started first."""
        if self._running:
            self._report("Stopping")
        self._stopping = True
        self._stop_each(reversed(self._running))
        wait(self._reviving.values())
        self._stop_each(service for service in self._running if service.name in self._reviving)
        self._running.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _stop_each(self, services: Iterable[Service]) -> None:
        for service in services:
            with contextlib.suppress(LocalError):
                service.stop()

    def _start(self, service: Service, where: str) -> None:
        started = time.monotonic()
        service.start()
        place = f" at {where}" if where else ""
        self._report(f"  {service.name:<12} ready{place} ({time.monotonic() - started:.1f} s)")

    def _restart(self, service: Service, how: str) -> None:
        if self._stopping:
            return
        now = time.monotonic()
        deaths = self._deaths.setdefault(service.name, deque())
        deaths.append(now)
        while now - deaths[0] > DEATHS_WITHIN_SECONDS:
            deaths.popleft()
        if len(deaths) > DEATHS_ALLOWED:
            raise LocalError(
                f"{service.name} ended {len(deaths)} times within a minute, the last time like this: {how}",
                hint="Its log says more.",
            )
        self._report(f"{how.splitlines()[0]} Starting it again.")
        try:
            service.start()
        except LocalError as error:
            # What it needs may be down as well; it counts as another death, and is tried again.
            if self._stopping:
                return
            self._report(f"  {service.name:<12} did not come up: {error.message.splitlines()[0]}")
            if service.child is not None:
                service.child.kill()
            return
        self._report(f"  {service.name:<12} ready again")


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Turn the first Ctrl-C, SIGTERM or hang-up into `KeyboardInterrupt`; more do not disturb the end."""
    asked = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if not asked.is_set():
            asked.set()
            raise KeyboardInterrupt

    heeded = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup` asked to outlive the terminal
        heeded.append(signal.SIGHUP)
    before = {number: signal.signal(number, on_signal) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
