"""Which of the steps that are gone live on under another path."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from pathways.plan import Decide, Do, Plan, Step, Task

Json = Any
Key = tuple[str, ...]

ALIKE = 0.8
"""From this likeness on, two steps of one kind are taken for the same."""

MOST_PAIRS = 4000
"""Above this many pairs only equal contents are looked for: likeness of everything with everything takes long."""

_PLACE = ("id", "next", "timeout", "handlers", "catch")


def suggest(old: Plan, new: Plan) -> Mapping[str, str]:
    """Where each removed step of the old plan may live on in the new one, by path.

    Of the same kind and: the same id elsewhere, else the same content, else much the same.
    """
    gone = [one for one in old.steps if one.id not in new.step or new.step[one.id].kind != one.kind]
    come = [one for one in new.steps if one.id not in old.step or old.step[one.id].kind != one.kind]
    before, after = _contents(old, gone), _contents(new, come)
    found: dict[str, str] = {}
    taken: set[str] = set()

    def take(pairs: Iterable[tuple[Step, Step]]) -> None:
        for one, other in pairs:
            if one.id not in found and other.id not in taken:
                found[one.id] = other.id
                taken.add(other.id)

    def by(key: Callable[[Step, Json], Key | None]) -> Iterator[tuple[Step, Step]]:
        """The pairs that have a key in common."""
        there: dict[Key, list[Step]] = {}
        for other in come:
            known = key(other, after[other.id])
            if known is not None:
                there.setdefault(known, []).append(other)
        for one in gone:
            known = key(one, before[one.id])
            for other in there.get(known, ()) if known is not None else ():
                yield one, other

    take(by(lambda step, content: (step.kind, step.local, _what(content))))
    take(by(lambda step, content: (step.kind, _what(content)) if _telling(content) else None))
    take(by(lambda step, _: (step.kind, step.local)))
    left = [one for one in gone if one.id not in found]
    open_ = [one for one in come if one.id not in taken]
    if len(left) * len(open_) <= MOST_PAIRS:
        pairs = [(one, other) for one in left for other in open_ if one.kind == other.kind]
        scored = [(_likeness(before[one.id], after[other.id]), (one, other)) for one, other in pairs]
        scored.sort(key=lambda one: -one[0])
        take(pair for score, pair in scored if score >= ALIKE)
    return found


def _contents(plan: Plan, steps: Iterable[Step]) -> dict[str, Json]:
    """What steps do, wherever they stand and lead, by path."""
    wanted = {one.id for one in steps}
    documents = (one for one in plan.document["steps"] if one["id"] in wanted)
    return {one["id"]: {key: value for key, value in one.items() if key not in _PLACE} for one in documents}


def _what(content: Json) -> str:
    """What a step does, as a text that is equal where it is: its title aside."""
    return json.dumps({key: value for key, value in content.items() if key != "title"}, sort_keys=True)


def _telling(found: Json) -> bool:
    """Whether a content says enough to know a step by it; every empty decision looks like every other."""
    return len(set(found) - {"kind", "title", "stage"}) > 0


def _likeness(one: Json, other: Json) -> float:
    if not _telling(one) or not _telling(other):
        return 1.0 if one.get("title") and one.get("title") == other.get("title") else 0.0
    before, after = (json.dumps(each, sort_keys=True) for each in (one, other))
    return SequenceMatcher(None, before, after, autojunk=False).ratio()


def leading_to(step: Step, mapping: Mapping[str, str]) -> Step:
    """The old step with the new paths of what it leads to, so that a rename elsewhere is no change of it."""
    if not mapping:
        return step

    def target(to: str) -> str:
        return mapping.get(to, to)

    step = replace(
        step,
        next=tuple(replace(one, to=target(one.to)) for one in step.next),
        timeout=replace(step.timeout, to=target(step.timeout.to)) if step.timeout else None,
        handlers=tuple(replace(one, to=target(one.to)) if one.to else one for one in step.handlers),
        undo=replace(step.undo, until=target(step.undo.until)) if step.undo and step.undo.until else step.undo,
    )
    if isinstance(step, Do):
        return replace(step, catch=tuple(replace(one, to=target(one.to)) for one in step.catch))
    if isinstance(step, Decide) and step.table is not None:
        rows = tuple(replace(one, to=target(one.to)) if one.to else one for one in step.table.rows)
        return replace(step, table=replace(step.table, rows=rows))
    if isinstance(step, Task) and step.separate_from:
        return replace(step, separate_from=target(step.separate_from))
    return step
