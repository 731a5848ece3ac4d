"""From the text of a scenario file to its model. Like `pathways.parse`, it notes every finding and never raises."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.diagnostics import Diagnostic, Mark
from pathways.reader import Reader
from pathways.scenarios.model import DEAD_LETTER, UNWANTED, Scenario, ScenarioFile, Start, Stubs
from pathways.scenarios.parse_expect import read_expect
from pathways.scenarios.parse_stubs import over, read_stubs
from pathways.scenarios.parse_then import read_then, refused
from pathways.scenarios.pieces import map_of, text_of
from pathways.source import Node, SourceError, read_source

_FILE_KEYS = (
    "language",
    "pathway",
    "version",
    "start",
    "actions",
    "children",
    "with_children",
    "scenarios",
    "note",
    "title",
)
_KEYS = ("start", "actions", "children", "with_children", "then", "expect", "title", "note")
_START_KEYS = ("at", "zone", "site", "inputs", "event", "key", "data", "refused")
_NO_STARTS = (UNWANTED, DEAD_LETTER, "inputs-invalid", "no-unique-key")


@dataclass(frozen=True)
class ReadScenarios:
    """What a file says: its scenarios, where it could be read at all, and everything found on the way."""

    file: ScenarioFile | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def sound(self) -> bool:
        """Whether it can be run as it was meant."""
        return self.file is not None and not any(one.severity == "error" for one in self.diagnostics)


def parse_scenarios(text: str, file: str = "") -> ReadScenarios:
    """Read a file of scenarios."""
    reader = Reader(file)
    try:
        root = read_source(text)
    except SourceError as error:
        reader.note(error.rule, error.mark, error.message, error.hint)
        return ReadScenarios(None, tuple(reader.diagnostics))
    found = _file(reader, root, tuple(text.splitlines()))
    return ReadScenarios(found, tuple(sorted(reader.diagnostics, key=lambda one: (one.line, one.column, one.rule))))


def _file(reader: Reader, root: Node, lines: tuple[str, ...]) -> ScenarioFile | None:
    if not reader.keys(root, "a scenario file", _FILE_KEYS):
        return None
    language = root.get("language")
    if language is not None and language.value != 1:
        reader.note("language-version", language.mark, "This Carelane reads language 1.", "Write language: 1.")
    pathway, version = text_of(reader, root, "pathway"), text_of(reader, root, "version")
    declared = reader.required(root, "scenarios", "A scenario file")
    common = read_stubs(reader, root)
    scenarios = []
    if declared is not None and not declared.is_map:
        reader.note("shape", declared.mark, "scenarios is a map of names to scenarios.")
    elif declared is not None:
        for name, one in declared.value.items():
            scenario = _scenario(reader, name, one, declared.keys[name], root.get("start"), common)
            if scenario is not None:
                scenarios.append(scenario)
    return ScenarioFile(reader.file, pathway, version, tuple(scenarios), lines)


def _scenario(reader: Reader, name: str, node: Node, mark: Mark, start: Node | None, common: Stubs) -> Scenario | None:
    """A scenario; start and stubs at the top of the file hold where it does not say otherwise."""
    if not reader.keys(node, f'the scenario "{name}"', _KEYS):
        return None
    begun = _start(reader, node.get("start") or start, mark)
    for key in ("then", "expect"):
        if begun.refused is not None and node.get(key) is not None:
            message = f'Nothing starts in "{name}", so nothing of {key} comes true.'
            reader.note("shape", node.keys[key], message, "Leave it out.")
    return Scenario(
        name=name,
        mark=mark,
        start=begun,
        stubs=over(common, read_stubs(reader, node), "with_children" in node.value),
        then=read_then(reader, node.get("then")),
        expect=read_expect(reader, node.get("expect")),
        about=text_of(reader, node, "title"),
    )


def _start(reader: Reader, node: Node | None, mark: Mark) -> Start:
    if node is None or not reader.keys(node, "start", _START_KEYS):
        return Start(node.mark if node else mark)
    event, fields = node.get("event"), node
    if event is not None and event.is_map:
        reader.keys(event, "event", ("type", "key", "data"))
        fields, event = event, reader.required(event, "type", "event")
    name, data = reader.text(event, "event"), fields.get("data")
    return Start(
        node.mark,
        text_of(reader, node, "at"),
        text_of(reader, node, "zone"),
        text_of(reader, node, "site"),
        map_of(reader, node.get("inputs"), "inputs"),
        name.value if name else None,
        text_of(reader, fields, "key"),
        data.plain if data else {},
        refused(reader, node, _NO_STARTS),
    )
