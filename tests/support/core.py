"""A development core on a real socket, for tests that speak HTTP to it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
import uvicorn

from devcore.app import FHIR_PATH, Client, Quirks, create_core


@dataclass
class LiveCore:
    """A running core and the ways to make it fail."""

    root: str
    app: Any
    _http: httpx.Client = field(default_factory=lambda: httpx.Client(verify=False))  # noqa: S501 - plain HTTP

    @property
    def base_url(self) -> str:
        """The FHIR base address."""
        return self.root + FHIR_PATH

    def close(self) -> None:
        """Close the connection by which faults and counts are asked for."""
        self._http.close()

    def fail(self, **fault: Any) -> None:
        """Make the next matching requests fail; the arguments are those of `devcore.faults.Fault`."""
        self._http.post(f"{self.root}/$fault", json=fault).raise_for_status()

    def heal(self) -> None:
        """Take every fault back."""
        self._http.delete(f"{self.root}/$fault").raise_for_status()

    def counts(self) -> dict[str, Any]:
        """Requests answered, and resources held by type."""
        counted: dict[str, Any] = self._http.get(f"{self.root}/$counts").raise_for_status().json()
        return counted


class _Server(uvicorn.Server):
    """uvicorn in a thread: it says when it listens, and leaves signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an ASGI application on an ephemeral port; gives its root address."""
    # asyncio turns Nagle's delays off only for sockets that say they are TCP, which create_server's do not
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    port = listener.getsockname()[1]
    config = uvicorn.Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=2)
    server = _Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    if not server.listening.wait(30):
        raise RuntimeError("the server did not start within 30 seconds")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


@contextlib.contextmanager
def live_core(
    database: Path,
    *,
    auth: Literal["smart", "none"] = "none",
    clients: Mapping[str, Client] | None = None,
    quirks: Quirks | None = None,
) -> Iterator[LiveCore]:
    """A core that serves until the block ends."""
    app = create_core(database, auth=auth, clients=clients, quirks=quirks)
    with serving(app) as root:
        core = LiveCore(root, app)
        try:
            yield core
        finally:
            core.close()
