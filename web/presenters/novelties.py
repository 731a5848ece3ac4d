"""What is new in a version, for whoever approves it: by what it is about, with titles in place of ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.services.publishing import Examination
from web.presenters.values import words

_ABOUT = (
    ("gate", "Decisions that are gated"),
    ("form", "Forms"),
    ("table", "Tables"),
    ("clock", "Clocks"),
    ("moved", "Steps that move clocks"),
    ("contract", "Contract with the core"),
)
_CHANGES = (("added", "New"), ("changed", "Changed"), ("removed", "Gone"))
_AT = "at "
_ALERT = re.compile(r"The (clock|task) (\S+) (.+)")


@dataclass(frozen=True, slots=True)
class Novelty:
    """What is new about one thing; each line is told by itself."""

    about: str
    lines: tuple[str, ...]


def novelties(examination: Examination) -> tuple[Novelty, ...]:
    """What is new in a version: what a second person must see."""
    about = examination.review
    told = [Novelty(title, tuple(_parts(examination, kind))) for kind, title in _ABOUT]
    told.append(Novelty("Alerts", tuple(_alert(one, examination.titles) for one in about.alerts)))
    told.append(Novelty("Scenarios may go through less", about.less_tried))
    return tuple(one for one in told if one.lines)


def _parts(examination: Examination, kind: str) -> Iterator[str]:
    about = examination.review
    for change, said in _CHANGES:
        found = [one for one in about.parts if one.change == change and _kind(one.kind, one.where) == kind]
        named = [_title(kind, one.where.removeprefix(_AT), examination.titles) for one in found if one.where]
        if found:
            yield f"{said}: {', '.join(named)}" if named else said
    if kind == "contract":
        if about.reads:
            yield f"May now read {', '.join(about.reads)}"
        if about.writes:
            yield f"May now write {', '.join(about.writes)}"


def _kind(kind: str, where: str) -> str:
    return "moved" if kind == "clock" and where.startswith(_AT) else kind


def _title(kind: str, ident: str, titles: Mapping[str, str]) -> str:
    return titles.get(f"clock {ident}" if kind == "clock" else ident) or words(ident.rpartition("/")[2].lstrip("~"))


def _alert(text: str, titles: Mapping[str, str]) -> str:
    found = _ALERT.fullmatch(text)
    return f"{_title(found[1], found[2], titles)}: {found[3]}" if found else text
