"""What a measurement says, and the table that all of them make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Literal

from rich.console import Console
from rich.table import Table

Unit = Literal["seconds", "bytes", "events", "per-second", "count"]


@dataclass(frozen=True)
class Row:
    """One line: what was measured, against what, and whether it lies within the budget.

    `reference` is what it was held against in the same run; None where the budget is a number of its own. `budget`
    says it in words. `within` is None for what is only told.
    """

    what: str
    measured: float
    unit: Unit
    reference: float | None = None
    against: str = ""
    budget: str = ""
    within: bool | None = None

    @property
    def ratio(self) -> float | None:
        """The measured value as a multiple of what it is held against."""
        return self.measured / self.reference if self.reference else None


def at_most(what: str, measured: float, unit: Unit, limit: float) -> Row:
    """A measurement whose budget is a number."""
    return Row(what, measured, unit, limit, "the budget", f"≤ {shown(limit, unit)}", measured <= limit)


def at_most_times(what: str, measured: float, unit: Unit, reference: float, against: str, times: float) -> Row:
    """A measurement that may be so many times what it is held against."""
    return Row(what, measured, unit, reference, against, f"≤ {times:g} ×", measured <= reference * times)


def at_least_times(what: str, measured: float, unit: Unit, reference: float, against: str, times: float) -> Row:
    """A measurement that must be so many times what it is held against."""
    return Row(what, measured, unit, reference, against, f"≥ {times:g} ×", measured >= reference * times)


def told(what: str, measured: float, unit: Unit, reference: float | None = None, against: str = "") -> Row:
    """A measurement without a budget, that helps to read the others."""
    return Row(what, measured, unit, reference, against)


def ratio_of_pairs(measured: Sequence[float], reference: Sequence[float]) -> float:
    """The median of the ratios of rounds that ran next to each other, so that a busy machine weighs on both."""
    return median(one / other for one, other in zip(measured, reference, strict=True))


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which so many percent of the values lie."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def shown(value: float, unit: Unit) -> str:
    """A number as a person reads it."""
    match unit:
        case "seconds" if value < 0.0009995:
            return f"{value * 1e6:.3g} µs"
        case "seconds" if value < 0.9995:
            return f"{value * 1e3:.3g} ms"
        case "seconds":
            return f"{value:.3g} s"
        case "bytes" if value >= 1024**2:
            return f"{value / 1024**2:.0f} MB"
        case "bytes":
            return f"{value / 1024:.1f} KB"
        case "per-second":
            return f"{value:.3g} /s"
        case "events":
            return f"{value:g} events"
        case "count":
            return f"{value:g}"


def print_table(rows: Iterable[Row], console: Console) -> None:
    """Print what was measured."""
    table = Table(box=None, pad_edge=False)
    table.add_column("what", max_width=70)
    for name in ("measured", "against", "ratio", "budget", "within"):
        table.add_column(name, justify="left" if name == "against" else "right", no_wrap=True)
    for row in rows:
        against = row.against if row.reference is None else f"{row.against} {shown(row.reference, row.unit)}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        table.add_row(row.what, shown(row.measured, row.unit), against, ratio, row.budget, _verdict(row))
    console.print(table)


def _verdict(row: Row) -> str:
    if row.within is None:
        return ""
    return "yes" if row.within else "[bold red]no[/]"
