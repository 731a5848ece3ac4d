"""Where the parts of a diagram lie, asked of Graphviz's `dot`: the program that comes with us, or the system's.

It gets a time limit. A picture that `dot` cannot lay out is drawn as a list; the reader loses lines, never the page.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections import OrderedDict
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import structlog

from pathways.diagram import Drawing, Layout, LayoutError, far_links, read_layout, stacked, to_dot

SECONDS = 10.0
PROGRAMS = ("graphviz-pure", "dot")
MOST_KEPT = 64

Json = Any

_log = structlog.get_logger(__name__)
_kept: OrderedDict[tuple[str, tuple[str, ...]], Layout] = OrderedDict()


class DotError(RuntimeError):
    """`dot` is not there, took too long, or failed."""


@cache
def find_program() -> str | None:
    """The program that lays out; None where there is none."""
    beside = Path(sys.executable).parent
    for name in PROGRAMS:
        found = shutil.which(name, path=str(beside)) or shutil.which(name)
        if found is not None:
            return found
    return None


async def layout_of(drawing: Drawing, *, program: str | None = None, seconds: float = SECONDS) -> Layout:
    """Where everything of a drawing lies; a list where `dot` does not tell. What was laid out is remembered."""
    graph = to_dot(drawing)
    # Two drawings may have the same graph and yet links of other kinds.
    key = (graph, tuple(one.id for one in drawing.links))
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key]
    try:
        layout = read_layout(drawing, await ask(graph, program=program, seconds=seconds))
        far = far_links(drawing, layout)
        if far:
            layout = read_layout(drawing, await ask(to_dot(drawing, far), program=program, seconds=seconds))
    except (DotError, LayoutError) as error:
        _log.warning("diagram-not-laid-out", pathway=drawing.title, version=drawing.version, reason=str(error))
        return stacked(drawing)
    _kept[key] = layout
    while len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return layout


async def ask(graph: str, *, program: str | None = None, seconds: float = SECONDS) -> Json:
    """The layout of a graph as `dot -Tjson0` gives it. Raises `DotError`."""
    chosen = program or find_program()
    if chosen is None:
        raise DotError(f"none of {', '.join(PROGRAMS)} is installed")
    try:
        running = await asyncio.create_subprocess_exec(
            chosen,
            "-Tjson0",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise DotError(f"{chosen} cannot be started: {error.strerror}") from error
    try:
        answer, complaint = await asyncio.wait_for(running.communicate(graph.encode()), seconds)
    except TimeoutError:
        raise DotError(f"{chosen} took longer than {seconds:g} s") from None
    finally:
        if running.returncode is None:
            with suppress(ProcessLookupError):
                running.kill()
            await running.wait()
    if running.returncode != 0:
        raise DotError(f"{chosen} failed: {complaint.decode(errors='replace').strip()[:200]}")
    try:
        return json.loads(answer)
    except ValueError as error:
        raise DotError(f"{chosen} answered no JSON") from error
