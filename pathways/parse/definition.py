"""From the text of a definition to its model: what can be said about a file without a catalog.

`parse` never stops at the first finding, and never raises: whatever is wrong is a diagnostic with its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

from pathways.datatypes.reading import is_required
from pathways.diagnostics import Diagnostic
from pathways.model import (
    BRANCH,
    Authored,
    ContractDecl,
    Definition,
    GiveDecl,
    InputDecl,
    OfferDecl,
    OutcomeDecl,
    SideFlowDecl,
    StartOnDecl,
    StepDecl,
    Text,
)
from pathways.names import VERSION
from pathways.parse.clocks import parse_clocks
from pathways.parse.steps import parse_steps
from pathways.parse.success import parse_success
from pathways.parse.ways import parse_handlers
from pathways.reader import Reader
from pathways.source import Node, SourceError, read_source

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
    "effective_from",
    "exit_plan",
    "calendar",
    "unique",
    "on_duplicate",
    "starts_on",
    "inputs",
    "contract",
    "coverage",
    "stages",
    "attributes",
    "clocks",
    "on",
    "steps",
    "side_flows",
    "outcomes",
)
_INPUT_KEYS = (
    "type",
    "target",
    "options",
    "value_set",
    "required",
    "optional",
    "default",
    "fields",
    "item",
    "items",
    "of",
    "many",
    "title",
    "label",
    "help",
    "note",
)
_TYPE_KEYS = ("type", "target", "options", "value_set", "fields", "item", "items", "of", "many")
_OUTCOME_KINDS = ("success", "unsuccessful", "cancelled")
_CANCELLED = "cancelled"
_COVERED = ("steps", "transitions", "conditions", "timeouts", "catches", "handlers")


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
        reader.note(error.rule, error.mark, error.message, error.hint)
        return Parsed(None, tuple(reader.diagnostics))
    definition = _definition(reader, root)
    return Parsed(definition, tuple(sorted(reader.diagnostics, key=lambda one: (one.line, one.column, one.rule))))


def _definition(reader: Reader, root: Node) -> Definition | None:
    if not reader.keys(root, "a pathway", _KEYS):
        return None
    _language(reader, root)
    pathway = reader.identifier(reader.text(reader.required(root, "pathway", "A pathway"), "pathway"))
    version = reader.text(reader.required(root, "version", "A pathway"), "version")
    if version is not None and not VERSION.match(version.value):
        reader.note("bad-version", version.mark, f'"{version}" is not a version.', "Three numbers, such as 1.0.0.")
    title = reader.text(reader.required(root, "title", "A pathway"), "title")
    steps = _own_steps(reader, root)
    if pathway is None or version is None or not steps:
        return None
    duplicate = reader.choice(root.get("on_duplicate"), "on_duplicate", ("join", "refuse")) or "refuse"
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
        success=parse_success(reader, root.get("success")),
        review_by=reader.text(root.get("review_by"), "review_by"),
        exit_plan=reader.text(root.get("exit_plan"), "exit_plan"),
        clocks=parse_clocks(reader, root.get("clocks")),
        on=parse_handlers(reader, root.get("on"), "the pathway"),
        side_flows=_side_flows(reader, root.get("side_flows")),
        unique=reader.words(root.get("unique"), "unique"),
        on_duplicate=cast("Literal['join', 'refuse']", duplicate),
        starts_on=_starts_on(reader, root.get("starts_on")),
        coverage=_coverage(reader, root.get("coverage")),
        effective_from=reader.date(root.get("effective_from"), "effective_from"),
    )


def _language(reader: Reader, root: Node) -> None:
    node = reader.required(root, "language", "A pathway")
    if node is not None and (node.value != 1 or isinstance(node.value, bool)):
        reader.note("language-version", node.mark, "This Carelane reads language 1.", "Write language: 1.")


def _own_steps(reader: Reader, root: Node) -> tuple[StepDecl, ...]:
    node = reader.required(root, "steps", "A pathway")
    return () if node is None else parse_steps(reader, node, "A pathway", 1)


def _inputs(reader: Reader, node: Node | None) -> tuple[InputDecl, ...]:
    found = []
    for name, one in reader.entries(node, "inputs"):
        reader.name(name)
        if one.is_map:
            reader.keys(one, f"the input {name}", _INPUT_KEYS)
        declared = reader.declared_type(one)
        if declared is None:
            continue
        options: dict[str, Any] = one.plain if one.is_map else {}
        found.append(InputDecl(name, declared, is_required(options), options.get("default")))
    return tuple(found)


def _outcomes(reader: Reader, node: Node | None) -> tuple[OutcomeDecl, ...]:
    return tuple(_outcome(reader, name, one) for name, one in reader.entries(node, "outcomes"))


def _outcome(reader: Reader, name: Text, node: Node) -> OutcomeDecl:
    reader.identifier(name)
    if name.value == BRANCH:
        reader.note("bad-id", name.mark, f'"{BRANCH}" is what end says of a nested scope.', "Choose another id.")
    always = name.value == _CANCELLED
    if not node.is_map:
        title = reader.text(node if node.value is not None else None, f"the outcome {name}")
        return OutcomeDecl(name, str(title or name), "cancelled" if always else "unsuccessful", always)
    reader.keys(node, f"the outcome {name}", ("title", "kind", "undo", "give", "note"))
    kind = reader.text(node.get("kind"), "kind")
    if kind is not None and kind.value not in _OUTCOME_KINDS:
        hint = f"Kinds are {', '.join(_OUTCOME_KINDS)}."
        reader.note("unknown-kind", kind.mark, f'"{kind}" is not a kind of outcome.', hint)
        kind = None
    title = reader.text(node.get("title"), "title")
    undo = node.get("undo")
    if always:
        _as_cancelled(reader, kind, undo)
        kind = None
    other = "cancelled" if always else "unsuccessful"
    given = cast("Literal['success', 'unsuccessful', 'cancelled']", kind.value if kind else other)
    gives = tuple(
        give for key, one in reader.entries(node.get("give"), "give") if (give := _give(reader, key, one)) is not None
    )
    return OutcomeDecl(name, str(title or name), given, reader.flag(undo, "undo") or always, gives)


def _as_cancelled(reader: Reader, kind: Text | None, undo: Node | None) -> None:
    """What an operator's cancel leads to has a title and what it gives by choice, but never another meaning."""
    hint = "Leave it out, or give the outcome another id."
    if kind is not None and kind.value != _CANCELLED:
        reader.note("unknown-kind", kind.mark, f'The outcome "{_CANCELLED}" is always of the kind cancelled.', hint)
    if undo is not None and not reader.flag(undo, "undo"):
        reader.note("unknown-kind", undo.mark, f'The outcome "{_CANCELLED}" always undoes what was done.', hint)


def _give(reader: Reader, name: Text, node: Node) -> GiveDecl | None:
    reader.name(name)
    if not node.is_map or "value" not in node.keys:
        value = reader.authored(node)
        return GiveDecl(name, value) if value is not None else None
    if not reader.keys(node, f"{name} of give", ("value", *_TYPE_KEYS)):
        return None
    value = reader.authored(node.get("value")) or Authored(None, node.mark)
    kinds = {key: one for key, one in node.value.items() if key != "value"}
    if not kinds:
        return GiveDecl(name, value)
    return GiveDecl(name, value, reader.declared_type(Node(kinds, node.mark, node.keys)))


def _attributes(reader: Reader, node: Node | None) -> tuple[tuple[Text, Authored], ...]:
    entries = reader.entries(node, "attributes")
    if len(entries) > MOST_ATTRIBUTES:
        mark = entries[MOST_ATTRIBUTES][0].mark
        reader.note("too-many-attributes", mark, f"A pathway has at most {MOST_ATTRIBUTES} attributes.")
    found = []
    for name, one in entries:
        reader.name(name)
        value = reader.authored(one)
        if value is not None:
            found.append((name, value))
    return tuple(found)


def _contract(reader: Reader, node: Node | None) -> ContractDecl | None:
    if node is None or not reader.keys(node, "contract", ("reads", "writes")):
        return None
    reads, writes = (reader.texts(node.get(key), key) for key in ("reads", "writes"))
    reader.resource_types((*reads, *writes))
    return ContractDecl(node.mark, reads, writes)


def _side_flows(reader: Reader, node: Node | None) -> tuple[SideFlowDecl, ...]:
    found = []
    for name, one in reader.entries(node, "side_flows"):
        reader.identifier(name)
        where = f'The side flow "{name}"'
        if not reader.keys(one, where, ("title", "once", "offer", "steps", "note")):
            continue
        steps = reader.required(one, "steps", where)
        title = reader.text(one.get("title"), "title")
        flow = SideFlowDecl(
            name,
            parse_steps(reader, steps, where, 2) if steps is not None else (),
            title.value if title else None,
            reader.flag(one.get("once"), "once"),
            _offer(reader, one.get("offer"), where),
        )
        if flow.steps:
            found.append(flow)
    return tuple(found)


def _offer(reader: Reader, node: Node | None, where: str) -> OfferDecl | None:
    if node is None or not reader.keys(node, f"offer of {where}", ("title", "when", "queue", "role")):
        return None
    return OfferDecl(
        node.mark,
        reader.words(node.get("title"), "title"),
        reader.condition(node.get("when"), "when"),
        reader.text(node.get("queue"), "queue"),
        reader.text(node.get("role"), "role"),
    )


def _starts_on(reader: Reader, node: Node | None) -> tuple[StartOnDecl, ...]:
    found = []
    for one in reader.items(node):
        if not reader.keys(one, "an entry of starts_on", ("event", "when", "inputs", "note")):
            continue
        event = reader.text(reader.required(one, "event", "An entry of starts_on"), "event")
        inputs = reader.authored_map(one.get("inputs"), "inputs of starts_on is a map of the pathway's inputs.")
        if event is not None:
            when = reader.condition(one.get("when"), "when")
            found.append(StartOnDecl(event, one.mark, when, inputs))
    return tuple(found)


def _coverage(reader: Reader, node: Node | None) -> tuple[tuple[str, float], ...]:
    if node is None or not reader.keys(node, "coverage", _COVERED):
        return ()
    shares = ((name, reader.share(node.get(name), f"{name} of coverage")) for name in _COVERED)
    return tuple((name, share) for name, share in shares if share is not None)
