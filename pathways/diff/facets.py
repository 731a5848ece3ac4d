"""A part of a plan as a list of facets: each a thing that can be told, compared and named by itself.

Facets with the same key are the same thing in two versions. A facet with a parent is told only where its parent is in
both: of a form's field that is new, one does not say that its label is new too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pathways.diff.changes import Change, Kind

Key = tuple[str, ...]


@dataclass(frozen=True)
class Facet:
    """What can change by itself.

    `label` names it, `words` tell its value. Of a `thing` only being there is compared; its own facets tell the rest.
    Of an `order` only what both versions have is compared. `kind` is the class of every change of it; `added`, `gone`
    and `changed` that of the one, where it is another.
    """

    key: Key
    label: str
    words: str = ""
    kind: Kind = "compatible"
    parent: Key | None = None
    thing: bool = False
    order: tuple[str, ...] = ()
    value: Any = None
    added: Kind | None = None
    gone: Kind | None = None
    changed: Kind | None = None

    @property
    def compared(self) -> Any:
        """What is compared."""
        return self.words if self.value is None else self.value


def compare(area: str, where: str, old: Iterable[Facet], new: Iterable[Facet]) -> Iterator[Change]:
    """The changes between two lists of facets: what is gone in the old order, then what is new or different."""
    before, after = {one.key: one for one in old}, {one.key: one for one in new}
    for key, facet in before.items():
        if key not in after and not facet.order and _told(facet, before, after):
            was = f" (was {facet.words})" if facet.words else ""
            yield Change(area, where, f"{facet.label} removed{was}", facet.gone or facet.kind)
    for key, facet in after.items():
        if not _told(facet, before, after):
            continue
        earlier = before.get(key)
        if facet.order or (earlier and earlier.order):
            yield from _reordered(area, where, earlier, facet)
        elif earlier is None:
            words = f": {facet.words}" if facet.words else ""
            yield Change(area, where, f"new {facet.label}{words}", facet.added or facet.kind)
        elif not facet.thing and earlier.compared != facet.compared:
            words = f"{_said(earlier)} → {_said(facet)}" if earlier.words != facet.words else "changed inside"
            yield Change(area, where, f"{facet.label} {words}", facet.changed or facet.kind)


def _told(facet: Facet, before: dict[Key, Facet], after: dict[Key, Facet]) -> bool:
    return facet.parent is None or (facet.parent in before and facet.parent in after)


def _said(facet: Facet) -> str:
    return facet.words or "none"


def _reordered(area: str, where: str, earlier: Facet | None, facet: Facet) -> Iterator[Change]:
    if earlier is None:
        return
    both = set(earlier.order) & set(facet.order)
    old = [one for one in earlier.order if one in both]
    new = [one for one in facet.order if one in both]
    if old != new:
        yield Change(area, where, f"{facet.label} {', '.join(old)} → {', '.join(new)}", facet.kind)


def text(key: str, label: str, words: str | None, *, parent: Key | None = None) -> Iterator[Facet]:
    """A text for people, where there is one."""
    if words:
        yield Facet((*(parent or ()), key), label, f"“{words}”", "text only", parent)


def said(key: str, label: str, words: str | None, *, parent: Key | None = None) -> Iterator[Facet]:
    """Something that is told by its words, where there is any."""
    if words:
        yield Facet((*(parent or ()), key), label, words, "compatible", parent)


def flag(key: str, label: str, on: bool, *, parent: Key | None = None) -> Iterator[Facet]:
    """Something that is there or not."""
    if on:
        yield Facet((*(parent or ()), key), label, "", "compatible", parent)
