"""The sections of a catalog, and what stands in each."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from pathways.catalog.checking.calendars import calendar_entry
from pathways.catalog.checking.reader import CatalogReader
from pathways.catalog.checking.types import object_type
from pathways.catalog.reading import ACTION_KEYS, SECTIONS, EntryError, read_catalog
from pathways.datatypes.reading import DeclarationError, read_texts
from pathways.diagnostics import Diagnostic, Mark, nearest
from pathways.model import Text
from pathways.source import Node

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
    checking = CatalogReader(file)
    root = checking.root(text)
    if root is not None:
        calendar_entry(checking, name, root, root.mark)
    return checking.found()


class _Checking(CatalogReader):
    """The findings in the sections of one file."""

    def catalog(self, root: Node) -> None:
        """Every section of a catalog."""
        if not root.is_map:
            self.note("shape", root.mark, f"A catalog is a mapping with {', '.join(SECTIONS)}.")
            return
        self.known_keys(root, "a catalog", SECTIONS)
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
            self.names(name, section)
            if name == "calendars" and section.value:
                hint = "{clinic: {zone: …, hours: …}}"
                self.note("shape", section.mark, "calendars is a map of names to calendars.", hint)
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
                return partial(calendar_entry, self)
            case "pathways":
                return self._pathway
            case "value_sets":
                return self._value_set
            case _:
                return lambda name, node, mark: self._plain(section, name, node, mark)

    def _map(self, what: str, node: Node, keys: Collection[str]) -> bool:
        """Whether an entry is a map, or nothing; its keys are looked at."""
        if node.value is None:
            return False
        if not node.is_map:
            self.note("shape", node.mark, f"{what} is a map.", f"Keys: {', '.join(keys)}.")
            return False
        self.known_keys(node, what, (*keys, *FOR_PEOPLE))
        return True

    def _plain(self, section: str, name: str, node: Node, _: Mark) -> None:
        what = f"the {section.removesuffix('s')} {name}"
        if self._map(what, node, _KEYS[section]) and section == "roles":
            self.flag(node.get("clinical"), "clinical")

    def _action(self, name: str, node: Node, _: Mark) -> None:
        what = f"the action {name}"
        if not self._map(what, node, _KEYS["actions"]):
            return
        takes = object_type(self, node.get("input"), f"the input of {name}")
        object_type(self, node.get("output"), f"the output of {name}")
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
            object_type(self, node.get("schema") or node.get("data"), f"the data of {name}")

    def _value_set(self, name: str, node: Node, mark: Mark) -> None:
        what = f"The value set {name}"
        codes: Node | None = node
        if node.is_map:
            self.known_keys(node, what, (*_KEYS["value_sets"], *FOR_PEOPLE))
            codes = node.get("codes")
        if codes is None or not codes.is_list:
            self.note("shape", codes.mark if codes else mark, f"{what} is a list of codes, or a mapping with codes.")
            return
        self.names(f"the value set {name}", codes)

    def _pathway(self, name: str, node: Node, _: Mark) -> None:
        if not self._map(f"the pathway {name}", node, _KEYS["pathways"]):
            return
        object_type(self, node.get("inputs"), f"the inputs of {name}")
        outcomes = node.get("outcomes")
        if outcomes is None:
            return
        if outcomes.is_list:
            self.names(f"the outcomes of {name}", outcomes)
        elif not outcomes.is_map:
            self.note("shape", outcomes.mark, "outcomes is a map of outcomes, or a list of their ids.")
        else:
            for outcome, told in outcomes.value.items():
                object_type(self, told.get("give"), f"what {outcome} of {name} gives")

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
                self.names(key, given)
            if key in ("reads", "writes"):
                self.resource_types(Text(str(one.value), one.mark) for one in self.items(given))


def _names(section: Node) -> tuple[str, ...]:
    """The names of a section's entries."""
    if section.is_map:
        return tuple(section.value)
    return tuple(str(one.value) for one in section.value) if section.is_list else ()
