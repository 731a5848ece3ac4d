"""The work list at scale: each filter in each order, through the API, against the bare query that it runs.

The bare query is what the API sent to PostgreSQL for the page, seen on its way and sent again on a plain connection
right after. Its plan tells whether an index serves it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from sqlalchemy import Engine, event

from tests.scale.ground import Ground
from tests.scale.many_tasks import empty, fill
from tests.scale.office import Office, office
from tests.scale.report import Row, at_most, percentile, told

OPEN = 50_000
DEFAULT_TASKS = 200_000
FULL_TASKS = 1_000_000
ROUNDS = 3
PAGES = 21
"""Pages of each list in each round: what disturbs one round of a list hardly disturbs two."""

LIMIT_SECONDS = 0.050
MARGIN_SECONDS = 0.025

FILTERS: Mapping[str, Mapping[str, str]] = {
    "everything": {},
    "a queue": {"queue": "scheduling"},
    "one's own": {"whose": "mine"},
    "nobody's": {"whose": "nobody"},
    "a pathway": {"pathway": "bench-1"},
    "a stage": {"stage": "stage-2"},
    "a priority": {"priority": "asap"},
    "an instance": {"instance": "I" + "17".rjust(25, "0")},
    "overdue": {"overdue": "true"},
    "a queue, nobody's, overdue": {"queue": "scheduling", "whose": "nobody", "overdue": "true"},
    "one's own of a pathway and stage": {"whose": "mine", "pathway": "bench-2", "stage": "stage-2"},
}
ORDERS = ("due", "priority")


@dataclass
class _List:
    """One filter in one order."""

    name: str
    parameters: Mapping[str, str]
    pages: list[float] = field(default_factory=list)
    bares: list[float] = field(default_factory=list)
    scanned: bool = False
    discarded: int = 0

    @property
    def page(self) -> float:
        """The p95 of a page: the median of the rounds'."""
        return median(self.pages)

    @property
    def bare(self) -> float:
        """The p95 of its query alone, likewise."""
        return median(self.bares)


def measured_with(tasks: int) -> Callable[[Ground, Callable[[str], None]], Any]:
    """Measure at so many tasks."""

    async def measure(ground: Ground, say: Callable[[str], None]) -> list[Row]:
        async with office(ground) as at:
            say(f"work list: writing {tasks:,} tasks, {OPEN:,} of them open")
            await fill(ground.database_url, tasks=tasks, opened=OPEN, person=at.person)
            lists = [
                _List(f"{name}, by {order}", {**parameters, "order": order})
                for name, parameters in FILTERS.items()
                for order in ORDERS
            ]
            for number in range(ROUNDS):
                say(f"work list: {len(lists)} lists, round {number + 1} of {ROUNDS}")
                for one in lists:
                    await _read(ground, at, one)
        await empty(ground.database_url)
        return list(_rows(lists, tasks))

    return measure


def _rows(lists: list[_List], tasks: int) -> Iterator[Row]:
    worst = max(lists, key=lambda one: one.page - one.bare)
    within = all(one.page <= min(one.bare + MARGIN_SECONDS, LIMIT_SECONDS) for one in lists)
    yield Row(
        f"work list at {tasks:,} tasks, p95, the worst of {len(lists)} lists ({worst.name})",
        worst.page,
        "seconds",
        worst.bare,
        "its query",
        "≤ + 25 ms, ≤ 50 ms",
        within,
    )
    slowest = max(lists, key=lambda one: one.bare)
    yield told(f"the slowest bare query, p95 ({slowest.name})", slowest.bare, "seconds")
    unserved = [one.name for one in lists if one.scanned]
    names = f" ({'; '.join(unserved)})" if unserved else ""
    yield at_most(f"lists that no index serves{names}", len(unserved), "count", 0)
    wasteful = max(lists, key=lambda one: one.discarded)
    yield told(f"rows read and passed over for a page, at most ({wasteful.name})", wasteful.discarded, "count")


async def _read(ground: Ground, at: Office, one: _List) -> None:
    """Ask for the list again and again, each time followed by its bare query."""
    pages, bares = [], []
    connection = await psycopg.AsyncConnection.connect(ground.database_url, autocommit=True, row_factory=tuple_row)
    async with connection:
        await _page(at, one)
        for _ in range(PAGES):
            with _sent() as statements:
                begun = time.perf_counter()
                await _page(at, one)
                pages.append(time.perf_counter() - begun)
            statement, values = next(sent for sent in statements if _is_page(sent[0]))
            begun = time.perf_counter()
            await (await connection.execute(statement.encode(), values, prepare=True)).fetchall()
            bares.append(time.perf_counter() - begun)
        one.pages.append(percentile(pages, 95))
        one.bares.append(percentile(bares, 95))
        explained = await connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}".encode(), values)
        (document,) = await explained.fetchone() or ([],)
    one.scanned, one.discarded = _looked_at(document[0]["Plan"])


async def _page(at: Office, one: _List) -> None:
    answer = (await at.api.get("/api/v1/tasks", params=one.parameters)).raise_for_status().json()
    if not answer["items"]:
        raise RuntimeError(f"An empty list measures nothing: {one.name}")


def _is_page(statement: str) -> bool:
    return "FROM task" in statement and "ORDER BY" in statement and "LIMIT" in statement


@contextmanager
def _sent() -> Iterator[list[tuple[str, Any]]]:
    """What SQLAlchemy sends meanwhile: statements and their values."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        sent.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _looked_at(plan: Mapping[str, Any]) -> tuple[bool, int]:
    """Whether a table is read as a whole, and how many rows are read for nothing."""
    scanned = plan["Node Type"] == "Seq Scan"
    removed = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    discarded = int(removed * plan.get("Actual Loops", 1))
    below = [_looked_at(child) for child in plan.get("Plans", ())]
    return scanned or any(one for one, _ in below), discarded + sum(rows for _, rows in below)
