"""The JSON Schema for editors, held to the parser: what one takes the other takes, and the same keys are known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pathways.editor_schema import language_schema
from pathways.parse import parse
from pathways.source import Node, read_source

ROOT = Path(__file__).parents[2]
EVERYTHING = ROOT / "tests" / "pathways" / "everything.yaml"
LIBRARY = sorted((ROOT / "pathways" / "library").glob("*/*.*.*.yaml"))
VALIDATOR = Draft202012Validator(language_schema())


def plain(text: str) -> Any:
    """A definition as JSON."""
    return read_source(text).plain


def test_the_schema_is_one() -> None:
    """It is valid JSON Schema."""
    Draft202012Validator.check_schema(language_schema())


def test_the_published_file_is_the_schema() -> None:
    """`docs/language.schema.json` is what `carelane pathway schema` writes."""
    published = json.loads((ROOT / "docs" / "language.schema.json").read_text())
    assert published == language_schema()


@pytest.mark.parametrize("file", [EVERYTHING, *LIBRARY], ids=lambda path: f"{path.parent.name} {path.stem}")
def test_what_is_a_pathway_is_valid(file: Path) -> None:
    """Every pathway of the library, and the one with every construct."""
    assert [error.message for error in VALIDATOR.iter_errors(plain(file.read_text()))] == []


def _maps(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    if node.is_map:
        yield path, node
        for key, one in node.value.items():
            yield from _maps(one, (*path, key))
    elif node.is_list:
        for place, one in enumerate(node.value):
            yield from _maps(one, (*path, place))


def _with(document: Any, path: tuple[str | int, ...], key: str) -> Any:
    changed = json.loads(json.dumps(document))
    inner = changed
    for part in path:
        inner = inner[part]
    inner[key] = "odd"
    return changed


def test_an_unknown_key_is_a_mistake_to_both_or_to_neither() -> None:
    """In every map of the pathway with every construct: a key that the parser does not know, the schema does not."""
    text = EVERYTHING.read_text()
    document = plain(text)
    for path, _ in _maps(read_source(text)):
        changed = _with(document, path, "no-such-key")
        refused = not VALIDATOR.is_valid(changed)
        found = [one.rule for one in parse(json.dumps(changed), "x.yaml").diagnostics]
        assert ("unknown-key" in found) <= refused, f"{path}: the parser refuses it, the schema does not"
        assert refused <= bool(found), f"{path}: the schema refuses it, the parser does not"
