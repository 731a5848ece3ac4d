"""Runs of migration for their pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.services.migrations import RunProgress
from api.services.records import DefinitionSummary, MigrationResult, MigrationRun, MoveVerdict
from web.presenters.times import Time, time_of

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
