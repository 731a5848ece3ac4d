"""The definition that uses every construct of the language, and its catalog: `tests/pathways/everything.yaml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pathways.catalog import Catalog, read_catalog
from pathways.compile import compile_definition
from pathways.model import Definition
from pathways.parse import parse
from pathways.plan import Plan
from pathways.source import read_source

FOLDER = Path(__file__).parents[1] / "pathways"
TEXT = (FOLDER / "everything.yaml").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    """What the definition may name."""
    return read_catalog(read_source((FOLDER / "everything.catalog.yaml").read_text(encoding="utf-8")).plain)


@lru_cache(maxsize=1)
def definition() -> Definition:
    """The definition as it was read; fails on any finding."""
    parsed = parse(TEXT, "everything.yaml")
    assert parsed.definition is not None
    assert not parsed.diagnostics, "\n".join(map(str, parsed.diagnostics))
    return parsed.definition


@lru_cache(maxsize=1)
def plan() -> Plan:
    """The plan; fails on any finding."""
    compiled = compile_definition(definition(), catalog())
    assert not compiled.diagnostics, "\n".join(map(str, compiled.diagnostics))
    assert compiled.plan is not None
    return compiled.plan
