"""From the text of a definition to its model: what can be said about a file without a catalog.

`parse` never stops at the first finding, and never raises: whatever is wrong is a diagnostic with its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pathways.diagnostics import Diagnostic
from pathways.model import Authored, ContractDecl, Definition, InputDecl, OutcomeDecl, StepDecl, Text
from pathways.names import VERSION, why_no_identifier, why_no_name
from pathways.parse_steps import parse_step
from pathways.reader import Reader
from pathways.source import Node, SourceError, read_source

MOST_STEPS = 2000
MOST_ATTRIBUTES = 8

_KEYS = (
    "language",
    "pathway",
    "version",
    "title",
    "purpose",
    "owner",
    "success",
    "review_by",
    "exit_plan",
    "calendar",
    "inputs",
    "contract",
    "stages",
    "attributes",
    "outcomes",
    "steps",
)
_LATER = ("unique", "on_duplicate", "starts_on", "clocks", "on", "side_flows", "coverage", "effective_from")
_INPUT_KEYS = (
    "type",
    "target",
    "options",
    "value_set",
    "required",
    "default",
    "fields",
    "item",
    "many",
    "title",
    "note",
)
_OUTCOME_KINDS = ("success", "unsuccessful", "cancelled")


@dataclass(frozen=True)
class Parsed:
    """What a file says: its definition, where it could be made out, and everything found on the way."""

    definition: Definition | None
    diagnostics: tuple[Diagnostic, ...]


def parse(text: str, file: str = "") -> Parsed:
    """Read a definition. `definition` is None when the file is not YAML, or has no steps or name to speak of."""
    reader = Reader(file)
    try:
        root = read_source(text)
    except SourceError as error:
        reader.note("yaml", error.mark, error.message, error.hint)
        return Parsed(None, tuple(reader.diagnostics))
    definition = _definition(reader, root)
    return Parsed(definition, tuple(sorted(reader.diagnostics, key=lambda one: (one.line, one.column, one.rule))))


def _definition(reader: Reader, root: Node) -> Definition | None:
    if not reader.keys(root, "a pathway", _KEYS, _LATER):
        return None
    _language(reader, root)
    pathway = reader.text(reader.required(root, "pathway", "A pathway"), "pathway")
    version = reader.text(reader.required(root, "version", "A pathway"), "version")
    if pathway is not None and (why := why_no_identifier(pathway.value)):
        reader.note("bad-id", pathway.mark, why)
    if version is not None and not VERSION.match(version.value):
        reader.note("bad-version", version.mark, f'"{version}" is not a version.', "Three numbers, such as 1.0.0.")
    title = reader.text(reader.required(root, "title", "A pathway"), "title")
    steps = _steps(reader, root)
    if pathway is None or version is None or not steps:
        return None
    return Definition(
        file=reader.file,
        pathway=pathway,
        version=version,
        title=str(title or pathway),
        steps=steps,
        inputs=_inputs(reader, root.get("inputs")),
        outcomes=_outcomes(reader, root.get("outcomes")),
        stages=reader.texts(root.get("stages"), "stages"),
        attributes=_attributes(reader, root.get("attributes")),
        contract=_contract(reader, root.get("contract")),
        calendar=reader.text(root.get("calendar"), "calendar"),
        purpose=reader.text(root.get("purpose"), "purpose"),
        owner=reader.text(root.get("owner"), "owner"),
        success=reader.authored(root.get("success")),
        review_by=reader.text(root.get("review_by"), "review_by"),
        exit_plan=reader.text(root.get("exit_plan"), "exit_plan"),
    )


def _language(reader: Reader, root: Node) -> None:
    node = reader.required(root, "language", "A pathway")
    if node is not None and node.value != 1:
        reader.note("language-version", node.mark, "This Carelane reads language 1.", "Write language: 1.")


def _entries(reader: Reader, node: Node | None, where: str) -> list[tuple[Text, Node]]:
    """The entries of a map section, each key with its place."""
    if node is None:
        return []
    if not node.is_map:
        reader.note("shape", node.mark, f"{where} is a map of names.")
        return []
    return [(Text(name, node.keys[name]), one) for name, one in node.value.items()]


def _check_name(reader: Reader, name: Text, why: Callable[[str], str]) -> None:
    if reason := why(name.value):
        reader.note("bad-name", name.mark, reason)


def _steps(reader: Reader, root: Node) -> tuple[StepDecl, ...]:
    node = reader.required(root, "steps", "A pathway")
    entries = _entries(reader, node, "steps")
    if node is not None and not entries:
        reader.note("shape", node.mark, "A pathway has at least one step.")
    if len(entries) > MOST_STEPS:
        mark = entries[MOST_STEPS][0].mark
        reader.note("too-many-steps", mark, f"More than {MOST_STEPS} steps.", "Split the pathway into children.")
        entries = entries[:MOST_STEPS]
    found = []
    for name, one in entries:
        if why := why_no_identifier(name.value):
            reader.note("bad-id", name.mark, why)
        step = parse_step(reader, name, one)
        if step is not None:
            found.append(step)
    return tuple(found)


def _inputs(reader: Reader, node: Node | None) -> tuple[InputDecl, ...]:
    found = []
    for name, one in _entries(reader, node, "inputs"):
        _check_name(reader, name, why_no_name)
        if one.is_map:
            reader.keys(one, f"the input {name}", _INPUT_KEYS)
        declared = reader.declared_type(one)
        if declared is None:
            continue
        options: dict[str, Any] = one.plain if one.is_map else {}
        found.append(InputDecl(name, declared, options.get("required") is True, options.get("default")))
    return tuple(found)


def _outcomes(reader: Reader, node: Node | None) -> tuple[OutcomeDecl, ...]:
    found = []
    for name, one in _entries(reader, node, "outcomes"):
        if why := why_no_identifier(name.value):
            reader.note("bad-id", name.mark, why)
        if not one.is_map:
            title = reader.text(one if one.value is not None else None, f"the outcome {name}")
            found.append(OutcomeDecl(name, str(title or name)))
            continue
        reader.keys(one, f"the outcome {name}", ("title", "kind", "note"), ("give", "undo"))
        kind = reader.text(one.get("kind"), "kind")
        if kind is not None and kind.value not in _OUTCOME_KINDS:
            hint = f"Kinds are {', '.join(_OUTCOME_KINDS)}."
            reader.note("unknown-kind", kind.mark, f'"{kind}" is not a kind of outcome.', hint)
            kind = None
        title = reader.text(one.get("title"), "title")
        found.append(OutcomeDecl(name, str(title or name), kind.value if kind else "unsuccessful"))  # type: ignore[arg-type]  # checked above
    return tuple(found)


def _attributes(reader: Reader, node: Node | None) -> tuple[tuple[Text, Authored], ...]:
    entries = _entries(reader, node, "attributes")
    if len(entries) > MOST_ATTRIBUTES:
        mark = entries[MOST_ATTRIBUTES][0].mark
        reader.note("too-many-attributes", mark, f"A pathway has at most {MOST_ATTRIBUTES} attributes.")
    found = []
    for name, one in entries:
        _check_name(reader, name, why_no_name)
        value = reader.authored(one)
        if value is not None:
            found.append((name, value))
    return tuple(found)


def _contract(reader: Reader, node: Node | None) -> ContractDecl | None:
    if node is None or not reader.keys(node, "contract", ("reads", "writes")):
        return None
    reads, writes = (reader.texts(node.get(key), key) for key in ("reads", "writes"))
    return ContractDecl(node.mark, reads, writes)
