"""From the text of a scenario file to its model. Like `pathways.parse`, it notes every finding and never raises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pathways.diagnostics import Diagnostic, Mark
from pathways.durations import Duration, DurationError, parse_duration
from pathways.reader import Reader
from pathways.scenarios.model import Answer, Expectation, Happening, Scenario, ScenarioFile, Start
from pathways.source import Node, SourceError, read_source

_FILE_KEYS = ("language", "pathway", "version", "start", "actions", "scenarios", "note", "title")
_KEYS = ("start", "actions", "then", "expect", "title", "note")
_LATER = ("children", "with_children")
_START_KEYS = ("at", "zone", "inputs")
_ANSWER_KEYS = ("give", "fail", "problem", "takes", "message", "detail")
_VERBS = ("complete", "event", "retry", "cancel", "claim")
_LATER_VERBS = ("offer", "skip", "move", "suspend", "resume", "set")
_THEN_KEYS = ("after", "note")
_OF_VERB = {
    "complete": ("outcome", "form", "by", "roles", "role"),
    "event": ("type", "key", "data"),
    "retry": ("address", "input", "by", "reason", "had_no_effect"),
    "cancel": ("by", "reason"),
    "claim": ("by",),
}
_EXPECT_KEYS = (
    "outcome",
    "at",
    "visited",
    "data",
    "open_tasks",
    "emitted",
    "actions_run",
    "actions_order",
    "incidents",
    "no_incidents",
)
_LATER_EXPECT = ("clocks", "children_cancelled", "offers", "side_flows")


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
        reader.note("yaml", error.mark, error.message, error.hint)
        return ReadScenarios(None, tuple(reader.diagnostics))
    found = _file(reader, root, tuple(text.splitlines()))
    return ReadScenarios(found, tuple(sorted(reader.diagnostics, key=lambda one: (one.line, one.column, one.rule))))


def _file(reader: Reader, root: Node, lines: tuple[str, ...]) -> ScenarioFile | None:
    if not reader.keys(root, "a scenario file", _FILE_KEYS):
        return None
    language = root.get("language")
    if language is not None and language.value != 1:
        reader.note("language-version", language.mark, "This Carelane reads language 1.", "Write language: 1.")
    pathway = reader.text(root.get("pathway"), "pathway")
    version = reader.text(root.get("version"), "version")
    declared = reader.required(root, "scenarios", "A scenario file")
    common = _actions(reader, root.get("actions"))
    scenarios = []
    if declared is not None and not declared.is_map:
        reader.note("shape", declared.mark, "scenarios is a map of names to scenarios.")
    elif declared is not None:
        for name, one in declared.value.items():
            scenario = _scenario(reader, name, one, declared.keys[name], root.get("start"), common)
            if scenario is not None:
                scenarios.append(scenario)
    return ScenarioFile(
        reader.file,
        pathway.value if pathway else None,
        version.value if version else None,
        tuple(scenarios),
        lines,
    )


def _scenario(
    reader: Reader,
    name: str,
    node: Node,
    mark: Mark,
    start: Node | None,
    common: dict[str, tuple[Answer, ...]],
) -> Scenario | None:
    """A scenario; start and actions at the top of the file hold where it does not say otherwise."""
    if not reader.keys(node, f'the scenario "{name}"', _KEYS, _LATER):
        return None
    title = reader.text(node.get("title"), "title")
    return Scenario(
        name=name,
        mark=mark,
        start=_start(reader, node.get("start") or start, mark),
        actions={**common, **_actions(reader, node.get("actions"))},
        then=_then(reader, node.get("then")),
        expect=_expect(reader, node.get("expect")),
        about=title.value if title else None,
    )


def _start(reader: Reader, node: Node | None, mark: Mark) -> Start:
    if node is None or not reader.keys(node, "start", _START_KEYS):
        return Start(node.mark if node else mark)
    at, zone = reader.text(node.get("at"), "at"), reader.text(node.get("zone"), "zone")
    inputs = _map(reader, node.get("inputs"), "inputs")
    return Start(node.mark, at.value if at else None, zone.value if zone else None, inputs)


def _map(reader: Reader, node: Node | None, where: str) -> dict[str, Any]:
    if node is None:
        return {}
    if not node.is_map:
        reader.note("shape", node.mark, f"{where} is a map of names to values.")
        return {}
    plain: dict[str, Any] = node.plain
    return plain


def _actions(reader: Reader, node: Node | None) -> dict[str, tuple[Answer, ...]]:
    if node is None:
        return {}
    if not node.is_map:
        reader.note("shape", node.mark, "actions is a map from an action's name to what it answers, in order.")
        return {}
    found = {}
    for name, one in node.value.items():
        items = one.value if one.is_list else [one]
        answers = (_answer(reader, item, name) for item in items)
        found[name] = tuple(answer for answer in answers if answer is not None)
        if not items:
            reader.note("shape", one.mark, f"{name} answers nothing.", "Write [{give: {…}}].")
    return found


def _answer(reader: Reader, node: Node, name: str) -> Answer | None:
    if not reader.keys(node, f"an answer of {name}", _ANSWER_KEYS):
        return None
    kinds = [kind for kind in ("give", "fail", "problem") if kind in node.value]
    if len(kinds) != 1:
        hint = "{give: {…}}, {fail: a technical reason} or {problem: name}, with takes: where it matters."
        reader.note("shape", node.mark, f"An answer of {name} is one of give, fail and problem.", hint)
        return None
    value = node.value[kinds[0]]
    takes = _duration(reader, node.get("takes"), "takes")
    message, detail = reader.text(node.get("message"), "message"), node.get("detail")
    plain_detail = detail.plain if detail else None
    if kinds[0] == "give":
        return Answer(node.mark, "give", value.plain, takes=takes)
    reason = reader.text(value if value.value is not None else None, kinds[0])
    if reason is None and kinds[0] == "problem":
        reader.note("shape", node.mark, "problem names the problem that the action reports.")
        return None
    text = reason.value if reason else "failed"
    spoken = message.value if message else ""
    return Answer(node.mark, "fail" if kinds[0] == "fail" else "problem", text, spoken, plain_detail, takes)


def _duration(reader: Reader, node: Node | None, where: str) -> Duration | None:
    text = reader.text(node, where)
    if text is None:
        return None
    try:
        return parse_duration(text.value)
    except DurationError as error:
        reader.note("bad-duration", text.mark, error.message, error.hint)
        return None


# -- then -----------------------------------------------------------------------------------------------------------


def _then(reader: Reader, node: Node | None) -> tuple[Happening, ...]:
    if node is None:
        return ()
    if not node.is_list:
        reader.note(
            "shape", node.mark, "then is a list of what happens, in order.", "Each: - {after: 1 hour, complete: …}."
        )
        return ()
    found = (_happening(reader, one) for one in node.value)
    return tuple(one for one in found if one is not None)


def _happening(reader: Reader, node: Node) -> Happening | None:
    if not node.is_map:
        hint = "Such as {after: 1 hour, complete: a-task} or {event: type, key: …}."
        reader.note("shape", node.mark, "What happens is a map.", hint)
        return None
    verbs = [verb for verb in _VERBS if verb in node.value]
    if len(verbs) > 1:
        message = f"One thing happens at a time, not {' and '.join(verbs)}."
        reader.note("shape", node.keys[verbs[1]], message, "Write them as two entries.")
        return None
    known = (*_THEN_KEYS, *(verbs or _VERBS), *(_OF_VERB[verbs[0]] if verbs else ()))
    reader.keys(node, "an entry of then", known, () if verbs else _LATER_VERBS)
    after = _duration(reader, node.get("after"), "after")
    if not verbs:
        if after is None and not node.keys.keys() & {"after", *_LATER_VERBS}:
            reader.note("shape", node.mark, "Nothing happens here.", f"Say after, or one of {', '.join(_VERBS)}.")
        return Happening(node.mark, "pass", after)
    return _READERS[verbs[0]](reader, node, after)


def _by(reader: Reader, node: Node) -> str:
    by = reader.text(node.get("by"), "by")
    return by.value if by else "somebody"


def _reason(reader: Reader, node: Node) -> str:
    reason = reader.text(node.get("reason"), "reason")
    return reason.value if reason else "a scenario"


def _address(reader: Reader, node: Node, verb: str) -> str | None:
    one = node.value[verb]
    text = reader.text(one if one.value is not None else None, verb)
    if text is None and one.value is None:
        reader.note("shape", node.keys[verb], f"{verb} names an address.", "A step's id, with @2 on its second visit.")
    return text.value if text else None


def _complete(reader: Reader, node: Node, after: Duration | None) -> Happening | None:
    address = _address(reader, node, "complete")
    outcome = reader.text(node.get("outcome"), "outcome")
    roles = [*reader.texts(node.get("roles"), "roles"), *reader.texts(node.get("role"), "role")]
    if address is None:
        return None
    return Happening(
        node.mark,
        "complete",
        after,
        address,
        outcome=outcome.value if outcome else "",
        form=_map(reader, node.get("form"), "form"),
        by=_by(reader, node),
        roles=tuple(role.value for role in roles) or None,
    )


def _event(reader: Reader, node: Node, after: Duration | None) -> Happening | None:
    event = node.value["event"]
    if event.is_map:
        reader.keys(event, "event", ("type", "key", "data"))
        fields, type_node = event, event.get("type")
    else:
        fields, type_node = node, event if event.value is not None else None
    name, key, data = reader.text(type_node, "event"), reader.text(fields.get("key"), "key"), fields.get("data")
    if name is None:
        reader.note("shape", node.keys["event"], "event names the event's type.")
        return None
    return Happening(
        node.mark, "event", after, name.value, key=key.value if key else None, data=data.plain if data else {}
    )


def _retry(reader: Reader, node: Node, after: Duration | None) -> Happening | None:
    retry = node.value["retry"]
    fields = node
    if retry.is_map:
        reader.keys(retry, "retry", _OF_VERB["retry"])
        fields, address = retry, reader.text(reader.required(retry, "address", "retry"), "address")
    else:
        named = _address(reader, node, "retry")
        if named is None:
            return None
        address = reader.text(retry, "retry")
    if address is None:
        return None
    given = fields.get("input")
    return Happening(
        node.mark,
        "retry",
        after,
        address.value,
        by=_by(reader, fields),
        given=given.plain if given else None,
        had_no_effect=reader.flag(fields.get("had_no_effect"), "had_no_effect"),
        reason=_reason(reader, fields),
    )


def _cancel(reader: Reader, node: Node, after: Duration | None) -> Happening:
    cancel = node.value["cancel"]
    reason = cancel.value if isinstance(cancel.value, str) else ""
    fields = node
    if cancel.is_map:
        reader.keys(cancel, "cancel", _OF_VERB["cancel"])
        fields = cancel
    return Happening(node.mark, "cancel", after, by=_by(reader, fields), reason=reason or _reason(reader, fields))


def _claim(reader: Reader, node: Node, after: Duration | None) -> Happening | None:
    address = _address(reader, node, "claim")
    return Happening(node.mark, "claim", after, address, by=_by(reader, node)) if address else None


_READERS: dict[str, Callable[[Reader, Node, Duration | None], Happening | None]] = {
    "complete": _complete,
    "event": _event,
    "retry": _retry,
    "cancel": _cancel,
    "claim": _claim,
}


# -- expect ---------------------------------------------------------------------------------------------------------


def _expect(reader: Reader, node: Node | None) -> tuple[Expectation, ...]:
    if node is None or not reader.keys(node, "expect", _EXPECT_KEYS, _LATER_EXPECT):
        return ()
    found = []
    for name, one in node.value.items():
        if name in _EXPECT_KEYS:
            marks: dict[str | int, Mark] = {}
            if one.is_list:
                marks = {index: item.mark for index, item in enumerate(one.value)}
            elif one.is_map:
                marks = dict(one.keys)
            if _fits(reader, name, one):
                found.append(Expectation(name, one.plain, node.keys[name], marks))
    return tuple(found)


def _fits(reader: Reader, name: str, node: Node) -> bool:
    """Whether an expectation has the form that its comparison takes."""
    match name:
        case "outcome":
            good, form = isinstance(node.value, str) or node.value is None, "the outcome's id"
        case "at":
            good, form = _texts(node) or node.value is None, "a position or a list of positions"
        case "visited" | "actions_order":
            good, form = _texts(node), "a list of names, in order"
        case "data" | "actions_run":
            good, form = node.is_map, "a map of names"
        case "no_incidents":
            good, form = isinstance(node.value, bool), "true or false"
        case "open_tasks":
            good, form = (
                _items(reader, node, _TASK_KEYS, "an open task"),
                "a list of tasks, each by the fields that matter",
            )
        case "emitted":
            good, form = (
                _items(reader, node, _EVENT_KEYS, "an emitted event"),
                "a list of event types, or of {type, data}",
            )
        case _:
            good, form = _items(reader, node, _INCIDENT_KEYS, "an incident"), "a list of kinds, or of {at, kind}"
    if not good:
        reader.note("shape", node.mark, f"{name} is {form}.")
    return good


_TASK_KEYS = ("address", "at", "step", "title", "queue", "role", "priority", "due", "stage", "help")
_EVENT_KEYS = ("type", "data", "at")
_INCIDENT_KEYS = ("at", "address", "step", "kind", "message")


def _texts(node: Node) -> bool:
    items = node.value if node.is_list else [node]
    return all(isinstance(one.value, str) for one in items)


def _items(reader: Reader, node: Node, keys: tuple[str, ...], where: str) -> bool:
    items = node.value if node.is_list else [node]
    for one in items:
        if one.is_map:
            reader.keys(one, where, keys)
    return all(one.is_map or isinstance(one.value, str) for one in items)
