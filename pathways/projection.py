"""What can be rebuilt from an instance: its open positions, tasks, listeners and incidents, as facts.

The store keeps the same in its tables; both sides compute the digest of it, so that a difference shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from pydantic import TypeAdapter

from pathways.facts import ChildOrdered, ClockMoved, IncidentOpened, ListenerArmed, TaskOpened, WaitStarted
from pathways.state import Hold, Parent, Saved

Json = Any


@dataclass(frozen=True, slots=True)
class Standing:
    """An open position, for the picture of where the instance stands."""

    address: str
    step: str
    title: str
    waits: str
    entered_at: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything about an open instance that the store can rebuild from it, at revision `rev`.

    `tasks` are those of steps, of breached clocks, and those that people added; `clocks` all that were ever started;
    `offers` the side flows that a person may start now, as `OffersChanged` states them; `children` those that are
    still awaited; `hold` the steps that are not entered now for a pause of its version, `own_hold` those that operators
    hold of this instance alone.
    """

    instance: str
    rev: int
    digest: str
    pathway: str
    version: str
    title: str
    zone: str
    started_at: str
    status: Literal["running", "cancelling", "ended"]
    outcome: str | None
    stage: str | None
    attributes: Mapping[str, Json]
    positions: tuple[Standing, ...]
    tasks: tuple[TaskOpened, ...]
    listeners: tuple[ListenerArmed, ...]
    waits: tuple[WaitStarted, ...]
    incidents: tuple[IncidentOpened, ...]
    clocks: tuple[ClockMoved, ...]
    offers: Json
    suspended: bool
    data: Mapping[str, Mapping[str, Saved]]
    parent: Parent | None = None
    hold: Hold | None = None
    children: tuple[ChildOrdered, ...] = ()
    site: str | None = None
    own_hold: Hold | None = None


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Snapshot]:
    return TypeAdapter(Snapshot)


def snapshot_to_json(snapshot: Snapshot) -> Json:
    """The snapshot as JSON."""
    return _adapter().dump_python(snapshot, mode="json")
