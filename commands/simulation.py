"""`carelane pathway simulate`: many cases of a pathway in virtual time, and what they come to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files as resources
from pathlib import Path
from typing import Annotated, ClassVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as RichTable

from commands import files
from commands.parts import Job, cores, play
from commands.pathway import Format
from commands.plans import CatalogFile, find_plan
from commands.plans import Target as PlanTarget
from pathways.errors import CarelaneError
from pathways.plan import Plan
from pathways.publishing.author_files import SIMULATION
from pathways.simulate import Simulation, read_simulation
from pathways.simulate.picture import to_svg
from pathways.simulate.report import Table, tables, to_json
from pathways.simulate.run import Simulated
from pathways.wording import numbered

app = typer.Typer()


class SimulationError(CarelaneError):
    """A simulation can't be run as it is declared."""

    code: ClassVar[str] = "simulation"
    exit_status: ClassVar[int] = 2


@app.command("simulate")
def simulate_command(
    target: PlanTarget,
    cases: Annotated[int, typer.Option("--cases", min=1, max=1_000_000, help="How many cases.")] = 1000,
    seed: Annotated[str, typer.Option("--seed", help="The same seed gives the same result.")] = "1",
    declared: Annotated[
        Path | None,
        typer.Option(
            "--simulation", metavar="FILE", help="What to draw from; else simulation.yaml beside the version."
        ),
    ] = None,
    from_store: Annotated[
        bool, typer.Option("--from-store", help="Draw from what finished instances in the store did (DATABASE_URL).")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, max=256, help="On how many cores; all that there are, if not given.")
    ] = None,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Draw the result as well.")] = None,
    catalog: CatalogFile = None,
    output: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
) -> None:
    """Simulate cases: cycle times, queues, clocks, outcomes.

    Durations and choices are drawn.
    """
    plan = find_plan(target, catalog)
    simulation = _simulation(plan, target, declared, from_store=from_store)
    with _progress(cases, shown=output is Format.TEXT) as progress:
        simulated = play(Job(plan, simulation, cases, seed), jobs or cores(), progress)
    if svg is not None:
        files.write(svg, to_svg(plan, simulated, seed))
    if output is Format.JSON:
        typer.echo(json.dumps(to_json(plan, simulated, seed), indent=2, ensure_ascii=False))
    else:
        _show(plan, simulated, simulation, seed)
        if svg is not None:
            typer.echo(f"Wrote {svg}.", err=True)


def _simulation(plan: Plan, target: str, declared: Path | None, *, from_store: bool) -> Simulation:
    """What to draw from: what is declared, with what was measured in front of it."""
    path = declared or _beside(plan, target)
    base = Simulation()
    if path is not None:
        read = read_simulation(files.read(path), plan, str(path))
        errors = [one for one in read.diagnostics if one.severity == "error"]
        if errors:
            said = "\n".join(f"  {one}" for one in errors[:20])
            raise SimulationError(f"{path} can't be used:\n{said}")
        for one in read.diagnostics:
            typer.echo(str(one), err=True)
        base = read.simulation
    if not from_store:
        return base
    from commands.measuring import measured

    return measured(plan, base)


def _beside(plan: Plan, target: str) -> Path | None:
    """The file beside the version, where there is one: for this version alone, or for all."""
    folder = _folder(target)
    found = (folder / name for name in (f"{plan.version}.{SIMULATION}", SIMULATION))
    return next((one for one in found if one.is_file()), None)


def _folder(target: str) -> Path:
    """The folder of a definition that was named, or that comes with Carelane."""
    path = Path(target)
    if path.exists():
        return path if path.is_dir() else path.parent
    return Path(str(resources("pathways"))) / "library" / target.partition("@")[0]


@contextmanager
def _progress(cases: int, *, shown: bool) -> Iterator[_Advance]:
    columns = (TextColumn("Simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal)) as bar:
        task = bar.add_task("cases", total=cases)
        yield _Advance(bar, task)


class _Advance:
    """Tells a progress bar how many more are done."""

    def __init__(self, bar: Progress, task: object) -> None:
        self._bar = bar
        self._task = task

    def __call__(self, done: int) -> None:
        self._bar.advance(self._task, done)  # type: ignore[arg-type]  # rich's own kind of number


def _show(plan: Plan, simulated: Simulated, simulation: Simulation, seed: str) -> None:
    console = Console(width=None if Console().is_terminal else 120, highlight=False, markup=False)
    source = simulation.source or "nothing declared"
    console.print(
        f"{plan.title} {plan.version}: {numbered(simulated.measures.cases, 'case')}, seed {seed}, drawn from {source}"
    )
    for one in tables(plan, simulated):
        console.print()
        console.print(_table(one))
        if one.note:
            console.print(one.note)


def _table(one: Table) -> RichTable:
    table = RichTable(title=one.title, title_justify="left", title_style="bold")
    for n, name in enumerate(one.columns):
        text = n == 0 or one.columns == ("what", "assumed")
        table.add_column(name, justify="left" if text else "right", overflow="fold")
    for row in one.rows:
        table.add_row(*row)
    return table
