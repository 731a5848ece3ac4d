"""What a difference between two versions is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Json = Any

Kind = Literal["text only", "compatible", "needs a mapping"]
"""How much a change asks of instances in flight: nothing at all; nothing, though they go on differently; or that
somebody says where those go that stand at what is no longer there."""

KINDS: tuple[Kind, ...] = ("text only", "compatible", "needs a mapping")


@dataclass(frozen=True)
class Change:
    """One change, in words. `area` is what kind of thing changed, `where` its id (a step's path, a clock's id)."""

    area: str
    where: str
    what: str
    kind: Kind = "compatible"

    def __str__(self) -> str:
        place = f"{self.area} {self.where}".strip()
        return f"{place[:1].upper()}{place[1:]}: {self.what}"

    def to_json(self) -> Json:
        """The change as JSON."""
        return {"area": self.area, "where": self.where, "what": self.what, "class": self.kind}


@dataclass(frozen=True)
class Diff:
    """All that changed from one version to another. `mapping` suggests where positions go, by the steps' paths.

    `unmapped` are the steps for which nothing can be suggested; `branches`, `clocks` and `values` what else a map may
    have to speak of: branches and names that are new, and clocks that are gone.
    """

    old: str
    new: str
    changes: tuple[Change, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    @cached_property
    def kind(self) -> Kind | None:
        """The class of the whole: that of its worst change; None where nothing changed."""
        return worst(one.kind for one in self.changes)

    def to_json(self) -> Json:
        """The difference as JSON."""
        return {
            "from": self.old,
            "to": self.new,
            "class": self.kind or "same",
            "changes": [one.to_json() for one in self.changes],
            "mapping": dict(self.mapping),
            "unmapped": list(self.unmapped),
            "branches": list(self.branches),
            "clocks": list(self.clocks),
            "values": list(self.values),
        }


def worst(kinds: Iterable[Kind]) -> Kind | None:
    """The class that asks most; None of none."""
    return max(kinds, key=KINDS.index, default=None)
