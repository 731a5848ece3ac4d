"""Boundary handlers: what they do with an event, and the incident of one that could not judge it."""

from __future__ import annotations

from pathways.addresses import PATHWAY, scope_of
from pathways.engine import leaving, listening, moving
from pathways.engine.kinds import wait
from pathways.engine.listening import Taker, Unsure
from pathways.engine.run import Run
from pathways.facts import HandlerTaken, IncidentClosed
from pathways.plan import Handler
from pathways.state import Json, Position, altered


def take(run: Run, taker: Taker, event: Json) -> None:
    """Have a listener take the event it was chosen for."""
    if isinstance(taker.listening, Handler):
        if taker.unsure is not None:
            _stop(run, taker, event)
        else:
            fire(run, taker.owner, taker.slot, taker.listening, event)
        return
    position = run.positions[taker.owner]
    if taker.unsure is not None:
        wait.stop(run, position, taker.slot, event, taker.unsure)
    else:
        wait.take(run, position, taker.slot, event)


def fire(run: Run, owner: str, slot: str, handler: Handler, event: Json) -> None:
    """Interrupt what the handler stands on and go to its step, or start its side flow if that may run again."""
    address = listening.slot_address(owner, slot)
    runs = handler.side is not None and not moving.may_start_side(run, handler.side)
    run.facts.append(HandlerTaken(run.now, address, event["id"], handler.to, handler.side, ignored=runs))
    bound = {"event": event}
    if handler.side is not None:
        moving.start_side(run, handler.side, bound=bound, by=event["id"])
        return
    position = run.positions.get(owner) if owner else main_position(run)
    if position is None or handler.to is None:
        return
    via = position.via if owner else tuple(dict.fromkeys((*position.via, address)))
    leaving.depart(run, position, handler.to, "event", undo_=handler.undo, detail=event["id"], bound=bound, via=via)


def main_position(run: Run) -> Position | None:
    """The position of the main flow: the one that stands in the pathway's own scope."""
    standing = (one for one in run.positions.values() if one.scope == PATHWAY and one.role == "step")
    return next(standing, None)


def _stop(run: Run, taker: Taker, event: Json) -> None:
    """Keep an event that a handler can't judge, as an incident beside what the handler stands on."""
    address = listening.slot_address(taker.owner, taker.slot)
    owner = run.positions.get(taker.owner) or main_position(run)
    if owner is None:
        return
    position = Position(
        address,
        owner.step,
        run.now,
        "operator",
        scope=scope_of(taker.owner),
        role="handler",
        bound={"event": event, "owner": taker.owner, "slot": taker.slot},
    )
    _halt(run, position, taker.unsure)


def _halt(run: Run, position: Position, unsure: Unsure | None) -> None:
    if unsure is None:
        return
    run.positions[position.address] = run.open_incident(
        position,
        unsure.kind,  # type: ignore[arg-type]  # a kind of incident
        unsure.message,
        "act",
        unsure.detail,
    )


def again(run: Run, position: Position) -> None:
    """Judge the event that the incident of a handler kept once more."""
    owner, slot, event = str(position.bound["owner"]), str(position.bound["slot"]), position.bound["event"]
    holder = run.positions.get(owner)
    handler = (run.step_of(holder).listenings if holder is not None else run.plan.listenings).get(slot)
    names = run.scope(holder) if holder is not None else run.names()
    judged = listening.judge(run, handler, names, event) if handler is not None else False
    if isinstance(judged, Unsure):
        _halt(run, altered(position, waits="operator"), judged)
        return
    del run.positions[position.address]
    if position.incident is not None:
        run.facts.append(IncidentClosed(run.now, run.incident_id(position.incident), "completed"))
    if judged and isinstance(handler, Handler):
        fire(run, owner, slot, handler, event)
