"""The database, and the unit of work: one transaction with every repository on it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property
from typing import Any

from sqlalchemy import Engine, event, exc, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from store.audit import Audit
from store.children import Children
from store.clocks import Clocks
from store.definitions import Definitions
from store.deliveries import Deliveries
from store.errors import StoreUnavailableError
from store.event_starts import EventStarts
from store.holds import Holds
from store.inbox import Inbox
from store.incidents import Incidents
from store.instances import Instances, Listeners
from store.migration_runs import MigrationRuns
from store.people import People, Sessions
from store.results import Results
from store.revisions import Revisions
from store.statistics import Statistics
from store.tables.base import dump_json
from store.tasks import Tasks
from store.timeline import Timeline
from store.worklist import WorkList

DRIVER = "postgresql+psycopg"

IDLE_SECONDS = 2.0
"""How long a connection may lie idle and still be trusted."""


def driver_url(url: str) -> str:
    """The address as SQLAlchemy wants it, from a plain `postgresql://…`."""
    scheme, _, rest = url.partition("://")
    return f"{DRIVER}://{rest}" if scheme in {"postgresql", "postgres"} else url


class Unit:
    """One transaction. Repositories never commit; the transaction does when its block ends well."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    @cached_property
    def definitions(self) -> Definitions:
        """Published definitions."""
        return Definitions(self.connection)

    @cached_property
    def instances(self) -> Instances:
        """Instances and where they stand."""
        return Instances(self.connection)

    @cached_property
    def holds(self) -> Holds:
        """What instances of paused versions hold."""
        return Holds(self.connection)

    @cached_property
    def listeners(self) -> Listeners:
        """What instances listen for."""
        return Listeners(self.connection)

    @cached_property
    def children(self) -> Children:
        """Children of instances."""
        return Children(self.connection)

    @cached_property
    def clocks(self) -> Clocks:
        """Clocks."""
        return Clocks(self.connection)

    @cached_property
    def tasks(self) -> Tasks:
        """Tasks, claims, drafts and comments."""
        return Tasks(self.connection)

    @cached_property
    def worklist(self) -> WorkList:
        """The lists of open tasks."""
        return WorkList(self.connection)

    @cached_property
    def incidents(self) -> Incidents:
        """Incidents."""
        return Incidents(self.connection)

    @cached_property
    def timeline(self) -> Timeline:
        """Timelines."""
        return Timeline(self.connection)

    @cached_property
    def audit(self) -> Audit:
        """The audit."""
        return Audit(self.connection)

    @cached_property
    def inbox(self) -> Inbox:
        """Events that came in."""
        return Inbox(self.connection)

    @cached_property
    def deliveries(self) -> Deliveries:
        """Events on their way to instances."""
        return Deliveries(self.connection)

    @cached_property
    def event_starts(self) -> EventStarts:
        """What events started."""
        return EventStarts(self.connection)

    @cached_property
    def results(self) -> Results:
        """Results of requests."""
        return Results(self.connection)

    @cached_property
    def statistics(self) -> Statistics:
        """Numbers for diagrams and measures."""
        return Statistics(self.connection)

    @cached_property
    def migration_runs(self) -> MigrationRuns:
        """Runs that move instances to another version."""
        return MigrationRuns(self.connection)

    @cached_property
    def people(self) -> People:
        """People and their roles."""
        return People(self.connection)

    @cached_property
    def sessions(self) -> Sessions:
        """Sessions and tokens."""
        return Sessions(self.connection)


class Database:
    """A pool of connections to PostgreSQL. Made by composition roots, closed by them.

    `statement_seconds` limits every statement, so that a lock that somebody holds is an error and not a hang.
    """

    def __init__(self, url: str, *, connections: int = 10, statement_seconds: float = 15.0) -> None:
        options = f"-c timezone=UTC -c statement_timeout={int(statement_seconds * 1000)}"
        self._engine = create_async_engine(
            driver_url(url),
            pool_size=connections,
            max_overflow=0,
            pool_timeout=5,
            json_serializer=dump_json,
            connect_args={"connect_timeout": 5, "options": options},
        )

        _check_idle_connections(self._engine.sync_engine)
        self.revisions = Revisions(self._rev)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Unit]:
        """One unit of work: committed when the block ends well, else rolled back.

        Raises `StoreUnavailableError` where PostgreSQL is away, or gave up because of a lock or a deadlock.
        """
        with _said_to_be_away():
            async with self._engine.begin() as connection:
                yield Unit(connection)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Unit]:
        """As `transaction`, for reading alone, without the messages that begin and end one.

        Nothing is lost: in PostgreSQL's usual isolation each statement sees what is committed when it begins.
        """
        with _said_to_be_away():
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                yield Unit(connection)

    async def check(self) -> None:
        """Return when PostgreSQL answers. Raises `StoreUnavailableError`."""
        async with self.reading() as unit:
            await unit.connection.execute(select(1))

    async def reached(self, instance: str, rev: int, *, within: float = 2.0) -> bool:
        """Wait until the store has an instance's revision, `within` seconds at most; whether it has."""
        return await self.revisions.reached(instance, rev, within)

    async def _rev(self, instance: str) -> int | None:
        async with self.reading() as unit:
            return await unit.instances.rev(instance)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


@contextmanager
def _said_to_be_away() -> Iterator[None]:
    try:
        yield
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
        raise StoreUnavailableError(
            "The database does not answer now.", hint="Nothing was changed; try again in a moment."
        ) from error
    except exc.DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise StoreUnavailableError("The connection to the database broke.", hint="Try again in a moment.") from error


def _check_idle_connections(engine: Engine) -> None:
    """Try connections that lay idle before they are handed out, so that a restart of PostgreSQL is not noticed.

    Those in steady use are not asked each time: that would be a message more for every transaction.
    """

    def put_back(_connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    def take_out(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("idle_since", time.monotonic()) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise exc.DisconnectionError from error

    event.listen(engine, "checkin", put_back)
    event.listen(engine, "checkout", take_out)
