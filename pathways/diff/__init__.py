"""What changed between two versions of a pathway, in words that a clinician reads, and what it asks of instances.

Each change is of a class: `text only`, `compatible` (instances in flight go on by the new version without help), or
`needs a mapping` (a step at which one may stand is gone). The whole is of the class of its worst change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from pathways import wording
from pathways.addresses import block_of
from pathways.diff import pathway
from pathways.diff.changes import KINDS, Change, Diff, Kind, worst
from pathways.diff.facets import Facet, compare
from pathways.diff.renames import leading_to, suggest
from pathways.diff.steps import facets_of
from pathways.diff.tables import compare_tables
from pathways.diff.written import compare_texts, same_words
from pathways.plan import Clock, Decide, Parallel, Plan, Step

__all__ = ["KINDS", "Change", "Diff", "Kind", "diff", "worst"]

Part = TypeVar("Part")


def diff(old: Plan, new: Plan, written: tuple[str, str] | None = None) -> Diff:
    """What changed from `old` to `new`, the pathway as a whole first, then step by step in authored order.

    `written` are the files of both: of these come the texts that no plan has.
    """
    mapping = suggest(old, new)
    changes = (*_of_pathway(old, new), *_of_steps(old, new, mapping))
    if not changes and replace(old, version=new.version) != new:
        changes = (Change("pathway", "", "what the catalog says of its names changed"),)
    if written is not None:
        changes += tuple(compare_texts(*written))
        if not changes and not same_words(*written):
            changes = (Change("pathway", "", "the file says the same in another way", "text only"),)
    unmapped = tuple(one.id for one in old.steps if _may_stand(one) and not _stays(one, new) and one.id not in mapping)
    clocks = tuple(one for one in old.clock if one not in new.clock)
    return Diff(
        old.version, new.version, changes, mapping, unmapped, tuple(_branches(old, new, mapping)), clocks,
        tuple(_values(old, new)),
    )  # fmt: skip


def _branches(old: Plan, new: Plan, mapping: Mapping[str, str]) -> Iterator[str]:
    """The branches that are new in a parallel at which an instance may stand."""
    earlier = {to: path for path, to in mapping.items()}
    for step in new.steps:
        before = old.step.get(earlier.get(step.id, step.id))
        if isinstance(step, Parallel) and isinstance(before, Parallel):
            known = {f"{step.id}/{one}" for one in before.branches}
            moved = {block_of(to) for to in mapping.values()}
            yield from (path for one in step.branches if (path := f"{step.id}/{one}") not in known | moved)


def _values(old: Plan, new: Plan) -> Iterator[str]:
    """The names that those in flight may lack: inputs that are required now, and results under another name."""
    before = {one.name for one in old.inputs}
    yield from (one.name for one in new.inputs if one.required and one.default is None and one.name not in before)
    for step in new.steps:
        saved, was = getattr(step, "save", None), getattr(old.step.get(step.id), "save", None)
        if saved is not None and was is not None and saved != was and saved not in old.types:
            yield saved


def _of_pathway(old: Plan, new: Plan) -> Iterator[Change]:
    if old.pathway != new.pathway:
        yield Change("pathway", "", f"another pathway: {old.pathway} → {new.pathway}", "needs a mapping")
    yield from compare("pathway", "", pathway.facets_of(old), pathway.facets_of(new))
    yield from _scopes("read", old.contract.reads, new.contract.reads)
    yield from _scopes("write", old.contract.writes, new.contract.writes)
    yield from _parts("clock", old.clock, new.clock, pathway.clock_facets, _limit, "needs a mapping")
    yield from _parts("side flow", old.side_flow, new.side_flow, pathway.side_facets, lambda one: f"“{one.title}”")
    ended, ends = ({one.id: one for one in plan.outcomes} for plan in (old, new))
    yield from _parts("outcome", ended, ends, pathway.outcome_facets, lambda one: f"“{one.title}”, {one.kind}")
    counted, counts = ({one.name: one for one in plan.calendars} for plan in (old, new))
    yield from _parts("calendar", counted, counts, pathway.calendar_facets, lambda _: "")


def _limit(clock: Clock) -> str:
    return f"“{clock.title}”, limit {wording.timing_words(clock.limit)}"


def _scopes(verb: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Change]:
    before, after = set(old), set(new)
    for kind in sorted(after - before):
        yield Change("contract", "", f"may now {verb} {kind} (wider than before)")
    for kind in sorted(before - after):
        yield Change("contract", "", f"may no longer {verb} {kind}")


def _parts(
    area: str,
    old: Mapping[str, Part],
    new: Mapping[str, Part],
    facets: Callable[[Part], Iterable[Facet]],
    words: Callable[[Part], str],
    gone: Kind = "compatible",
) -> Iterator[Change]:
    """Parts that have an id: those that are gone, new, or different."""
    for name, part in old.items():
        if name not in new:
            said = words(part)
            yield Change(area, name, f"removed{f' (was {said})' if said else ''}", gone)
    for name, part in new.items():
        if name in old:
            yield from compare(area, name, facets(old[name]), facets(part))
        else:
            said = words(part)
            yield Change(area, name, f"new{f': {said}' if said else ''}")


def _of_steps(old: Plan, new: Plan, mapping: Mapping[str, str]) -> Iterator[Change]:
    earlier = {to: path for path, to in mapping.items()}
    for step in old.steps:
        if not _stays(step, new) and step.id not in mapping:
            yield _removed(step, new)
    for step in new.steps:
        before = old.step.get(step.id)
        if before is not None and before.kind == step.kind:
            yield from _compared(leading_to(before, mapping), step)
        elif step.id in earlier:
            before = old.step[earlier[step.id]]
            yield _moved(before, step)
            yield from _compared(leading_to(before, mapping), step)
        elif before is None:
            yield Change("step", step.id, f"new: {wording.KIND_WORDS[step.kind].lower()} “{wording.step_title(step)}”")
    kept = [one.id for one in old.steps if _stays(one, new)]
    if kept != [one.id for one in new.steps if one.id in set(kept)]:
        yield Change("pathway", "", "the steps stand in another order (which decides nothing but ties)", "text only")


def _stays(step: Step, new: Plan) -> bool:
    """Whether the step is still at its path, as the same kind."""
    there = new.step.get(step.id)
    return there is not None and there.kind == step.kind


def _may_stand(step: Step) -> bool:
    """Whether an instance may be found at the step: at any but an end, for an exception keeps it wherever it arises."""
    return step.kind != "end"


def _removed(step: Step, new: Plan) -> Change:
    kind: Kind = "needs a mapping" if _may_stand(step) else "compatible"
    other = new.step.get(step.id)
    if other is not None:
        was, now = (wording.KIND_WORDS[one.kind].lower() for one in (step, other))
        return Change("step", step.id, f"is another kind of step: {was} → {now}", kind)
    return Change("step", step.id, f"removed (was {wording.KIND_WORDS[step.kind].lower()} “{step.shown}”)", kind)


def _moved(old: Step, new: Step) -> Change:
    kind: Kind = "needs a mapping" if _may_stand(old) else "compatible"
    if old.local == new.local:
        return Change("step", new.id, f"moved from {_block(old)} to {_block(new)} (was {old.id})", kind)
    return Change("step", new.id, f"renamed (was {old.id})", kind)


def _block(step: Step) -> str:
    return step.block or "the main flow"


def _compared(old: Step, new: Step) -> Iterator[Change]:
    found = list(compare("step", new.id, facets_of(old), facets_of(new)))
    before, after = (one.table if isinstance(one, Decide) else None for one in (old, new))
    found += compare_tables(new.id, before, after)
    yield from found
    if not found and replace(old, id=new.id) != new:
        # What a reader has no words for: types that come from the catalog, and what was worked out from them.
        yield Change("step", new.id, "what the catalog says of it changed (the types of what it takes or gives)")
