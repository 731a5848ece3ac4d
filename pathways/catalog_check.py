"""What is wrong or unwise in a catalog's file: every finding with its place, where reading stops at the first.

A catalog that has errors here is one that `read_catalog` refuses, or that would be read as something else than it says.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable
from typing import Any

from pathways.catalog import ACTION_KEYS, SECTIONS, EntryError, read_catalog
from pathways.datatypes import KINDS, DataType
from pathways.datatypes.reading import (
    FIELD_KEYS,
    TYPE_KEYS,
    DeclarationError,
    is_json_schema,
    read_object,
    read_texts,
    read_type,
)
from pathways.diagnostics import Diagnostic, Mark, nearest
from pathways.model import Text
from pathways.reader import Reader
from pathways.source import Node, SourceError, read_source
from pathways.time.calendars import KEYS as CALENDAR_KEYS
from pathways.time.calendars import WEEKDAYS, Calendar, CalendarError, weekdays

Json = Any

FOR_PEOPLE = ("title", "description", "note", "help", "meaning", "purpose", "owner", "version", "source", "does")
"""What any entry may say to people."""

_KEYS = {
    "actions": (*ACTION_KEYS, "timeout", "retry"),
    "events": ("schema", "data", "key", "window", "deprecated"),
    "queues": ("roles", "calendar", "skills"),
    "roles": ("clinical",),
    "pathways": ("inputs", "outcomes"),
    "value_sets": ("codes", "system"),
}
_SCHEMA_TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")
_NEAR = 0.75
_OPEN = {"mon": ["08:00-17:00"], "tue": ["08:00-17:00"]}


def check_catalog(text: str, file: str) -> tuple[Diagnostic, ...]:
    """All findings about an author's catalog. Never raises for what is in it."""
    checking = _Checking(file)
    root = checking.root(text)
    if root is not None:
        checking.catalog(root)
        checking.whole(root)
    return checking.found()


def check_section(text: str, file: str, section: str, beside: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """All findings about a file that is one section of a catalog. `beside` are the roles that queues may name."""
    checking = _Checking(file)
    root = checking.root(text)
    if root is not None:
        checking.section(section, root)
        checking.queue_roles(root if section == "queues" else None, beside)
    return checking.found()


def check_calendar(text: str, file: str, name: str) -> tuple[Diagnostic, ...]:
    """All findings about a file that is one calendar."""
    checking = _Checking(file)
    root = checking.root(text)
    if root is not None:
        checking.calendar(name, root, root.mark)
    return checking.found()


class _Checking(Reader):
    """The findings of one file."""

    def found(self) -> tuple[Diagnostic, ...]:
        """By place, each once."""
        return tuple(sorted(set(self.diagnostics), key=lambda one: (one.line, one.column, one.rule, one.message)))

    def root(self, text: str) -> Node | None:
        """The file as a tree; None, with the finding, where it is none."""
        try:
            return read_source(text)
        except SourceError as error:
            self.note(error.rule, error.mark, error.message, error.hint)
            return None

    def catalog(self, root: Node) -> None:
        """Every section of a catalog."""
        if not root.is_map:
            self.note("shape", root.mark, f"A catalog is a mapping with {', '.join(SECTIONS)}.")
            return
        self._known_keys(root, "a catalog", SECTIONS)
        for name in SECTIONS:
            if (section := root.get(name)) is not None:
                self.section(name, section)
        roles = root.get("roles")
        self.queue_roles(root.get("queues"), _names(roles) if roles is not None else ())
        calendars = root.get("calendars")
        if calendars is not None and calendars.is_map:
            self._queue_calendars(root.get("queues"), calendars.value)

    def whole(self, root: Node) -> None:
        """What reading it refuses, where nothing else was said of it."""
        try:
            read_catalog(root.plain)
        except EntryError as error:
            if not any(one.severity == "error" for one in self.diagnostics):
                self.note("shape", root.place(error.path), error.message, error.hint)

    def section(self, name: str, section: Node) -> None:
        """A section: a map of entries, or a list of names."""
        if section.is_list:
            self._list_of_names(name, section)
            return
        if not section.is_map:
            self.note("shape", section.mark, f"{name} in a catalog is a map of names, or a list of names.")
            return
        check = self._entry_of(name)
        for entry, node in section.value.items():
            check(entry, node, section.keys[entry])

    def _entry_of(self, section: str) -> Callable[[str, Node, Mark], None]:
        match section:
            case "actions":
                return self._action
            case "events":
                return self._event
            case "calendars":
                return self.calendar
            case "pathways":
                return self._pathway
            case "value_sets":
                return self._value_set
            case _:
                return lambda name, node, mark: self._plain(section, name, node, mark)

    def _list_of_names(self, section: str, given: Node) -> None:
        names = (self.text(one, f"A name in {section}") for one in given.value)
        self.different((one for one in names if one is not None), section)
        if section == "calendars" and given.value:
            self.note("shape", given.mark, "calendars is a map of names to calendars.", "{clinic: {zone: …, hours: …}}")

    # -- entries ----------------------------------------------------------------------------------------------

    def _map(self, what: str, node: Node, keys: Collection[str]) -> bool:
        """Whether an entry is a map, or nothing; its keys are looked at."""
        if node.value is None:
            return False
        if not node.is_map:
            self.note("shape", node.mark, f"{what} is a map.", f"Keys: {', '.join(keys)}.")
            return False
        self._known_keys(node, what, (*keys, *FOR_PEOPLE))
        return True

    def _known_keys(self, node: Node, where: str, known: Collection[str]) -> None:
        for key, mark in node.keys.items():
            if key in known:
                continue
            near = difflib.get_close_matches(key, known, n=1, cutoff=_NEAR)
            if near:
                self.note("unknown-key", mark, f'"{key}" is not a key of {where}.', f'Did you mean "{near[0]}"?')
            else:
                message = f'Nothing reads "{key}" of {where}.'
                self.note("unread-key", mark, message, f"Read are {', '.join(known)}.", "warning")

    def _plain(self, section: str, name: str, node: Node, _: Mark) -> None:
        what = f"the {section.removesuffix('s')} {name}"
        if self._map(what, node, _KEYS[section]) and section == "roles":
            self.flag(node.get("clinical"), "clinical")

    def _action(self, name: str, node: Node, _: Mark) -> None:
        what = f"the action {name}"
        if not self._map(what, node, _KEYS["actions"]):
            return
        takes = self._object(node.get("input"), f"the input of {name}")
        self._object(node.get("output"), f"the output of {name}")
        problems = node.get("problems")
        for key in ("reads", "writes") if problems is not None and problems.is_map else ("problems", "reads", "writes"):
            self._texts(node, key)
        self.flag(node.get("slow"), "slow")
        business = self.text(node.get("business_key"), "business_key")
        if business is not None and takes is not None and not takes.open and business.value not in takes.by_name:
            hint = nearest(business.value, takes.by_name, plural="Inputs")
            self.note("unknown-field", business.mark, f'{name} has no input "{business.value}".', hint)

    def _event(self, name: str, node: Node, _: Mark) -> None:
        if self._map(f"the event {name}", node, _KEYS["events"]):
            self._object(node.get("schema") or node.get("data"), f"the data of {name}")

    def _value_set(self, name: str, node: Node, mark: Mark) -> None:
        what = f"The value set {name}"
        codes: Node | None = node
        if node.is_map:
            self._known_keys(node, what, (*_KEYS["value_sets"], *FOR_PEOPLE))
            codes = node.get("codes")
        if codes is None or not codes.is_list:
            self.note("shape", codes.mark if codes else mark, f"{what} is a list of codes, or a mapping with codes.")
            return
        self._list_of_names(f"the value set {name}", codes)

    def _pathway(self, name: str, node: Node, _: Mark) -> None:
        if not self._map(f"the pathway {name}", node, _KEYS["pathways"]):
            return
        self._object(node.get("inputs"), f"the inputs of {name}")
        outcomes = node.get("outcomes")
        if outcomes is None:
            return
        if outcomes.is_list:
            self._list_of_names(f"the outcomes of {name}", outcomes)
        elif not outcomes.is_map:
            self.note("shape", outcomes.mark, "outcomes is a map of outcomes, or a list of their ids.")
        else:
            for outcome, told in outcomes.value.items():
                self._object(told.get("give"), f"what {outcome} of {name} gives")

    def queue_roles(self, queues: Node | None, roles: Collection[str]) -> None:
        """Roles that queues name are there, where any are known."""
        self._references(queues, "roles", roles, "unknown-role", "role")

    def _queue_calendars(self, queues: Node | None, calendars: Collection[str]) -> None:
        self._references(queues, "calendar", calendars, "unknown-calendar", "calendar")

    def _references(self, entries: Node | None, key: str, known: Collection[str], rule: str, word: str) -> None:
        if entries is None or not entries.is_map or not known:
            return
        for entry in entries.value.values():
            for one in self.texts(entry.get(key), key) if entry.is_map else ():
                if one.value not in known:
                    hint = self.nearest(one.value, known, plural=f"{word.capitalize()}s")
                    self.note(rule, one.mark, f'There is no {word} "{one.value}" in the catalog.', hint)

    def _texts(self, node: Node, key: str) -> None:
        given = node.get(key)
        if given is None:
            return
        try:
            read_texts(given.plain, key)
        except DeclarationError as error:
            self.note("shape", given.mark, error.message, error.hint)
        else:
            if given.is_list:
                self._list_of_names(key, given)
            if key in ("reads", "writes"):
                self.resource_types(Text(str(one.value), one.mark) for one in self.items(given))

    # -- types ------------------------------------------------------------------------------------------------

    def _object(self, node: Node | None, what: str) -> DataType | None:
        """An object's type in any form; each wrong type in it is found where it stands."""
        if node is None:
            return None
        before = len(self.diagnostics)
        self._members(node, what)
        try:
            return read_object(node.plain)
        except DeclarationError as error:
            if len(self.diagnostics) == before:
                self.note("shape", node.keys.get(error.key, node.mark), f"{what}: {error.message}", error.hint)
            return None

    def _members(self, node: Node, what: str) -> None:
        if node.is_list:
            self._list_of_names(what, node)
        elif not node.is_map:
            if node.value is not True:
                message = f"{what} is JSON Schema, a map of names to types, or a list of names."
                self.note("shape", node.mark, message)
        elif is_json_schema(node.plain):
            self._schema(node)
        elif isinstance(node.plain.get("fields"), dict) and node.plain.get("type", "object") == "object":
            self._type(node)
        else:
            for name, one in node.value.items():
                self._member(one, f"{name} of {what}")

    def _member(self, node: Node, what: str) -> None:
        plain = node.plain
        if not isinstance(plain, dict):
            if not (isinstance(plain, str) and is_json_schema({"type": plain})):
                self._type(node)
        elif (is_json_schema(plain) and plain.get("type") not in KINDS) or isinstance(plain.get("properties"), dict):
            self._schema(node)
        elif not plain.keys() & TYPE_KEYS:
            self._members(node, what)
        else:
            self._type(node)

    def _type(self, node: Node) -> None:
        """A type of the language, from the inside out."""
        before = len(self.diagnostics)
        inner = [node.get(key) for key in ("item", "items", "of")] if node.is_map else []
        fields = node.get("fields") if node.is_map else None
        for one in (*filter(None, inner), *(fields.value.values() if fields is not None and fields.is_map else ())):
            self._type(one)
        if len(self.diagnostics) > before:
            return
        try:
            read_type(node.plain)
            self.listed(node)
        except DeclarationError as error:
            mark = node.keys.get(error.key, node.mark)
            if error.key == "type":
                named = node.get("type") if node.is_map else node
                self.note("unknown-type", named.mark if named else mark, error.message, error.hint)
            elif error.key in TYPE_KEYS | FIELD_KEYS:
                self.note("shape", mark, error.message, error.hint)
            else:
                self.note("unknown-key", mark, error.message, error.hint)

    def _schema(self, node: Node) -> None:
        """JSON Schema, as far as it is read: its types, and what it requires of its properties."""
        if not node.is_map:
            return
        types = node.get("type")
        for one in types.value if types is not None and types.is_list else filter(None, [types]):
            if one.value not in _SCHEMA_TYPES:
                hint = nearest(str(one.value), _SCHEMA_TYPES, plural="Types")
                self.note("unknown-type", one.mark, f'"{one.value}" is not a type of JSON Schema.', hint)
        ours = node.get("x-carelane-type")
        if ours is not None and ours.value not in KINDS:
            hint = nearest(str(ours.value), KINDS, plural="Types")
            self.note("unknown-type", ours.mark, f'"{ours.value}" is not a type.', hint)
        self.resource_types(self.texts(node.get("x-carelane-target"), "x-carelane-target"))
        properties, required = node.get("properties"), node.get("required")
        if properties is not None and properties.is_map:
            for one in required.value if required is not None and required.is_list else ():
                if one.value not in properties.value:
                    hint = nearest(str(one.value), properties.value, plural="Properties")
                    self.note("unknown-field", one.mark, f'"{one.value}" is required, and is no property.', hint)
            for one in properties.value.values():
                self._schema(one)
        for key in ("items", "anyOf", "oneOf", "allOf"):
            below = node.get(key)
            for one in below.value if below is not None and below.is_list else filter(None, [below]):
                self._schema(one)

    # -- calendars --------------------------------------------------------------------------------------------

    def calendar(self, name: str, node: Node, mark: Mark) -> None:
        """A calendar, part by part: what is wrong with one is no reason not to look at the others."""
        before = len(self.diagnostics)
        if not node.is_map:
            self.note("bad-calendar", node.mark, f"Calendar {name} is not a mapping.", "It has a zone and hours.")
            return
        self._known_keys(node, f"the calendar {name}", CALENDAR_KEYS)
        for key, part in self._parts(node):
            self._try(name, key, part)
        if len(self.diagnostics) == before:
            self._try(name, node.plain, node, mark)

    def _parts(self, node: Node) -> Iterable[tuple[Json, Node]]:
        """What can be tried alone: a calendar with that part and nothing else amiss, and where the part stands."""
        usual = {"zone": "UTC", "hours": _OPEN}
        if (zone := node.get("zone")) is not None:
            yield {**usual, "zone": zone.plain}, zone
        hours = node.get("hours")
        for day, given in hours.value.items() if hours is not None and hours.is_map else ():
            if weekdays(day):
                yield {**usual, "hours": {day: given.plain} if given.plain else _OPEN}, given
            else:
                hint = nearest(day, WEEKDAYS, plural="Weekdays")
                self.note("bad-calendar", hours.keys[day], f'"{day}" is no weekday.', hint)  # type: ignore[union-attr]
        closed = node.get("closed")
        for one in closed.value if closed is not None and closed.is_list else filter(None, [closed]):
            yield {**usual, "closed": [one.plain] if closed is not None and closed.is_list else one.plain}, one
        if (holidays := node.get("holidays")) is not None:
            yield {**usual, "holidays": holidays.plain}, holidays

    def _try(self, name: str, document: Json, node: Node, mark: Mark | None = None) -> None:
        known = {key: value for key, value in document.items() if key in CALENDAR_KEYS}
        try:
            Calendar.parse(name, known)
        except CalendarError as error:
            self.note("bad-calendar", mark or node.mark, error.message, error.hint)


def _names(section: Node) -> tuple[str, ...]:
    """The names of a section's entries."""
    if section.is_map:
        return tuple(section.value)
    return tuple(str(one.value) for one in section.value) if section.is_list else ()
