"""What only the files of two versions tell: texts for their readers, which no plan has, for nothing runs by them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pathways.diff.changes import Change
from pathways.diff.facets import Facet, compare, text
from pathways.source import SourceError, read_source

Json = Any
Path = tuple[str | int, ...]

_TEXTS: Final = ("note", "exit_plan")
"""Keys whose text no plan has, wherever they stand but in `success`, which a plan has as it is."""

_OF_INPUTS: Final = ("title", "label", "help")
_AREAS: Final = {"clocks": "clock", "outcomes": "outcome", "side_flows": "side flow"}


def compare_texts(old: str, new: str) -> Iterator[Change]:
    """What changed of the texts that no plan has; nothing where a file is none that can be read."""
    try:
        before, after = (_facets(read_source(one).plain) for one in (old, new))
    except SourceError:
        return
    for place in dict.fromkeys((*before, *after)):
        yield from compare(*place, before.get(place, ()), after.get(place, ()))


def same_words(old: str, new: str) -> bool:
    """Whether two files say the same but for their version, whatever their spaces, comments and order of keys."""
    try:
        before, after = (read_source(one).plain for one in (old, new))
    except SourceError:
        return old == new
    if isinstance(before, dict) and isinstance(after, dict):
        before, after = ({**one, "version": None} for one in (before, after))
    return bool(before == after)


def _facets(document: Json) -> dict[tuple[str, str], list[Facet]]:
    """The texts by what they are of: an area and an id in it."""
    found: dict[tuple[str, str], list[Facet]] = {}
    for path, words in _texts(document, ()):
        area, where, label = _told(path)
        found.setdefault((area, where), []).extend(text(label, label, words))
    return found


def _texts(node: Json, path: Path) -> Iterator[tuple[Path, str]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, one in items:
        inner = (*path, key)
        if isinstance(one, str):
            of_input = len(inner) == 3 and inner[0] == "inputs" and key in _OF_INPUTS
            of_branch = path[-2:-1] == ("branches",) and key == "title"
            if (key in _TEXTS and path[:1] != ("success",)) or of_input or of_branch:
                yield inner, one
        else:
            yield from _texts(one, inner)


def _told(path: Path) -> tuple[str, str, str]:
    """Of what a text is, and what it is called there: `note of task` of the step `both/left/ask`."""
    area, ids, inside = "pathway", list[str](), list[str]()
    rest = list(path[:-1])
    while rest:
        key = rest.pop(0)
        if key in ("steps", "branches") and rest:
            area, inside = "step", []
            ids.append(str(rest.pop(0)))
        elif key in _AREAS and not ids and rest:
            area = _AREAS[str(key)]
            ids.append(f"{'~' if area == 'side flow' else ''}{rest.pop(0)}")
        elif isinstance(key, int):
            inside.append(f"{inside.pop() if inside else ''} {key + 1}".strip())
        elif key == "inputs" and not ids and rest:
            inside.append(f"input {rest.pop(0)}")
        elif key not in ("parallel", "repeat"):
            inside.append(str(key))
    label = " of ".join((str(path[-1]).replace("_", " "), *reversed(inside)))
    return area, "/".join(ids).removeprefix("~") if area == "side flow" else "/".join(ids), label
