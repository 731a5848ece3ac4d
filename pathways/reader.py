"""Reading a tree of nodes key by key, noting every finding instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from pathways import feel
from pathways.datatypes import DataType
from pathways.datatypes.reading import DeclarationError, kind_of, read_type
from pathways.diagnostics import Diagnostic, Mark, Severity, nearest
from pathways.model import Authored, Text
from pathways.names import why_no_identifier, why_no_name
from pathways.resource_types import RESOURCE_TYPES
from pathways.source import Node
from pathways.values import is_expression

MOST_LEVELS = 30
"""How deep steps may nest: a step of the pathway itself stands on the first level."""

MOST_VALUE_LEVELS = 30
"""How deep a value may nest that is written in a definition."""

MOST_STEPS = 2000
"""How many steps a definition may have, on all levels together."""

MOST_HINTS = 50
"""How many unknown words of a file are looked for among the known ones, for each is compared with all of these."""

_OF_KINDS = {
    "options": ("code", "text"),
    "value_set": ("code", "text"),
    "target": ("Reference",),
    "fields": ("object",),
    **dict.fromkeys(("item", "items", "of"), ("list",)),
}
"""What only some types have."""

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?) ?%\Z")


class Reader:
    """Collects findings about one file; the `take_*` methods give what is there, or note why not."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.diagnostics: list[Diagnostic] = []
        self.hints = 0
        self.steps = 0
        """How many steps have been read so far, on all levels."""

    def note(self, rule: str, mark: Mark, message: str, hint: str = "", severity: Severity = "error") -> None:
        """Note a finding."""
        self.diagnostics.append(Diagnostic(rule, severity, message, self.file, mark.line, mark.column, hint))

    def nearest(self, word: str, known: Iterable[str], *, plural: str = "") -> str:
        """A hint with the nearest known name; none any more where a file has missed more than anybody misspells."""
        self.hints += 1
        return nearest(word, known, plural=plural) if self.hints <= MOST_HINTS else ""

    def keys(self, node: Node, where: str, known: Collection[str]) -> bool:
        """Check that a node is a map of known keys."""
        if not node.is_map:
            self.note("shape", node.mark, f"{where} is a map of keys to values.", f"Keys: {', '.join(known)}.")
            return False
        for name, mark in node.keys.items():
            if name not in known:
                self.note(
                    "unknown-key",
                    mark,
                    f'"{name}" is not a key of {where}.',
                    self.nearest(name, known, plural="Keys"),
                )
        return True

    def text(self, node: Node | None, where: str) -> Text | None:
        """A text; a number is taken as it was written (`1.10` stays that)."""
        if node is None:
            return None
        if isinstance(node.value, bool) or not isinstance(node.value, (str, int, float)):
            self.note("shape", node.mark, f"{where} is a text.", "Put it in quotes if it is meant as it stands.")
            return None
        return Text(node.value if isinstance(node.value, str) else node.written, node.mark)

    def required(self, node: Node, name: str, where: str) -> Node | None:
        """The node under a key that must be there."""
        found = node.get(name)
        if found is None:
            self.note("missing-key", node.keys.get(name, node.mark), f'{where} needs "{name}".')
        return found

    def flag(self, node: Node | None, where: str) -> bool:
        """True or false; false where nothing is written."""
        if node is None:
            return False
        if not isinstance(node.value, bool):
            self.note("shape", node.mark, f"{where} is true or false.")
            return False
        return node.value

    def texts(self, node: Node | None, where: str) -> tuple[Text, ...]:
        """A list of texts, each once; a single text counts as a list of one."""
        if node is None:
            return ()
        found = [text for one in self.items(node) if (text := self.text(one, where)) is not None]
        self.different(found, where)
        return tuple(found)

    def different(self, texts: Iterable[Text], where: str) -> None:
        """Note every text of a list that stands there for the second time."""
        seen: dict[str, Mark] = {}
        for one in texts:
            if (first := seen.setdefault(one.value, one.mark)) is not one.mark:
                self.note("stands-twice", one.mark, f'"{one}" stands twice in {where}.', f"First in line {first.line}.")

    def resource_types(self, texts: Iterable[Text]) -> None:
        """Note every text that is no type of resource."""
        for one in texts:
            if one.value not in RESOURCE_TYPES:
                hint = self.nearest(one.value, RESOURCE_TYPES)
                self.note("unknown-resource", one.mark, f'FHIR R4 has no resource "{one}".', hint)

    def entries(self, node: Node | None, where: str) -> list[tuple[Text, Node]]:
        """The entries of a map of names, each key with its place."""
        if node is None:
            return []
        if not node.is_map:
            self.note("shape", node.mark, f"{where} is a map of names.")
            return []
        return [(Text(name, node.keys[name]), one) for name, one in node.value.items()]

    def items(self, node: Node | None) -> list[Node]:
        """The items of a list; a single thing counts as a list of one."""
        if node is None:
            return []
        return list(node.value) if node.is_list else [node]

    def name(self, text: Text | None) -> Text | None:
        """A name that expressions see; notes why it can be none."""
        if text is not None and (why := why_no_name(text.value)):
            self.note("bad-name", text.mark, why)
        return text

    def identifier(self, text: Text | None) -> Text | None:
        """An id; notes why it can be none."""
        if text is not None and (why := why_no_identifier(text.value)):
            self.note("bad-id", text.mark, why)
        return text

    def choice(self, node: Node | None, where: str, known: Collection[str]) -> str | None:
        """One of a few words."""
        text = self.text(node, where)
        if text is not None and text.value not in known:
            self.note("shape", text.mark, f"{where} is one of {', '.join(known)}.", self.nearest(text.value, known))
            return None
        return text.value if text else None

    def condition(self, node: Node | None, where: str) -> Text | None:
        """A condition, which takes no `=`; a truth value is taken as it was written."""
        text = Text(node.written, node.mark) if node and isinstance(node.value, bool) else self.text(node, where)
        if text is not None and text.value.startswith("="):
            hint = "Leave the = out."
            self.note("condition-equals", text.mark, "A condition is FEEL already and takes no =.", hint)
            return Text(text.value[1:].strip(), text.mark)
        return text

    def share(self, node: Node | None, where: str) -> float | None:
        """A share: `75%`, or a number from 0 to 1."""
        if node is None:
            return None
        given = node.value
        if isinstance(given, str) and (found := _PERCENT.match(given)):
            given = float(found.group(1)) / 100
        if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 <= given <= 1:
            self.note("shape", node.mark, f"{where} is a share, from 0% to 100%.", "Such as 75%, or 0.75.")
            return None
        return float(given)

    def date(self, node: Node | None, where: str) -> Text | None:
        """A date."""
        text = self.text(node, where)
        if text is not None and feel.date_value(text.value) is None:
            self.note("bad-date", text.mark, f'{where}: "{text}" is not a date.', "Such as 2027-06-30.")
        return text

    def deeper(self, node: Node, level: int, where: str) -> bool:
        """Whether steps may nest as deep as this; notes where they may not."""
        if level <= MOST_LEVELS:
            return True
        message = f"{where} nests steps deeper than {MOST_LEVELS} levels."
        self.note("too-deep", node.mark, message, "Make a pathway of its own of what is inside.")
        return False

    def declared_type(self, node: Node) -> DataType | None:
        """The type that an input or a form field declares; codes are taken as they were written (`01`, `yes`)."""
        declared = node.plain
        options = node.get("options")
        if options is not None and options.is_list:
            declared["options"] = [one.plain if one.is_map or one.is_list else one.written for one in options.value]
        try:
            read = read_type(declared if declared is not None else "any")
        except DeclarationError as error:
            place = node.value[error.key].mark if node.is_map and error.key in node.value else node.mark
            self.note("unknown-type" if error.key == "type" else "shape", place, error.message, error.hint)
            return None
        self.listed(node)
        return read

    def listed(self, node: Node) -> None:
        """What a type that can be read lists, at any depth: different options, and targets that there are."""
        if not node.is_map:
            return
        self._of_kind(node, kind_of(node.plain))
        options = node.get("options")
        if options is not None:
            self.different((Text(one.written, one.mark) for one in self.items(options)), "options")
        self.resource_types(self.texts(node.get("target"), "target"))
        fields = node.get("fields")
        inner = [node.get(key) for key in ("item", "items", "of")]
        for one in (*filter(None, inner), *(fields.value.values() if fields is not None and fields.is_map else ())):
            self.listed(one)

    def _of_kind(self, node: Node, kind: str) -> None:
        """Note the keys of a type that belong to another kind, so that nothing would read them."""
        for key, kinds in _OF_KINDS.items():
            if node.get(key) is not None and kind not in kinds:
                hint = f"It belongs to {' and '.join(kinds)}."
                self.note("unknown-key", node.keys[key], f'"{key}" says nothing of the type {kind}.', hint)

    def words(self, node: Node | None, where: str) -> Authored | None:
        """A text that may hold expressions."""
        text = self.text(node, where) if node is not None and node.value is not None else None
        return Authored(text.value, text.mark) if text is not None else None

    def authored(self, node: Node | None) -> Authored | None:
        """A value that may hold expressions, with the places inside it."""
        if node is None:
            return None
        if _too_deep(node):
            message = f"A value is nested deeper than {MOST_VALUE_LEVELS} levels."
            self.note("too-deep", node.mark, message)
            return Authored(None, node.mark)
        places: dict[tuple[str | int, ...], Mark] = {}
        _collect(node, (), places)
        return Authored(node.plain, node.mark, places)

    def authored_map(self, node: Node | None, shape: str) -> Authored | None:
        """A map of names to values, or one expression that gives such a map; `shape` says so where it is neither."""
        if node is not None and not node.is_map and not is_expression(node.value):
            self.note("shape", node.mark, shape)
            return None
        return self.authored(node)


def _collect(node: Node, path: tuple[str | int, ...], places: dict[tuple[str | int, ...], Mark]) -> None:
    places[path] = node.mark
    items: Any = ()
    if isinstance(node.value, dict):
        items = node.value.items()
    elif isinstance(node.value, list):
        items = enumerate(node.value)
    for key, one in items:
        _collect(one, (*path, key), places)


def _too_deep(node: Node) -> bool:
    here = [node]
    for _ in range(MOST_VALUE_LEVELS):
        inner = [one.value.values() if one.is_map else one.value for one in here if one.is_map or one.is_list]
        here = [one for ones in inner for one in ones]
    return any(one.is_map or one.is_list for one in here)
