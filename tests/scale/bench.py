"""`make bench`: measure Carelane's budgets, against something of the same machine in the same run.

Nothing here asserts a time: it prints what it saw, and ends with 0 whatever that was. Name parts to measure only
those: `python -m tests.scale.bench engine throughput`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator

from rich.console import Console

from tests.scale import authoring, control_state, engine
from tests.scale.report import Row, print_table

Say = Callable[[str], None]

PARTS: dict[str, Callable[[Say], Iterable[Row]]] = {
    "engine": engine.measure,
    "state": control_state.measure,
    "authoring": authoring.measure,
}


def main(arguments: list[str]) -> None:
    """Measure the named parts, or all."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the budgets.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is named")
    chosen = parser.parse_args(arguments).parts or list(PARTS)
    unknown = sorted(set(chosen) - set(PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    console = Console(width=None if sys.stdout.isatty() else 140)
    begun = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - begun:6.1f} s[/]  {text}", highlight=False)

    print_table(list(_measured(chosen, say)), console)


def _measured(chosen: list[str], say: Say) -> Iterator[Row]:
    for name in chosen:
        yield from PARTS[name](say)


if __name__ == "__main__":
    main(sys.argv[1:])
