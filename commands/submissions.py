"""What is sent to the API to publish the definitions of a file or folder.

Each goes with the scenarios that are for it, and with the definitions beside it that these may need: other versions
of the pathway, and the pathways that it starts as children.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands import files
from pathways.publishing.author_files import version_order

Json = Any

_WORD = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Submission:
    """A definition on its way: `body` is what `POST /api/v1/pathways` takes."""

    path: Path
    pathway: str | None
    version: str | None
    body: dict[str, Json]


def submissions(target: Path) -> Iterator[Submission]:
    """The definitions of a file or folder, older versions first. Raises `UnreadableError`."""
    near: dict[Path, list[files.Source]] = {}
    for group in files.groups(target):
        scenarios: dict[Path, list[files.Source]] = {one.path: [] for one in group.definitions}
        for source in group.scenarios:
            definition = files.definition_of(source, group)
            if definition is not None:
                scenarios[definition.path].append(source)
        for one in sorted(group.definitions, key=lambda one: (one.pathway or "", version_order(one.version))):
            folder = one.path.resolve().parent
            if folder not in near:
                near[folder] = [*_definitions_near(folder)]
            beside = _needed(one, scenarios[one.path], near[folder])
            body: dict[str, Json] = {"source": one.text, "file": str(one.path)}
            body |= {"scenarios": _sent(scenarios[one.path]), "beside": _sent(beside)}
            yield Submission(one.path, one.pathway, one.version, body)


def _sent(sources: list[files.Source]) -> list[Json]:
    return [{"file": str(one.path), "text": one.text} for one in sources]


def _definitions_near(folder: Path) -> Iterator[files.Source]:
    """The definitions in a folder and in those beside it."""
    beside = sorted(one for one in folder.parent.iterdir() if one.is_dir() and not one.name.startswith((".", "_")))
    for one in (folder, *(one for one in beside if one != folder)):
        for path in sorted(one.glob("*.y*ml")):
            source = files.source(path)
            if source.kind == "definition" and source.pathway and source.version:
                yield source


def _needed(one: files.Source, scenarios: list[files.Source], near: list[files.Source]) -> list[files.Source]:
    """Those near a definition whose pathway it, its scenarios, or another one that is needed mentions."""
    words = {word for text in (one.text, *(source.text for source in scenarios)) for word in _WORD.findall(text)}
    found: list[files.Source] = []
    left = [source for source in near if source.path.resolve() != one.path.resolve()]
    while more := [source for source in left if source.pathway in words]:
        found += more
        left = [source for source in left if source not in more]
        words |= {word for source in more for word in _WORD.findall(source.text)}
    return found
