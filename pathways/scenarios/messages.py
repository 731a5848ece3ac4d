"""Domain events in a scenario: who takes them, and those that come again.

As the relay does it: an instance that is suspended gets an event again when it is resumed; a listener that looks back
gets what came before it was armed and was not consumed (semantics.md, "Events").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathways.engine import Refusal
from pathways.events import MessageReceived
from pathways.facts import Fact, InstanceResumed, ListenerArmed
from pathways.matching import matching_keys
from pathways.plan import Plan
from pathways.scenarios.case import Case
from pathways.state import Json

if TYPE_CHECKING:
    from pathways.scenarios.world import World


class Messages:
    """The events that have come, and for each instance those that it has not consumed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._count = 0
        self._left: dict[str, list[MessageReceived]] = {}
        self._deferred: dict[str, list[MessageReceived]] = {}
        self._received: list[MessageReceived] = []
        self._offered: set[tuple[str, str, str, int]] = set()

    def new(self, type_: str, key: str | None, data: Json) -> MessageReceived:
        """An event that comes now."""
        self._count += 1
        return MessageReceived(f"event-{self._count}", type_, key, data, self._world.now)

    def deliver(self, event: MessageReceived, cases: list[Case]) -> Refusal | None:
        """Deliver an event to instances; gives the refusal where none would have it."""
        world, refusals, taken = self._world, [], False
        name = f"event {event.type} for {event.key}" if event.key else f"event {event.type}"
        world.note(name)
        self._received.append(event)
        for case in cases:
            verdict = self._offer(event, case)
            if isinstance(verdict, Refusal):
                refusals.append(verdict)
            taken = taken or verdict in ("consumed", "deferred")
            if verdict == "deferred":
                world.note(f"{name}: kept until it is resumed", case)
        if refusals and len(refusals) == len(cases):
            return refusals[0]
        if not taken:
            world.note(f"{name}: nobody takes it")
        return None

    def _offer(self, event: MessageReceived, case: Case) -> str | Refusal:
        ident = case.state.instance
        awaited = _awaited(case, event)
        transition = self._world.apply(event, case)
        if transition.refusal is not None:
            return transition.refusal
        verdict = str(transition.result["verdict"]) if isinstance(transition.result, dict) else "ignored"
        if verdict == "deferred" and awaited:
            self._deferred.setdefault(ident, []).append(event)
        elif verdict != "consumed":
            self._left.setdefault(ident, []).append(event)
            return "ignored"
        return verdict

    def after(self, case: Case, facts: tuple[Fact, ...]) -> None:
        """Have events come again that a transition makes wanted."""
        world = self._world
        for fact in facts:
            if isinstance(fact, InstanceResumed) and self._deferred.get(case.state.instance):
                world.schedule(world.now, lambda: self._again(case))
            elif isinstance(fact, ListenerArmed) and fact.armed_at < fact.at:
                world.schedule(world.now, lambda armed=fact: self._look_back(case, armed))  # type: ignore[misc]

    def _again(self, case: Case) -> None:
        for event in self._deferred.pop(case.state.instance, []):
            if case.running and self._offer(event, case) == "consumed":
                self._world.note(f"event {event.type}: comes again", case)

    def _look_back(self, case: Case, armed: ListenerArmed) -> None:
        ident = case.state.instance
        for event in list(self._left.get(ident, [])):
            once = (ident, event.id, armed.address, armed.rev)
            wanted = event.type == armed.type and armed.key in matching_keys(event.key)
            early = event.time is None or event.time < armed.armed_at
            if not wanted or early or once in self._offered or not case.running:
                continue
            self._offered.add(once)
            self._left[ident].remove(event)
            if self._offer(event, case) == "consumed":
                self._world.note(f"event {event.type}: had come before", case)
                return


def _awaited(case: Case, event: MessageReceived) -> bool:
    """Whether a listener is armed for an event, by type and key: only then does the relay deliver it."""
    keys = matching_keys(event.key)
    plan, state = case.plan, case.state
    own = ((plan.listenings[slot].type, one.key) for slot, one in state.listeners.items())
    inner = (
        (plan.step[position.step].listenings[slot].type, one.key)
        for position in state.positions.values()
        for slot, one in position.listeners.items()
    )
    return any(type_ == event.type and key in keys for type_, key in (*own, *inner))


def event_types(plan: Plan) -> set[str]:
    """The types of the events that a plan listens for, or that start it."""
    return set(plan.event_data) | {one.type for one in plan.starts_on}
