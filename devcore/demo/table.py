"""How the demonstration ended: a row for each case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table

from devcore.demo.api import Api
from devcore.demo.play import WATCHER
from devcore.demo.stage import Case

Json = Any


@dataclass(frozen=True)
class Ending:
    """How one case ended."""

    case: Case
    way: str
    outcome: str | None
    tasks: int
    took: timedelta
    incidents: int

    @property
    def is_right(self) -> bool:
        """Whether it ended as its script says, with just the trouble on the way that belongs to it."""
        return self.outcome == self.case.script.outcome and self.incidents == self.case.incidents


async def endings(api: Api, cases: Sequence[Case]) -> list[Ending]:
    """How every case ended."""
    return [_ending(case, await api.instance(WATCHER, case.instance)) for case in cases]


def show(found: Sequence[Ending], console: Console) -> None:
    """Print the table."""
    table = Table(title="Referrals, authorizations and infusions, from order to end")
    for heading in ("pathway", "case", "way taken", "outcome", "tasks", "pathway time", "incidents"):
        number = heading in {"tasks", "incidents"}
        table.add_column(heading, justify="right" if number else "left", no_wrap=heading in {"pathway", "case"})
    for ending in found:
        outcome = ending.outcome or "not ended"
        mark = outcome if ending.is_right else f"{outcome} (not as it should be: {ending.case.script.outcome})"
        table.add_row(
            ending.case.script.pathway,
            ending.case.script.title,
            ending.way,
            mark,
            str(ending.tasks),
            in_words(ending.took),
            str(ending.incidents),
        )
    console.print(table)


def in_words(took: timedelta) -> str:
    """A duration in days and hours."""
    hours = round(took.total_seconds() / 3600)
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if days else f"{hours} h"


def _ending(case: Case, instance: Mapping[str, Json]) -> Ending:
    timeline = instance["timeline"]
    closed = [entry for entry in timeline if entry["kind"] == "task-closed"]
    ended = instance["ended_at"] or timeline[-1]["at"]
    return Ending(
        case=case,
        way=", ".join(_steps(entry["address"] for entry in closed)),
        outcome=instance["outcome"],
        tasks=len(closed),
        took=datetime.fromisoformat(ended) - datetime.fromisoformat(instance["started_at"]),
        incidents=sum(entry["kind"] == "incident-opened" for entry in timeline),
    )


def _steps(addresses: Iterator[str]) -> Iterator[str]:
    """The steps of addresses, with how often each came in a row."""
    for step, several in groupby(address.rpartition("/")[2].partition("@")[0] for address in addresses):
        times = len(list(several))
        yield step if times == 1 else f"{step} ×{times}"
