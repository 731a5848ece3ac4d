"""Keyset paging: a page says from where the next one goes on, so that rows that come and go move nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, ColumnElement, literal, tuple_

from store.errors import StoreError

Item = TypeVar("Item")

MOST = 200
"""Rows that a page has at most."""


class BadCursorError(StoreError):
    """A text that is no cursor of this list."""

    code = "bad-cursor"


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows of a list. `next` is the cursor of the page after it; None on the last."""

    items: tuple[Item, ...]
    next: str | None


def limit_of(wanted: int) -> int:
    """The number of rows to give for a wish."""
    return max(1, min(wanted, MOST))


def page_of(found: Sequence[Item], limit: int, place: Callable[[Item], Sequence[Any]]) -> Page[Item]:
    """A page from one row more than it holds; `place` gives the values by which the list is sorted."""
    items = tuple(found[:limit])
    more = len(found) > limit
    return Page(items, cursor(place(items[-1])) if more else None)


def cursor(values: Sequence[Any]) -> str:
    """The place in a list, as text for an address."""
    plain = [value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def beyond(columns: Sequence[ColumnElement[Any]], text: str, *, descending: bool = False) -> ColumnElement[bool]:
    """The condition for rows behind a cursor. Raises `BadCursorError`."""
    values = _values(text, [column.type.python_type for column in columns])
    given = tuple_(
        *(
            literal(value, BigInteger() if isinstance(value, int) else column.type)
            for value, column in zip(values, columns, strict=True)
        )
    )
    place = tuple_(*columns)
    return place < given if descending else place > given


def _values(text: str, kinds: Sequence[type[Any]]) -> list[Any]:
    try:
        plain = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(plain, list) or len(plain) != len(kinds):
            raise ValueError(text)
        values = [
            datetime.fromisoformat(value) if kind is datetime else value
            for value, kind in zip(plain, kinds, strict=True)
        ]
        if not all(_is(value, kind) for value, kind in zip(values, kinds, strict=True)):
            raise ValueError(text)
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise BadCursorError("This is not a place in the list.", hint="Begin at the first page.") from error
    return values


def _is(value: Any, kind: type[Any]) -> bool:
    if isinstance(value, datetime) and value.tzinfo is None:
        return False
    if isinstance(value, int) and abs(value) >= 2**63:
        return False
    return type(value) is kind
