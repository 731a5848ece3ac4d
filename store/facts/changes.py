"""What revisions change in the tables, as plain rows: made by folding facts, written by recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from store.audit import NewAuditEntry

Json = Any
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of the instance before the revisions."""

    instance: str
    pathway: str = ""
    version: str = ""
    title: str = ""
    suspended: bool = False
    holds: bool = False
    inputs: Mapping[str, Json] = field(default_factory=dict)
    attributes: Mapping[str, Json] = field(default_factory=dict)
    data: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)


@dataclass(slots=True)
class IncidentChange:
    """What happened to one incident. `row` is what was stated last, where it was stated; `closed` how it closed."""

    row: Row | None = None
    first_seen: datetime | None = None
    occurrences: int = 0
    retries: int = 0
    retried_at: datetime | None = None
    closed: Row | None = None


@dataclass(slots=True)
class Changes:
    """What is to be written.

    `fields` are columns of the instance's row. Positions are, in this order, `left`, `renamed` (from an address, with
    what a migration made of them), `left_renamed`, `moved` (some columns) or `entered` (whole rows). Tasks are
    `opened` (whole rows), `marked` (some columns, while open) or `closed`. Of clocks and children each row holds the
    columns that changed; of a child that was ordered just now, all. `lookbacks` say by listener how long before its
    arming its events count. `reoffer` is the revision in which deferred events may come again; `drop_deferred` that
    they never will.
    """

    fields: Row = field(default_factory=dict)
    migrated: bool = False
    renamed: dict[str, Row] = field(default_factory=dict)
    entered: dict[str, Row] = field(default_factory=dict)
    moved: dict[str, Row] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    left_renamed: set[str] = field(default_factory=set)
    opened: dict[str, Row] = field(default_factory=dict)
    marked: dict[str, Row] = field(default_factory=dict)
    closed: dict[str, Row] = field(default_factory=dict)
    armed: dict[str, Row] = field(default_factory=dict)
    lookbacks: dict[str, timedelta] = field(default_factory=dict)
    disarmed: set[str] = field(default_factory=set)
    reoffer: int | None = None
    drop_deferred: bool = False
    clocks: dict[str, Row] = field(default_factory=dict)
    children: dict[str, Row] = field(default_factory=dict)
    incidents: dict[str, IncidentChange] = field(default_factory=dict)
    timeline: list[Row] = field(default_factory=list)
    results: list[Row] = field(default_factory=list)
    outbox: list[Row] = field(default_factory=list)
    audit: list[NewAuditEntry] = field(default_factory=list)
