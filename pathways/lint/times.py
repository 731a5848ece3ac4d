"""Rules about times that data moves: some scenario lets the data change while they run, earlier and later."""

from __future__ import annotations

from collections.abc import Mapping

from pathways.datatypes import ANY, DataType
from pathways.diagnostics import Mark
from pathways.lint.moved import BOTH, moved_by
from pathways.lint.sites import Site, sites_of
from pathways.lint.subject import Finding, Findings, Subject


def check(subject: Subject) -> Findings:
    """All findings about times that no scenario moves; none where no scenarios were run."""
    if subject.tried is None:
        return
    moved = moved_by(subject.plan, subject.tried)
    seen: set[tuple[str, ...]] = set()
    for site in sites_of(subject.definition):
        names = _names(subject, site)
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
