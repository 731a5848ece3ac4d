"""The plans that scenarios may need beside their own: what is published, and what lies on the author's workbench."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar

from pathways.catalog import Catalog
from pathways.compile import compile_definition
from pathways.errors import CarelaneError
from pathways.parse import parse
from pathways.plan import Child, Plan
from pathways.source import SourceError, read_source


@dataclass(frozen=True)
class SourceText:
    """A file of an author, as it was written."""

    file: str
    text: str


class UncompiledError(CarelaneError):
    """A definition beside the one that is tried does not compile."""

    code: ClassVar[str] = "uncompiled"


class Workbench:
    """A library for scenarios: published plans, and for versions that are not published yet the author's own files."""

    def __init__(self, published: Iterable[Plan], beside: Iterable[SourceText], catalog: Catalog) -> None:
        self._plans = {(one.pathway, one.version): one for one in published}
        self._catalog = catalog
        self._sources = {named: one for one in beside if (named := _named(one)) is not None}

    @property
    def names(self) -> Collection[str]:
        """The pathways there are."""
        return {name for name, _ in (*self._plans, *self._sources)}

    def versions(self, pathway: str) -> Collection[str]:
        """The versions of a pathway."""
        return sorted({version for name, version in (*self._plans, *self._sources) if name == pathway})

    def find(self, pathway: str, version: str) -> Plan:
        """A version that there is. Raises `UncompiledError` where it does not compile."""
        key = pathway, version
        if key not in self._plans:
            self._plans[key] = _compiled(self._sources[key], self._catalog)
        return self._plans[key]


def children_of(plan: Plan) -> frozenset[str]:
    """The pathways that a plan starts as children."""
    return frozenset(one.pathway for one in plan.steps if isinstance(one, Child))


def _named(source: SourceText) -> tuple[str, str] | None:
    """The pathway and version that a file says it is; None where it says none."""
    try:
        root = read_source(source.text)
    except SourceError:
        return None
    name, version = root.get("pathway"), root.get("version")
    if name is None or version is None:
        return None
    return str(name.value), str(version.value)


def _compiled(source: SourceText, catalog: Catalog) -> Plan:
    parsed = parse(source.text, source.file)
    found = [one for one in parsed.diagnostics if one.severity == "error"]
    if parsed.definition is not None and not found:
        compiled = compile_definition(parsed.definition, catalog)
        found = [one for one in compiled.diagnostics if one.severity == "error"]
        if compiled.plan is not None and not found:
            return compiled.plan
    raise UncompiledError(f"{source.file} does not compile: {found[0] if found else 'it is empty'}")
