"""The drawing as a graph for Graphviz's `dot`, which decides only where everything lies.

Sizes are ours: `dot` gets every node and label as an empty box of the size that it will have.
"""

from __future__ import annotations

from collections.abc import Iterator

from pathways.diagram.boxes import box_of, label_of, signpost_of
from pathways.diagram.drawing import START, Drawing, Group, Link
from pathways.diagram.metrics import width_of

POINTS = 72.0
GROUP_TITLE_SIZE = 12.0
GROUP_TITLE_HEIGHT = 22.0


def to_dot(drawing: Drawing, far: frozenset[str] = frozenset()) -> str:
    """The graph in the DOT language. Nodes are named by their id, links by their place: `edge_<n>`.

    Links that are `far` (by id) end in a node of their own, `signpost <n>`.
    """
    lines = [
        "digraph pathway {",
        "  graph [rankdir=TB, nodesep=0.34, ranksep=0.36, splines=true, margin=0];",
        '  node [shape=box, fixedsize=true, label=""];',
        "  edge [dir=none];",
        *_groups(drawing, "", far),
        f"  {{ rank=source; {quoted(START)}; }}",
        *(f"  {_edge(drawing, place, link, far)}" for place, link in enumerate(drawing.links)),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _groups(drawing: Drawing, parent: str, far: frozenset[str]) -> Iterator[str]:
    """The nodes that lie directly in a group, signposts with those that they belong to, then the groups in it."""
    for node in drawing.nodes:
        if node.group == parent:
            box = box_of(node)
            yield _node(node.id, box.width, box.height)
    for place, link in enumerate(drawing.links):
        if link.id in far and drawing.node[link.tail].group == parent:
            sign = signpost_of(drawing, link)
            yield _node(signpost(place), sign.width, sign.height)
    for group in drawing.groups:
        if group.parent == parent and group.id != parent:
            yield f"  subgraph {quoted(f'cluster {group.id}')} {{"
            yield f"  graph [margin=18, label={_room(group_width(group), GROUP_TITLE_HEIGHT)}];"
            yield from _groups(drawing, group.id, far)
            yield "  }"


def group_width(group: Group) -> float:
    """The width of a group's title."""
    return width_of(group.title, GROUP_TITLE_SIZE, bold=True) + 24


def _node(name: str, width: float, height: float) -> str:
    return f"  {quoted(name)} [width={width / POINTS:.4f}, height={height / POINTS:.4f}];"


def signpost(place: int) -> str:
    """The name of the signpost of the link at a place."""
    return f"signpost {place}"


def _edge(drawing: Drawing, place: int, link: Link, far: frozenset[str]) -> str:
    """A link; one that goes back is given the other way around, so that what is authored later lies below."""
    label = label_of(link)
    attributes = [f'id="edge_{place}"']
    if label is not None:
        attributes.append(f"label={_room(label.width, label.height)}")
    if link.kind == "next":
        attributes.append("weight=3")
    ends = (link.tail, signpost(place)) if link.id in far else (link.tail, link.head)
    if link.id not in far and drawing.goes_back(link):
        ends = (link.head, link.tail)
    return f"{quoted(ends[0])} -> {quoted(ends[1])} [{', '.join(attributes)}];"


def _room(width: float, height: float) -> str:
    """An empty label of a size."""
    size = f'WIDTH="{width:.0f}" HEIGHT="{height:.0f}"'
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" FIXEDSIZE="TRUE" {size}><TR><TD></TD></TR></TABLE>>'


def quoted(text: str) -> str:
    """A text as an identifier of the DOT language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
