"""What every governed table has: who answers for it, who approved it, and rows that hold from a day to a day.

A row that an instance used is named `<table>/<row>@<version>`; asked again by that name it is found again, also when
the table has moved on since (a series of infusions keeps its row for years). No row found is never a silent default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, ClassVar, Generic, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pathways.errors import CarelaneError
from pathways.time.durations import DurationError, parse_duration


class TableError(CarelaneError):
    """A governed table is not as its schema has it."""

    code: ClassVar[str] = "bad-table"


class NoRowError(CarelaneError):
    """No row holds for what was asked; a person decides, never a default."""

    code: ClassVar[str] = "no-row"


def _authored(text: str) -> str:
    try:
        parse_duration(text)
    except DurationError as error:
        raise ValueError(error.message) from None
    return text


AuthoredDuration = Annotated[str, AfterValidator(_authored)]
"""A duration with its authored unit: `72 hours`, `6 months`, `1 business day`."""


class Strict(BaseModel):
    """Part of a table: frozen, and with no keys but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(Strict):
    """A row: its id, from which day it holds (and until which, that day included), and where the rule comes from."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    since: date
    until: date | None = None
    source: str = Field(min_length=1)

    def holds_on(self, day: date) -> bool:
        """Whether the row is in effect on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


RowType = TypeVar("RowType", bound=Row)


class Table(Strict, Generic[RowType]):
    """A table with its governance. Ids are unique; of rows of one id the one that holds on the day counts."""

    table: str
    version: str = Field(pattern=r"^\d{4}\.\d+$")
    owner: str
    approved_by: str = Field(min_length=1, description="The second person; for regimens a pharmacist.")
    approved_on: date
    review_by: date
    rows: tuple[RowType, ...]

    @model_validator(mode="after")
    def _rows_do_not_overlap(self) -> Table[RowType]:
        seen: dict[str, list[RowType]] = {}
        for row in self.rows:
            for other in seen.setdefault(row.id, []):
                if other.holds_on(row.since) or row.holds_on(other.since):
                    raise ValueError(f"two rows {row.id} hold at once")
            seen[row.id].append(row)
        return self

    def name_of(self, row: RowType) -> str:
        """How an instance remembers the row that it used."""
        return f"{self.table}/{row.id}@{self.version}"

    def first(self, day: date, fits: Callable[[RowType], bool]) -> RowType:
        """The first row in effect on a day that fits. Raises `NoRowError`."""
        for row in self.rows:
            if row.holds_on(day) and fits(row):
                return row
        raise NoRowError(f"No row of {self.table} {self.version} holds.")

    def named(self, name: str) -> RowType:
        """The row that an instance remembers, also when it holds no more. Raises `NoRowError`."""
        table, _, rest = name.partition("/")
        ident = rest.partition("@")[0]
        found = _latest(row for row in self.rows if row.id == ident) if table == self.table else None
        if found is None:
            raise NoRowError(f'{self.table} {self.version} has no row "{name}".')
        return found


def _latest(rows: Iterable[RowType]) -> RowType | None:
    return max(rows, key=lambda row: row.since, default=None)


TableType = TypeVar("TableType", bound=Table)  # type: ignore[type-arg]  # of whatever rows


def read(kind: type[TableType], name: str) -> TableType:
    """A table of the installed catalog. Raises `TableError`."""
    return parse(kind, _text(name), name)


@cache
def _text(name: str) -> str:
    return resources.files("catalog.tables").joinpath(f"{name}.yaml").read_text(encoding="utf-8")


def parse(kind: type[TableType], text: str, name: str) -> TableType:
    """A table from its YAML, checked against its schema. Raises `TableError`."""
    try:
        return kind.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValueError) as error:
        raise TableError(f"The table {name} is not as it should be: {error}") from None
