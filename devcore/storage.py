"""Where the core keeps its resources: a SQLite file, every version as the JSON text that was accepted.

What was acknowledged survives `kill -9`: with a write-ahead log each commit is in the operating system's
hands before the answer goes out (`synchronous=NORMAL` gives up only on power loss). The core serves requests
one after the other on one connection, so conditional interactions need no locks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from activities.gateways.fhir.rawjson import dump, parse
from activities.gateways.fhir.resource import Resource
from devcore.indexing import index_of

_SCHEMA = """
CREATE TABLE IF NOT EXISTS resource (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    at TEXT NOT NULL, deleted INTEGER NOT NULL, body TEXT, UNIQUE (type, id));
CREATE TABLE IF NOT EXISTS version (
    type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, at TEXT NOT NULL, method TEXT NOT NULL,
    body TEXT, PRIMARY KEY (type, id, version)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token_index (
    type TEXT NOT NULL, id TEXT NOT NULL, param TEXT NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS token_by_code ON token_index (type, param, code, system, id);
CREATE INDEX IF NOT EXISTS token_by_id ON token_index (type, id);
CREATE TABLE IF NOT EXISTS reference_index (
    type TEXT NOT NULL, id TEXT NOT NULL, param TEXT NOT NULL, target TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS reference_by_target ON reference_index (target, type, param, id);
CREATE INDEX IF NOT EXISTS reference_by_id ON reference_index (type, id);
CREATE TABLE IF NOT EXISTS date_index (
    type TEXT NOT NULL, id TEXT NOT NULL, param TEXT NOT NULL, low TEXT NOT NULL, high TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS date_by_low ON date_index (type, param, low, high, id);
CREATE INDEX IF NOT EXISTS date_by_id ON date_index (type, id);
CREATE TABLE IF NOT EXISTS string_index (
    type TEXT NOT NULL, id TEXT NOT NULL, param TEXT NOT NULL, value TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS string_by_value ON string_index (type, param, value, id);
CREATE INDEX IF NOT EXISTS string_by_id ON string_index (type, id);
CREATE TABLE IF NOT EXISTS assertion (
    client TEXT NOT NULL, jti TEXT NOT NULL, expires REAL NOT NULL, PRIMARY KEY (client, jti)) WITHOUT ROWID;
"""

_INDEXES = ("token_index", "reference_index", "date_index", "string_index")


@dataclass(frozen=True)
class Stored:
    """One version of a resource. `body` is None where this version is a deletion."""

    type: str
    id: str
    version: int
    at: str
    method: str
    body: str | None

    @property
    def reference(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"

    def resource(self) -> Resource:
        """The JSON, parsed anew."""
        if self.body is None:
            raise LookupError(f"{self.reference} was deleted")
        parsed: Resource = parse(self.body)
        return parsed


class Storage:
    """The database file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.execute("PRAGMA busy_timeout=5000")
        self.connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All or nothing; inner blocks are undone on their own (savepoints)."""
        if self.connection.in_transaction:
            begin, commit, rollback = "SAVEPOINT inner", "RELEASE inner", "ROLLBACK TO inner; RELEASE inner"
        else:
            begin, commit, rollback = "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"
        self.connection.execute(begin)
        try:
            yield
        except BaseException:
            for statement in rollback.split("; "):
                self.connection.execute(statement)
            raise
        self.connection.execute(commit)

    def current(self, resource_type: str, resource_id: str) -> Stored | None:
        """The latest version, which may be a deletion, or None for what was never here."""
        row = self.connection.execute(
            "SELECT version, at, deleted, body FROM resource WHERE type = ? AND id = ?",
            (resource_type, resource_id),
        ).fetchone()
        if row is None:
            return None
        return Stored(resource_type, resource_id, row[0], row[1], "DELETE" if row[2] else "PUT", row[3])

    def exists(self, resource_type: str, resource_id: str) -> bool:
        """Whether it is here and not deleted."""
        found = self.current(resource_type, resource_id)
        return found is not None and found.body is not None

    def version(self, resource_type: str, resource_id: str, version: int) -> Stored | None:
        """One version."""
        row = self.connection.execute(
            "SELECT at, method, body FROM version WHERE type = ? AND id = ? AND version = ?",
            (resource_type, resource_id, version),
        ).fetchone()
        return None if row is None else Stored(resource_type, resource_id, version, *row)

    def history(self, resource_type: str, resource_id: str) -> list[Stored]:
        """Every version, the latest first."""
        rows = self.connection.execute(
            "SELECT version, at, method, body FROM version WHERE type = ? AND id = ? ORDER BY version DESC",
            (resource_type, resource_id),
        )
        return [Stored(resource_type, resource_id, *row) for row in rows]

    def write(self, resource: Resource, *, version: int, at: str, method: str) -> Stored:
        """Keep a version of a resource (its `meta` already says so) and index it."""
        resource_type, resource_id = resource["resourceType"], resource["id"]
        body = dump(resource)
        stored = Stored(resource_type, resource_id, version, at, method, body)
        self._keep(stored)
        self._index(resource)
        return stored

    def delete(self, resource_type: str, resource_id: str, *, version: int, at: str) -> Stored:
        """Keep a deletion as the latest version."""
        stored = Stored(resource_type, resource_id, version, at, "DELETE", None)
        self._keep(stored)
        self._unindex(resource_type, resource_id)
        return stored

    def referring(self, reference: str) -> str | None:
        """One resource that refers to this one, or None."""
        row = self.connection.execute(
            "SELECT type || '/' || id FROM reference_index WHERE target = ? LIMIT 1", (reference,)
        ).fetchone()
        return None if row is None else str(row[0])

    def counts(self) -> dict[str, int]:
        """How many resources of each type are here."""
        rows = self.connection.execute("SELECT type, count(*) FROM resource WHERE deleted = 0 GROUP BY type")
        return {row[0]: row[1] for row in rows}

    def first_use(self, client: str, jti: str, expires: float, now: float) -> bool:
        """Note that a client used this assertion id; False when it had before."""
        self.connection.execute("DELETE FROM assertion WHERE expires < ?", (now,))
        added = self.connection.execute("INSERT OR IGNORE INTO assertion VALUES (?, ?, ?)", (client, jti, expires))
        return added.rowcount == 1

    def _keep(self, stored: Stored) -> None:
        deleted = 1 if stored.body is None else 0
        self.connection.execute(
            "INSERT OR REPLACE INTO version (type, id, version, at, method, body) VALUES (?, ?, ?, ?, ?, ?)",
            (stored.type, stored.id, stored.version, stored.at, stored.method, stored.body),
        )
        self.connection.execute(
            "INSERT INTO resource (type, id, version, at, deleted, body) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (type, id) DO UPDATE SET version = excluded.version, at = excluded.at,"
            " deleted = excluded.deleted, body = excluded.body",
            (stored.type, stored.id, stored.version, stored.at, deleted, stored.body),
        )

    def _unindex(self, resource_type: str, resource_id: str) -> None:
        for table in _INDEXES:
            self.connection.execute(f"DELETE FROM {table} WHERE type = ? AND id = ?", (resource_type, resource_id))

    def _index(self, resource: Resource) -> None:
        key = resource["resourceType"], resource["id"]
        self._unindex(*key)
        index = index_of(resource)
        run = self.connection.executemany
        run("INSERT INTO token_index VALUES (?, ?, ?, ?, ?)", [key + row for row in index.tokens])
        run("INSERT INTO reference_index VALUES (?, ?, ?, ?)", [key + row for row in index.references])
        run("INSERT INTO date_index VALUES (?, ?, ?, ?, ?)", [key + row for row in index.dates])
        run("INSERT INTO string_index VALUES (?, ?, ?, ?)", [key + row for row in index.strings])
