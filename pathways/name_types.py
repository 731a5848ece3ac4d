"""Which names expressions see in which block of a plan, and of what type they are.

A saved name lives in the nearest enclosing iteration, side flow run or pathway; branches share what is around them.
What is computed has the type that its expression gives, which is inferred from those of the names it reads.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pathways import feel
from pathways.addresses import block_of
from pathways.datatypes import ANY, DataType, Field
from pathways.functions import FUNCTION_TYPES
from pathways.inference import type_of
from pathways.plan import SHARING, Decide, Outcome, Plan, Repeat, Step, Table, computed_by, saved_by
from pathways.values import Computed

ITERATION: Final = "iteration"
"""The name of the number of the iteration, from 1, that expressions see inside a repeat."""

_ROUNDS: Final = 6
"""How often types are inferred at most: a computed name may be computed from another."""

_NUMBER: Final = DataType("integer")


class NameTypes:
    """The types of the names that a plan's expressions see, by block."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._inputs = {one.name: one.type for one in plan.inputs}
        self._tables: dict[str, dict[str, DataType]] = {}
        self._steps: tuple[Step, ...] = plan.steps
        self._scopes: dict[str, Mapping[str, DataType]] = {}
        for _ in range(_ROUNDS):
            before, self._tables = self._tables, self._round()
            self._scopes = {}
            if self._tables == before:
                break

    def visible(self, block: str) -> Mapping[str, DataType]:
        """The names in scope in a block, from the inside out, with `iteration` inside a repeat."""
        if block not in self._scopes:
            known = [self._tables.get(one, {}) for one in self._data_blocks(block)]
            inside = any(self._kind(one) == "iteration" for one in self._around(block))
            bound = {ITERATION: _NUMBER} if inside else {}
            self._scopes[block] = ChainMap(bound, *known, self._inputs)
        return self._scopes[block]

    def type_of(self, value: Computed, block: str) -> DataType:
        """The type of what a value gives in a block."""
        if isinstance(value.source, Mapping):
            members = ((str(name), self.type_of(Computed(one), block)) for name, one in value.source.items())
            return DataType("object", fields=tuple(Field(name, found) for name, found in members), open=True)
        visible = self.visible(block)
        return type_of(value, {name: visible[name] for name in value.names if name in visible})

    def tests_of(self, step: Decide) -> Iterator[tuple[int, int, feel.Inference]]:
        """What inference says of each cell of a step's table: its row, its place in the row, and the findings."""
        table = step.table or Table((), ())
        names = {name: declared.feel_type for name, declared in self.visible(step.block).items()}
        inputs = [self.type_of(one, step.block).feel_type for one in table.inputs]
        for number, row in enumerate(table.rows):
            for place, cell in enumerate(row.cells):
                yield number, place, feel.infer_tests(cell.tests.tests, inputs[cell.input], names, FUNCTION_TYPES)

    def typed(self) -> Plan:
        """The plan with all types that are inferred: of its names, of what repeats go through and collect, of gives."""
        outcomes = tuple(self._outcome(one) for one in self._plan.outcomes)
        return replace(self._plan, steps=self._steps, outcomes=outcomes, names=self._names())

    # -- inferring --------------------------------------------------------------------------------------------

    def _round(self) -> dict[str, dict[str, DataType]]:
        """The types by data block, worked out from those of the last round."""
        saved: dict[str, dict[str, list[DataType]]] = {}
        computed: dict[str, dict[str, list[DataType]]] = {}
        self._steps = tuple(self._inferred(step) for step in self._steps)
        for step in self._steps:
            for block, field in self._saves(step):
                saved.setdefault(block, {}).setdefault(field.name, []).append(field.type)
            for one in computed_by(step):
                here = computed.setdefault(self._data_block(step.block), {})
                carried = isinstance(step, Repeat)
                found = self.type_of(one.value, step.id) if carried else self._computed(one.value, step.block)
                here.setdefault(one.name, []).append(found)
        return {
            block: {
                name: common_type([*saved.get(block, {}).get(name, ()), *computed.get(block, {}).get(name, ())])
                for name in (*saved.get(block, {}), *computed.get(block, {}))
            }
            for block in (*saved, *computed)
        }

    def _inferred(self, step: Step) -> Step:
        match step:
            case Repeat():
                listed = self._computed(step.items, step.block) if step.items is not None else ANY
                item = (listed.item or ANY) if listed.kind == "list" else ANY
                collected = tuple(
                    Field(one.name, DataType("list", item=self.type_of(one.value, step.id))) for one in step.collect
                )
                return replace(step, item=item, collected=collected)
            case Decide(table=table) if table is not None and step.save is not None:
                given = [self.type_of(row.give, step.block) for row in table.rows if row.give is not None]
                return replace(step, gives=common_type(given))
            case _:
                return step

    def _computed(self, value: Computed, block: str) -> DataType:
        visible = self.visible(block)
        return type_of(value, {name: visible[name] for name in value.names if name in visible})

    def _saves(self, step: Step) -> Iterator[tuple[str, Field]]:
        """What a step saves, each with the block whose data it lives in: a repeat's item in the repeat's own."""
        for field in saved_by(step):
            own = isinstance(step, Repeat) and field.name == step.name
            yield (step.id if own else self._data_block(step.block)), field

    def _outcome(self, outcome: Outcome) -> Outcome:
        declared = {one.name: one.type for one in outcome.gives}
        gives = (Field(one.name, declared.get(one.name) or self.type_of(one.value, "")) for one in outcome.give)
        return replace(outcome, gives=tuple(gives))

    def _names(self) -> tuple[Field, ...]:
        found: dict[str, list[DataType]] = {}
        for table in self._tables.values():
            for name, declared in table.items():
                found.setdefault(name, []).append(declared)
        return tuple(Field(name, common_type(declared)) for name, declared in found.items())

    # -- blocks -----------------------------------------------------------------------------------------------

    def _kind(self, block: str) -> str:
        return self._plan.blocks[block].kind if block in self._plan.blocks else "pathway"

    def _around(self, block: str) -> Iterator[str]:
        """A block and those around it, as far as data is seen: the pathway's own is the last."""
        yield block
        while block:
            owner = self._plan.blocks[block].owner if block in self._plan.blocks else ""
            block = block_of(owner)
            yield block

    def _data_blocks(self, block: str) -> Iterator[str]:
        return (one for one in self._around(block) if self._kind(one) not in SHARING)

    def _data_block(self, block: str) -> str:
        return next(self._data_blocks(block))


def common_type(types: Iterable[DataType]) -> DataType:
    """One type for what is saved with several: of objects the fields of all, those that differ being of any type."""
    known = [one for one in types if one.kind != "any"]
    if not known or all(one == known[0] for one in known):
        return known[0] if known else ANY
    if any(one.kind != "object" for one in known):
        return ANY
    names = dict.fromkeys(name for one in known for name in one.by_name)
    fields = (_shared(name, [one.by_name.get(name) for one in known]) for name in names)
    return DataType("object", fields=tuple(fields), open=any(one.open for one in known))


def _shared(name: str, declared: Sequence[Field | None]) -> Field:
    there = [one for one in declared if one is not None]
    required = len(there) == len(declared) and all(one.required for one in there)
    return Field(name, common_type([one.type for one in there]), required)
