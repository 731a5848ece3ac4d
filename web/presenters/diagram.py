"""The diagram of a pathway on a page: the picture, and the same in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from api.services.instances import InstanceDetail
from pathways.diagram import Drawing, Entry, Layout, Number, Overlay, counts, draw, outline_of, to_svg, way
from pathways.plan import Plan


@dataclass(frozen=True, slots=True)
class DiagramView:
    """A diagram for a page: SVG that is ours, so it needs no escaping, and each node in words."""

    picture: Markup
    entries: tuple[Entry, ...]
    nodes: frozenset[str]


def instance_overlay(drawing: Drawing, found: InstanceDetail) -> Overlay:
    """The way that an instance took, and where it stands."""
    facts = ({"fact": one.kind, "address": one.address, **one.detail} for one in found.timeline)
    return way(drawing, facts, [(one.step, one.waits) for one in found.positions])


def numbers_overlay(numbers: Mapping[str, Number]) -> Overlay:
    """How many stand where."""
    return counts(numbers)


def drawing_of(plan: Plan) -> Drawing:
    """What there is to draw."""
    return draw(plan)


def diagram_view(drawing: Drawing, layout: Layout, overlay: Overlay) -> DiagramView:
    """The diagram with what is laid over it."""
    svg = to_svg(drawing, layout, overlay, embedded=True)
    nodes = frozenset(one.id for one in drawing.nodes)
    return DiagramView(Markup(svg), outline_of(drawing, overlay), nodes)  # noqa: S704 - escaped where it was made
