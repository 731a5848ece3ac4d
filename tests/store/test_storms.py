"""Whatever happens to an instance of the whole language, the tables say what it says itself."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import event as note
from hypothesis import strategies as st
from ulid import ULID

from pathways.engine import advance, next_deadline, snapshot, snapshot_digest, start_state
from pathways.events import Event, Moved, Started, TimePassed
from pathways.facts import Recorded
from pathways.messages import RecordRequest
from pathways.migration import MigrationMap, Way, migrate
from pathways.plan import Plan
from pathways.projection import snapshot_to_json
from pathways.source import read_source
from store.database import Database
from store.recording import record_in
from store.snapshots import stored_digest
from tests.support.plans import MONDAY, make_plan
from tests.support.stored import anonymous
from tests.support.stored import everything as rows_of
from tests.support.storms import EVERYTHING, INPUTS, draw_event, everything, opening

EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

Events = list[tuple[Event | None, timedelta]]

RENAMED = {
    "review": "appraise",
    "chase": "pursue",
    "series": "dosing",
    "prepare/stock/mixed": "prepare/stock/compounded",
}
"""Steps that have another name in the later version."""

ON_THE_WAY = ("review", "chase", "series", "prepare")
"""Where many instances are that are migrated."""

# When and by what a row came to be as it is: records, which no snapshot has.
_RECORDS = {"moved_at", "address", "warned_at", "breached_at", "version", "reminded_at", "alert"}
_RECORDS |= {"escalated_at", "escalated_from", "entered_at", "stage"}


@dataclass
class Storm:
    """The revisions of an instance, with its digest and picture after each."""

    instance: str
    recorded: list[Recorded] = field(default_factory=list)
    digests: dict[int, str] = field(default_factory=dict)
    pictures: dict[int, Any] = field(default_factory=dict)

    def request(self, first: int, last: int, *, with_snapshot: bool = False) -> RecordRequest:
        """The request that records the revisions from `first` to `last`."""
        chunk = tuple(one for one in self.recorded if first <= one.rev <= last)
        picture = self.pictures[last] if with_snapshot else None
        return RecordRequest(self.instance, chunk, self.digests[last], picture)


@lru_cache(maxsize=1)
def later_version() -> Plan:
    """The plan in which some steps have other names."""
    text = EVERYTHING.read_text().replace("version: 1.2.3", "version: 2.0.0")
    for before, after in RENAMED.items():
        old, new = before.rpartition("/")[2], after.rpartition("/")[2]
        text = re.sub(rf"^( +){old}:$", rf"\1{new}:", text, flags=re.MULTILINE)
        text = re.sub(rf"(to|separate_from): {old}(?![-\w])", rf"\1: {new}", text)
    text = re.sub(r"\bwhole\b", "entire", text).replace("  pharmacy-check:", "  mixing:")
    text = re.sub(": pharmacy-check(?=[,}])", ": mixing", text)
    catalog = EVERYTHING.with_name("everything.catalog.yaml")
    return make_plan(text, read_source(catalog.read_text()).plain)


class Played:
    """An instance to which events happen; None is its migration to the later version, where nothing forbids that."""

    def __init__(self, instance: str) -> None:
        self.plan = everything()
        self.at = MONDAY
        self.state = start_state(self.plan, instance, "America/New_York", self.at)

    def play(self, event: Event | None, later: timedelta) -> Recorded | None:
        """What it states of an event; None where nothing has come of it."""
        self.at += later
        rev = self.state.rev
        if event is None:
            ways = {before: Way(after) for before, after in RENAMED.items()}
            mapping = MigrationMap(ways, clocks={"whole": "entire", "pharmacy-check": None})
            moved = migrate(self.plan, later_version(), self.state, mapping, self.at, "boss", "a storm")
            self.state, facts, result = moved.state, moved.facts, None
            self.plan = self.plan if moved.blocked else later_version()
        else:
            found = advance(self.plan, self.state, event, self.at)
            self.state, facts, result = found.state, found.facts, found.result
        return Recorded(self.state.rev, facts, None, result) if self.state.rev > rev else None


def play(events: Events, instance: str) -> Storm:
    """The same events to a new instance."""
    storm, played = Storm(instance), Played(instance)
    for event, later in events:
        recorded = played.play(event, later)
        if recorded is None:
            continue
        state = played.state
        storm.recorded.append(recorded)
        taken = snapshot(played.plan, state)
        storm.digests[state.rev], storm.pictures[state.rev] = snapshot_digest(taken), snapshot_to_json(taken)
    return storm


@st.composite
def storms(draw: st.DrawFn) -> Events:
    """Events to an instance of the plan that uses every construct, each some time after the one before."""
    played = Played("01STORM")
    begun = opening(draw, played.plan)
    migrates = None
    if draw(st.booleans()):
        begun = [
            *(begun[:-1] or [Started(INPUTS)]),
            Moved("check", draw(st.sampled_from(ON_THE_WAY)), "boss", "a storm"),
        ]
        migrates = len(begun) + draw(st.integers(0, 4))
    events: Events = []
    for number in range(draw(st.integers(len(begun) + 2, 25))):
        event: Event | None = None
        if number < len(begun):
            event = begun[number]
        elif number != migrates:
            event = draw_event(draw, played.plan, played.state)
        later, deadline = timedelta(minutes=1), next_deadline(played.state)
        if isinstance(event, TimePassed) and deadline is not None:
            later = max(later, deadline - played.at)
        played.play(event, later)
        events.append((event, later))
    return events


@given(storms(), st.data())
@EXAMPLES
async def test_the_tables_do_not_depend_on_how_a_storm_is_cut(
    database: Database, events: Events, data: st.DataObject
) -> None:
    """One request or many, the same rows come of it; and at each cut their digest is that of the instance."""
    whole, pieces = play(events, str(ULID())), play(events, str(ULID()))
    note(f"migrated: {any(fact.fact == 'instance-migrated' for one in whole.recorded for fact in one.facts)}")
    note(f"renamed: {any(fact.fact == 'position-renamed' for one in whole.recorded for fact in one.facts)}")
    last = len(whole.recorded)
    await record_in(database, whole.request(1, last))
    cuts = sorted(data.draw(st.sets(st.integers(1, last))) | {0, last})
    for first, end in itertools.pairwise(cuts):
        answer = await record_in(database, pieces.request(first + 1, end))
        assert (answer.rev, answer.needs_snapshot) == (end, False)
        await assert_same(database, pieces, end)
    await assert_same(database, whole, last)
    left, right = await rows_of(database, whole.instance), await rows_of(database, pieces.instance)
    for name in left:
        assert shown(left[name]) == shown(right[name]), name


async def assert_same(database: Database, storm: Storm, rev: int) -> None:
    """The tables have the digest that the instance had."""
    async with database.transaction() as unit:
        stored = await unit.instances.get(storm.instance)
        assert stored is not None
        assert await stored_digest(unit, stored) == storm.digests[rev]


@given(storms(), st.data())
@EXAMPLES
async def test_a_snapshot_makes_the_tables_what_recording_made_them(
    database: Database, events: Events, data: st.DataObject
) -> None:
    """From any revision that is stored, or none, a later snapshot gives the rows that all the facts would have."""
    told, rebuilt = play(events, str(ULID())), play(events, str(ULID()))
    last = len(told.recorded)
    await record_in(database, told.request(1, last))
    known = data.draw(st.integers(0, last - 1)) if last > 1 else 0
    if known:
        await record_in(database, rebuilt.request(1, known))
    answer = await record_in(database, rebuilt.request(last, last, with_snapshot=True))
    assert (answer.rev, answer.needs_snapshot) == (last, False)
    await assert_same(database, rebuilt, last)
    left, right = await rows_of(database, told.instance), await rows_of(database, rebuilt.instance)
    for some in (left, right):  # clocks that are over may have gone from the instance with a migration
        some["clock"] = [one for one in some["clock"] if one["status"] in ("running", "paused", "breached")]
    assert awaited(left) == awaited(right)
    for name in ("position", "listener", "clock"):
        assert plain(left, name) == plain(right, name), name
    assert plain(left, "task", "open") == plain(right, "task", "open")
    assert right["instance"][0]["inputs"].items() <= left["instance"][0]["inputs"].items()


def awaited(rows: dict[str, list[dict[str, Any]]]) -> list[str]:
    """The children that are awaited, by where and what."""
    names = ("address", "pathway", "range", "detached")
    kept = [one for one in rows["child"] if one["status"] in ("ordered", "running") and not one["detached"]]
    return sorted(repr([one[name] for name in names]) for one in kept)


def plain(rows: dict[str, list[dict[str, Any]]], table: str, status: str | None = None) -> list[str]:
    """What stands in a table, without what only recording knows."""
    kept = [row for row in rows[table] if status is None or row["status"] == status]
    stripped = [{name: row[name] for name in row if name not in _RECORDS} for row in kept]
    for row in stripped:
        if row.get("wake_at") is not None:
            row["waits"] = "time"  # or for events too, where none of them has a key yet
    return shown(stripped)


def shown(rows: list[dict[str, Any]]) -> list[str]:
    """Rows without ids, in an order that ids have no part in."""
    return sorted(anonymous({"": [row]}) for row in rows)
