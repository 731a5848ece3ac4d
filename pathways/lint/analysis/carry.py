"""What is carried along the ways: which names may have a value at all, and what is known of each.

Data saved in an iteration or a side flow run is gone outside; what a section saved is there. Of the branches of a
`parallel` that waits for all of them, what each one saved is there behind it; of one that does not, only what all of
them did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

from pathways import feel
from pathways.addresses import block_of
from pathways.feel import nodes
from pathways.lint.analysis.flow import DONE, INSIDE, ROUND, Flow, Way, key_paths
from pathways.lint.analysis.known import Dotted, Known, Level, dotted, is_null, told_by
from pathways.lint.analysis.outcomes import Telling
from pathways.name_types import ITERATION, NameTypes
from pathways.plan import Container, Decide, Input, Repeat, Row, Set, Step, computed_by, saved_by
from pathways.values import is_expression

Json = Any

BOUND = ("problem", "event")
"""What only the step sees that a caught problem or an event leads to."""

ALWAYS = ("instance", ITERATION)
"""What has a value wherever it is seen."""


class Names:
    """Which names each step sets, and which are seen in each block."""

    def __init__(self, flow: Flow, types: NameTypes) -> None:
        self._types = types
        self._seen: dict[str, frozenset[str]] = {}
        self.bit = {name: 1 << place for place, name in enumerate(flow.plan.types)}
        self.sets = {step.id: _set_by(step) for step in flow.plan.steps}
        self.saved_in: dict[str, frozenset[str]] = {}
        for step in flow.plan.steps:
            block = step.block
            while block:
                self.saved_in[block] = self.saved_in.get(block, frozenset()) | self.sets[step.id]
                block = block_of(flow.plan.blocks[block].owner)

    def seen(self, block: str) -> frozenset[str]:
        """The names that are seen in a block."""
        if block not in self._seen:
            self._seen[block] = frozenset(self._types.visible(block)) | set(BOUND)
        return self._seen[block]

    def mask(self, names: Iterable[str]) -> int:
        """Names as bits."""
        return reduce(lambda found, name: found | self.bit.get(name, 0), names, 0)


def _set_by(step: Step) -> frozenset[str]:
    own = step.name if isinstance(step, Repeat) else None
    saved = (one.name for one in saved_by(step) if one.name != own)
    return frozenset([*saved, *(one.name for one in computed_by(step))])


def block_at(flow: Flow, node: str) -> str:
    """The block whose data is seen at a node."""
    if node.endswith(ROUND):
        return node[:-1]
    path = node.partition(INSIDE)[0].rstrip(DONE)
    return flow.steps[path].block if path else ""


class MayHave:
    """The names that may have a value, as bits: those that some way gives one."""

    def __init__(self, flow: Flow, names: Names) -> None:
        self._flow, self._names = flow, names

    def begin(self) -> int:
        """The inputs."""
        return self._names.mask(one.name for one in self._flow.plan.inputs)

    def join(self, one: int, other: int) -> int:
        """What either way may have."""
        return one | other

    def leave(self, node: str, entry: int) -> Iterator[tuple[Way, int]]:
        """What a step may give a value; a `set` to null takes it away."""
        step = self._flow.steps.get(node)
        after = entry
        if step is not None:
            after = self._after(step, entry)
        elif node.endswith(ROUND):
            after = self._computed(self._flow.steps[node[:-1]], entry)
        for way in self._flow.ways.get(node, ()):
            if way.needs and self._names.mask(way.needs) & ~entry:
                continue
            yield way, entry if way.kind in ("timeout", "catch", "on", "side", "stand") else after

    def _after(self, step: Step, entry: int) -> int:
        if isinstance(step, Set):
            return self._computed(step, entry)
        return entry | self._names.mask(one.name for one in saved_by(step))

    def _computed(self, step: Step, entry: int) -> int:
        for one in computed_by(step):
            bit = self._names.bit.get(one.name, 0)
            entry = entry & ~bit if is_null_source(one.value.source) else entry | bit
        return entry

    def together(self, ends: Mapping[str, int]) -> int:
        """What each branch saved, as it left it; of the rest what any may have."""
        saved = {block: self._names.mask(self._names.saved_in.get(block, ())) for block in ends}
        touched = reduce(int.__or__, saved.values(), 0)
        return reduce(int.__or__, ((end & saved[block]) | (end & ~touched) for block, end in ends.items()), 0)


class Knowing:
    """What is known of each name at each place; `blamed` are the names whose absence is said at a step already."""

    def __init__(
        self,
        flow: Flow,
        names: Names,
        telling: Telling,
        may: Mapping[str, int],
        blamed: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self._flow, self._names, self._telling, self._may = flow, names, telling, may
        self._blamed = blamed or {}

    def begin(self) -> Known:
        """The inputs; those that are neither required nor have a default may be null."""
        return Known({one.name: _level_of_input(one) for one in self._flow.plan.inputs})

    def join(self, one: Known, other: Known) -> Known:
        """What is known either way."""
        return one.join(other)

    def together(self, ends: Mapping[str, Known]) -> Known:
        """What the branch that saves a name knows of it; of the others what any knows, for all of it holds."""
        saver = {name: block for block in ends for name in self._names.saved_in.get(block, ())}
        levels: dict[str, Level] = {}
        present: set[Dotted] = set()
        for block, end in ends.items():
            for name, level in end.levels.items():
                if saver.get(name, block) == block:
                    levels[name] = max(level, levels.get(name, Level.UNSET))
            present |= {path for path in end.present if saver.get(path[0], block) == block}
        return Known(levels, frozenset(present))

    def leave(self, node: str, entry: Known) -> Iterator[tuple[Way, Known]]:
        """What is known on each way out of a node."""
        here = block_at(self._flow, node)
        for name in self._blamed.get(node, ()):  # said there; what comes behind it has the same cause
            entry = entry.saved(name)
        for way, state in self._leave(node, entry):
            there = block_at(self._flow, way.to)
            yield way, state if there == here or way.kind in ("enter", "again") else state.only(self._names.seen(there))

    def _leave(self, node: str, entry: Known) -> Iterator[tuple[Way, Known]]:
        bare = entry.forget(*BOUND)
        ways = self._flow.ways.get(node, ())
        step = self._flow.steps.get(node)
        if step is None:
            yield from self._from_virtual(node, bare, ways)
        elif isinstance(step, Container):
            yield from self._into(step, bare, ways)
        else:
            yield from self._on(step, bare, self.after(step, entry).forget(*BOUND), ways)

    def _from_virtual(self, node: str, bare: Known, ways: tuple[Way, ...]) -> Iterator[tuple[Way, Known]]:
        if node.endswith(ROUND):
            step = self._flow.steps[node[:-1]]
            if isinstance(step, Repeat):
                yield from self._round(step, self.carried(step, bare), ways)
        elif node.endswith(DONE):
            yield from self._on(self._flow.steps[node[:-1]], bare, bare, ways)
        else:
            yield from self._on(None, bare, bare, ways)

    def _into(self, step: Container, bare: Known, ways: tuple[Way, ...]) -> Iterator[tuple[Way, Known]]:
        if isinstance(step, Repeat):
            bare = self.collected(step, bare)
        for way in ways:
            if way.kind == "skip":
                yield way, bare.told(self.told(step.while_, False)) if isinstance(step, Repeat) else bare
            else:
                yield way, self._item(step, bare, self._names.seen(step.block))

    def _item(self, step: Step, bare: Known, seen: frozenset[str]) -> Known:
        """What is known where an iteration begins: nothing of the one before."""
        if not isinstance(step, Repeat):
            return bare
        state = bare.only(seen).told(self.told(step.while_, True))
        return state.saved(step.name) if step.name else state

    def _round(self, step: Repeat, bare: Known, ways: tuple[Way, ...]) -> Iterator[tuple[Way, Known]]:
        for way in ways:
            if way.kind == "again":
                state = bare.told(self.told(step.until, False))
                yield way, self._item(step, state, self._names.seen(step.block))
            else:
                yield way, bare.told(self.told(step.until, True) | self.told(step.while_, False))

    def _on(self, step: Step | None, bare: Known, after: Known, ways: tuple[Way, ...]) -> Iterator[tuple[Way, Known]]:
        for way in ways:
            match way.kind:
                case "timeout":
                    yield way, bare
                case "stand":
                    if not self._names.mask(way.needs) & ~self._may.get(way.source, 0):
                        yield way, bare
                case "catch":
                    yield way, bare.saved("problem")
                case "on" | "side" if way.handler is not None:
                    heard = bare.told(key_paths(way.handler.key)).saved("event")
                    yield way, heard.told(self.told(way.handler.when, True))
                case _:
                    yield way, self._taken(step, way, after)
                    after = after.told(self.told(way.when, False))

    def _taken(self, step: Step | None, way: Way, after: Known) -> Known:
        state = after.told(self.told(way.when, True))
        if way.row is not None and isinstance(step, Decide):
            state = state.told(row_tells(step, way.row))
        if way.outcome is not None and step is not None:
            state = state.told(self._telling.by_outcome(step, way.outcome))
        return state

    # -- what a step does -------------------------------------------------------------------------------------

    def after(self, step: Step, known: Known) -> Known:
        """What is known when a step has done its work."""
        if isinstance(step, Set):
            for one in step.assignments:
                known = known.saved(one.name, level_of(one.value.source, known))
            return known
        if isinstance(step, Repeat):
            return self.collected(step, known)
        for field in saved_by(step):
            known = known.saved(field.name)
        return known

    def collected(self, step: Repeat, known: Known) -> Known:
        """The lists that a repeat collects are there, empty, from its entry."""
        for one in step.collect:
            known = known.saved(one.name)
        return known

    def carried(self, step: Repeat, known: Known) -> Known:
        """What an iteration that ended well has left outside; all of it was worked out before any was kept."""
        levels = [(one.name, level_of(one.value.source, known)) for one in step.carry]
        for name, level in levels:
            known = known.saved(name, level)
        return known

    def told(self, when: Any, holds: bool) -> frozenset[Dotted]:
        """What a condition tells by holding or not."""
        if when is None:
            return frozenset()
        tree = when.expression.tree
        return told_by(tree, holds) | self._telling.by_condition(tree, holds)


def row_tells(step: Decide, row: Row) -> frozenset[Dotted]:
    """What a table's row tells by matching: what was asked is not null, unless its tests let null pass."""
    found: set[Dotted] = set()
    for cell in row.cells:
        source = str(step.table.inputs[cell.input].source) if step.table else ""
        tests = cell.tests.tests.tree
        if not source or not tests.tests or tests.negated or _about_null(tests):
            continue
        path = dotted(feel.parse_expression(source[1:]).tree)
        if path is not None:
            found.add(path)
    return frozenset(found)


def _about_null(node: nodes.Node) -> bool:
    return any(is_null(one) or _about_null(one) for one in nodes.children(node))


def _level_of_input(declared: Input) -> Level:
    return Level.VALUE if declared.required or declared.default is not None else Level.NULL


def is_null_source(source: Json) -> bool:
    """Whether a value as authored is null."""
    return source is None or (is_expression(source) and source[1:].strip() == "null")


def level_of(source: Json, known: Known) -> Level:
    """How sure it is that a value as authored is not null."""
    if source is None:
        return Level.NULL
    if not is_expression(source):
        return Level.VALUE
    return _level(feel.parse_expression(source[1:]).tree, known)


def _level(tree: nodes.Node, known: Known) -> Level:
    match tree:
        case nodes.If(condition=condition, yes=yes, no=no):
            when_yes = known.told(told_by(condition, True))
            when_no = known.told(told_by(condition, False))
            return min(_level(yes, when_yes), _level(no, when_no))
        case nodes.Name() if tree.name in ALWAYS:
            return Level.VALUE
        case nodes.Name():
            path = dotted(tree)
            return max(known.level(path), Level.NULL) if path else Level.VALUE
        case _:
            return Level.NULL if is_null(tree) else Level.VALUE
