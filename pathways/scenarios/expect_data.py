"""The values that an instance has, compared with those that a scenario expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pathways.addresses import PATHWAY
from pathways.diagnostics import nearest
from pathways.facts import AttributesChanged, DataSaved
from pathways.scenarios.compare import differs
from pathways.scenarios.model import Expectation
from pathways.scenarios.places import candidates
from pathways.scenarios.view import Mismatch, View
from pathways.state import Json


def data(expected: Expectation, view: View) -> Iterator[Mismatch]:
    """Values by name.

    A name is looked for in the pathway, else in the one scope that has it. `series#2/dose` names that of a scope;
    so does a map under the scope: `series#2: {dose: …}`. Scopes that are over have what they had at last.
    """
    saved = _saved(view)
    for name, wanted in expected.value.items():
        mark = expected.marks.get(name, expected.mark)
        if (scope := _scope(name, saved)) is not None and isinstance(wanted, Mapping) and name not in view.plan.types:
            inner = {f"{scope}{one}": value for one, value in wanted.items()}
        else:
            inner = {name: wanted}
        for one, value in inner.items():
            if (why := _differs(one, value, saved, view)) is not None:
                yield Mismatch(mark, *why)


def _saved(view: View) -> dict[str, dict[str, Json]]:
    """What was saved, by scope and name, the last of each."""
    saved: dict[str, dict[str, Json]] = {PATHWAY: {}}
    for fact in view.of(DataSaved):
        saved.setdefault(fact.scope, {})[fact.name] = fact.value
    for scope, values in view.state.data.items():
        saved.setdefault(scope, {}).update({name: one.value for name, one in values.items()})
    return saved


def _scope(text: str, saved: Mapping[str, object]) -> str | None:
    """The one scope that a text names, with its slash."""
    found = candidates(text.rstrip("/"), [one.rstrip("/") for one in saved if one])
    return f"{found[0]}/" if len(found) == 1 else None


def _differs(text: str, wanted: Json, saved: dict[str, dict[str, Json]], view: View) -> tuple[str, str] | None:
    inner, slash, name = text.rpartition("/")
    if slash:
        scope = _scope(inner, saved)
        if scope is None:
            there = ", ".join(one.rstrip("/") for one in saved if one) or "none"
            return f'there is no one scope "{inner}"', f"Scopes with data of their own: {there}."
        return _compared(name, wanted, saved[scope], text, view)
    holders = [scope for scope, values in saved.items() if scope and text in values]
    if text in saved[PATHWAY] or not holders:
        return _compared(text, wanted, saved[PATHWAY], text, view)
    live = [scope for scope in holders if scope in view.state.data] or holders
    if len(live) > 1:
        shown = ", ".join(f"{scope}{text}" for scope in live)
        return f'several scopes have "{text}"', f"Write one of {shown}."
    return _compared(text, wanted, saved[live[0]], text, view)


def _compared(name: str, wanted: Json, values: dict[str, Json], path: str, view: View) -> tuple[str, str] | None:
    first, dot, rest = name.partition(".")
    known = view.plan.types
    if first not in known and first not in values:
        return f'nothing is ever saved as "{first}"', nearest(first, known)
    actual = values.get(first)
    for member in rest.split(".") if dot else ():
        actual = actual.get(member) if isinstance(actual, Mapping) else None
    why = differs(wanted, actual, path)
    return None if why is None else (why, "")


def attributes(expected: Expectation, view: View) -> Iterator[Mismatch]:
    """The values that lists filter on, as they were stated last."""
    stated = view.of(AttributesChanged)
    actual: Mapping[str, Json] = stated[-1].attributes if stated else {}
    known = {one.name for one in view.plan.attributes}
    for name, wanted in expected.value.items():
        mark = expected.marks.get(name, expected.mark)
        if name not in known:
            yield Mismatch(mark, f'there is no attribute "{name}"', nearest(name, known, plural="Attributes"))
        elif (why := differs(wanted, actual.get(name), name)) is not None:
            yield Mismatch(mark, why)


def give(expected: Expectation, view: View) -> Iterator[Mismatch]:
    """What the outcome gives to a parent."""
    wanted = expected.value if expected.value is not None else {}
    actual = view.state.give or {}
    for name, value in wanted.items():
        if (why := differs(value, actual.get(name), name)) is not None:
            yield Mismatch(expected.marks.get(name, expected.mark), why)
    if expected.value is None and actual:
        yield Mismatch(expected.mark, f"expected nothing to be given; given is {', '.join(actual)}")
