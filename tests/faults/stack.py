"""All processes of Carelane on this machine, each of which can be killed and started again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

import devserver
import settings as registry
from local.ports import LOOPBACK
from local.progress import silent
from local.supervisor import Service
from settings import Settings
from tests.support import servers

Json = Any

OURS = ("worker", "relay", "api")
PROCESSES = (*OURS, "Temporal", "PostgreSQL", "core")
"""Every process, by the name that the supervisor knows it by."""


@dataclass(frozen=True)
class Stack:
    """What runs. Nothing is started again by itself: tests say when."""

    settings: Settings
    services: tuple[Service, ...]

    def service(self, name: str) -> Service:
        """The service of that name."""
        return next(one for one in self.services if one.name == name)

    def kill(self, name: str) -> None:
        """`kill -9` it and its children, and wait until it is gone."""
        child = self.service(name).child
        assert child is not None, f"{name} does not run"
        child.kill()

    async def start(self, name: str) -> None:
        """Start it again; returns when it answers."""
        await asyncio.to_thread(self.service(name).start)

    async def restart(self, name: str) -> None:
        """`kill -9` it and start it again."""
        self.kill(name)
        await self.start(name)

    @asynccontextmanager
    async def away(self, name: str) -> AsyncIterator[None]:
        """Killed for as long as the block lasts."""
        self.kill(name)
        try:
            yield
        finally:
            await self.start(name)

    async def fail(self, **fault: Json) -> None:
        """Make the core fail as `devcore.faults.Fault` says."""
        await self._of_core("POST", "$fault", fault)

    async def has_failed(self) -> bool:
        """Whether every fault that was asked for has met its requests."""
        return not (await self._of_core("GET", "$fault"))["faults"]

    async def heal(self) -> None:
        """Take every fault of the core back."""
        await self._of_core("DELETE", "$fault")

    async def core_counts(self) -> Json:
        """How many requests the core has answered, as `POST Task 201`, and how many resources it holds by type."""
        return await self._of_core("GET", "$counts")

    async def forget_core_counts(self) -> None:
        """Count the core's requests from zero."""
        await self._of_core("DELETE", "$counts")

    async def _of_core(self, method: str, path: str, body: Json = None) -> Json:
        root = f"http://{LOOPBACK}:{self.settings.core_port}"
        async with httpx.AsyncClient(base_url=root, timeout=30, trust_env=False) as http:
            return (await http.request(method, f"/{path}", json=body)).raise_for_status().json()


@contextmanager
def running_stack() -> Iterator[Stack]:
    """Everything, in a state and on ports of its own; time stands until it is moved, as in `make demo ONCE=1`."""
    with servers.state_folder() as folder:
        configured = registry.load(
            state_dir=folder / "state",
            demo=True,
            demo_pace=0.0,
            database_url=None,
            temporal_address=None,
            core_url=None,
            metrics_port=None,
        )
        configured = devserver.with_free_ports(configured)
        try:
            with devserver.running(configured, silent) as platform:
                yield Stack(platform.settings, platform.supervisor.services)
        finally:
            devserver.forget_state(configured.state_dir)
