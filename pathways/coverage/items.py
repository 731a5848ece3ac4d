"""Everything of a plan that scenarios should go through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from pathways.plan import Decide, Do, Edge, Handler, Plan, Repeat, Row, SideFlow, Step, Table

Kind = Literal["step", "transition", "condition", "timeout", "catch", "handler"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, order=True)
class Item:
    """Something that scenarios should go through. `detail` tells those of one step apart.

    `step` is a path, `~<id>` for a side flow, "" for the pathway itself.
    """

    step: str
    kind: Kind
    number: int | str = 0
    detail: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.step, self.detail) if part)


def items_of(plan: Plan) -> tuple[Item, ...]:
    """Everything of a plan that scenarios should go through, in authored order."""
    found = [item for step in plan.steps for item in _of_step(step)]
    found += [item for number, one in enumerate(plan.handlers, 1) for item in _of_handler("", number, one)]
    found += [offer(side) for side in plan.side_flows if side.offer is not None]
    return tuple(found)


def _of_step(step: Step) -> Iterator[Item]:
    yield Item(step.id, "step")
    if isinstance(step, Decide) and step.table is not None:
        yield from (row(step.id, step.table, number) for number in range(len(step.table.rows)))
    for number, edge in enumerate(step.next):
        yield way(step, number)
        if edge.when is not None:
            yield from (condition(step, number, value) for value in (True, False))
    if isinstance(step, Repeat):
        for word in ("while", "until"):
            if asked(step, word) is not None:
                yield from (loop(step, word, value) for value in (True, False))
    for slot, listening in step.listenings.items():
        if listening.when is not None and not isinstance(listening, Handler):
            yield from (judged(step.id, slot, listening.when.source, value) for value in (True, False))
    if step.timeout is not None:
        yield timeout(step)
    if isinstance(step, Do):
        yield from (caught(step, number) for number in range(len(step.catch)))
    for number, handler in enumerate(step.handlers, 1):
        yield from _of_handler(step.id, number, handler)


def _of_handler(owner: str, number: int, one: Handler) -> Iterator[Item]:
    yield handled(owner, number, one)
    if one.when is not None:
        yield from (judged(owner, str(number), one.when.source, value) for value in (True, False))


def way(step: Step, number: int) -> Item:
    """A way on from a step."""
    edge = step.next[number]
    why = f"{edge.outcome} " if edge.outcome else f"when {edge.when.source} " if edge.when else ""
    return Item(step.id, "transition", number, f"{why}{_target(edge)}")


def _target(edge: Edge) -> str:
    return f"to {edge.to}" if edge.to else "to the end of its scope"


def row(step: str, table: Table, number: int) -> Item:
    """A row of a decision table."""
    one: Row = table.rows[number]
    cells = " and ".join(f"{_source(table, cell.input)} {cell.tests.source}" for cell in one.cells)
    to = f" to {one.to}" if one.to else ""
    return Item(step, "transition", f"row {number}", f"row {number + 1} ({cells or 'otherwise'}){to}")


def _source(table: Table, number: int) -> str:
    return str(table.inputs[number].source).removeprefix("=")


def condition(step: Step, number: int, value: bool) -> Item:
    """A way's condition, one way or the other."""
    when = step.next[number].when
    return Item(step.id, "condition", 2 * number + (not value), _is(when.source if when else "", value))


def loop(step: Repeat, word: str, value: bool) -> Item:
    """A repeat's `while` or `until`, one way or the other."""
    source = asked(step, word)
    return Item(step.id, "condition", f"{word} {value}", f"{word} {_is(source or '', value)}")


def asked(step: Repeat, word: str) -> str | None:
    """The source of a repeat's `while` or `until`."""
    found = step.while_ if word == "while" else step.until
    return found.source if found is not None else None


def judged(owner: str, slot: str, source: str, value: bool) -> Item:
    """What a listener asks of an event, one way or the other."""
    where = f"{slot}: " if slot and not slot.isdigit() else f"handler {slot}: " if slot else ""
    return Item(owner, "condition", f"event {slot} {value}", f"{where}event when {_is(source, value)}")


def _is(source: str, value: bool) -> str:
    return f"{source} is {'true' if value else 'false'}"


def timeout(step: Step) -> Item:
    """A step's timeout."""
    return Item(step.id, "timeout", 0, f"timeout to {step.timeout.to if step.timeout else ''}")


def caught(step: Do, number: int) -> Item:
    """A problem that a step catches."""
    one = step.catch[number]
    return Item(step.id, "catch", number, f"problem {one.problem} to {one.to}")


def handled(owner: str, number: int, one: Handler) -> Item:
    """A handler that takes its event."""
    leads = f"to {one.to}" if one.to is not None else f"starts {one.side}"
    return Item(owner, "handler", number, f"on {one.type} {leads}")


def offer(side: SideFlow) -> Item:
    """A side flow that a person starts."""
    return Item(f"~{side.id}", "transition", "offer", "offered, and taken by a person")
