"""People, what they may do, and how they are signed in."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table

from store.tables.base import Moment, Text, metadata

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text),
    Column("active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)

assignment = Table(
    "assignment",
    metadata,
    Column("person", ForeignKey(person.c.id), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("site", Text, primary_key=True, comment="Empty for every site."),
    comment="The roles of people, per site.",
)

session = Table(
    "session",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("person", ForeignKey(person.c.id), nullable=False),
    Column("csrf", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("ix_session_person", "person"),
    Index("ix_session_expires_at", "expires_at"),
    comment="Signed-in browsers; only a hash of the token is kept.",
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("person", ForeignKey(person.c.id), nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Index("ix_api_token_person", "person"),
    comment="Bearer tokens of programs; only their hash is kept.",
)
