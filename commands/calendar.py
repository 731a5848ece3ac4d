"""`carelane calendar`: show when an office is open, and check time arithmetic against an organization's own cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer

from catalog import load
from commands import files
from commands.printing import As, Format, as_json
from pathways.errors import CarelaneError
from pathways.time.calendar_year import Month, holiday_names, months
from pathways.time.calendars import WEEKDAYS, Calendar
from pathways.time.cases import check_cases

app = typer.Typer(no_args_is_help=True, help="Show and check calendars.")

SHOWN = 20
"""How many failing cases are written out."""


@app.callback()
def calendar() -> None:
    """Show and check calendars."""


class UnknownCalendarError(CarelaneError):
    """There is no calendar of that name."""

    code: ClassVar[str] = "unknown-calendar"
    exit_status: ClassVar[int] = 2


def _complete(incomplete: str) -> list[str]:
    return [one for one in sorted(load.calendar_documents()) if one.startswith(incomplete)]


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The calendar.", autocompletion=_complete)],
    year: Annotated[
        int | None, typer.Option("--year", min=1900, max=9998, help="The year; this one if not said.")
    ] = None,
    catalog: Annotated[
        Path | None, typer.Option("--catalog", metavar="FILE", help="A catalog that has it, beside the built-in ones.")
    ] = None,
    output: As = Format.TEXT,
) -> None:
    """Show a year of a calendar: hours, holidays, closures.

    For each month it says how long it is open.
    """
    documents = load.calendar_documents(catalog)
    if name not in documents:
        raise UnknownCalendarError(f"There is no calendar {name}.", hint=f"There are {', '.join(sorted(documents))}.")
    calendar = Calendar.parse(name, documents[name])
    shown = year or datetime.now(calendar.zone_info).year
    found = months(calendar, shown, holiday_names(documents[name].get("holidays"), shown))
    if output is Format.JSON:
        as_json(_json(calendar, shown, found))
        return
    for line in _lines(calendar, str(documents[name].get("title") or name), shown, found):
        typer.echo(line)


def _lines(calendar: Calendar, title: str, year: int, found: Sequence[Month]) -> Iterator[str]:
    yield f"{calendar.name}: {title}, {calendar.zone} ({calendar.digest[:12]})"
    for days, hours in _week(calendar):
        yield f"  {days:<9}{hours}"
    yield f"{year}"
    for month in found:
        yield f"  {month.first:%B}".ljust(13) + f"{_open(month.days_open, month.hours)}{_closed(month)}"
    days_open, open_hours = sum(one.days_open for one in found), sum(one.hours for one in found)
    yield f"  {'in all':<11}{_open(days_open, open_hours)}"


def _open(days: int, hours: float) -> str:
    return f"{days:>3} {'day ' if days == 1 else 'days'} {hours:>6g} hour{'' if hours == 1 else 's'}"


def _closed(month: Month) -> str:
    """The closures that make a difference."""
    said = [
        f"{one.weekday.capitalize()} {one.on.day} {one.name or 'closed'}" for one in month.closures if one.would_open
    ]
    return f"   {', '.join(said)}" if said else ""


def _week(calendar: Calendar) -> Iterator[tuple[str, str]]:
    """The hours of the week, days with the same hours together."""
    hours = calendar.to_json()["hours"]
    for said, together in groupby(WEEKDAYS, key=lambda day: ", ".join(hours.get(day, ())) or "closed"):
        days = [day.capitalize() for day in together]
        yield (days[0] if len(days) == 1 else f"{days[0]}–{days[-1]}"), said


def _json(calendar: Calendar, year: int, found: Sequence[Month]) -> Any:
    return {
        "name": calendar.name,
        "zone": calendar.zone,
        "digest": calendar.digest,
        "hours": calendar.to_json()["hours"],
        "year": year,
        "months": [
            {
                "month": f"{month.first:%Y-%m}",
                "days_open": month.days_open,
                "hours": month.hours,
                "closed": [
                    {
                        "date": one.on.isoformat(),
                        "weekday": one.weekday,
                        "kind": one.kind,
                        "name": one.name,
                        "would_open": one.would_open,
                    }
                    for one in month.closures
                ],
            }
            for month in found
        ],
    }


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Cases, one JSON object a line.")],
) -> None:
    """Compute every case of a file and compare with what it expects."""
    report = check_cases(files.read(file).splitlines())
    for failure in report.failures[:SHOWN]:
        typer.echo(str(failure))
    if len(report.failures) > SHOWN:
        typer.echo(f"… and {len(report.failures) - SHOWN} more")
    typer.echo(f"passed {report.passed} of {report.total}")
    if report.failures or not report.total:
        raise typer.Exit(1)
