"""The reference of the functions, from their own declarations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pathways.feel.functions import BUILTINS
from pathways.feel.functions.signature import Builtin, Parameter, Signature

FAMILIES: Final = {
    "conversions": "Conversion",
    "numeric": "Numbers",
    "strings": "Text",
    "temporal": "Dates and times",
    "lists": "Lists",
    "contexts": "Contexts",
    "ranges": "Ranges",
    "quantity": "Quantities and billing units (Carelane's own)",
    "care": "Care (Carelane's own)",
}
"""The modules of functions in the order of the reference, with their titles."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One way to call a function: its family's title, its name, how it is called and what it does."""

    family: str
    name: str
    call: str
    text: str


def entries() -> list[Entry]:
    """Give every way to call every function, by family and name."""
    found = [entry for builtin in BUILTINS.values() for entry in _of(builtin)]
    order = list(FAMILIES.values())
    return sorted(found, key=lambda entry: (order.index(entry.family), entry.name))


def _of(builtin: Builtin) -> Iterator[Entry]:
    written: set[str] = set()
    for signature in builtin.signatures:
        call = _call(builtin.name, signature)
        if call not in written:
            written.add(call)
            family = FAMILIES[signature.body.__module__.rpartition(".")[2]]
            text = (signature.body.__doc__ or "").partition("\n")[0]
            yield Entry(family, builtin.name, call, text)


def _call(name: str, signature: Signature) -> str:
    parameters = ", ".join(map(_parameter, signature.parameters))
    return f"{name}({parameters}{', …' if signature.variadic else ''}): {signature.gives}"


def _parameter(parameter: Parameter) -> str:
    wanted = " or ".join(str(each) for each in parameter.types if str(each) != "null")
    return f"{parameter.name}{'?' if parameter.optional else ''}: {wanted}"


def markdown() -> str:
    """Write the reference as a page."""
    lines = [
        "# Functions of expressions",
        "",
        "Written by `carelane feel functions --markdown`. Arguments go by position or by the names given here; `?`",
        "marks one that may be left out, `…` that more may follow. What does not fit gives null. Pathways have two",
        "more, `business_add(t, duration, calendar?)` and `in_value_set(code, set)`.",
    ]
    family = ""
    for entry in entries():
        if entry.family != family:
            family = entry.family
            lines += ["", f"## {family}", "", "| call | what it does |", "|---|---|"]
        lines.append(f"| `{entry.call}` | {entry.text.replace('|', '&#124;')} |")
    return "\n".join(lines) + "\n"
