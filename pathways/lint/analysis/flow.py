"""The ways between steps on every level: what all rules about structure and data walk along.

The nodes of the graph are the paths of steps, and beside them, for steps that have others inside: `<path>#` where an
iteration ended, `<path>$` where the whole step is done, and `<path>^…` where something stands inside it that a
timeout or an event may take away. `^…` is the pathway's own. What follows `^` are the names that must have a value
before the event can be listened for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, assert_never

from pathways import feel
from pathways.addresses import block_of
from pathways.feel import nodes as feel_nodes
from pathways.lint.analysis.graph import reach
from pathways.lint.analysis.known import dotted, told_by
from pathways.model import Definition, StepDecl
from pathways.plan import (
    Child,
    Container,
    Decide,
    Do,
    Edge,
    Emit,
    End,
    Handler,
    Parallel,
    Plan,
    Repeat,
    Row,
    Section,
    Set,
    Step,
    Task,
    Timeout,
    WaitForAny,
    WaitForEvent,
    WaitForTime,
    computed_by,
)
from pathways.values import Computed, Condition, is_expression

Kind = Literal["next", "timeout", "catch", "on", "side", "offer", "enter", "again", "skip", "well", "stand"]

ROUND = "#"
DONE = "$"
INSIDE = "^"
PATHWAY_INSIDE = "^"


@dataclass(frozen=True, slots=True)
class Way:
    """A way from a node to another, and what makes it: a condition, an outcome, a table's row, an event's handler."""

    source: str
    to: str
    kind: Kind
    when: Condition | None = None
    outcome: str | None = None
    row: Row | None = None
    handler: Handler | None = None
    problem: str | None = None
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Flow:
    """The steps of a definition and the ways between them; ways to steps that are not there are left out."""

    definition: Definition
    plan: Plan

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """The steps of every level by path, in authored order."""
        return self.plan.step

    @cached_property
    def declared(self) -> Mapping[str, StepDecl]:
        """The steps as written, by path."""
        return self.definition.step

    @property
    def first(self) -> str:
        """Where an instance begins."""
        return self.plan.steps[0].id

    @cached_property
    def inner(self) -> Mapping[str, tuple[str, ...]]:
        """The paths of the blocks inside each step that has some, in authored order."""
        found: dict[str, list[str]] = {}
        for block in self.plan.blocks.values():
            if block.owner:
                found.setdefault(block.owner, []).append(block.path)
        return {path: tuple(blocks) for path, blocks in found.items()}

    @cached_property
    def around(self) -> Mapping[str, tuple[str, ...]]:
        """By block: the steps it lies in, from the inside out."""
        found: dict[str, tuple[str, ...]] = {}
        for path, block in self.plan.blocks.items():  # authored order: a block comes after those around it
            found[path] = (block.owner, *found[block_of(block.owner)]) if block.owner else ()
        return found

    @cached_property
    def order(self) -> Mapping[str, int]:
        """A place for every node: steps as authored, what is done when they are done behind what lies inside."""
        last = {path: place for place, path in enumerate(self.steps)}
        found = {path: 2 * place for path, place in last.items()}
        for path, place in last.items():
            for owner in self.around[self.steps[path].block]:
                found[owner + ROUND] = found[owner + DONE] = 2 * place + 1
        return found

    @cached_property
    def ways(self) -> Mapping[str, tuple[Way, ...]]:
        """The ways out of each node, in the order in which they are asked."""
        found: dict[str, list[Way]] = {}
        for step in self.plan.steps:
            for way in self._of(step):
                found.setdefault(way.source, []).append(way)
        for way in self._of_pathway():
            found.setdefault(way.source, []).append(way)
        return {node: tuple(one) for node, one in found.items()}

    def well(self, block: str) -> str:
        """The node where a nested block ends well; "" where it is a side flow's."""
        owner = self.plan.blocks[block].owner
        if not owner:
            return ""
        return owner + (ROUND if isinstance(self.steps.get(owner), Repeat) else DONE)

    # -- the ways of a step -----------------------------------------------------------------------------------

    def _of(self, step: Step) -> Iterator[Way]:
        name = step.id
        if isinstance(step, Container):
            yield from self._inside(step)
            yield from self._onwards(name + DONE, step)
        elif isinstance(step, End):
            if not step.outcome:
                yield from self._to(name, Edge(""), step.block)
            return
        else:
            yield from self._onwards(name, step)
            if isinstance(step, Do):
                for one in step.catch:
                    if one.to in self.steps:
                        yield Way(name, one.to, "catch", problem=one.problem)
            yield from self._interrupts(name, step.timeout, step.handlers)
            if stands(step):
                yield from self._stands(step)

    def _inside(self, step: Container) -> Iterator[Way]:
        name = step.id
        if isinstance(step, Repeat) and step.until is None and not _surely_some(step.items):
            yield Way(name, name + DONE, "skip")
        for block in self.inner.get(name, ()):
            first = self.plan.blocks[block].first
            yield Way(name, first, "enter")
            if isinstance(step, Repeat):
                yield Way(name + ROUND, first, "again")
        if isinstance(step, Repeat):
            yield Way(name + ROUND, name + DONE, "next")
        for needs, timeout, handlers in self.interrupted(name):
            yield from self._interrupts(inside(name, needs), timeout, handlers)

    def _onwards(self, source: str, step: Step) -> Iterator[Way]:
        table = step.table if isinstance(step, Decide) else None
        if table is not None:
            for row in table.rows:
                if row.to is not None and row.to in self.steps:
                    yield Way(source, row.to, "next", row=row)
            if all(row.to is not None for row in table.rows):
                return
        for edge in step.next:
            yield from self._to(source, edge, step.block)

    def _to(self, source: str, edge: Edge, block: str) -> Iterator[Way]:
        if edge.to in self.steps:
            yield Way(source, edge.to, "next", edge.when, edge.outcome)
        elif edge.to == "" and (well := self.well(block)):
            yield Way(source, well, "well", edge.when, edge.outcome)

    def _interrupts(self, source: str, timeout: Timeout | None, handlers: Iterable[Handler]) -> Iterator[Way]:
        if timeout is not None and timeout.to in self.steps:
            yield Way(source, timeout.to, "timeout")
        for handler in handlers:
            if handler.to is not None and handler.to in self.steps:
                yield Way(source, handler.to, "on", handler=handler)
            side = self.plan.blocks.get(f"~{handler.side}") if handler.side else None
            if side is not None:
                yield Way(source, side.first, "side", handler=handler)

    @cached_property
    def dispatching(self) -> frozenset[str]:
        """The decide steps that ask for what a `set` said before: which way was taken, not how things are."""
        said: dict[str, int] = {}
        for step in self.plan.steps:
            for one in computed_by(step):
                if isinstance(one.value.source, str) and one.value.is_literal:
                    said[one.name] = said.get(one.name, 0) + 1
        marks = {name for name, times in said.items() if times > 1}
        return frozenset(step.id for step in self.plan.steps if isinstance(step, Decide) and marks & _asked(step))

    # -- what stands inside something -------------------------------------------------------------------------

    def interrupted(self, owner: str) -> list[tuple[frozenset[str], Timeout | None, list[Handler]]]:
        """What may take away what stands inside a step ("": inside the pathway), by the names that it needs."""
        step = self.steps.get(owner)
        found: dict[frozenset[str], list[Handler]] = {}
        for handler in step.handlers if step else self.plan.handlers:
            found.setdefault(self.needs(handler), []).append(handler)
        timeout = step.timeout if step else None
        if timeout is not None or (not owner and self.plan.side_flows):
            found.setdefault(frozenset(), [])
        return [(needs, None if needs else timeout, handlers) for needs, handlers in found.items()]

    def needs(self, handler: Handler) -> frozenset[str]:
        """The saved names without which a handler listens for nothing, or takes nothing."""
        paths = key_paths(handler.key)
        if handler.when is not None:
            paths |= told_by(handler.when.expression.tree, True)
        return frozenset(path[0] for path in paths) & self._saved

    @cached_property
    def _saved(self) -> frozenset[str]:
        return frozenset(one.name for one in self.plan.names)

    def _stands(self, step: Step) -> Iterator[Way]:
        for owner in self.around[step.block]:
            for needs, _, _ in self._interrupted[owner]:
                yield Way(step.id, inside(owner, needs), "stand", needs=needs)
        if not step.block.startswith("~"):
            for needs, _, _ in self._interrupted[""]:
                yield Way(step.id, inside("", needs), "stand", needs=needs)

    @cached_property
    def _interrupted(self) -> Mapping[str, list[tuple[frozenset[str], Timeout | None, list[Handler]]]]:
        return {owner: self.interrupted(owner) for owner in ("", *self.inner)}

    def _of_pathway(self) -> Iterator[Way]:
        for needs, timeout, handlers in self._interrupted[""]:
            yield from self._interrupts(inside("", needs), timeout, handlers)
        for side in self.plan.side_flows:
            if side.offer is not None and f"~{side.id}" in self.plan.blocks:
                yield Way(PATHWAY_INSIDE, self.plan.blocks[f"~{side.id}"].first, "offer", side.offer.when)

    # -- what leads where ------------------------------------------------------------------------------------

    @cached_property
    def ending(self) -> frozenset[str]:
        """The nodes from which some way leads to an end, be it only by an event."""
        return self._ending(by_events=True)

    @cached_property
    def ending_by_itself(self) -> frozenset[str]:
        """The nodes from which some way leads to an end without an event of the pathway's own."""
        return self._ending(by_events=False)

    def _ending(self, *, by_events: bool) -> frozenset[str]:
        back: dict[str, list[str]] = {}
        for ways in self.ways.values():
            for way in ways:
                own = way.source.startswith(PATHWAY_INSIDE) and way.kind == "on"
                if way.kind not in ("side", "offer") and (by_events or not own):
                    back.setdefault(way.to, []).append(way.source)
        for owner, blocks in self.inner.items():
            step = self.steps[owner]
            if isinstance(step, Parallel) and step.join < len(blocks):  # one branch may end another
                back.setdefault(owner + DONE, []).extend(
                    one.id for one in self.plan.steps if owner in self.around[one.block]
                )
        ends = [self._end_of(step) for step in self.plan.steps if self._ends(step)]
        return frozenset(reach(ends, lambda node: back.get(node, ())))

    @staticmethod
    def _end_of(step: Step) -> str:
        """Where a step is left when its work is done: what holds others is left behind them."""
        return step.id + DONE if isinstance(step, Container) else step.id

    def _ends(self, step: Step) -> bool:
        if isinstance(step, End) and step.outcome:
            return True
        side = step.block.startswith("~") and not self.plan.blocks[step.block].owner
        return side and (isinstance(step, End) or any(edge.to == "" for edge in step.next))


def _surely_some(items: Computed | None) -> bool:
    """Whether a list that a repeat goes through has items as it is written."""
    if items is None:
        return False
    if isinstance(items.source, list):
        return bool(items.source)
    trees = [one.tree for one in items.expressions]
    return len(trees) == 1 and isinstance(trees[0], feel_nodes.ListNode) and bool(trees[0].items)


def _asked(step: Decide) -> frozenset[str]:
    """The names that a decide step asks for."""
    asked = [one.names for one in step.table.inputs] if step.table else []
    return frozenset().union(*asked, *(edge.when.names for edge in step.next if edge.when is not None))


def inside(owner: str, needs: frozenset[str]) -> str:
    """The node of what stands inside a step ("": inside the pathway) where certain names have values."""
    return owner + INSIDE + ",".join(sorted(needs))


def stands(step: Step) -> bool:
    """Whether the step waits for something, so that an event or a timeout may find an instance there."""
    match step:
        case Do() | Task() | WaitForEvent() | WaitForTime() | WaitForAny():
            return True
        case Child():
            return not step.detached
        case Set() | Decide() | Emit() | End() | Parallel() | Repeat() | Section():
            return False
        case _:
            assert_never(step)


def key_paths(key: Computed) -> frozenset[tuple[str, ...]]:
    """The paths without which a key has no value: of a key that is one path, or a sum of several."""
    if not is_expression(key.source):
        return frozenset()
    tree = feel.parse_expression(key.source[1:]).tree
    parts = [tree.first, *(one for _, one in tree.rest)] if isinstance(tree, feel_nodes.Arithmetic) else [tree]
    return frozenset(path for one in parts if (path := dotted(one)) is not None)
