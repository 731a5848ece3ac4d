"""The activity `record`: writes a transition's facts to the store.

The workflow gives it no limit of attempts: while PostgreSQL is away it is tried again, and history does not grow.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from temporalio import activity
from temporalio.exceptions import ApplicationError

from pathways.messages import RecordAnswer, RecordRequest
from store.database import Database
from store.errors import StoreUnavailableError
from store.recording import record_in

STORE_AWAY = "store-unavailable"
"""The type of the failure while PostgreSQL is away."""


def record_activity(database: Database) -> Callable[[RecordRequest], Awaitable[RecordAnswer]]:
    """The activity over a database, for a worker to register."""

    @activity.defn(name="record")
    async def record(request: RecordRequest) -> RecordAnswer:
        try:
            return await record_in(database, request)
        except StoreUnavailableError as error:
            # The database's own words may quote rows: they stay out of Temporal's history.
            raise ApplicationError(error.message, type=STORE_AWAY) from None

    return record
