"""How commands write what the API told them: text for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

Json = Any


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"


As = Annotated[Format, typer.Option("--format", help="How to write it.")]


def as_json(document: Json) -> None:
    """Write JSON."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows under their heads, in columns."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def moment(text: str | None) -> str:
    """An instant as people read it, in UTC."""
    return "" if text is None else f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"


def state_of(one: Json) -> str:
    """A version's state in a word or two."""
    return f"{one['state']}, paused" if one["paused"] else str(one["state"])


def numbered(count: int, word: str) -> str:
    """A number of things."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def examination_lines(about: Json) -> Iterator[str]:
    """What an approval is about."""
    yield f"against {about['base']}:" if about["base"] else "the first version of this pathway:"
    for one in about["changed"]:
        yield f"  {' '.join(filter(None, (one['kind'], one['where'], one['change'])))}"
    yield from (f"  {line}" for line in about["diff"])
    if about["asks"]:
        yield f"  for instances that migrate: {about['asks']}"
    for key in ("reads", "writes"):
        if about[key]:
            yield f"  may now {key.removesuffix('s')} {', '.join(about[key])}"
    yield from (f"  new alert: {one}" for one in about["alerts"])
    yield from (f"  scenarios may go through less: {one}" for one in about["less_tried"])
    yield f"  instances under way: {_in_flight(about['in_flight'])}"


def _in_flight(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} on {version}" for version, count in sorted(counts.items())) or "none"


def problem_lines(problem: Json, file: str) -> Iterator[str]:
    """What the API found in a definition and its scenarios, each with its place."""
    for one in problem.get("diagnostics", ()):
        hint = f" ({one['hint']})" if one["hint"] else ""
        where = f"{one.get('file') or file}:{one['line']}:{one['column']}"
        yield f"{where}: {one['severity']} [{one['rule']}] {one['message']}{hint}"
    for one in problem.get("scenarios", ()):
        yield f"FAILED  {one['scenario']}"
        for failure in one["failures"]:
            hint = f" ({failure['hint']})" if failure["hint"] else ""
            yield f"  {one['file']}:{failure['line']}: {failure['authored']}"
            yield f"    {failure['message']}{hint}"
        yield from (f"    {line}" for line in one["timeline"])
    uncovered = problem.get("uncovered", ())
    if uncovered:
        yield "no scenario goes through:"
        yield from (f"  {one['kind']} {one['step']}" + (f": {one['what']}" if one["what"] else "") for one in uncovered)
