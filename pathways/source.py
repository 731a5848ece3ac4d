"""YAML with positions: the text of a definition as a tree whose every node knows its line and column.

YAML 1.2's core schema: keys are text, timestamps stay text, duplicate keys and aliases are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import yaml

from pathways.diagnostics import Mark

MOST_BYTES = 1_000_000
MOST_LEVELS = 180
"""How deep maps and lists may nest: thirty levels of steps, each up to five of YAML, and what is written in them."""
MOST_DIGITS = 400

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0(o[0-7]+|x[0-9a-fA-F]+)\Z")
_BROKEN = re.compile("[\ud800-\udfff]")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NO_NUMBER = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")


class SourceError(Exception):
    """The text is not YAML as the language wants it; `mark` says where."""

    def __init__(self, message: str, mark: Mark, hint: str = "", rule: str = "yaml") -> None:
        super().__init__(message)
        self.message = message
        self.mark = mark
        self.hint = hint
        self.rule = rule


@dataclass(frozen=True)
class Node:
    """A node of the tree: `value` is a scalar, a list of nodes, or a map of text to nodes.

    `keys` has the places of a map's keys; `written` is a scalar as it stands in the file (`01`, where its value is 1).
    """

    value: Any
    mark: Mark
    keys: dict[str, Mark] = field(default_factory=dict)
    written: str = ""

    @property
    def plain(self) -> Any:
        """The node as plain JSON, without places."""
        if isinstance(self.value, dict):
            return {name: one.plain for name, one in self.value.items()}
        if isinstance(self.value, list):
            return [one.plain for one in self.value]
        return self.value

    @property
    def is_map(self) -> bool:
        """Whether it is a map."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, list)

    def get(self, name: str) -> Node | None:
        """The node under a key of a map, or None where there is none, or it is null."""
        found = self.value.get(name) if isinstance(self.value, dict) else None
        return found if found is not None and found.value is not None else None

    def place(self, path: Iterable[str]) -> Mark:
        """Where the entry that a path of keys leads to begins; where a key is missing, the last one that is there."""
        mark, node = self.mark, self
        for key in path:
            if key not in node.keys:
                break
            mark, node = node.keys[key], node.value[key]
        return mark

    def walk(self) -> Iterator[Node]:
        """This node and every node below it."""
        yield self
        below = self.value.values() if isinstance(self.value, dict) else self.value
        if isinstance(self.value, (dict, list)):
            for one in below:
                yield from one.walk()


def read_source(text: str) -> Node:
    """The tree of a YAML text. Raises `SourceError` with the place for anything that is not one document of it."""
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise SourceError("The file is larger than 1 MB.", Mark(), "Split the pathway into children.")
    if broken := _BROKEN.search(text):
        before = text[: broken.start()]
        mark = Mark(before.count("\n") + 1, broken.start() - before.rfind("\n"))
        raise SourceError("This is not UTF-8 text.", mark, "Save the file as UTF-8.")
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return _Builder(events).document()
    except yaml.YAMLError as error:
        raise _readable(error) from None


def _readable(error: yaml.YAMLError) -> SourceError:
    at = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    mark = Mark(at.line + 1, at.column + 1) if at is not None else Mark()
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).splitlines()[0]
    hint = next((one for words, one in _HINTS.items() if words in str(problem)), "")
    return SourceError(f"This is not YAML: {problem}.", mark, hint)


_COLUMNS = "What belongs together begins in the same column, and a list does not stand among keys."
_HINTS = {
    "mapping values": "A text with a colon or a brace in it goes in quotes.",
    "cannot start any token": "Lines are indented with spaces, not with tabs. A text that begins with @ is quoted.",
    "did not find expected ',' or": "Inside { } or [ ] a text with a comma, colon or bracket in it goes in quotes, and "
    "one with quotes in it in those of the other kind.",
    "did not find expected key": _COLUMNS,
    "did not find expected '-' indicator": _COLUMNS,
}
"""What helps, by what the reader of YAML says."""


class _Builder:
    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.level = 0

    def document(self) -> Node:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise SourceError("A file holds one document.", _mark(event), 'Remove the line "---".')
                root = self.node(next(self.events))
        return root if root is not None else Node({}, Mark())

    def node(self, event: Any) -> Node:
        mark = _mark(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise SourceError("Anchors and aliases are not part of the language.", mark, "Write the value out.")
        if event.tag not in (None, "!"):
            raise SourceError("Tags are not part of the language.", mark, "Leave it out; quotes make a text.")
        if isinstance(event, yaml.ScalarEvent):
            return Node(_scalar(event, mark), mark, written=str(event.value))
        self.level += 1
        if self.level > MOST_LEVELS:
            hint = "Make a pathway of its own of what is inside."
            message = f"Nested deeper than anything in a definition ({MOST_LEVELS} levels)."
            raise SourceError(message, mark, hint, "too-deep")
        built = self.sequence(mark) if isinstance(event, yaml.SequenceStartEvent) else self.mapping(mark)
        self.level -= 1
        return built

    def sequence(self, mark: Mark) -> Node:
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event))
        return Node(items, mark)

    def mapping(self, mark: Mark) -> Node:
        entries: dict[str, Node] = {}
        keys: dict[str, Mark] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key_mark = _mark(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise SourceError("A key is a text.", key_mark, 'A value that starts with "{" or "[" goes in quotes.')
            if event.anchor or event.tag not in (None, "!"):
                raise SourceError("Anchors and tags are not part of the language.", key_mark, "Write the key out.")
            key = str(event.value)
            if key in entries:
                raise SourceError(f'The key "{key}" stands here twice; first in line {keys[key].line}.', key_mark)
            keys[key] = key_mark
            entries[key] = self.node(next(self.events))
        return Node(entries, mark, keys)


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _scalar(event: Any, mark: Mark) -> Any:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _INTEGER.match(text):
        return int(_kept(text, mark))
    if _BASED.match(text):
        return int(_kept(text, mark), 0)
    if _FLOAT.match(text):
        number = float(_kept(text, mark))
        if isfinite(number):
            return number
        raise SourceError(f"{text} is larger than any number that is kept.", mark, "Quotes make it a text.")
    if _NO_NUMBER.match(text):
        raise SourceError(f"{text} is no number that can be kept.", mark, "Quotes make it a text.")
    return text


def _kept(text: str, mark: Mark) -> str:
    if len(text) > MOST_DIGITS:
        message = f"A number of {len(text):,} characters is longer than any that is kept."
        raise SourceError(message, mark, "Quotes make it a text.")
    return text
