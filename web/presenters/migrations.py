"""Runs of migration for their pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.services.migrations import Group, Preview, RunProgress
from api.services.records import DefinitionSummary, MigrationResult, MigrationRun, MoveVerdict
from pathways.addresses import path_of
from web.presenters.times import Time, time_of
from web.presenters.values import words

Json = Any

_VERDICTS: dict[MoveVerdict, str] = {
    "waiting": "Waits",
    "moved": "Moved",
    "refused": "Stays: it can't be moved from where it stands",
    "failed": "Stays: it did not answer",
    "taken-back": "Taken back",
}
_STATUS = {"running": "Running", "done": "Done", "stopped": "Stopped"}


@dataclass(frozen=True, slots=True)
class ResultView:
    """What came of one instance."""

    instance: str
    place: str
    verdict: str
    kind: str
    message: str
    children: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in a list."""

    id: str
    pathway: str
    before: str
    after: str
    status: str
    reason: str
    begun: Time


@dataclass(frozen=True, slots=True)
class RunView:
    """A run for its page: `counts` in words, and how many of all are done."""

    line: RunLine
    is_running: bool
    done: int
    total: int
    counts: tuple[tuple[str, int], ...]
    may_take_back: bool
    results: tuple[ResultView, ...]


@dataclass(frozen=True, slots=True)
class GroupView:
    """Instances that stand alike. `title` is told to people, `place` are the ids that a map names."""

    title: str
    place: str
    instances: int
    examples: tuple[str, ...]
    blocked: tuple[str, ...]
    moves: tuple[str, ...]


def group_views(preview: Preview, plan: Json) -> tuple[GroupView, ...]:
    """A dry run, group by group. `plan` is that of the version that instances are on, which has the steps' titles."""
    titles = {str(one["id"]): str(one.get("title") or "") for one in plan.get("steps", ())}
    return tuple(_group(one, titles) for one in preview.groups)


def _group(one: Group, titles: Mapping[str, str]) -> GroupView:
    steps = {path_of(str(move["step"])) for move in one.moves}
    steps |= {path_of(text.partition(": ")[0]) for text in one.blocked}
    inner = sorted(step for step in steps if not any(other.startswith(f"{step}/") for other in steps))
    named = [titles.get(step) or words(step.rpartition("/")[2].lstrip("~")) for step in inner]
    told = tuple(_move(move, alone=len(one.moves) == 1) for move in one.moves)
    return GroupView(", ".join(named), ", ".join(inner), one.instances, one.examples, one.blocked, told)


def _move(move: Json, *, alone: bool) -> str:
    """What happens at a step; which one that is need not be said where there is no other."""
    step, to, what = str(move["step"]), str(move["to"]), str(move["what"])
    if to != step:
        return f"{step} → {to}: {what}"
    return f"{what[:1].upper()}{what[1:]}" if alone else f"{step}: {what}"


def version_choices(others: Iterable[DefinitionSummary], chosen: str) -> list[dict[str, object]]:
    """The versions to which instances may go on, for a select."""
    return [
        {"value": one.version, "text": f"{one.version} ({'paused' if one.paused else one.state})",
         "selected": one.version == chosen}
        for one in others
        if one.state in ("published", "deprecated")
    ]  # fmt: skip


def line_of(run: MigrationRun, zone: str, now: datetime) -> RunLine:
    """A run in a list."""
    return RunLine(
        run.id,
        run.pathway,
        run.from_version,
        run.to_version,
        _STATUS[run.status],
        run.reason,
        time_of(run.created_at, zone, now),
    )


def run_view(progress: RunProgress, results: Sequence[MigrationResult], zone: str, now: datetime) -> RunView:
    """A run for its page."""
    counts, run = progress.counts, progress.run
    total = sum(counts.values())
    return RunView(
        line_of(run, zone, now),
        run.status == "running",
        total - counts.get("waiting", 0),
        total,
        tuple((_VERDICTS[one], counts[one]) for one in _VERDICTS if counts.get(one)),
        counts.get("moved", 0) > 0,
        tuple(_result(one) for one in results),
    )


def _result(one: MigrationResult) -> ResultView:
    children = one.detail.get("children") or () if one.detail else ()
    told = tuple(f"{child['instance'][-8:]}: {child['verdict']} to {child['to']}" for child in children)
    kind = {"moved": "success", "refused": "stuck", "failed": "stuck"}.get(one.verdict, "")
    return ResultView(one.instance, one.place, _VERDICTS[one.verdict], kind, one.message or "", told)
