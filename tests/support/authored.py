"""Small definitions for tests of reading and compiling: what is left out is added, and findings are shown as text."""

from __future__ import annotations

import re
from textwrap import dedent

from pathways.catalog import Catalog
from pathways.compile import compile_definition
from pathways.diagnostics import Diagnostic
from pathways.model import Definition
from pathways.parse import parse
from pathways.plan import Plan
from tests.support import everything

HEAD = {
    "language": "1",
    "pathway": "example",
    "version": "1.0.0",
    "title": "Example",
    "outcomes": "{done: {title: Done, kind: success}}",
    "inputs": "{patient: {type: Reference}, order: {type: Reference}, urgency: {type: text}}",
}


def full(text: str) -> str:
    """A definition's text with what it leaves out, below what it says. Steps alone may be given as `a: {…}` lines."""
    text = dedent(text).strip("\n")
    if not re.search(r"^steps:", text, re.MULTILINE):
        text = "steps:\n" + "\n".join(f"  {line}" for line in text.splitlines())
    missing = [f"{key}: {value}" for key, value in HEAD.items() if not re.search(rf"^{key}:", text, re.MULTILINE)]
    return "\n".join([text, *missing]) + "\n"


def noted(text: str) -> list[Diagnostic]:
    """What reading alone finds."""
    return list(parse(full(text), "x.yaml").diagnostics)


def read(text: str) -> Definition:
    """The definition; fails on any finding."""
    parsed = parse(full(text), "x.yaml")
    assert not parsed.diagnostics, "\n".join(map(str, parsed.diagnostics))
    assert parsed.definition is not None
    return parsed.definition


def found(text: str, catalog: Catalog | None = None) -> list[Diagnostic]:
    """What compiling finds in what was read without findings."""
    return list(compile_definition(read(text), catalog or everything.catalog()).diagnostics)


def plan(text: str, catalog: Catalog | None = None) -> Plan:
    """The plan; fails on any finding."""
    compiled = compile_definition(read(text), catalog or everything.catalog())
    assert not compiled.diagnostics, "\n".join(map(str, compiled.diagnostics))
    assert compiled.plan is not None
    return compiled.plan


def place(text: str, diagnostic: Diagnostic) -> str:
    """What stands where a finding is."""
    return full(text).splitlines()[diagnostic.line - 1][diagnostic.column - 1 :]


def one(findings: list[Diagnostic], rule: str) -> Diagnostic:
    """The only finding, which is of that rule."""
    assert [found.rule for found in findings] == [rule], "\n".join(map(str, findings))
    return findings[0]
