"""Reading what happens in a scenario: time, people, operators, events, children."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import get_args

from pathways.diagnostics import nearest
from pathways.reader import Reader
from pathways.scenarios.model import ANY_REFUSAL, Happening, Verb
from pathways.scenarios.parse_expect import read_expect
from pathways.scenarios.pieces import duration_of, map_of, plain_of, text_of
from pathways.source import Node

VERBS: tuple[Verb, ...] = tuple(one for one in get_args(Verb) if one != "pass")

_ALWAYS = ("after", "note", "in", "refused", "expect_refusal", "expect")
_WHO = ("by", "roles")
_WHY = ("by", "roles", "reason")
_SPOKEN = ("suspend", "resume", "release", "cancel")
_OF_VERB: dict[str, tuple[str, ...]] = {
    "complete": ("address", "task", "outcome", "form", "role", "seen", *_WHO),
    "event": ("type", "key", "data"),
    "claim": ("address", "task", *_WHO),
    "offer": ("side", *_WHO),
    "add_task": ("title", "queue", "priority", "role", "help", "due", *_WHO),
    "retry": ("address", "input", "with", "had_no_effect", *_WHY),
    "skip": ("address", "output", "outputs", "give", "with", "outcome", "form", *_WHY),
    "move": ("address", "from", "to", "undo", *_WHY),
    "set": ("value", "to", "scope", *_WHY),
    "suspend": ("pause_clocks", *_WHY),
    "resume": _WHY,
    "hold": ("steps", "own", *_WHY),
    "release": ("own", *_WHY),
    "cancel": _WHY,
    "child": ("address", "outcome", "give", "fail"),
    "migrate": ("to", "map", *_WHY),
}
REFUSALS = (
    "unknown-task", "task-closed", "unknown-outcome", "role-missing", "form-invalid", "separation", "gate-role",
    "inputs-changed", "inputs-invalid", "input-invalid", "output-invalid", "value-invalid", "data-invalid",
    "unknown-name", "unknown-step", "no-position", "no-incident", "no-input", "retry-running", "skip-decide",
    "skip-undo", "suspended", "not-suspended", "not-held", "not-offered", "cancelling", "ended", "task-invalid",
    "already-started", "not-started", "migration-blocked", "store-lag", "task-held",
)  # fmt: skip
"""The codes with which the engine refuses, and that with which a task is refused that somebody else has."""


def read_then(reader: Reader, node: Node | None) -> tuple[Happening, ...]:
    """What happens, in order."""
    if node is None:
        return ()
    if not node.is_list:
        hint = "Each: - {after: 1 hour, complete: …}."
        reader.note("shape", node.mark, "then is a list of what happens, in order.", hint)
        return ()
    found = (_happening(reader, one) for one in node.value)
    return tuple(one for one in found if one is not None)


def _happening(reader: Reader, node: Node) -> Happening | None:
    if not node.is_map:
        hint = "Such as {after: 1 hour, complete: a-task} or {event: type, key: …}."
        reader.note("shape", node.mark, "What happens is a map.", hint)
        return None
    verbs = [verb for verb in VERBS if verb in node.value]
    if len(verbs) > 1:
        message = f"One thing happens at a time, not {' and '.join(verbs)}."
        reader.note("shape", node.keys[verbs[1]], message, "Write them as two entries.")
        return None
    reader.keys(node, "an entry of then", (*_ALWAYS, *(verbs or VERBS), *(_OF_VERB[verbs[0]] if verbs else ())))
    if not verbs and not node.keys.keys() & {"after", "expect"}:
        reader.note("shape", node.mark, "Nothing happens here.", f"Say after, or one of {', '.join(VERBS)}.")
        return None
    happening: Happening | None = Happening(node.mark, "pass")
    if verbs:
        fields = _fields(reader, node, verbs[0])
        happening = _READERS[verbs[0]](reader, _Entry(node, fields, verbs[0]))
    if happening is None:
        return None
    return replace(
        happening,
        after=duration_of(reader, node, "after"),
        within=text_of(reader, node, "in") or "",
        refused=refused(reader, node),
        expect=read_expect(reader, node.get("expect")),
    )


def _fields(reader: Reader, node: Node, verb: str) -> Node:
    """The fields of an entry, whether they stand beside the verb or in a map under it."""
    own = node.value[verb]
    if not own.is_map or verb == "set":
        return node
    reader.keys(own, verb, _OF_VERB[verb])
    return Node({**node.value, **own.value}, node.mark, {**node.keys, **own.keys})


def refused(reader: Reader, node: Node, known: Sequence[str] = REFUSALS) -> str | None:
    """The refusal that is expected: a code of those known, `any`, or none."""
    found = node.get("refused") or node.get("expect_refusal")
    if found is None or found.value is False:
        return None
    if found.value is True:
        return ANY_REFUSAL
    code = reader.text(found, "refused")
    if code is not None and code.value not in known:
        hint = f"Known are {', '.join(sorted(known))}."
        hint = nearest(code.value, known) or hint
        reader.note("unknown-refusal", code.mark, f'Nothing is refused as "{code.value}".', hint)
    return code.value if code else None


class _Entry:
    """An entry of `then` with its verb: the fields, and the verb's own value."""

    def __init__(self, node: Node, fields: Node, verb: Verb) -> None:
        self.node = node
        self.fields = fields
        self.verb = verb
        self.own: Node = node.value[verb]

    def target(self, reader: Reader, keys: str | tuple[str, ...], meaning: str) -> str | None:
        """What the verb is about: its own value, or under one of the `keys` of the map."""
        names = (keys,) if isinstance(keys, str) else keys
        inside = (found for key in names if (found := self.fields.get(key)) is not None)
        found = next(inside, None) if self.own.is_map else self.own
        text = reader.text(found if found is not None and found.value is not None else None, self.verb)
        if text is None:
            if found is None or found.value is None:
                reader.note("shape", self.node.keys[self.verb], f"{self.verb} names {meaning}.")
            return None
        return text.value

    def happening(self, reader: Reader, target: str = "") -> Happening:
        """The happening with what every verb may say: who, in what roles, why."""
        roles = [one.value for one in reader.texts(self.fields.get("roles"), "roles")]
        return Happening(
            self.node.mark,
            self.verb,
            target=target,
            by=text_of(reader, self.fields, "by") or "somebody",
            roles=tuple(roles) if "roles" in self.fields.value else None,
            reason=text_of(reader, self.fields, "reason") or self._spoken() or "a scenario",
        )

    def _spoken(self) -> str:
        """A reason that was written as the verb's own value: `cancel: Sent twice`."""
        return self.own.value if isinstance(self.own.value, str) and self.verb in _SPOKEN else ""


def _complete(reader: Reader, entry: _Entry) -> Happening | None:
    address = entry.target(reader, ("address", "task"), "the address of a task")
    if address is None:
        return None
    found = entry.happening(reader, address)
    roles = [*(found.roles or ()), *(one.value for one in reader.texts(entry.fields.get("role"), "role"))]
    return replace(
        found,
        outcome=text_of(reader, entry.fields, "outcome") or "",
        form=map_of(reader, entry.fields.get("form"), "form"),
        roles=tuple(roles) or found.roles,
        seen=_seen(reader, entry.fields),
    )


def _seen(reader: Reader, fields: Node) -> bool:
    """`seen: claim`: the person saw the inputs of a gate when claiming the task."""
    found = fields.get("seen")
    if found is None:
        return False
    if found.value != "claim":
        reader.note("shape", found.mark, "seen is claim: what the person saw is what there was when claiming the task.")
    return True


def _event(reader: Reader, entry: _Entry) -> Happening | None:
    name = entry.target(reader, "type", "the event's type")
    if name is None:
        return None
    data = plain_of(entry.fields, "data")
    key = text_of(reader, entry.fields, "key")
    return replace(entry.happening(reader, name), key=key, data={} if data is None else data)


def _named(meaning: str, *keys: str) -> Callable[[Reader, _Entry], Happening | None]:
    def read(reader: Reader, entry: _Entry) -> Happening | None:
        target = entry.target(reader, keys, meaning)
        return entry.happening(reader, target) if target is not None else None

    return read


def _add_task(reader: Reader, entry: _Entry) -> Happening | None:
    title = entry.target(reader, "title", "the task's title")
    if title is None:
        return None
    return replace(
        entry.happening(reader, title),
        queue=text_of(reader, entry.fields, "queue") or "",
        priority=text_of(reader, entry.fields, "priority") or "routine",
        help=text_of(reader, entry.fields, "help"),
        due=duration_of(reader, entry.fields, "due"),
        given=text_of(reader, entry.fields, "role"),
    )


def _retry(reader: Reader, entry: _Entry) -> Happening | None:
    address = entry.target(reader, "address", "an address")
    if address is None:
        return None
    return replace(
        entry.happening(reader, address),
        given=plain_of(entry.fields, "input", "with"),
        had_no_effect=reader.flag(entry.fields.get("had_no_effect"), "had_no_effect"),
    )


def _skip(reader: Reader, entry: _Entry) -> Happening | None:
    address = entry.target(reader, "address", "an address")
    if address is None:
        return None
    output = plain_of(entry.fields, "output", "outputs", "give", "with")
    outcome, form = text_of(reader, entry.fields, "outcome"), map_of(reader, entry.fields.get("form"), "form")
    if outcome is not None or form:
        more = output if isinstance(output, dict) else {}
        output = {**more, **form, **({"outcome": outcome} if outcome is not None else {})}
    return replace(entry.happening(reader, address), given=output)


def _move(reader: Reader, entry: _Entry) -> Happening | None:
    address = entry.target(reader, ("address", "from"), "an address")
    to = text_of(reader, entry.fields, "to")
    if to is None:
        reader.note("shape", entry.node.keys["move"], "move says where to.", "{move: a-step, to: another-step}.")
    if address is None or to is None:
        return None
    undo = reader.flag(entry.fields.get("undo"), "undo")
    return replace(entry.happening(reader, address), to=to, undo=undo)


def _set(reader: Reader, entry: _Entry) -> Happening | None:
    if entry.own.is_map:
        values = entry.own.plain
    else:
        name = entry.target(reader, "set", "a name, or is a map of names to values")
        if name is None:
            return None
        value = entry.node.value.get("value", entry.node.value.get("to"))
        if value is None:
            reader.note("shape", entry.node.keys["set"], "set says to what.", "{set: {name: value}}.")
            return None
        values = {name: value.plain}
    scope = text_of(reader, entry.node, "scope") or ""
    return replace(entry.happening(reader), data=values, scope=scope)


def _suspend(reader: Reader, entry: _Entry) -> Happening:
    paused = reader.flag(entry.fields.get("pause_clocks"), "pause_clocks")
    return replace(entry.happening(reader), pause_clocks=paused)


def _hold(reader: Reader, entry: _Entry) -> Happening | None:
    found = entry.fields.get("steps") if entry.own.is_map else entry.own
    steps = [one.value for one in reader.texts(found, "hold")]
    if not steps:
        hint = "{hold: a-step} or {hold: [a-step, another/inside-it]}."
        reader.note("shape", entry.node.keys["hold"], "hold names the steps that are not entered.", hint)
        return None
    return replace(entry.happening(reader), steps=tuple(steps), own=_own(reader, entry))


def _release(reader: Reader, entry: _Entry) -> Happening:
    return replace(entry.happening(reader), own=_own(reader, entry))


def _own(reader: Reader, entry: _Entry) -> bool:
    """`own: true`: of this instance alone, beside what its version holds."""
    return reader.flag(entry.fields.get("own"), "own")


def _plain(reader: Reader, entry: _Entry) -> Happening:
    return entry.happening(reader)


def _child(reader: Reader, entry: _Entry) -> Happening | None:
    address = entry.target(reader, "address", "the address of a child's step")
    if address is None:
        return None
    outcome, failed = text_of(reader, entry.fields, "outcome"), text_of(reader, entry.fields, "fail")
    if (outcome is None) == (failed is None):
        hint = "{child: a-step, outcome: …, give: {…}} or {child: a-step, fail: a reason}."
        reader.note("shape", entry.node.keys["child"], "A child ends with an outcome, or fails.", hint)
        return None
    found = entry.happening(reader, address)
    return replace(found, outcome=outcome or "", given=plain_of(entry.fields, "give"), message=failed or "")


def _migrate(reader: Reader, entry: _Entry) -> Happening | None:
    to = entry.target(reader, "to", "the version to go on with")
    if to is None:
        return None
    return replace(entry.happening(reader, to), given=plain_of(entry.fields, "map"))


_READERS: dict[str, Callable[[Reader, _Entry], Happening | None]] = {
    "complete": _complete,
    "event": _event,
    "claim": _named("the address of a task", "address", "task"),
    "offer": _named("a side flow", "side"),
    "add_task": _add_task,
    "retry": _retry,
    "skip": _skip,
    "move": _move,
    "set": _set,
    "suspend": _suspend,
    "resume": _plain,
    "hold": _hold,
    "release": _release,
    "cancel": _plain,
    "child": _child,
    "migrate": _migrate,
}
