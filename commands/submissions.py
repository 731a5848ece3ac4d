"""What is sent to the API to publish the definitions of a file or folder: each with the scenarios that are for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands import files
from pathways.versions import Version, VersionError

Json = Any


@dataclass(frozen=True)
class Submission:
    """A definition on its way: `body` is what `POST /api/v1/pathways` takes."""

    path: Path
    pathway: str | None
    version: str | None
    body: dict[str, Json]


def submissions(target: Path) -> Iterator[Submission]:
    """The definitions of a file or folder, older versions first. Raises `UnreadableError`."""
    for group in files.groups(target):
        scenarios: dict[Path, list[files.Source]] = {one.path: [] for one in group.definitions}
        for source in group.scenarios:
            definition = files.definition_of(source, group)
            if definition is not None:
                scenarios[definition.path].append(source)
        for one in sorted(group.definitions, key=_order):
            texts = [{"file": str(source.path), "text": source.text} for source in scenarios[one.path]]
            body = {"source": one.text, "file": str(one.path), "scenarios": texts}
            yield Submission(one.path, one.pathway, one.version, body)


def _order(one: files.Source) -> tuple[str, Version]:
    try:
        return one.pathway or "", Version.parse(one.version or "")
    except VersionError:
        return one.pathway or "", Version((0, 0, 0))
