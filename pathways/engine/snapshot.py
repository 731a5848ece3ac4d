"""The snapshot of a state: what lists show, rebuilt from the truth."""

from __future__ import annotations

from pathways.engine.kinds.task import task_fact
from pathways.engine.kinds.wait import listener_fact
from pathways.engine.run import incident_fact
from pathways.facts import WaitStarted
from pathways.plan import Plan, Task, WaitForEvent, digest_of
from pathways.projection import Snapshot, Standing, snapshot_to_json
from pathways.state import State


def snapshot(plan: Plan, state: State) -> Snapshot:
    """Positions, open tasks, listeners, waits and incidents of an instance, as the store keeps them."""
    positions = sorted(state.positions.values(), key=lambda position: position.address)
    steps = [(position, plan.step[position.step]) for position in positions]
    return Snapshot(
        instance=state.instance,
        rev=state.rev,
        digest=state.digest,
        pathway=plan.pathway,
        version=plan.version,
        title=plan.title,
        zone=state.zone,
        started_at=state.started_at.isoformat(),
        status=state.status,
        outcome=state.outcome,
        stage=state.stage,
        attributes=state.attributes,
        positions=tuple(
            Standing(
                position.address,
                step.id,
                step.title or step.id,
                position.waits,
                position.entered_at.isoformat(),
            )
            for position, step in steps
        ),
        tasks=tuple(
            task_fact(state.instance, state.stage, step, position)
            for position, step in steps
            if isinstance(step, Task) and position.waits == "people"
        ),
        listeners=tuple(
            listener_fact(step, position)
            for position, step in steps
            if isinstance(step, WaitForEvent) and position.waits == "event" and position.key is not None
        ),
        waits=tuple(
            WaitStarted(position.entered_at, position.address, position.wake_at)
            for position in positions
            if position.waits == "time" and position.wake_at is not None
        ),
        incidents=tuple(
            incident_fact(state.instance, plan, position, position.incident, position.incident.opened_at)
            for position in positions
            if position.incident is not None
        ),
        data=state.data,
    )


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
    }
    return digest_of(compared)
