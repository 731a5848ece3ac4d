"""A core in this process, spoken to without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from devcore.app import create_core

Open: TypeAlias = "Callable[..., httpx.AsyncClient]"


@pytest.fixture
async def open_core(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens cores on the test's own file: arguments are `create_core`'s; without a sign-in unless asked for."""
    async with AsyncExitStack() as stack:
        clients: list[httpx.AsyncClient] = []

        def open_one(**arguments: Any) -> httpx.AsyncClient:
            app = create_core(tmp_path / "core.db", **({"auth": "none"} | arguments))
            stack.callback(app.state.storage.close)
            http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://core/fhir/")
            clients.append(http)
            return http

        yield open_one
        for http in clients:
            await http.aclose()


@pytest.fixture
async def http(open_core: Open) -> httpx.AsyncClient:
    """A client of a plain core."""
    return open_core()
