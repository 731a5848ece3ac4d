"""Temporal's development server as our child, on a database file of its own or in memory."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, GetSystemInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError

from local.errors import LocalError
from local.ports import LOOPBACK, answers, free_port, require_free
from local.processes import Child, Program
from local.temporal_program import NEEDED_SERVER

START_SECONDS = 60.0

_T = TypeVar("_T")

# Measured: twice the workflows a second, and it still survives `kill -9`.
_OPTIONS = (
    "--sqlite-pragma",
    "journal_mode=WAL",
    "--sqlite-pragma",
    "synchronous=NORMAL",
    "--dynamic-config-value",
    "system.enableActivityEagerExecution=true",
)


class TemporalServer:
    """A server for development; with a database file, `start` again continues where it was.

    `search_attributes` are names of keywords that workflows may set.
    """

    name = "Temporal"

    def __init__(
        self,
        program: Path,
        *,
        port: int,
        log: Path,
        database: Path | None,
        namespace: str = "default",
        setting: str = "CARELANE_TEMPORAL_PORT",
        ui_port: int | None = None,
        search_attributes: Sequence[str] = (),
    ) -> None:
        self.program = program
        self.port = port
        self.log = log
        self.database = database
        self.namespace = namespace
        self.setting = setting
        self.ui_port = ui_port
        self.search_attributes = search_attributes
        self.child: Child | None = None

    @property
    def address(self) -> str:
        """`host:port` for clients."""
        return f"{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Start it and return when it serves the namespace."""
        require_free(self.port, purpose="Temporal", setting=self.setting)
        self.child = Child(Program(name="Temporal", command=[str(self.program), *self._arguments()], log=self.log))
        self.child.wait_until(self.serves, timeout=START_SECONDS)
        require_version(server_version(self.address), where=self.address)

    def stop(self) -> None:
        """Close it as it should be."""
        if self.child is not None:
            self.child.stop()
            self.child = None

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self.child is not None:
            self.child.kill()
            self.child = None

    def serves(self) -> bool:
        """Whether it answers for the namespace."""
        if not answers(self.port):
            return False
        return _run(_serves(self.address, self.namespace))

    def _arguments(self) -> list[str]:
        arguments = ["server", "start-dev", "--ip", LOOPBACK, "--port", str(self.port)]
        arguments += ["--http-port", str(free_port()), "--metrics-port", str(free_port())]
        arguments += ["--namespace", self.namespace, "--log-level", "warn", *_OPTIONS]
        for name in self.search_attributes:
            arguments += ["--search-attribute", f"{name}=Keyword"]
        if self.database is not None:
            self.database.parent.mkdir(parents=True, exist_ok=True)
            arguments += ["--db-filename", str(self.database)]
        if self.ui_port is None:
            arguments.append("--headless")
        else:
            arguments += ["--ui-port", str(self.ui_port), "--ui-ip", LOOPBACK]
        return arguments


def server_version(address: str) -> tuple[int, int]:
    """The version that a running server gives of itself; `LocalError` when nobody answers."""
    try:
        text = _run(_server_version(address))
    except (RPCError, RuntimeError) as error:
        raise LocalError(
            f"No Temporal server answers at {address}: {error}.",
            hint="Start it, or unset TEMPORAL_ADDRESS so that `carelane dev` runs one.",
        ) from None
    match = re.match(r"(\d+)\.(\d+)", text)
    if match is None:
        raise LocalError(f"The Temporal server at {address} gives {text!r} as its version.")
    return int(match[1]), int(match[2])


def require_version(version: tuple[int, int], *, where: str) -> None:
    """Raise `LocalError` when a server is older than what Carelane's updates and eager activities need."""
    if version < NEEDED_SERVER:
        needed, found = (".".join(map(str, number)) for number in (NEEDED_SERVER, version))
        raise LocalError(
            f"The Temporal server at {where} is version {found}; {needed} or later is needed.",
            hint="Update the server, or let `carelane dev` run one of its own.",
        )


async def _serves(address: str, namespace: str) -> bool:
    try:
        client = await Client.connect(address, namespace=namespace)
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
        await client.count_workflows("WorkflowType = 'none'")
    except (RPCError, RuntimeError):
        return False
    return True


async def _server_version(address: str) -> str:
    client = await Client.connect(address)
    answer = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    return answer.server_version


def _run(work: Coroutine[Any, Any, _T]) -> _T:
    """Wait for a coroutine, also where this thread runs an event loop already."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()
