"""The audit: who changed or saw what, chained by hashes, so that a change to the past shows.

Each entry's hash covers its content and the hash before it (SHA-256 over canonical JSON). `audit_head` keeps the last
one: its row is locked by whoever appends, which makes writers take turns, and shows whether the end was cut off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.paging import Page, beyond, limit_of, page_of
from store.rows import insert_rows, read, select_rows, together
from store.tables import audit, audit_head
from store.tables.base import storable, storable_json

Json = Any

BEGINNING = "0" * 64
"""The hash before the first entry."""

PARENT = "parent/"
"""What `by` begins with where a parent acts on its child; the parent's id follows."""

_AT_ONCE = 1000

_LOCK_HEAD = select(audit_head.c.number, audit_head.c.hash).where(audit_head.c.id == 1).with_for_update()
_MOVE_HEAD = (
    update(audit_head).where(audit_head.c.id == 1).values(number=bindparam("last_number"), hash=bindparam("last_hash"))
)
_APPEND = together(insert_rows(audit, audit.c.keys()), _MOVE_HEAD)


@dataclass(frozen=True, slots=True)
class NewAuditEntry:
    """What is to be put on record: `person:<id>` or `rule:<name>` did `action` to `<kind>/<id>`."""

    at: datetime
    actor: str
    action: str
    subject: str
    instance: str | None = None
    detail: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry of the audit."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    instance: str | None
    detail: Mapping[str, Json]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the chain holds. `broken_at` is the number of the first entry that does not fit, and `why`."""

    entries: int
    broken_at: int | None = None
    why: str | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.broken_at is None


def person(ident: str) -> str:
    """A person as an actor."""
    return f"person:{ident}"


def actor_of(by: str | None, rule: str) -> str:
    """Who did what an instance states: a person; a parent, where that had its child do it; else the rule."""
    if by is None:
        return f"rule:{rule}"
    return f"rule:{by}" if by.startswith(PARENT) else person(by)


class Audit:
    """The audit of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def append(self, *entries: NewAuditEntry) -> None:
        """Put entries on record, in this order.

        Until the transaction ends nobody else can append: do it last in a transaction, and end that soon.
        """
        if not entries:
            return
        number, previous = (await self._connection.execute(_LOCK_HEAD)).one()
        rows: list[dict[str, Any]] = []
        for entry in entries:
            number += 1
            row = _row(number, entry, previous)
            previous = row["hash"]
            rows.append(row)
        given = {audit.name: rows, "last_number": number, "last_hash": previous}
        await self._connection.execute(_APPEND, given)

    async def page(
        self,
        *,
        instance: str | None = None,
        actor: str | None = None,
        subject: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[AuditEntry]:
        """Entries, the latest first, behind a cursor. Raises `BadCursorError`."""
        limit = limit_of(limit)
        equal = {"instance": instance, "actor": actor, "subject": subject}
        query = select_rows(AuditEntry, audit)
        query = query.where(*(audit.c[name] == value for name, value in equal.items() if value is not None))
        if after is not None:
            query = query.where(beyond((audit.c.number,), after, descending=True))
        query = query.order_by(audit.c.number.desc()).limit(limit + 1)
        found = read(AuditEntry, await self._connection.execute(query))
        return page_of(found, limit, lambda one: (one.number,))

    async def verify(self) -> Verification:
        """Go through the whole chain, from the first entry to the head.

        Run it in a transaction of its own: entries appended meanwhile are left to the next verification.
        """
        head = select(audit_head.c.number, audit_head.c.hash).where(audit_head.c.id == 1)
        last, last_hash = (await self._connection.execute(head)).one()
        number, previous = 0, BEGINNING
        while number < last:
            query = (
                select_rows(AuditEntry, audit)
                .where(audit.c.number > number, audit.c.number <= last)
                .order_by(audit.c.number)
                .limit(_AT_ONCE)
            )
            batch = read(AuditEntry, await self._connection.execute(query))
            if not batch:
                return Verification(number, number + 1, "The entries after it are missing.")
            why = ""
            for entry in batch:
                why = _fault(entry, number + 1, previous)
                if why:
                    return Verification(number, number + 1, why)
                number, previous = entry.number, entry.hash
        if previous != last_hash:
            return Verification(number, number, "It is not the entry that the chain ends with.")
        return Verification(number)


def _fault(entry: AuditEntry, expected: int, previous: str) -> str:
    if entry.number != expected:
        return "The entry is missing."
    if entry.previous != previous:
        return "It does not follow the entry before it."
    content = NewAuditEntry(entry.at, entry.actor, entry.action, entry.subject, entry.instance, entry.detail)
    if _hash(entry.number, content, previous) != entry.hash:
        return "Its content was changed."
    return ""


def _row(number: int, entry: NewAuditEntry, previous: str) -> dict[str, Any]:
    entry = replace(
        entry,
        actor=storable(entry.actor),
        subject=storable(entry.subject),
        detail=storable_json(dict(entry.detail)),
    )
    return {
        "number": number,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "instance": entry.instance,
        "detail": entry.detail,
        "previous": previous,
        "hash": _hash(number, entry, previous),
    }


def _hash(number: int, entry: NewAuditEntry, previous: str) -> str:
    content = [
        number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.instance,
        _canonical(entry.detail),
        previous,
    ]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Json) -> Json:
    """The value as it will be read back: PostgreSQL keeps numbers by value, so 1.0 and 1 are the same."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _canonical(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_canonical(one) for one in value]
    return value
