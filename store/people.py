"""People with their roles, their sessions and tokens. Only hashes of secrets come in here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.rows import columns, read, read_one, select_rows
from store.tables import api_token, assignment, person, session

EVERYWHERE = ""
"""The site of a role that holds at every site."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in. `id` is what facts and audit name; `name` is for pages alone."""

    id: str
    login: str
    name: str
    password_hash: str | None
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser."""

    token_hash: str
    person: str
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's bearer token."""

    id: str
    token_hash: str
    person: str
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody active, with the roles that they have everywhere."""

    id: str
    login: str
    name: str
    roles: frozenset[str]


class People:
    """The people of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(self, one: Person) -> None:
        """Add a person, or change the one of that id."""
        row = {
            "id": one.id,
            "login": one.login,
            "name": one.name,
            "password_hash": one.password_hash,
            "active": one.active,
            "created_at": one.created_at,
        }
        changes = {name: row[name] for name in ("login", "name", "password_hash", "active")}
        await self._connection.execute(
            insert(person).values(row).on_conflict_do_update(index_elements=[person.c.id], set_=changes)
        )

    async def get(self, ident: str) -> Person | None:
        """A person by id."""
        query = select_rows(Person, person).where(person.c.id == ident)
        return read_one(Person, (await self._connection.execute(query)).first())

    async def by_login(self, login: str) -> Person | None:
        """A person by the name with which they sign in."""
        query = select_rows(Person, person).where(person.c.login == login)
        return read_one(Person, (await self._connection.execute(query)).first())

    async def names(self, ids: Sequence[str]) -> dict[str, str]:
        """The names of people, by id."""
        query = select(person.c.id, person.c.name).where(person.c.id.in_(ids))
        return {row[0]: row[1] for row in await self._connection.execute(query)}

    async def all(self) -> tuple[Person, ...]:
        """Everybody, by name."""
        query = select_rows(Person, person).order_by(person.c.name, person.c.id)
        return read(Person, await self._connection.execute(query))

    async def roles(self, ident: str, site: str = EVERYWHERE) -> frozenset[str]:
        """The roles of a person at a site, those that hold everywhere included."""
        query = select(assignment.c.role).where(assignment.c.person == ident, assignment.c.site.in_({site, EVERYWHERE}))
        return frozenset((await self._connection.execute(query)).scalars())

    async def set_roles(self, ident: str, roles: Iterable[str], site: str = EVERYWHERE) -> None:
        """Give a person exactly these roles at a site."""
        mine = (assignment.c.person == ident) & (assignment.c.site == site)
        await self._connection.execute(delete(assignment).where(mine))
        rows = [{"person": ident, "role": role, "site": site} for role in sorted(set(roles))]
        if rows:
            await self._connection.execute(insert(assignment), rows)


# Every request asks for one of these: made once, and one statement.
_ROLES = (
    select(assignment.c.role)
    .where(assignment.c.person == person.c.id, assignment.c.site == EVERYWHERE)
    .correlate(person)
    .scalar_subquery()
)
_ACTING = select(person.c.id, person.c.login, person.c.name, func.array(_ROLES)).where(person.c.active)
_WHO = len(_ACTING.selected_columns)
_BY_SESSION = (
    _ACTING.add_columns(*columns(Session, session))
    .join(session, session.c.person == person.c.id)
    .where(session.c.token_hash == bindparam("hash"), session.c.expires_at > bindparam("now"))
)
_BY_TOKEN = _ACTING.join(api_token, api_token.c.person == person.c.id).where(
    api_token.c.token_hash == bindparam("hash"),
    api_token.c.revoked_at.is_(None),
    api_token.c.expires_at.is_(None) | (api_token.c.expires_at > bindparam("now")),
)


def _acting(row: Sequence[Any]) -> Acting:
    ident, login, name, roles = row[:_WHO]
    return Acting(ident, login, name, frozenset(roles))


class Sessions:
    """Signed-in browsers and programs."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open(self, new: Session) -> None:
        """Begin a session."""
        row = {
            "token_hash": new.token_hash,
            "person": new.person,
            "csrf": new.csrf,
            "created_at": new.created_at,
            "seen_at": new.seen_at,
            "expires_at": new.expires_at,
        }
        await self._connection.execute(insert(session).values(row))

    async def get(self, token_hash: str, *, now: datetime) -> tuple[Session, Acting] | None:
        """A session that has not expired, and who acts in it; None where they are active no more."""
        row = (await self._connection.execute(_BY_SESSION, {"hash": token_hash, "now": now})).first()
        return None if row is None else (Session(*row[_WHO:]), _acting(row))

    async def seen(self, token_hash: str, *, at: datetime, expires_at: datetime) -> None:
        """Note that a session is in use, and until when it lasts now."""
        await self._connection.execute(
            update(session).where(session.c.token_hash == token_hash).values(seen_at=at, expires_at=expires_at)
        )

    async def close(self, token_hash: str) -> None:
        """End a session."""
        await self._connection.execute(delete(session).where(session.c.token_hash == token_hash))

    async def close_expired(self, *, now: datetime) -> int:
        """End all sessions that have expired; how many."""
        ended = await self._connection.execute(delete(session).where(session.c.expires_at <= now))
        return ended.rowcount

    async def add_token(self, new: ApiToken) -> None:
        """Keep a program's token."""
        row = {
            "id": new.id,
            "token_hash": new.token_hash,
            "person": new.person,
            "label": new.label,
            "created_at": new.created_at,
            "expires_at": new.expires_at,
            "revoked_at": new.revoked_at,
        }
        await self._connection.execute(insert(api_token).values(row))

    async def bearer(self, token_hash: str, *, now: datetime) -> Acting | None:
        """Whom a program's token that holds acts for; None where they are active no more."""
        row = (await self._connection.execute(_BY_TOKEN, {"hash": token_hash, "now": now})).first()
        return None if row is None else _acting(row)

    async def tokens(self, ident: str) -> tuple[ApiToken, ...]:
        """The tokens of a person, the latest first."""
        query = select_rows(ApiToken, api_token).where(api_token.c.person == ident)
        return read(ApiToken, await self._connection.execute(query.order_by(api_token.c.id.desc())))

    async def revoke_token(self, ident: str, *, at: datetime) -> bool:
        """End a program's token by its id; False where none held."""
        revoked = await self._connection.execute(
            update(api_token).where(api_token.c.id == ident, api_token.c.revoked_at.is_(None)).values(revoked_at=at)
        )
        return revoked.rowcount > 0
