"""Which of the steps that are gone live on under another path."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from pathways.plan import Decide, Do, Plan, Step, Task

Json = Any

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
    contents = {("old", path): one for path, one in _contents(old, gone).items()}
    contents |= {("new", path): one for path, one in _contents(new, come).items()}
    found: dict[str, str] = {}

    def take(pairs: Iterable[tuple[Step, Step]]) -> None:
        for one, other in pairs:
            if one.id not in found and other.id not in found.values():
                found[one.id] = other.id

    same_kind = [(one, other) for one in gone for other in come if one.kind == other.kind]
    take(pair for pair in same_kind if _same_content(contents, pair) and pair[0].local == pair[1].local)
    take(pair for pair in same_kind if _same_content(contents, pair) and _telling(contents["old", pair[0].id]))
    take(pair for pair in same_kind if pair[0].local == pair[1].local and pair[0].id != pair[1].id)
    if len(same_kind) <= MOST_PAIRS:
        scored = [(_likeness(contents, pair), pair) for pair in same_kind]
        scored.sort(key=lambda one: -one[0])
        take(pair for score, pair in scored if score >= ALIKE)
    return found


def _contents(plan: Plan, steps: Iterable[Step]) -> dict[str, Json]:
    """What steps do, wherever they stand and lead, by path."""
    wanted = {one.id for one in steps}
    documents = (one for one in plan.document["steps"] if one["id"] in wanted)
    return {one["id"]: {key: value for key, value in one.items() if key not in _PLACE} for one in documents}


def _same_content(contents: Mapping[tuple[str, str], Json], pair: tuple[Step, Step]) -> bool:
    one, other = contents["old", pair[0].id], contents["new", pair[1].id]
    return {**one, "title": None} == {**other, "title": None}


def _telling(found: Json) -> bool:
    """Whether a content says enough to know a step by it; every empty decision looks like every other."""
    return len(set(found) - {"kind", "title", "stage"}) > 0


def _likeness(contents: Mapping[tuple[str, str], Json], pair: tuple[Step, Step]) -> float:
    one, other = (contents[side, step.id] for side, step in zip(("old", "new"), pair, strict=True))
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
    )
    if isinstance(step, Do):
        return replace(step, catch=tuple(replace(one, to=target(one.to)) for one in step.catch))
    if isinstance(step, Decide) and step.table is not None:
        rows = tuple(replace(one, to=target(one.to)) if one.to else one for one in step.table.rows)
        return replace(step, table=replace(step.table, rows=rows))
    if isinstance(step, Task) and step.separate_from:
        return replace(step, separate_from=target(step.separate_from))
    return step
