"""Pictures of plans: what there is to draw, its graph for `dot`, and our own SVG from where `dot` puts things.

Nothing here runs a program: whoever wants a picture has `to_dot` laid out (`api.dot` does) and gives the
answer to `read_layout`; `stacked` is a layout that needs no program.
"""

from pathways.diagram.build import draw
from pathways.diagram.dot import to_dot
from pathways.diagram.drawing import Drawing
from pathways.diagram.jumps import far_links
from pathways.diagram.layout import Layout, LayoutError, read_layout, stacked
from pathways.diagram.overlay import Number, Overlay, counts, standing, way
from pathways.diagram.style import page_stylesheet, stylesheet
from pathways.diagram.svg import anchor, to_svg
from pathways.diagram.text import Entry, outline_of, summary, to_text

__all__ = [
    "Drawing",
    "Entry",
    "Layout",
    "LayoutError",
    "Number",
    "Overlay",
    "anchor",
    "counts",
    "draw",
    "far_links",
    "outline_of",
    "page_stylesheet",
    "read_layout",
    "stacked",
    "standing",
    "stylesheet",
    "summary",
    "to_dot",
    "to_svg",
    "to_text",
    "way",
]
