"""Listeners: arming them, disarming them, and choosing who takes an event.

Takers are chosen on the state before the event. On each line from a position outwards, the innermost armed listener
that matches takes it, each listener once; takers that leave a scope win over those inside it; then authored order
counts (semantics.md, "Events").
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace
from datetime import datetime, timedelta

from pathways.addresses import PATHWAY, block_of, is_inside, path_of
from pathways.datatypes import MisfitError, check_size, shown_json
from pathways.engine.places import place
from pathways.engine.run import Run
from pathways.engine.scope import Names, bound_values
from pathways.events import MessageReceived
from pathways.facts import ListenerArmed, ListenerDisarmed
from pathways.matching import ANY_KEY, matching_keys
from pathways.plan import Handler, Listening, Plan
from pathways.records import dataclass
from pathways.state import Json, Listener, Position, State, altered
from pathways.timing import TimingError


class UnkeyedError(ValueError):
    """A correlation key gives what is no key."""


def slot_address(address: str, slot: str) -> str:
    """The address of one of a position's listeners."""
    return f"{address}^{slot}" if slot else address


# -- arming ---------------------------------------------------------------------------------------------------


def listener(run: Run, names: Names, listening: Listening) -> Listener | None:
    """A listener as it would be armed now; None while its key has no value. Raises `UnkeyedError`."""
    if not listening.keyed:
        return Listener(ANY_KEY, run.now - _lookback(run, names, listening), run.rev)
    try:
        value = run.value(listening.key, names)
    except MisfitError as error:
        raise UnkeyedError(f'The key "{listening.key.source}": {error.misfit}.') from None
    if value is None:
        return None
    key = shown_json(value)
    if key is None or isinstance(key, bool | dict | list):
        raise UnkeyedError(f'The key "{listening.key.source}" gives no text.')
    return Listener(str(key), run.now - _lookback(run, names, listening), run.rev)


def _lookback(run: Run, names: Names, listening: Listening) -> timedelta:
    if listening.lookback is None:
        return timedelta()
    try:
        return max(timedelta(), run.moment(listening.lookback, names, run.now) - run.now)
    except TimingError as error:
        raise UnkeyedError(f"lookback: {error}") from None


def arm(run: Run, position: Position, *, own: bool = True) -> Position:
    """The position with the listeners of its step armed as they are now; those whose key stayed are left alone.

    Without `own`, only the handlers: the step's own wait is over, or has not begun. Raises `UnkeyedError` where the
    step's own wait can't have its key.
    """
    wanted = run.step_of(position).listenings
    if not wanted:
        return position
    names, reached = run.scope(position), position.held_at
    armed: dict[str, Listener] = {}
    for slot, listening in wanted.items():
        before, address = position.listeners.get(slot), slot_address(position.address, slot)
        now = None
        if isinstance(listening, Handler):
            now = _handler(run, names, listening)
        elif own:
            now = listener(run, names, listening)
        if now is not None and reached is not None:  # what came while the step was held was meant for it
            now = replace(now, armed_at=min(now.armed_at, reached))
        if (kept := _rearm(run, listening, address, position.address, before, now)) is not None:
            armed[slot] = kept
    same = armed == position.listeners and reached is None
    return position if same else altered(position, listeners=armed, held_at=None)


def _handler(run: Run, names: Names, listening: Listening) -> Listener | None:
    """A handler as it would be armed now; it never stops what it stands on (lint asks for a key that is a text)."""
    try:
        return listener(run, names, listening)
    except UnkeyedError:
        return None


def _rearm(
    run: Run, listening: Listening, address: str, position: str, before: Listener | None, now: Listener | None
) -> Listener | None:
    """The listener that is armed from now on: the one before, where its key stayed. What changes is stated."""
    if before is not None and now is not None and before.key == now.key:
        return before
    if before is not None:
        run.facts.append(ListenerDisarmed(run.now, address, listening.type, before.key))
    if now is not None:
        run.facts.append(armed_fact(address, position, listening, now, run.now))
    return now


def armed_fact(address: str, position: str, listening: Listening, one: Listener, at: datetime) -> ListenerArmed:
    """The fact that states an armed listener."""
    return ListenerArmed(at, address, listening.type, one.key, one.armed_at, one.rev, position)


def disarm(run: Run, position: Position, *, consumed: str | None = None, slot: str | None = None) -> Position:
    """The position without its listeners, or without all but its handlers where a `slot` of the wait took an event.

    `consumed` is the event that ended it.
    """
    listenings = run.step_of(position).listenings
    kept: dict[str, Listener] = {}
    for name, one in position.listeners.items():
        if slot is not None and isinstance(listenings.get(name), Handler):
            kept[name] = one
            continue
        taken = consumed if slot is None or name == slot else None
        address = slot_address(position.address, name)
        run.facts.append(ListenerDisarmed(run.now, address, listenings[name].type, one.key, taken))
    return altered(position, listeners=kept)


def arm_pathway(run: Run, changed: Set[str] | None = None) -> None:
    """Arm the pathway's own handlers as they are now; only those whose key reads a name that `changed`, if given."""
    names = run.names()
    for slot, listening in run.plan.listenings.items():
        if changed is not None and changed.isdisjoint(listening.key.names):
            continue
        before, now = run.listeners.pop(slot, None), _handler(run, names, listening)
        if (kept := _rearm(run, listening, slot_address("", slot), "", before, now)) is not None:
            run.listeners[slot] = kept


def disarm_pathway(run: Run) -> None:
    """Disarm the pathway's own handlers: it ends."""
    for slot, one in run.listeners.items():
        listening = run.plan.listenings[slot]
        run.facts.append(ListenerDisarmed(run.now, slot_address("", slot), listening.type, one.key))
    run.listeners.clear()


# -- choosing -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taker:
    """A listener that takes an event; `owner` is its position's address, "" the pathway. `unsure`: why it may not.

    `unsure` carries what keeps the event from being judged: a `when` that gives null, data that does not fit.
    """

    owner: str
    slot: str
    listening: Listening
    unsure: Unsure | None = None


@dataclass(frozen=True, slots=True)
class Unsure:
    """Why an event can't be judged by a listener."""

    kind: str
    message: str
    detail: Json = None


def event_json(event: MessageReceived) -> Json:
    """An event as it is bound to positions."""
    return {
        "id": event.id,
        "type": event.type,
        "key": event.key,
        "data": event.data,
        "time": event.time.isoformat() if event.time else None,
    }


def judge(run: Run, listening: Listening, names: Names, event: Json) -> bool | Unsure:
    """Whether a listener wants an event of its type and key."""
    try:
        data = listening.data.conform(event["data"])
        check_size(data)
    except MisfitError as error:
        return Unsure("invalid-output", f"The data of {listening.type} does not fit its schema: {error.misfit}.")
    if listening.when is None:
        return True
    seen = names.binding(bound_values(run.plan, {"event": {**event, "data": data}}))
    holds = listening.when.holds(seen, run.env)
    if holds is None:
        message, detail = run.undecided(listening.when, seen)
        return Unsure("expression", f"{message}, for event {event['id']}.", detail)
    return holds


def choose(run: Run, event: MessageReceived) -> list[Taker]:
    """Who takes an event, in the order in which they do.

    Of those that leave what others stand in, the one that leaves the most wins, then the first in authored order.
    """
    judged: dict[tuple[str, str], Taker | None] = {}
    takers: dict[tuple[str, str], Taker] = {}
    document = event_json(event)
    for line in _lines(run):
        taker = _innermost(run, line, event, document, judged)
        if taker is not None:
            takers[taker.owner, taker.slot] = taker
    found = sorted(takers.values(), key=lambda one: _turn(run, one))
    leaving = [one for one in found if one.unsure is None and _interrupts(one.listening)]
    winning: list[Taker] = []
    for one in sorted(leaving, key=lambda one: len(_left(run, one))):
        if not any(_leaves(run, other, one) for other in winning):
            winning.append(one)
    return [one for one in found if not any(_leaves(run, other, one) for other in winning)]


def _lines(run: Run) -> Iterator[list[str]]:
    """The lines of owners from each innermost position outwards; the last of each is the pathway.

    A side flow's end with itself: what the pathway does with an event does not depend on what runs beside it.
    """
    standing = [one for one in run.positions.values() if one.role == "step"]
    containers = {run.plan.container_of(one.scope) for one in standing if one.scope}
    for position in sorted(standing, key=lambda one: place(run.plan, one)):
        if position.address in containers:
            continue
        line, current = [position.address], position
        while current.scope and (container := run.plan.container_of(current.scope)):
            line.append(container)
            current = run.positions[container]
        yield line if position.scope.startswith("~") else [*line, ""]


def _innermost(
    run: Run,
    line: list[str],
    event: MessageReceived,
    document: Json,
    judged: dict[tuple[str, str], Taker | None],
) -> Taker | None:
    keys = matching_keys(event.key)
    for owner in line:
        for slot, one in _armed(run, owner):
            listening = _listening(run, owner, slot)
            if listening.type != event.type or one.key not in keys or not _awake(run, owner, slot, listening):
                continue
            if (owner, slot) not in judged:
                names = run.scope(run.positions[owner]) if owner else run.names()
                verdict = judge(run, listening, names, document)
                unsure = verdict if isinstance(verdict, Unsure) else None
                kept = isinstance(listening, Handler) and slot_address(owner, slot) in run.positions
                if unsure is not None and kept:
                    verdict, unsure = False, None  # it keeps another such event: this one stays in the inbox
                judged[owner, slot] = Taker(owner, slot, listening, unsure) if unsure or verdict is True else None
            if (taker := judged[owner, slot]) is not None:
                return taker
    return None


def _armed(run: Run, owner: str) -> list[tuple[str, Listener]]:
    if not owner:
        return list(run.listeners.items())
    position = run.positions[owner]
    return list(position.listeners.items()) if position.waits not in ("undo", "resume") else []


def _listening(run: Run, owner: str, slot: str) -> Listening:
    return run.step_of(run.positions[owner]).listenings[slot] if owner else run.plan.listenings[slot]


def _awake(run: Run, owner: str, slot: str, listening: Listening) -> bool:
    """A pathway's own `to` is disarmed while a position stands at its target, or came from there in that visit."""
    if owner or not _interrupts(listening):
        return True
    address = slot_address("", slot)
    target = getattr(listening, "to", None)
    return not any(address in one.via or one.step == target for one in run.positions.values())


def _interrupts(listening: Listening) -> bool:
    return isinstance(listening, Handler) and listening.to is not None


def left_by(run: Run, position: Position, to: str) -> Position:
    """What is left on the way from a position to a step: the position itself, or what it lies in beside the step."""
    while position.scope and path_of(position.scope) != block_of(to):
        position = run.positions[run.plan.container_of(position.scope)]
    return position


def _left(run: Run, leaver: Taker) -> str:
    """The address of what a taker leaves by interrupting; "" where that is the whole main flow."""
    to = getattr(leaver.listening, "to", None) or ""
    return left_by(run, run.positions[leaver.owner], to).address if leaver.owner else PATHWAY


def _leaves(run: Run, leaver: Taker, other: Taker) -> bool:
    """Whether a taker, by interrupting, leaves what another one stands in."""
    if leaver is other:
        return False
    if leaver.owner:
        return is_inside(other.owner, _left(run, leaver))
    return bool(other.owner) and not other.owner.startswith("~")


def _turn(run: Run, taker: Taker) -> tuple[object, ...]:
    return place(run.plan, run.positions[taker.owner]) if taker.owner else ()


def listening_facts(plan: Plan, state: State) -> Iterator[ListenerArmed]:
    """The listeners that are armed, as facts."""
    for slot, one in state.listeners.items():
        yield armed_fact(slot_address("", slot), "", plan.listenings[slot], one, one.armed_at)
    for position in state.positions.values():
        listenings = plan.step[position.step].listenings
        for slot, one in position.listeners.items():
            address = slot_address(position.address, slot)
            yield armed_fact(address, position.address, listenings[slot], one, one.armed_at)
