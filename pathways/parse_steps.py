"""Reading the steps of a definition, a function per kind."""

from __future__ import annotations

from collections.abc import Callable

from pathways.durations import DurationError, parse_duration
from pathways.model import (
    Body,
    DecideDecl,
    DoDecl,
    EdgeDecl,
    EmitDecl,
    EndDecl,
    FieldDecl,
    RetryDecl,
    SetDecl,
    StepDecl,
    TaskDecl,
    TaskOutcomeDecl,
    Text,
    TimeoutDecl,
    WaitForEventDecl,
    WaitForTimeDecl,
)
from pathways.names import TASK_FIELDS, why_no_identifier, why_no_name
from pathways.reader import Reader
from pathways.source import Node

_COMMON = ("title", "stage", "note", "next", "timeout", "save", "accept")
_LATER = ("on", "clocks", "undo", "gate", "parallel", "repeat", "pathway", "cause", "collect")
_OF_KIND: dict[str, tuple[str, ...]] = {
    "do": ("with", "retry", "catch"),
    "task": (),
    "decide": (),
    "set": (),
    "wait": (),
    "emit": (),
    "end": (),
}
_TASK_KEYS = ("title", "help", "queue", "role", "priority", "due", "form", "outcomes", "note")
_TASK_LATER = ("remind", "escalate", "skill", "bulk", "separate_from", "cause", "why", "review_by")
_FIELD_KEYS = (
    "name",
    "label",
    "type",
    "target",
    "options",
    "value_set",
    "many",
    "required",
    "required_when",
    "show_when",
    "help",
    "fields",
    "item",
)


def parse_step(reader: Reader, name: Text, node: Node) -> StepDecl | None:
    """Read one step; None where its kind can't be told."""
    if not node.is_map:
        reader.note(
            "shape",
            node.mark,
            f'The step "{name}" is a map of keys to values.',
            "Begin with do, task, wait, …",
        )
        return None
    kinds = [kind for kind in _OF_KIND if kind in node.value]
    later = [kind for kind in _LATER if kind in node.value]
    where = f'the step "{name}"'
    if len(kinds) > 1:
        mark = node.keys[kinds[1]]
        reader.note("two-kinds", mark, f'The step "{name}" has {" and ".join(kinds)}; a step is one of them.')
        return None
    known = (*_COMMON, *kinds, *(_OF_KIND[kinds[0]] if kinds else ()))
    reader.keys(node, where, known, _LATER)
    if not kinds:
        if not later:
            hint = f"A step has one of {', '.join(_OF_KIND)}."
            reader.note("no-kind", name.mark, f'The step "{name}" says nothing of what it does.', hint)
        return None
    body = _BODIES[kinds[0]](reader, node, where)
    if body is None:
        return None
    save = reader.text(node.get("save"), "save")
    if save is not None and (why := why_no_name(save.value)):
        reader.note("bad-name", save.mark, why)
    title = reader.text(node.get("title"), "title")
    note = reader.text(node.get("note"), "note")
    return StepDecl(
        id=name,
        body=body,
        title=title.value if title else None,
        stage=reader.text(node.get("stage"), "stage"),
        note=note.value if note else None,
        save=save,
        timeout=_timeout(reader, node.get("timeout"), where),
        accept=reader.texts(node.get("accept"), "accept"),
        next=_next(reader, node.get("next"), where),
    )


def _timeout(reader: Reader, node: Node | None, where: str) -> TimeoutDecl | None:
    if node is None or not reader.keys(node, f"timeout of {where}", ("after", "to"), ("undo",)):
        return None
    after = reader.text(reader.required(node, "after", "timeout"), "after")
    to = reader.text(reader.required(node, "to", "timeout"), "to")
    return TimeoutDecl(after, to) if after and to else None


def _next(reader: Reader, node: Node | None, where: str) -> tuple[EdgeDecl, ...] | None:
    if node is None:
        return None
    if node.is_map:
        found = [
            EdgeDecl(to, outcome=Text(outcome, node.keys[outcome]))
            for outcome, one in node.value.items()
            if (to := _target(reader, one, f'next of {where}, outcome "{outcome}"'))
        ]
        return tuple(found)
    if node.is_list:
        return edges(reader, node, f"next of {where}")
    to = reader.text(node, f"next of {where}")
    return (EdgeDecl(to),) if to else None


def _target(reader: Reader, node: Node, where: str) -> Text | None:
    if node.is_list or node.is_map:
        reader.note("shape", node.mark, f"{where} is a step's id.", "Put conditions into a decide step behind it.")
        return None
    return reader.text(node, where)


def edges(reader: Reader, node: Node, where: str) -> tuple[EdgeDecl, ...]:
    """A list of `{when, to}`."""
    found = []
    for one in node.value:
        if not reader.keys(one, f"a way of {where}", ("when", "to", "note"), ("undo", "give")):
            continue
        to = reader.text(reader.required(one, "to", "A way on"), "to")
        when = reader.text(one.get("when"), "when")
        if to is not None:
            found.append(EdgeDecl(to, _condition(reader, when)))
    return tuple(found)


def _condition(reader: Reader, when: Text | None) -> Text | None:
    if when is not None and when.value.startswith("="):
        reader.note("condition-equals", when.mark, "A condition is FEEL already and takes no =.", "Leave the = out.")
        return Text(when.value[1:].strip(), when.mark)
    return when


def _do(reader: Reader, node: Node, where: str) -> Body | None:
    action = reader.text(node.get("do"), f"do of {where}")
    if action is None:
        reader.note("missing-key", node.keys["do"], f"do of {where} names an action.")
        return None
    given = node.get("with")
    if given is not None and not given.is_map:
        reader.note("shape", given.mark, f"with of {where} is a map of the action's input.")
        given = None
    catch = node.get("catch")
    caught: list[tuple[Text, Text]] = []
    if catch is not None and catch.is_map:
        for problem, one in catch.value.items():
            if to := reader.text(one, "catch"):
                caught.append((Text(problem, catch.keys[problem]), to))
    elif catch is not None:
        reader.note("shape", catch.mark, f"catch of {where} is a map from problem to step.")
    return DoDecl(action, reader.authored(given), _retry(reader, node.get("retry"), where), tuple(caught))


def _retry(reader: Reader, node: Node | None, where: str) -> RetryDecl | None:
    if node is None or not reader.keys(node, f"retry of {where}", ("attempts", "first", "factor", "most")):
        return None
    numbers: dict[str, float | None] = {}
    for key, most in (("attempts", 10_000), ("factor", 100)):
        one = node.get(key)
        given = one.value if one is not None and not isinstance(one.value, bool) else None
        if one is not None and not (isinstance(given, (int, float)) and 1 <= given <= most):
            reader.note("shape", one.mark, f"{key} of retry is a number from 1 to {most:,}.")
            given = None
        numbers[key] = None if given is None else float(given)
    for key in ("first", "most"):
        numbers[key] = _seconds(reader, node.get(key), key)
    attempts = numbers["attempts"]
    return RetryDecl(
        node.mark,
        None if attempts is None else int(attempts),
        numbers["first"],
        numbers["factor"],
        numbers["most"],
    )


def _seconds(reader: Reader, node: Node | None, key: str) -> float | None:
    text = reader.text(node, key)
    if text is None:
        return None
    try:
        seconds = parse_duration(text.value).elapsed_seconds
    except DurationError as error:
        reader.note("bad-duration", text.mark, error.message, error.hint)
        return None
    if seconds is None or seconds < 0:
        reader.note("bad-duration", text.mark, f"{key} of retry is elapsed time.", "Such as 10 seconds or 30 minutes.")
        return None
    return seconds


def _task(reader: Reader, node: Node, where: str) -> Body | None:
    task = node.value["task"]
    if not reader.keys(task, f"task of {where}", _TASK_KEYS, _TASK_LATER):
        return None
    reader.required(task, "queue", f"The task of {where}")
    outcomes = []
    declared = task.get("outcomes")
    if declared is not None and reader.keys(declared, f"outcomes of {where}", tuple(declared.keys)):
        outcomes = [_task_outcome(reader, Text(name, declared.keys[name]), one) for name, one in declared.value.items()]
    return TaskDecl(
        mark=task.mark,
        title=reader.authored(task.get("title")),
        help=reader.authored(task.get("help")),
        queue=reader.authored(task.get("queue")),
        role=reader.text(task.get("role"), "role"),
        priority=reader.authored(task.get("priority")),
        due=reader.text(task.get("due"), "due"),
        form=_form(reader, task.get("form"), where),
        outcomes=tuple(outcomes),
    )


def _task_outcome(reader: Reader, name: Text, node: Node) -> TaskOutcomeDecl:
    if why := why_no_identifier(name.value):
        reader.note("bad-id", name.mark, why)
    if node.is_map:
        reader.keys(node, f"the outcome {name}", ("title", "role", "note"))
        title = reader.text(node.get("title"), "title")
        return TaskOutcomeDecl(name, str(title or name), reader.text(node.get("role"), "role"))
    title = reader.text(node, f"the outcome {name}") if node.value is not None else None
    return TaskOutcomeDecl(name, str(title or name))


def _form(reader: Reader, node: Node | None, where: str) -> tuple[FieldDecl, ...]:
    if node is None:
        return ()
    if not node.is_list:
        reader.note("shape", node.mark, f"form of {where} is a list of fields.", "Each: - {name, label, type}.")
        return ()
    found: list[FieldDecl] = []
    for one in node.value:
        field = _field(reader, one, where)
        if field is None:
            continue
        if any(field.name.value == other.name.value for other in found):
            reader.note("duplicate-field", field.name.mark, f'The form of {where} has two fields "{field.name}".')
        found.append(field)
    return tuple(found)


def _field(reader: Reader, node: Node, where: str) -> FieldDecl | None:
    if not reader.keys(node, f"a field of {where}", _FIELD_KEYS):
        return None
    name = reader.text(reader.required(node, "name", "A field"), "name")
    if name is None:
        return None
    if why := why_no_name(name.value):
        reader.note("bad-name", name.mark, why)
    if name.value in TASK_FIELDS:
        reader.note("bad-name", name.mark, f'"{name}" is what a task saves by itself.', "Choose another name.")
    declared = reader.declared_type(node)
    if declared is None:
        return None
    label = reader.text(node.get("label"), "label")
    help_text = reader.text(node.get("help"), "help")
    return FieldDecl(
        name=name,
        label=str(label or name.value.replace("_", " ").capitalize()),
        type=declared,
        required=reader.flag(node.get("required"), "required"),
        required_when=_condition(reader, reader.text(node.get("required_when"), "required_when")),
        show_when=_condition(reader, reader.text(node.get("show_when"), "show_when")),
        help=help_text.value if help_text else None,
    )


def _decide(reader: Reader, node: Node, where: str) -> Body | None:
    decide = node.value["decide"]
    if not reader.keys(decide, f"decide of {where}", ("rules",), ("table", "give", "save")):
        return None
    rules = decide.get("rules")
    if rules is None or not rules.is_list:
        if decide.get("table") is None:
            reader.note("missing-key", decide.mark, f"decide of {where} has rules.", "A list of {when, to}.")
        return None
    if "next" in node.value:
        reader.note("decide-next", node.keys["next"], "A decide step goes where its rules say.", "Leave next out.")
    return DecideDecl(edges(reader, rules, where), decide.mark)


def _set(reader: Reader, node: Node, where: str) -> Body | None:
    body = node.value["set"]
    if not body.is_map:
        reader.note("shape", body.mark, f"set of {where} is a map of names to values.")
        return None
    found = []
    for name, one in body.value.items():
        text = Text(name, body.keys[name])
        if why := why_no_name(name):
            reader.note("bad-name", text.mark, why)
        value = reader.authored(one)
        if value is not None:
            found.append((text, value))
    return SetDecl(tuple(found))


def _wait(reader: Reader, node: Node, where: str) -> Body | None:
    wait = node.value["wait"]
    if not reader.keys(wait, f"wait of {where}", ("event", "key", "when", "until", "for"), ("any", "lookback")):
        return None
    ways = [way for way in ("event", "until", "for") if wait.get(way) is not None]
    if len(ways) != 1:
        if wait.get("any") is None:
            reader.note("wait-for-what", wait.mark, f"wait of {where} has one of event, until and for.")
        return None
    if ways == ["event"]:
        event = reader.text(wait.get("event"), "event")
        when = _condition(reader, reader.text(wait.get("when"), "when"))
        return WaitForEventDecl(event, wait.mark, reader.authored(wait.get("key")), when) if event else None
    until, duration = reader.text(wait.get("until"), "until"), reader.text(wait.get("for"), "for")
    return WaitForTimeDecl(wait.mark, until, duration)


def _emit(reader: Reader, node: Node, where: str) -> Body | None:
    emit = node.value["emit"]
    if not reader.keys(emit, f"emit of {where}", ("type", "data")):
        return None
    event = reader.text(reader.required(emit, "type", "emit"), "type")
    return EmitDecl(event, reader.authored(emit.get("data"))) if event else None


def _end(reader: Reader, node: Node, where: str) -> Body | None:
    outcome = reader.text(node.get("end"), f"end of {where}")
    if outcome is None:
        reader.note("missing-key", node.keys["end"], f"end of {where} names an outcome.")
        return None
    return EndDecl(outcome)


_BODIES: dict[str, Callable[[Reader, Node, str], Body | None]] = {
    "do": _do,
    "task": _task,
    "decide": _decide,
    "set": _set,
    "wait": _wait,
    "emit": _emit,
    "end": _end,
}
