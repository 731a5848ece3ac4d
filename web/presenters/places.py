"""Addresses in words: which step, in which round of what, in which branch or section, for the how-manieth time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.services.records import Entry
from pathways.addresses import local_of, path_of, scope_of, visit_of
from pathways.plan import Plan
from web.presenters.values import event_words, words

Json = Any


@dataclass(frozen=True)
class Places:
    """The names of an instance's places: by its plan, and as its own facts told them."""

    plan: Plan | None
    titles: Mapping[str, str] = field(default_factory=dict)

    def title(self, address: str) -> str:
        """What stands at an address: a step's title, a clock's, that of what is undone."""
        if address in self.titles:
            return self.titles[address]
        if address.startswith("!"):
            return self.clock(address[1:].partition("@")[0])
        if address.startswith("+"):
            return "a task added by hand"
        if address.endswith("/undo"):
            return f"Undo: {self.title(address.removesuffix('/undo'))}"
        step, marked, _ = address.partition("^")
        if marked and not step:
            return "the whole pathway"
        return self.titles.get(step) or self.step(path_of(step))

    def step(self, path: str) -> str:
        """A step's title by its path."""
        known = self.plan.step.get(path) if self.plan is not None else None
        return (known.title if known is not None else None) or words(local_of(path).lstrip("~"))

    def event(self, address: str) -> str:
        """The event that a handler waits for, by the handler's address."""
        step, _, slot = address.rpartition("^")
        found = self.plan.step.get(path_of(step)) if self.plan is not None and step else self.plan
        number = int(slot) - 1 if slot.isdecimal() else -1
        if found is None or not 0 <= number < len(found.handlers):
            return "something outside"
        return event_words(found.handlers[number].type)

    def clock(self, name: str) -> str:
        """A clock's title."""
        known = self.plan.clock.get(name) if self.plan is not None else None
        return known.title if known is not None else words(name)

    def around(self, address: str) -> str:
        """Where an address lies, from the outside in: "Give a dose: round 3, Stock"; empty in the pathway itself."""
        return self.scope(scope_of(address.removesuffix("/undo").partition("^")[0]))

    def scope(self, scope: str) -> str:
        """A scope in words; empty for the pathway itself."""
        told, path = [], ""
        for part in scope.rstrip("/").split("/") if scope else ():
            path = f"{path}/{part}" if path else part
            name, _, number = part.partition("#")
            if part.startswith("~"):
                again = f" (run {number})" if number and number != "1" else ""
                told.append(f"{self._side(name)}{again}")
            elif number:
                told.append(f"{self.step(path_of(path))}: round {number}")
            elif self.plan is None or self.plan.container_of(f"{path}/"):
                told.append(self.titles.get(f"{path}/") or self.step(path_of(path)))
        return ", ".join(told)

    def whole(self, address: str) -> str:
        """What stands at an address, and where that lies."""
        around = self.around(address)
        return f"{self.own(address)}{f' – {around}' if around else ''}"

    def own(self, address: str) -> str:
        """What stands at an address, and for the how-manieth time."""
        visit = visit_of(address)
        return f"{self.title(address)}{f' (time {visit})' if visit > 1 else ''}"

    def _side(self, name: str) -> str:
        ident = name.lstrip("~").partition("@")[0]
        known = self.plan.side_flow.get(ident) if self.plan is not None else None
        return known.title if known is not None else words(ident)


def places_of(plan: Plan | None, entries: Iterable[Entry] = ()) -> Places:
    """The names of an instance's places."""
    titles: dict[str, str] = {}
    for entry in entries:
        if entry.kind == "step-entered" and entry.address:
            step = plan.step.get(str(entry.detail.get("step"))) if plan else None
            own = step.title if step is not None and entry.detail.get("kind") != "undo" else None
            if title := own or entry.detail.get("title"):
                titles[entry.address] = f"Undo: {title}" if entry.detail.get("kind") == "undo" else str(title)
        elif entry.kind == "scope-entered" and entry.detail.get("kind") in ("branch", "section"):
            scope, title = str(entry.detail.get("scope")), str(entry.detail.get("title"))
            titles[scope] = words(title) if local_of(path_of(scope)) == title else title
        elif entry.kind == "task-opened" and entry.address and entry.address[0] in "!+":
            titles[entry.address] = str(entry.detail.get("title"))
    return Places(plan, titles)
