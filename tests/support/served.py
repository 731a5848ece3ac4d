"""An office on a real port, in a thread of its own: for browsers, and for clients that are not asynchronous."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from local.ports import free_port
from tests.support.office import Office, office

Found = TypeVar("Found")

_SECONDS = 60


class Served:
    """An office that is served at `url`. `run` does something in its event loop."""

    def __init__(self, database_url: str, state_dir: Path) -> None:
        self._database_url = database_url
        self._state_dir = state_dir
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._server: uvicorn.Server | None = None
        self._failure: BaseException | None = None
        self.port = free_port()
        self.office: Office

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, work: Coroutine[Any, Any, Found]) -> Found:
        """Do something in the office's event loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_SECONDS)

    def start(self) -> None:
        """Serve; returns when requests are answered."""
        self._thread.start()
        if not self._ready.wait(_SECONDS) or self._failure is not None:
            raise RuntimeError("the office did not open") from self._failure

    def stop(self) -> None:
        """Serve no more."""
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(_SECONDS)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._open())
        except BaseException as failure:  # noqa: BLE001 - it is raised where the test waits
            self._failure = failure
            self._ready.set()
        finally:
            self._loop.close()

    async def _open(self) -> None:
        async with office(self._database_url, self._state_dir) as opened:
            self.office = opened
            config = uvicorn.Config(opened.app, port=self.port, log_level="error", timeout_graceful_shutdown=1)
            self._server = _Server(config, self._ready)
            await self._server.serve()


class _Server(uvicorn.Server):
    """Tells when it listens, and leaves signals to the test runner."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready_event = ready

    async def startup(self, sockets: Any = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self._ready_event.set()


@contextmanager
def served(database_url: str, state_dir: Path) -> Iterator[Served]:
    """An office that is served."""
    place = Served(database_url, state_dir)
    place.start()
    try:
        yield place
    finally:
        place.stop()
