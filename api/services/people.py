"""People: signing in and out, sessions, and the tokens of programs. Secrets are kept as hashes alone."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from api.security.passwords import hash_password, hash_token, matches
from api.services.actor import Actor
from api.services.base import Base, new_id
from api.services.errors import NotFoundError, SignedOutError, WrongPasswordError
from api.services.records import ApiToken, Person, Session
from store.audit import NewAuditEntry, person
from store.database import Unit
from store.people import Acting

SESSION_IDLE = timedelta(hours=1)
"""How long a session lasts without being used."""

SESSION_MOST = timedelta(hours=12)
"""How long a session lasts at all."""

_NOTE_USE_EVERY = timedelta(minutes=1)

_NOBODY = hash_password("nobody signs in with this")
"""Compared with where there is no such person, so that the time it takes tells nothing."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person, and the session in which they act; `secret` is known at sign-in only."""

    actor: Actor
    session: Session
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A bearer token; `secret` is shown once."""

    id: str
    secret: str
    label: str


@dataclass(frozen=True)
class PeopleService(Base):
    """The use cases around people. `development` is how sign-in pages know that they may offer names to choose."""

    development: bool = False

    async def sign_in(self, login: str, password: str) -> SignedIn:
        """Begin a session. Raises `WrongPasswordError`, the same for a wrong name and a wrong password."""
        now = self.now()
        async with self.database.transaction() as unit:
            found = await self._checked(unit, login, password)
            secret = secrets.token_urlsafe(32)
            session = Session(hash_token(secret), found.id, secrets.token_urlsafe(24), now, now, now + SESSION_IDLE)
            await unit.sessions.close_expired(now=now)
            await unit.sessions.open(session)
            actor = Actor(found.id, found.login, found.name, await unit.people.roles(found.id))
            await unit.audit.append(NewAuditEntry(now, person(found.id), "session.open", f"person/{found.id}"))
        return SignedIn(actor, session, secret)

    async def session(self, secret: str) -> SignedIn | None:
        """Who acts in a session; None where it has ended."""
        now = self.now()
        async with self.database.reading() as unit:
            found = await unit.sessions.get(hash_token(secret), now=now)
        if found is None:
            return None
        session, acting = found
        if now - session.seen_at > _NOTE_USE_EVERY:
            until = min(now + SESSION_IDLE, session.created_at + SESSION_MOST)
            async with self.database.transaction() as unit:
                await unit.sessions.seen(session.token_hash, at=now, expires_at=until)
        return SignedIn(_actor(acting), session)

    async def sign_out(self, signed_in: SignedIn) -> None:
        """End a session."""
        async with self.database.transaction() as unit:
            await unit.sessions.close(signed_in.session.token_hash)
            actor = signed_in.actor.id
            await unit.audit.append(NewAuditEntry(self.now(), person(actor), "session.close", f"person/{actor}"))

    async def issue_token(self, login: str, password: str, *, label: str, lasts: timedelta) -> NewToken:
        """A bearer token for a program that acts as this person. Raises `WrongPasswordError`."""
        now = self.now()
        secret = f"carelane_{secrets.token_urlsafe(32)}"
        async with self.database.transaction() as unit:
            found = await self._checked(unit, login, password)
            token = ApiToken(new_id(), hash_token(secret), found.id, label, now, now + lasts, None)
            await unit.sessions.add_token(token)
            entry = NewAuditEntry(now, person(found.id), "token.issue", f"token/{token.id}", None, {"label": label})
            await unit.audit.append(entry)
        return NewToken(token.id, secret, label)

    async def bearer(self, secret: str) -> Actor:
        """Whom a bearer token acts for. Raises `SignedOutError`."""
        async with self.database.reading() as unit:
            acting = await unit.sessions.bearer(hash_token(secret), now=self.now())
        if acting is None:
            raise SignedOutError("This bearer token is not known, or holds no more.", hint="Ask for a new one.")
        return _actor(acting)

    async def revoke_token(self, actor: Actor, ident: str) -> None:
        """End one of one's own tokens. Raises `NotFoundError`."""
        async with self.database.transaction() as unit:
            if ident not in {one.id for one in await unit.sessions.tokens(actor.id)}:
                raise NotFoundError("There is no such token of yours.")
            await unit.sessions.revoke_token(ident, at=self.now())
            await unit.audit.append(NewAuditEntry(self.now(), person(actor.id), "token.revoke", f"token/{ident}"))

    async def everybody(self) -> tuple[Person, ...]:
        """Who signs in here, by name."""
        async with self.database.reading() as unit:
            return tuple(one for one in await unit.people.all() if one.active)

    async def save(self, login: str, name: str, roles: Iterable[str], password: str) -> None:
        """Add somebody who may sign in, or give them this name, these roles and this password."""
        async with self.database.transaction() as unit:
            known = await unit.people.by_login(login)
            kept = known.password_hash if known is not None else None
            if kept is None or not await asyncio.to_thread(matches, password, kept):
                kept = await asyncio.to_thread(hash_password, password)
            ident = known.id if known else new_id()
            since = known.created_at if known else self.now()
            await unit.people.save(Person(ident, login, name, kept, active=True, created_at=since))
            await unit.people.set_roles(ident, roles)

    @staticmethod
    async def _checked(unit: Unit, login: str, password: str) -> Person:
        found = await unit.people.by_login(login)
        stored = found.password_hash if found is not None and found.active else None
        right = await asyncio.to_thread(matches, password, stored or _NOBODY)  # slow on purpose
        if found is None or stored is None or not right:
            raise WrongPasswordError("Name or password is wrong.")
        return found


def _actor(acting: Acting) -> Actor:
    return Actor(acting.id, acting.login, acting.name, acting.roles)
