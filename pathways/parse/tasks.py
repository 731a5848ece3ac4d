"""Reading `task`: its form, its outcomes, its reminders and escalations."""

from __future__ import annotations

from pathways.model import (
    Body,
    EscalationDecl,
    FieldDecl,
    ReminderDecl,
    TaskDecl,
    TaskOutcomeDecl,
    Text,
)
from pathways.names import TASK_FIELDS
from pathways.parse.clocks import ALERT_KEYS, parse_alert
from pathways.reader import Reader
from pathways.source import Node

_TASK_KEYS = (
    "title",
    "help",
    "queue",
    "role",
    "priority",
    "due",
    "remind",
    "escalate",
    "form",
    "outcomes",
    "skill",
    "bulk",
    "separate_from",
    *ALERT_KEYS,
    "note",
)
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
    "items",
    "of",
    "note",
)
_MOMENTS = ("after", "before", "at")


def parse_task(reader: Reader, node: Node, where: str) -> Body | None:
    """`task`."""
    task = node.value["task"]
    if not reader.keys(task, f"task of {where}", _TASK_KEYS):
        return None
    reader.required(task, "queue", f"The task of {where}")
    outcomes = [_outcome(reader, name, one) for name, one in reader.entries(task.get("outcomes"), "outcomes")]
    return TaskDecl(
        mark=task.mark,
        title=reader.words(task.get("title"), "title"),
        help=reader.words(task.get("help"), "help"),
        queue=reader.words(task.get("queue"), "queue"),
        role=reader.text(task.get("role"), "role"),
        priority=reader.words(task.get("priority"), "priority"),
        due=reader.text(task.get("due"), "due"),
        remind=_reminders(reader, task, where),
        escalate=_escalations(reader, task, where),
        form=_form(reader, task.get("form"), where),
        outcomes=tuple(outcomes),
        skill=reader.text(task.get("skill"), "skill"),
        bulk=reader.flag(task.get("bulk"), "bulk"),
        separate_from=reader.text(task.get("separate_from"), "separate_from"),
        **parse_alert(reader, task),
    )


def _reminders(reader: Reader, task: Node, where: str) -> tuple[ReminderDecl, ...]:
    """A time, `{after | before | at}`, or a list of these; a bare duration counts from the opening."""
    found = []
    for one in reader.items(task.get("remind")):
        if not one.is_map:
            if (after := reader.text(one, "remind")) is not None:
                found.append(ReminderDecl(mark=one.mark, after=after))
            continue
        if not reader.keys(one, f"remind of {where}", (*_MOMENTS, *ALERT_KEYS, "note")):
            continue
        moments = {key: text for key in _MOMENTS if (text := reader.text(one.get(key), key)) is not None}
        if len(moments) != 1:
            reader.note("shape", one.mark, f"remind of {where} has one of after, before and at.")
            continue
        if "before" in moments and task.get("due") is None:
            mark = one.keys["before"]
            reader.note("missing-key", mark, f"The task of {where} is never due, so nothing is before it.")
        found.append(ReminderDecl(mark=one.mark, **moments, **parse_alert(reader, one)))
    return tuple(found)


def _escalations(reader: Reader, task: Node, where: str) -> tuple[EscalationDecl, ...]:
    found = []
    for one in reader.items(task.get("escalate")):
        if not reader.keys(one, f"escalate of {where}", ("after", "queue", *ALERT_KEYS, "note")):
            continue
        after = reader.text(reader.required(one, "after", f"escalate of {where}"), "after")
        queue = reader.words(reader.required(one, "queue", f"escalate of {where}"), "queue")
        if after and queue:
            found.append(EscalationDecl(mark=one.mark, after=after, queue=queue, **parse_alert(reader, one)))
    return tuple(found)


def _outcome(reader: Reader, name: Text, node: Node) -> TaskOutcomeDecl:
    reader.identifier(name)
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
    name = reader.name(reader.text(reader.required(node, "name", "A field"), "name"))
    if name is None:
        return None
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
        required_when=reader.condition(node.get("required_when"), "required_when"),
        show_when=reader.condition(node.get("show_when"), "show_when"),
        help=help_text.value if help_text else None,
    )
