"""How the steps of a definition nest: the blocks they stand in, and which step an id means from where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from pathways.addresses import block_of, local_of
from pathways.model import Body, Definition, RepeatDecl, SectionDecl
from pathways.plan import SHARING, BlockKind


@dataclass(frozen=True)
class Layout:
    """The blocks of a definition. A block's path is "" for the pathway's own, `~flow` for a side flow's."""

    definition: Definition

    @cached_property
    def blocks(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the steps of each block, in authored order."""
        return {path: tuple(step.id.value for step in steps) for path, steps in self.definition.blocks.items()}

    @cached_property
    def _sets(self) -> Mapping[str, frozenset[str]]:
        return {path: frozenset(ids) for path, ids in self.blocks.items()}

    @cached_property
    def _around(self) -> Mapping[str, tuple[str, BlockKind, str]]:
        """By block: the block around it, its kind, and the path of the step it lies in."""
        found: dict[str, tuple[str, BlockKind, str]] = {}
        for one in self.definition.placed:
            kind = _kind_inside(one.step.body)
            for added, _ in one.step.inner:
                found[f"{one.path}{added}"] = (one.block, kind, one.path)
        return found

    @cached_property
    def _following(self) -> Mapping[str, str]:
        return {
            path_in(block, one): path_in(block, following)
            for block, ids in self.blocks.items()
            for one, following in pairwise(ids)
        }

    def kind(self, block: str) -> BlockKind:
        """What a block is."""
        if block in self._around:
            return self._around[block][1]
        return "side" if block else "pathway"

    def owner(self, block: str) -> str:
        """The path of the step that a block lies in; "" where it lies in none."""
        return self._around[block][2] if block in self._around else ""

    def outwards(self, block: str) -> Iterator[str]:
        """A block and those around it; a side flow's is the last."""
        yield block
        while block in self._around:
            block = self._around[block][0]
            yield block

    def data_block(self, block: str) -> str:
        """The block whose data those of a block live in: the nearest iteration, side flow, or the pathway."""
        return next(one for one in self.outwards(block) if self.kind(one) not in SHARING)

    def resolve(self, block: str, name: str) -> str | None:
        """The path of the step that an id means in a block: its own, then outwards; never inwards."""
        for one in self.outwards(block):
            if name in self._sets[one]:
                return path_in(one, name)
        return None

    def everywhere(self, name: str) -> list[str]:
        """The paths of all steps of an id."""
        return [path_in(block, name) for block, ids in self._sets.items() if name in ids]

    def following(self, path: str) -> str | None:
        """The path of the step below a step in its block, or None for the last."""
        return self._following.get(path)

    def visible(self, block: str) -> set[str]:
        """The ids that mean a step in a block."""
        return {one for around in self.outwards(block) for one in self._sets[around]}

    def elsewhere(self, block: str, name: str) -> str:
        """What to say of an id that means no step in a block: where it stands, if anywhere."""
        if elsewhere := self.everywhere(name):
            place = self.place(block_of(elsewhere[0]))
            rule = "a step is looked for in its own block, then in those around it"
            if block.startswith("~") and not elsewhere[0].startswith("~"):
                rule = "a side flow ends by itself, or ends the pathway, and can't lead into the main flow"
            return f'"{name}" stands in {place}; {rule}.'
        return ""

    def place(self, block: str) -> str:
        """A block in words."""
        match self.kind(block):
            case "side":
                return f'the side flow "{block[1:]}"'
            case "iteration":
                return f'the repeat "{block}"'
            case "section":
                return f'the section "{block}"'
            case "branch":
                return f'the branch "{local_of(block)}" of "{self.owner(block)}"'
            case "pathway":
                return "the pathway itself"


def _kind_inside(body: Body) -> BlockKind:
    match body:
        case RepeatDecl():
            return "iteration"
        case SectionDecl():
            return "section"
        case _:
            return "branch"


def path_in(block: str, name: str) -> str:
    """The path of a step in a block."""
    return f"{block}/{name}" if block else name
