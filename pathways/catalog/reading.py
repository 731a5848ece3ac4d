"""Reading a catalog from its document. The first thing that is wrong ends it; `checking` finds all, with places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pathways.catalog.entries import Action, Catalog, EventType, PathwayType
from pathways.datatypes import DataType
from pathways.datatypes.reading import DeclarationError, read_object, read_texts, refuse_misspelt
from pathways.errors import CarelaneError
from pathways.time.calendars import Calendar

Entry = TypeVar("Entry")

SECTIONS = ("actions", "events", "queues", "roles", "calendars", "value_sets", "pathways")
ACTION_KEYS = ("input", "output", "problems", "reads", "writes", "business_key", "slow")


class EntryError(DeclarationError):
    """An entry of a catalog is not as it should be; `path` leads to it (`actions`, then its name)."""

    def __init__(self, message: str, path: tuple[str, ...], *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path


def read_catalog(document: Mapping[str, Any], *, base: Catalog | None = None) -> Catalog:
    """A catalog from its document, over `base` (the built-in calendars, say).

    Raises `EntryError` that names what is wrong and where.
    """
    if not isinstance(document, Mapping):
        raise EntryError(f"A catalog is a mapping with {', '.join(SECTIONS)}.", ())
    try:
        refuse_misspelt(document, SECTIONS)
    except DeclarationError as error:
        raise EntryError(error.message, (error.key,), hint=error.hint) from None
    base = base or Catalog()
    actions = _entries(document, "actions", _action)
    events = _entries(document, "events", _event)
    calendars = _entries(document, "calendars", Calendar.parse)
    return Catalog(
        actions={**base.actions, **actions},
        events={**base.events, **events},
        queues=_names(document, "queues", base.queues),
        roles=_names(document, "roles", base.roles),
        calendars={**base.calendars, **calendars},
        clinical_roles=base.clinical_roles | _clinical(document),
        value_sets={**base.value_sets, **_entries(document, "value_sets", _value_set)},
        pathways={**base.pathways, **_entries(document, "pathways", _pathway)},
    )


def _entries(document: Mapping[str, Any], section: str, read: Callable[[str, Any], Entry]) -> dict[str, Entry]:
    """The entries of a section: a map of names, or a list of names about which nothing more is known."""
    given = document.get(section)
    if isinstance(given, list):
        given = {str(name): {} for name in given}
    if not isinstance(given, Mapping | None):
        raise EntryError(f"{section} in a catalog is a map of names, or a list of names.", (section,))
    found = {}
    for name, one in (given or {}).items():
        try:
            found[str(name)] = read(str(name), one)
        except CarelaneError as error:
            message = f"In the catalog's {section}, {name}: {error.message}"
            raise EntryError(message, (section, str(name)), hint=error.hint) from None
    return found


def _names(document: Mapping[str, Any], section: str, base: frozenset[str] | None) -> frozenset[str] | None:
    given = document.get(section)
    if given is None:
        return base
    if not isinstance(given, Mapping | list):
        raise EntryError(f"{section} in a catalog is a list of names.", (section,))
    return frozenset(str(name) for name in given) | (base or frozenset())


def _clinical(document: Mapping[str, Any]) -> frozenset[str]:
    """The roles that say of themselves `clinical: true`."""
    given = document.get("roles")
    found = set()
    for name, one in given.items() if isinstance(given, Mapping) else ():
        clinical = one.get("clinical", False) if isinstance(one, Mapping) else False
        if not isinstance(clinical, bool):
            raise EntryError(f"In the catalog's roles, {name}: clinical is true or false.", ("roles", str(name)))
        if clinical:
            found.add(str(name))
    return frozenset(found)


def _value_set(name: str, declared: Any) -> tuple[str, ...]:
    """The codes of a value set: a list of them, or a mapping with `codes`."""
    if isinstance(declared, Mapping):
        refuse_misspelt(declared, ("codes", "title", "system", "version", "source"))
        declared = declared.get("codes")
    if not isinstance(declared, list):
        raise DeclarationError(f"The value set {name} is a list of codes, or a mapping with codes.")
    return read_texts(declared, "codes")


def _pathway(name: str, declared: Any) -> PathwayType:
    """A pathway as its parents see it: `inputs`, and `outcomes` with what each gives."""
    declared = declared or {}
    if not isinstance(declared, Mapping):
        raise DeclarationError("A pathway is a mapping with inputs and outcomes.")
    refuse_misspelt(declared, ("inputs", "outcomes", "title", "version"))
    inputs, outcomes = declared.get("inputs"), declared.get("outcomes")
    if isinstance(outcomes, list):
        outcomes = {str(one): {} for one in outcomes}
    if outcomes is not None and not isinstance(outcomes, Mapping):
        raise DeclarationError("outcomes is a map of outcomes, or a list of their ids.", key="outcomes")
    gives = {str(one): _gives(what) for one, what in outcomes.items()} if outcomes is not None else None
    return PathwayType(name, read_object(inputs) if inputs is not None else None, gives)


def _gives(declared: Any) -> DataType:
    """What an outcome gives: nothing, unless it says so."""
    given = declared.get("give") if isinstance(declared, Mapping) else None
    if given is None:
        return DataType("object")
    if not isinstance(given, Mapping | list):
        raise DeclarationError("give is a map of names to types.", key="give")
    return read_object(given)


def _action(name: str, declared: Any) -> Action:
    declared = declared or {}
    if not isinstance(declared, Mapping):
        raise DeclarationError("An action is a mapping with input and output.")
    refuse_misspelt(declared, ACTION_KEYS)
    business_key, slow = declared.get("business_key"), declared.get("slow", False)
    if business_key is not None and not isinstance(business_key, str):
        raise DeclarationError("business_key is the name of an input.", key="business_key")
    if not isinstance(slow, bool):
        raise DeclarationError("slow is true or false.", key="slow")
    return Action(
        name=name,
        input=read_object(declared.get("input")),
        output=read_object(declared.get("output")),
        problems=_problems(declared.get("problems")),
        reads=read_texts(declared.get("reads"), "reads"),
        writes=read_texts(declared.get("writes"), "writes"),
        business_key=business_key,
        slow=slow,
    )


def _problems(declared: Any) -> tuple[str, ...]:
    """The problems that an action reports: a list of names, or a map of names to what may be said of each."""
    return read_texts(list(declared) if isinstance(declared, Mapping) else declared, "problems")


def _event(name: str, declared: Any) -> EventType:
    if not isinstance(declared, Mapping | None):
        raise DeclarationError("An event is a mapping with the schema of its data.")
    declared = declared or {}
    refuse_misspelt(declared, ("schema", "data"))
    return EventType(name, read_object(declared.get("schema", declared.get("data"))))
