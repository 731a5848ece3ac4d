"""What there is to draw of a plan: nodes, links between them, and groups around them. No sizes, no places, no colours.

Text, picture and alternative text are all made from it, so that they say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

LinkKind = Literal["next", "inner", "again", "timeout", "catch", "handler", "side"]
"""Why one goes from here to there: the usual way on, into a container, back for another iteration, or an exception."""

GroupKind = Literal["parallel", "branch", "repeat", "section", "side", "clocks"]

LineKind = Literal["plain", "clock", "undo", "gate", "person", "data"]
"""What a line of a node is about; it chooses the small picture before it."""

START = "."
"""The node where an instance begins."""

CLOCKS = "!"
"""The group of the clocks."""


@dataclass(frozen=True)
class Line:
    """One line of what a node does, beside its title."""

    text: str
    about: LineKind = "plain"


@dataclass(frozen=True)
class Node:
    """Something with a place of its own. `step` is the path of the step that it stands for, or stands at the end of.

    `kind` is the step's kind, or start, anywhere (a handler of the whole pathway), offer, join, again, over, clock.
    `notes` are told in words only: the picture has no room for them.
    """

    id: str
    kind: str
    word: str
    title: str
    group: str = ""
    step: str | None = None
    stage: str | None = None
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    tone: str = ""


@dataclass(frozen=True)
class Link:
    """A way from one node to another. `reasons` say when it is taken, one for each authored way; none: always."""

    tail: str
    head: str
    kind: LinkKind
    reasons: tuple[str, ...] = ()
    undo: bool = False

    @property
    def id(self) -> str:
        """What tells it from every other."""
        return f"{self.tail} {self.kind} {self.head}{' undo' if self.undo else ''}"

    @cached_property
    def label(self) -> str:
        """What is written on it."""
        said = " or ".join(one for one in self.reasons if one)
        undo = "undo what was done" if self.undo else ""
        return "; ".join(one for one in (said, undo) if one)


@dataclass(frozen=True)
class Group:
    """A container drawn around nodes. `parent` is the group that it lies in, "" for none."""

    id: str
    kind: GroupKind
    title: str
    parent: str = ""


@dataclass(frozen=True)
class Drawing:
    """All there is to draw of one version of a pathway."""

    title: str
    version: str
    purpose: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    groups: tuple[Group, ...] = ()
    stages: tuple[str, ...] = ()

    @cached_property
    def node(self) -> dict[str, Node]:
        """The nodes by id."""
        return {one.id: one for one in self.nodes}

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of each node in authored order, by id."""
        return {one.id: place for place, one in enumerate(self.nodes)}

    def goes_back(self, link: Link) -> bool:
        """Whether a link leads to what was authored before."""
        return self.order[link.head] < self.order[link.tail]

    @cached_property
    def ways_on(self) -> dict[str, tuple[Link, ...]]:
        """The links by the node that they leave."""
        found: dict[str, list[Link]] = {}
        for one in self.links:
            found.setdefault(one.tail, []).append(one)
        return {tail: tuple(links) for tail, links in found.items()}
