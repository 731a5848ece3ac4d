"""`make bench`: measure Carelane's budgets, against something of the same machine in the same run.

Nothing here asserts a time: it prints what it saw, and ends with 0 whatever that was; with 1 only where something
could not be measured. Name parts to measure only those: `python -m tests.scale.bench engine throughput`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable

from rich.console import Console

from tests.scale import authoring, completing, control_state, engine, history, memory, outage, throughput, worklist
from tests.scale.ground import Ground, ground
from tests.scale.report import Row, print_table

Say = Callable[[str], None]

FULL = os.environ.get("SCALE") == "full"
"""Whether to measure at the size that the budgets name, and not at a fifth of it."""

ALONE: dict[str, Callable[[Say], Iterable[Row]]] = {
    "engine": engine.measure,
    "state": control_state.measure,
    "authoring": authoring.measure,
}
"""What needs no servers."""

ON_SERVERS: dict[str, Callable[[Ground, Say], Awaitable[list[Row]]]] = {
    "history": history.measure,
    "throughput": throughput.measure,
    "completing": completing.measure,
    "worklist": worklist.measured_with(worklist.FULL_TASKS if FULL else worklist.DEFAULT_TASKS),
    "memory": memory.measured_with(memory.FULL_INSTANCES if FULL else memory.DEFAULT_INSTANCES),
    "outage": outage.measure,
}
"""What runs on PostgreSQL, Temporal and a worker."""


def main(arguments: list[str]) -> int:
    """Measure the named parts, or all; 1 where a part could not be measured."""
    known = [*ALONE, *ON_SERVERS]
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the budgets.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(known)}; all when none is named")
    chosen = parser.parse_args(arguments).parts or known
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    console = Console(width=None if sys.stdout.isatty() else 140)
    begun = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - begun:6.1f} s[/]  {text}", highlight=False)

    rows: list[Row] = []
    failed: list[str] = []
    for name in (one for one in chosen if one in ALONE):
        try:
            rows += ALONE[name](say)
        except Exception:  # noqa: BLE001 - the other parts are worth knowing all the same
            failed.append(_told(name, console))
    on_servers = [name for name in chosen if name in ON_SERVERS]
    if on_servers:
        asyncio.run(_on_servers(on_servers, say, rows, lambda name: failed.append(_told(name, console))))
    print_table(rows, console)
    if failed:
        console.print(f"[bold red]Not measured:[/] {', '.join(failed)}")
    return 1 if failed else 0


def _told(name: str, console: Console) -> str:
    console.print_exception(max_frames=8)
    return name


async def _on_servers(names: list[str], say: Say, rows: list[Row], fail: Callable[[str], None]) -> None:
    async with ground(say) as servers:
        for name in names:
            try:
                rows += await ON_SERVERS[name](servers, say)
            except Exception:  # noqa: BLE001 - as above
                fail(name)


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(status)  # a process that used the Temporal SDK may crash in the interpreter's own end
