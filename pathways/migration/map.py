"""The map of a migration: what an author says of steps, branches, clocks and values that changed their names.

```yaml
from: 1.0.0
to: 1.1.0
steps:
  ask-records: both/records/ask-records     # what stands at the one stands at the other afterwards
  triage: {enter: triage-again}             # what stands here is left, and the other step entered anew
branches: {both/insurance: start}           # a branch that is new: `start` it, or let it count as `done`;
                                            # one that has another name: `both/old: both/new`, as under steps
clocks: {first-call: first-contact, old: drop}
values: {priority: "=urgency"}              # set before anything else, from the values as they were
```
Whatever has the same name in both versions needs no entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from pydantic import TypeAdapter

from pathways.diagnostics import Diagnostic, nearest
from pathways.expressions import check_authored
from pathways.model import Text
from pathways.plan import Plan
from pathways.reader import Reader
from pathways.source import Node, SourceError, read_source
from pathways.values import Computed

Json = Any

_INSTANCE = "instance"
_KEYS = ("from", "to", "pathway", "note", "steps", "branches", "clocks", "values")


@dataclass(frozen=True)
class Way:
    """Where a position goes: to stand at a step of the same kind, or (`enter`) to enter it anew."""

    to: str
    enter: bool = False


@dataclass(frozen=True)
class MigrationMap:
    """What a migration is told. Steps, branches and clocks by their path or id in the version that is left."""

    steps: Mapping[str, Way] = field(default_factory=dict)
    branches: Mapping[str, Literal["start", "done"]] = field(default_factory=dict)
    clocks: Mapping[str, str | None] = field(default_factory=dict)
    values: Mapping[str, Json] = field(default_factory=dict)

    def inverse(self) -> MigrationMap:
        """The map back: for an instance that has not moved since."""
        steps = {way.to: Way(path, way.enter) for path, way in self.steps.items()}
        clocks = {new: old for old, new in self.clocks.items() if new is not None}
        return MigrationMap(steps, {}, clocks, {})


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[MigrationMap]:
    return TypeAdapter(MigrationMap)


def map_to_json(mapping: MigrationMap) -> Json:
    """The map as JSON."""
    return _adapter().dump_python(mapping, mode="json")


def map_from_json(document: Json) -> MigrationMap:
    """The map from its JSON."""
    return _adapter().validate_python(document or {})


@dataclass(frozen=True)
class ReadMap:
    """A map as it was read, and everything found on the way."""

    mapping: MigrationMap
    diagnostics: tuple[Diagnostic, ...]


def read_map(text: str, file: str, old: Plan, new: Plan) -> ReadMap:
    """Read a map for two versions; names that neither has are findings with their place."""
    reader = Reader(file)
    try:
        root = read_source(text)
    except SourceError as error:
        reader.note("yaml", error.mark, error.message, error.hint)
        return ReadMap(MigrationMap(), tuple(reader.diagnostics))
    if not reader.keys(root, "a migration map", _KEYS):
        return ReadMap(MigrationMap(), tuple(reader.diagnostics))
    for key, plan in (("from", old), ("to", new)):
        version = reader.text(root.get(key), key)
        if version is not None and version.value != plan.version:
            reader.note("map-version", version.mark, f"This map is for {version}, not for {plan.version}.")
    mapping = MigrationMap(
        {**_renamed_branches(root.get("branches"), old, new), **_steps(reader, root.get("steps"), old, new)},
        _branches(reader, root.get("branches"), old, new),
        _clocks(reader, root.get("clocks"), old, new),
        _values(reader, root.get("values"), old, new),
    )
    return ReadMap(mapping, tuple(reader.diagnostics))


def _entries(reader: Reader, node: Node | None, where: str) -> list[tuple[Text, Node]]:
    if node is None:
        return []
    if not node.is_map:
        reader.note("shape", node.mark, f"{where} is a map of names.")
        return []
    return [(Text(name, node.keys[name]), one) for name, one in node.value.items()]


def _known(reader: Reader, name: Text, known: Mapping[str, object], plan: Plan, what: str) -> bool:
    if name.value in known:
        return True
    hint = nearest(name.value, known)
    reader.note(f"unknown-{what}", name.mark, f'{plan.pathway} {plan.version} has no {what} "{name}".', hint)
    return False


def _steps(reader: Reader, node: Node | None, old: Plan, new: Plan) -> dict[str, Way]:
    found: dict[str, Way] = {}
    for name, one in _entries(reader, node, "steps"):
        enter = one.is_map
        if enter and not reader.keys(one, f'the entry "{name}"', ("enter", "note")):
            continue
        target = reader.text(reader.required(one, "enter", "The entry") if enter else one, "a step")
        places_old, places_new = {**old.step, **old.blocks}, {**new.step, **new.blocks}
        if target is None or not _known(reader, name, places_old, old, "step"):
            continue
        if _known(reader, target, new.step if enter else places_new, new, "step"):
            found[name.value] = Way(target.value, enter)
    return found


def _renamed_branches(node: Node | None, old: Plan, new: Plan) -> dict[str, Way]:
    """The branches that are led to others; they may as well stand under `steps`."""
    entries = node.value.items() if node is not None and node.is_map else ()
    return {name: Way(one.value) for name, one in entries if _renames(name, one.value, old, new)}


def _renames(name: str, what: object, old: Plan, new: Plan) -> bool:
    return name in old.blocks and isinstance(what, str) and what in new.blocks


def _branches(reader: Reader, node: Node | None, old: Plan, new: Plan) -> dict[str, Literal["start", "done"]]:
    found: dict[str, Literal["start", "done"]] = {}
    for name, one in _entries(reader, node, "branches"):
        if _renames(name.value, one.value, old, new):
            continue
        what = reader.text(one, f'the branch "{name}"')
        if what is None or not _known(reader, name, new.blocks, new, "branch"):
            continue
        if what.value not in ("start", "done"):
            reader.note("shape", what.mark, f'A new branch is told "start" or "done", not "{what}".')
            continue
        found[name.value] = "start" if what.value == "start" else "done"
    return found


def _clocks(reader: Reader, node: Node | None, old: Plan, new: Plan) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, one in _entries(reader, node, "clocks"):
        target = reader.text(one, f'the clock "{name}"')
        if target is None or not _known(reader, name, old.clock, old, "clock"):
            continue
        if target.value == "drop":
            found[name.value] = None
        elif _known(reader, target, new.clock, new, "clock"):
            found[name.value] = target.value
    return found


def _values(reader: Reader, node: Node | None, old: Plan, new: Plan) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, one in _entries(reader, node, "values"):
        authored = reader.authored(one)
        if authored is None or not _known(reader, name, new.types, new, "name"):
            continue
        source = check_authored(reader, authored)
        for read in sorted(Computed(source).names - {*old.types, _INSTANCE}):
            _known(reader, Text(read, authored.mark), old.types, old, "name")
        found[name.value] = source
    return found
