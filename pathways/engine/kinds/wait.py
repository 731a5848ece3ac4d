"""`wait`: for a domain event with a correlation key, or for a point in time."""

from __future__ import annotations

from dataclasses import replace

from pathways.datatypes import DataType, MisfitError, check_size, shown_json
from pathways.engine.outcomes import Answer, Halt, Pass, Stand
from pathways.engine.run import Run
from pathways.events import MessageReceived
from pathways.facts import ListenerArmed, WaitStarted
from pathways.matching import ANY_KEY, matching_keys
from pathways.plan import WaitForEvent, WaitForTime
from pathways.state import Json, Position
from pathways.timing import TimingError


class _ForEvent:
    def enter(self, run: Run, step: WaitForEvent, position: Position) -> Answer:
        """Arm the listener; without a value for its key it stands unarmed."""
        found = step.key.evaluate(run.scope(position), run.env) if step.keyed else ANY_KEY
        key = shown_json(found)
        if found is not None and (key is None or isinstance(key, bool)):
            return Halt(position, "expression", f'The key "{step.key.source}" gives no text.', "enter")
        text = None if key is None else str(key)
        position = replace(
            position,
            waits="event",
            key=text,
            armed_at=run.now if text is not None else None,
            armed_rev=run.state.rev + 1,
        )
        if text is not None:
            run.facts.append(listener_fact(step, position))
        return Stand(position)


class _ForTime:
    def enter(self, run: Run, step: WaitForTime, position: Position) -> Answer:
        """Stand until the moment, or go on at once when it is past."""
        timing = step.until or step.duration
        if timing is None:
            return Pass(position)
        try:
            until = run.moment(timing, position, run.now, "start" if step.until else "end")
        except TimingError as error:
            return Halt(position, "expression", f"wait: {error}", "enter")
        if until <= run.now:
            return Pass(position)
        run.facts.append(WaitStarted(run.now, position.address, until))
        return Stand(replace(position, waits="time", wake_at=until))


FOR_EVENT = _ForEvent()
FOR_TIME = _ForTime()


def listener_fact(step: WaitForEvent, position: Position) -> ListenerArmed:
    """The fact that states an armed listener."""
    armed_at = position.armed_at or position.entered_at
    return ListenerArmed(armed_at, position.address, step.type, position.key or ANY_KEY, armed_at, position.armed_rev)


def matches(step: WaitForEvent, position: Position, event: MessageReceived) -> bool:
    """Whether a position listens for this event, its `when` aside."""
    if position.waits != "event" or position.key is None:
        return False
    return step.type == event.type and position.key in matching_keys(event.key)


def receive(run: Run, step: WaitForEvent, position: Position, event: MessageReceived) -> bool:
    """Take an event if the step's `when` holds for it. A `when` that is neither is an incident that keeps the event."""
    bound: dict[str, Json] = {
        "event": {
            "id": event.id,
            "type": event.type,
            "key": event.key,
            "data": event.data,
            "time": event.time.isoformat() if event.time else None,
        }
    }
    return take(run, step, replace(position, bound={**position.bound, **bound}))


def take(run: Run, step: WaitForEvent, position: Position) -> bool:
    """Judge the event bound to the position: False where `when` does not hold and the position goes on waiting."""
    event = position.bound["event"]
    try:
        data = step.data.conform(event["data"])
        check_size(data)
    except MisfitError as error:
        message = f"The data of {step.type} does not fit its schema: {error.misfit}."
        _stop(run, step, position, "invalid-output", message)
        return True
    seen = {**event, "data": step.data.load(data), "time": DataType("instant").load(event["time"])}
    scope = run.scope(position).binding({"event": seen})
    if step.when is not None:
        holds = step.when.holds(scope, run.env)
        if holds is None:
            message = f'The condition "{step.when.source}" is neither true nor false for event {event["id"]}.'
            _stop(
                run,
                step,
                position,
                "expression",
                message,
                {"because": step.when.expression.explain(scope, run.env)},
            )
            return True
        if not holds:
            return False
    if position.waits == "event":
        run.disarm(position, consumed=event["id"])
    if step.save is not None:
        run.save(step.save, data, position.address, by=event["id"])
    run.go_on(step, Pass(position))
    return True


def _stop(run: Run, step: WaitForEvent, position: Position, kind: str, message: str, detail: Json = None) -> None:
    if position.waits == "event":
        run.disarm(position, consumed=position.bound["event"]["id"])
    halted = replace(position, waits="operator")
    run.go_on(step, Halt(halted, kind, message, "act", detail))  # type: ignore[arg-type]  # one of two literals
