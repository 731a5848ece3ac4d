"""Rules about times that data moves: some scenario lets the data change while they run, earlier and later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pathways.datatypes import ANY, DataType
from pathways.diagnostics import Mark
from pathways.lint.sites import Site, sites_of
from pathways.lint.subject import Finding, Findings, Subject
from pathways.scenarios.model import Happening


def check(subject: Subject) -> Findings:
    """All findings about times that no scenario moves; none where no scenarios are given."""
    if subject.scenarios is None:
        return
    moved = _moved(subject)
    seen: set[tuple[str, ...]] = set()
    for site in sites_of(subject.definition):
        names = _names(subject, site)
        key = (site.step, site.about, *sorted(names))
        if not names or key in seen:
            continue
        seen.add(key)
        times = max((moved.get(name, 0) for name in names), default=0)
        if times < _BOTH_WAYS:
            shown = " or ".join(f'"{name}"' for name in sorted(names))
            many = "no scenario changes" if times == 0 else "only one scenario's step changes"
            message = f"{site.shown} is a time that depends on data, and {many} {shown} on the way."
            yield Finding("untried-time", Mark(site.mark.line, site.mark.column), message)


_BOTH_WAYS = 2
"""Earlier and later."""


def _names(subject: Subject, site: Site) -> frozenset[str]:
    """The names of the times and durations that a time reads: what else it reads chooses, and moves nothing."""
    expression = site.expression
    if site.purpose != "time" or expression is None or site.when == "exit":
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


def _moved(subject: Subject) -> dict[str, int]:
    """How often each name is changed in the scenarios while they run: by `set`, or by a step that saves it again."""
    found: dict[str, int] = {}
    for file in subject.scenarios or ():
        for scenario in file.scenarios:
            for happening in scenario.then:
                for name in _set(happening):
                    found[name] = found.get(name, 0) + 1
    return found


def _set(happening: Happening) -> Iterator[str]:
    if happening.verb == "set" and isinstance(happening.data, dict):
        yield from (str(name).rpartition("/")[2] for name in happening.data)
