"""Rules about times that data moves: some scenario lets the data change while they run, earlier and later."""

from __future__ import annotations

from collections.abc import Mapping

from pathways.datatypes import ANY, DataType
from pathways.diagnostics import Mark
from pathways.lint.analysis.moved import BOTH, moved_by
from pathways.lint.analysis.sites import Site, sites_of
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import is_over_at_once


def check(subject: Subject) -> Findings:
    """All findings about times that no scenario moves; none where no scenarios were run."""
    if subject.tried is None:
        return
    moved = moved_by(subject.plan, subject.tried)
    running = _running(subject)
    seen: set[tuple[str, ...]] = set()
    for site in sites_of(subject.definition):
        names = _names(subject, site) if (site.step or site.about) in running else frozenset()
        key = (site.step, site.about, site.kind, *sorted(names))
        if not names or key in seen:
            continue
        seen.add(key)
        where = site.step or site.about
        lacking = BOTH - {one for name in names for one in moved.get((where, site.kind, name), frozenset())}
        if lacking:
            how = f" {min(lacking)}" if len(lacking) == 1 else ""
            shown = " or ".join(f'"{name}"' for name in sorted(names))
            message = f"{site.shown} is a time that depends on data, and in no scenario does {shown} move it{how}."
            yield Finding("untried-time", Mark(site.mark.line, site.mark.column), message)


def _running(subject: Subject) -> frozenset[str]:
    """The steps and clocks whose times can run in a scenario.

    Where no way leads to a step, only an operator's move or a migration does; at one that is over at once nothing ever
    stands. What is wrong with either is said by rules of their own.
    """
    reached = [one for one in subject.definition.placed if one.path in subject.reached]
    standing = {one.path for one in reached if not is_over_at_once(one.step.body)}
    starting = (verb for one in reached for verb in one.step.clocks if verb.verb in ("start", "restart"))
    return frozenset(standing | {verb.clock.value for verb in starting})


def _names(subject: Subject, site: Site) -> frozenset[str]:
    """The names of the times and durations that a time reads: what else it reads chooses, and moves nothing."""
    expression = site.expression
    if not site.kind or expression is None:
        return frozenset()
    visible = subject.types.visible(site.block)
    return frozenset(path[0] for path in expression.paths if _along(path, visible).kind in _TIMES)


_TIMES = frozenset({"date", "instant", "duration", "period"})


def _along(path: tuple[str, ...], visible: Mapping[str, DataType]) -> DataType:
    """The type at the end of a path."""
    declared = visible.get(path[0], ANY)
    for name in path[1:]:
        member = declared.by_name.get(name) if declared.kind == "object" else None
        declared = member.type if member is not None else ANY
    return declared
