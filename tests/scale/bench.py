"""`make bench`: measure Carelane's budgets, against something of the same machine in the same run.

Nothing here asserts a time: it prints what it saw, and ends with 0 whatever that was. Name parts to measure only
those: `python -m tests.scale.bench engine throughput`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable

from rich.console import Console

from tests.scale import authoring, control_state, engine, history, outage, throughput
from tests.scale.ground import Ground, ground
from tests.scale.report import Row, print_table

Say = Callable[[str], None]

ALONE: dict[str, Callable[[Say], Iterable[Row]]] = {
    "engine": engine.measure,
    "state": control_state.measure,
    "authoring": authoring.measure,
}
"""What needs no servers."""

ON_SERVERS: dict[str, Callable[[Ground, Say], Awaitable[list[Row]]]] = {
    "history": history.measure,
    "throughput": throughput.measure,
    "outage": outage.measure,
}
"""What runs on PostgreSQL, Temporal and a worker."""


def main(arguments: list[str]) -> None:
    """Measure the named parts, or all."""
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

    rows = [row for name in chosen if name in ALONE for row in ALONE[name](say)]
    on_servers = [name for name in chosen if name in ON_SERVERS]
    if on_servers:
        rows += asyncio.run(_on_servers(on_servers, say))
    print_table(rows, console)


async def _on_servers(names: list[str], say: Say) -> list[Row]:
    async with ground(say) as servers:
        return [row for name in names for row in await ON_SERVERS[name](servers, say)]


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # a process that used the Temporal SDK may crash in the interpreter's own end
