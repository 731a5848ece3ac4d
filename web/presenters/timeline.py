"""An instance's timeline in plain words. Facts that only engineers ask for are left to the long form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.services.instances import InstanceDetail
from api.services.records import Entry
from web.presenters import sentences, sentences_work
from web.presenters.places import Places, places_of
from web.presenters.sentences import Context, Sentence
from web.presenters.times import Time, time_of
from web.presenters.values import words

Json = Any

PAGE = 120
"""How many lines a page of the timeline has, at most; folded ones count as one."""

FOLD_FROM = 40
"""From how many lines on the rounds that are over are folded."""

SHORT: Mapping[str, Sentence] = {**sentences.SHORT, **sentences_work.SHORT}
LONG: Mapping[str, Sentence] = {**SHORT, **sentences.LONG, **sentences_work.LONG}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline. `tone` is shown by a mark beside the words, never by colour alone.

    `where` is the round, branch or side flow that it lies in; `round` the outermost round's scope, empty without one.
    """

    number: int
    time: Time
    text: str
    detail: str
    who: str
    tone: str
    kind: str
    where: str = ""
    round: str = ""

    @property
    def is_fold(self) -> bool:
        """Whether it holds lines of its own."""
        return False


@dataclass(frozen=True, slots=True)
class Fold:
    """The lines of a round that is over, folded into one."""

    title: str
    time: Time
    lines: tuple[Line, ...]

    @property
    def is_fold(self) -> bool:
        """Whether it holds lines of its own."""
        return True


@dataclass(frozen=True, slots=True)
class Story:
    """A page of the timeline, the latest first. `older` is where the next page begins, where there is one."""

    items: tuple[Line | Fold, ...]
    older: int | None


def lines(
    found: InstanceDetail, now: datetime, *, everything: bool = False, queues: Callable[[str], str] = words
) -> list[Line]:
    """The timeline, the latest first."""
    zone, names, entries = found.instance.zone, found.names, found.timeline
    places = places_of(found.plan, entries)
    context = Context(places, {one.id: one for one in found.tasks}, names, queues, zone, now)
    shown = LONG if everything else SHORT
    told = []
    for entry in reversed(entries):
        sentence = shown.get(entry.kind)
        if sentence is None:
            continue
        text, detail, tone = sentence(entry, context)
        if text:
            told.append(_line(entry, text, detail, tone, places, names, time_of(entry.at, zone, now)))
    return told


def story(found: InstanceDetail, told: list[Line], before: int | None = None) -> Story:
    """A page of the timeline, from the line after `before` on; where it is long, rounds that are over are folded."""
    over = _over(found.timeline) if len(told) > FOLD_FROM else frozenset()
    places = places_of(found.plan, found.timeline)
    folded: dict[str, list[Line]] = {}
    order: list[Line | str] = []
    for line in told:
        if line.round in over:
            if line.round not in folded:
                order.append(line.round)
            folded.setdefault(line.round, []).append(line)
        else:
            order.append(line)
    items = [
        one if isinstance(one, Line) else Fold(places.scope(one), folded[one][0].time, tuple(folded[one]))
        for one in order
    ]
    left = [one for one in items if before is None or _number(one) < before]
    page = left[:PAGE]
    return Story(tuple(page), _number(page[-1]) if len(left) > PAGE else None)


def _number(item: Line | Fold) -> int:
    return item.number if isinstance(item, Line) else item.lines[0].number


def _over(entries: Iterable[Entry]) -> frozenset[str]:
    """The rounds that have ended or were left."""
    scopes = (str(one.detail.get("scope")) for one in entries if one.kind == "scope-left")
    return frozenset(scope for scope in scopes if "#" in scope and not scope.startswith("~"))


def _line(
    entry: Entry, text: str, detail: str, tone: str, places: Places, names: Mapping[str, str], time: Time
) -> Line:
    address = entry.address or str(entry.detail.get("scope") or "")
    return Line(
        entry.number,
        time,
        text,
        detail,
        names.get(entry.actor or "", ""),
        tone,
        entry.kind,
        places.around(entry.address) if entry.address else "",
        _round(address),
    )


def _round(address: str) -> str:
    """The outermost round that an address lies in."""
    for place, part in enumerate(parts := address.split("/")[:-1]):
        if "#" in part and not part.startswith("~"):
            return "/".join(parts[: place + 1]) + "/"
    return ""
