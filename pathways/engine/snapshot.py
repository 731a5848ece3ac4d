"""The snapshot of a state: what lists show, rebuilt from the truth."""

from __future__ import annotations

from collections.abc import Iterator

from pathways.engine import added, clocks, offers
from pathways.engine.kinds.task import task_fact
from pathways.engine.listening import listening_facts
from pathways.engine.run import incident_fact
from pathways.facts import ChildOrdered, TaskOpened, WaitStarted
from pathways.plan import Child, Plan, Task, digest_of
from pathways.projection import Snapshot, Standing, snapshot_to_json
from pathways.state import Json, State


def snapshot(plan: Plan, state: State) -> Snapshot:
    """Positions, open tasks, listeners, waits, clocks and incidents of an instance, as the store keeps them."""
    positions = sorted(state.positions.values(), key=lambda position: position.address)
    return Snapshot(
        instance=state.instance,
        rev=state.rev,
        digest=state.digest,
        pathway=plan.pathway,
        version=plan.version,
        title=plan.title,
        zone=state.zone,
        site=state.site,
        started_at=state.started_at.isoformat(),
        status=state.status,
        outcome=state.outcome,
        stage=state.stage,
        attributes=state.attributes,
        positions=tuple(
            Standing(one.address, one.step, plan.step[one.step].shown, one.waits, one.entered_at.isoformat())
            for one in positions
            if one.role != "handler"
        ),
        tasks=tuple(_tasks(plan, state)),
        listeners=tuple(listening_facts(plan, state)),
        waits=tuple(
            WaitStarted(one.entered_at, one.address, one.wake_at) for one in positions if one.wake_at is not None
        ),
        incidents=tuple(
            incident_fact(state.instance, plan, one, one.incident, one.incident.opened_at)
            for one in (*positions, *state.settling.values())
            if one.incident is not None
        ),
        clocks=tuple(
            clocks.clock_fact(plan, name, one, one.started_at, "start") for name, one in sorted(state.clocks.items())
        ),
        offers=offers.shown(plan, state),
        suspended=state.suspension is not None,
        data=state.data,
        parent=state.parent,
        hold=state.hold,
        own_hold=state.own_hold,
        children=tuple(_children(plan, state)),
    )


def _children(plan: Plan, state: State) -> Iterator[ChildOrdered]:
    for address, position in sorted((*state.settling.items(), *state.positions.items()), key=lambda one: one[0]):
        step = plan.step[position.step]
        if isinstance(step, Child) and position.waits == "child" and position.key is not None:
            at, run, child = position.counts_from, position.run, position.key
            yield ChildOrdered(at, address, run, child, step.pathway, step.range, step.detached)


def _tasks(plan: Plan, state: State) -> Iterator[TaskOpened]:
    for _, position in sorted(state.positions.items()):
        step = plan.step[position.step]
        if isinstance(step, Task) and position.waits == "people":
            yield task_fact(plan, state.instance, state.stage, step, position)
    for name, clock in sorted(state.clocks.items()):
        if clock.task_at is not None:
            yield clocks.task_fact(plan, state.instance, state.stage, name, clock)
    for address, one in sorted(state.added.items()):
        yield added.task_fact(state.instance, state.stage, address, one)


def _goes(clock: Json) -> bool:
    """Whether a clock is not over. Those that are stay in the store also where a migration took them from here."""
    return clock["status"] in ("running", "paused", "breached")


def snapshot_digest(snapshot: Snapshot) -> str:
    """A digest of what can be rebuilt; timestamps of standing and the data aside, equal where lists are equal."""
    document = snapshot_to_json(snapshot)
    compared = {
        "rev": document["rev"],
        "status": document["status"],
        "stage": document["stage"],
        "attributes": document["attributes"],
        "positions": sorted(one["address"] for one in document["positions"]),
        "tasks": sorted((one["id"], one["queue"]) for one in document["tasks"]),
        "listeners": sorted((one["address"], one["type"], one["key"]) for one in document["listeners"]),
        "incidents": sorted((one["id"], one["message"]) for one in document["incidents"]),
        "clocks": sorted((one["clock"], one["status"], one["deadline"]) for one in document["clocks"] if _goes(one)),
        "offers": sorted(one["side"] for one in document["offers"]),
        "suspended": document["suspended"],
        "hold": document["hold"] and [document["hold"]["id"], sorted(document["hold"]["steps"])],
    }
    if document["own_hold"]:
        compared["own_hold"] = sorted(document["own_hold"]["steps"])
    return digest_of(compared)
