"""The definitions that scenarios may need besides their own: those of children, and other versions to migrate to.

They are looked for beside the definition (in its folder, in the folders next to it, and in those inside it), then among
the pathways that come with Carelane.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from importlib.resources import files as resources
from pathlib import Path

from commands import files
from commands.plans import NoPlanError
from pathways.catalog import Catalog
from pathways.compile import compile_definition
from pathways.errors import CarelaneError
from pathways.parse import parse
from pathways.plan import Plan


class Beside:
    """A library of the definitions beside one folder. A file is looked at when its pathway is asked for.

    Where more than `most` folders or files lie there, they are left alone: it is no place for definitions.
    """

    def __init__(self, folder: Path, catalog: Catalog, most: int | None = None) -> None:
        self._folder = folder
        self._catalog = catalog
        self._most = most
        self._plans: dict[tuple[str, str], Plan] = {}

    @property
    def names(self) -> Collection[str]:
        """The pathways there are."""
        return {name for name, _ in self._sources}

    def versions(self, pathway: str) -> Collection[str]:
        """The versions of a pathway."""
        return [version for name, version in self._sources if name == pathway]

    def find(self, pathway: str, version: str) -> Plan:
        """A version that there is. Raises `NoPlanError` where it does not compile."""
        found = self._plans.get((pathway, version))
        if found is None:
            found = self._plans[pathway, version] = compiled(self._sources[pathway, version], self._catalog)
        return found

    @cached_property
    def _sources(self) -> dict[tuple[str, str], files.Source]:
        found: dict[tuple[str, str], files.Source] = {}
        library = Path(str(resources("pathways"))) / "library"
        for folder in (*self._near(), *_folders(library)):
            for source in _definitions(folder):
                if source.pathway and source.version:
                    found.setdefault((source.pathway, source.version), source)
        return found

    def _near(self) -> list[Path]:
        inside = [one for one in _folders(self._folder) if one.name != "scenarios"]
        near = [self._folder, *_folders(self._folder.resolve().parent), *inside]
        if self._most is None:
            return near
        few = len(near) <= self._most and sum(len(_files(one)) for one in near) <= self._most
        return near if few else []


def compiled(source: files.Source, catalog: Catalog) -> Plan:
    """The plan of a definition. Raises `NoPlanError` with the first thing that is wrong."""
    parsed = parse(source.text, str(source.path))
    findings = [one for one in parsed.diagnostics if one.severity == "error"]
    if not findings and parsed.definition is not None:
        result = compile_definition(parsed.definition, catalog)
        findings = [one for one in result.diagnostics if one.severity == "error"]
        if result.plan is not None and not findings:
            return result.plan
    raise NoPlanError(f"{source.path} does not compile: {findings[0] if findings else 'it is empty'}")


def _folders(above: Path) -> list[Path]:
    try:
        return sorted(one for one in above.iterdir() if one.is_dir() and not one.name.startswith((".", "_")))
    except OSError:
        return []


def _files(folder: Path) -> list[Path]:
    return [one for one in sorted(folder.glob("*.y*ml")) if one.is_file()] if folder.is_dir() else []


def _definitions(folder: Path) -> list[files.Source]:
    found = []
    for path in _files(folder):
        try:
            source = files.source(path)
        except CarelaneError:
            continue
        if source.kind == "definition":
            found.append(source)
    return found
