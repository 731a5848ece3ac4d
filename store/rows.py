"""Rows as frozen dataclasses: a repository selects exactly a class's fields, and makes one of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Delete,
    Row,
    Select,
    Table,
    TableValuedAlias,
    Update,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.sql.dml import ReturningInsert

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Kind = TypeVar("Kind")
Change = Insert | Update | Delete | ReturningInsert[Any]


@lru_cache(maxsize=64)
def columns(kind: type[DataclassInstance], table: Table) -> tuple[ColumnElement[Any], ...]:
    """The table's columns that have the names of the class's fields, in the class's order."""
    return tuple(table.c[one.name] for one in fields(kind))


@lru_cache(maxsize=64)
def select_rows(kind: type[DataclassInstance], table: Table) -> Select[Any]:
    """A query for all that the class needs."""
    return select(*columns(kind, table))


def read(kind: Callable[..., Kind], rows: Iterable[Row[Any]]) -> tuple[Kind, ...]:
    """The rows of such a query as objects."""
    return tuple(kind(*row) for row in rows)


def read_one(kind: Callable[..., Kind], row: Row[Any] | Sequence[Any] | None) -> Kind | None:
    """A row of such a query as an object; None where there is none."""
    return None if row is None else kind(*row)


def insert_rows(table: Table, names: Iterable[str]) -> Insert:
    """A statement that inserts any number of rows with these columns, executed with `{<table's name>: [{…}, …]}`.

    The rows travel as one JSON parameter. That is one statement, one message and one plan for any number of them,
    where a statement for each row costs the recorder more than all else that it does.
    """
    return _insert_rows(table, tuple(names))


@lru_cache(maxsize=64)
def _insert_rows(table: Table, names: tuple[str, ...]) -> Insert:
    given = given_rows(table, names, table.name)
    return insert(table).from_select(list(names), select(*(given.c[name] for name in names)))


def upsert_rows(table: Table, names: Iterable[str]) -> Insert:
    """As `insert_rows`; a row whose primary key is there already is replaced."""
    return _upsert_rows(table, tuple(names))


@lru_cache(maxsize=64)
def _upsert_rows(table: Table, names: tuple[str, ...]) -> Insert:
    statement = _insert_rows(table, names)
    key = [one.name for one in table.primary_key]
    taken = {name: statement.excluded[name] for name in names if name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=taken)


def given_rows(table: Table, names: Iterable[str], parameter: str) -> TableValuedAlias:
    """Rows with these columns of a table, given as JSON in a parameter."""
    types = [column(name, table.c[name].type) for name in names]
    rows = func.jsonb_to_recordset(bindparam(parameter, type_=JSONB)).table_valued(*types)
    return rows.render_derived(name="given", with_types=True)


@lru_cache(maxsize=256)
def together(statement: Change, *others: Change) -> Change:
    """Changes as one statement, one message; each finds the tables as they were before all of them."""
    return statement.add_cte(*(one.cte(f"other_{number}") for number, one in enumerate(others)))
