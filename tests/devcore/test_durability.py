"""What the core acknowledged is there after kill -9."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import httpx

from activities.gateways.fhir import FhirClient, Reference, errors

TASK = {"resourceType": "Task", "status": "requested", "intent": "order"}
SERVE = textwrap.dedent("""
    import socket, sys
    from pathlib import Path
    import uvicorn
    from devcore.app import create_core
    listener = socket.socket(fileno=int(sys.argv[1]))
    config = uvicorn.Config(create_core(Path(sys.argv[2]), auth="none"), log_level="critical", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])
""")


@contextlib.contextmanager
def process(database: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A core in a process of its own. The socket listens before it starts, so nobody has to wait for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        listener.set_inheritable(True)
        number, port = listener.fileno(), listener.getsockname()[1]
        command = [sys.executable, "-c", SERVE, str(number), str(database)]
        running = subprocess.Popen(command, pass_fds=[number])
    try:
        yield running, f"http://127.0.0.1:{port}/fhir"
    finally:
        running.kill()
        running.wait()


async def test_every_acknowledged_write_survives(tmp_path: Path) -> None:
    """Killed in the middle of writes, the core has each one that it answered, and each key only once."""
    database = tmp_path / "core.db"
    acknowledged: dict[str, str] = {}
    keys = iter(range(100_000))
    for _round in range(2):
        with process(database) as (running, base_url):
            enough = asyncio.Event()

            async def write(client: FhirClient, enough: asyncio.Event) -> None:
                for key in keys:
                    try:
                        made = await client.create(TASK, key=f"k{key}")
                    except errors.Unavailable:
                        return
                    acknowledged[f"k{key}"] = Reference.of(made).unversioned
                    if len(acknowledged) % 40 == 0:
                        enough.set()

            async with FhirClient(base_url, timeout=30) as client:
                writers = [asyncio.create_task(write(client, enough)) for _ in range(4)]
                await enough.wait()
                running.kill()
                await asyncio.gather(*writers)
    with process(database) as (_running, base_url):
        async with FhirClient(base_url, timeout=30) as client:
            for key, reference in acknowledged.items():
                assert (await client.read(reference))["identifier"][0]["value"] == key
                assert Reference.of(await client.create(TASK, key=key)).unversioned == reference
    assert len(acknowledged) >= 80


def test_a_killed_transaction_left_nothing_or_all(tmp_path: Path) -> None:
    """A transaction cut off by kill -9 is there whole or not at all."""
    database = tmp_path / "core.db"
    entries = [{"resource": TASK, "request": {"method": "POST", "url": "Task"}} for _ in range(400)]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    with process(database) as (running, base_url):
        httpx.get(f"{base_url}/metadata", timeout=30).raise_for_status()
        with contextlib.suppress(httpx.ReadTimeout):
            httpx.post(base_url, json=bundle, timeout=0.02)
        running.kill()
    with process(database) as (_running, base_url):
        total = httpx.get(f"{base_url}/Task?_summary=count", timeout=30).json()["total"]
    assert total in (0, 400)
