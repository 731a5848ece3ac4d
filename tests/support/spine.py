"""Pathways on real parts: Temporal, PostgreSQL, a worker that records; and nothing faked but the actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from temporalio.client import Client

from activities.record import record_activity
from store.database import Database
from store.instances import Instance as StoredInstance
from tests.support.interpreted import ACTIONS, SPINE
from tests.support.interpreter import Instance, Interpreter, until

ORDER = {"reference": "ServiceRequest/1"}


class RecordingInterpreter(Interpreter):
    """An interpreter whose worker records to the store."""

    def __init__(self, client: Client, database: Database) -> None:
        super().__init__(client, [SPINE], ACTIONS)
        self.database = database

    def _record(self) -> Callable[..., Any]:
        return record_activity(self.database)

    async def stored(self, ident: str) -> StoredInstance | None:
        """The instance's row."""
        async with self.database.transaction() as unit:
            return await unit.instances.get(ident)

    async def at_task(self) -> Instance:
        """An instance whose task is open, as the store knows."""
        instance = await self.start(SPINE, order=ORDER)
        await self.records(instance)
        return instance

    async def records(self, instance: Instance) -> None:
        """Wait until all that has happened to an instance is in the store."""

        async def all_there() -> bool:
            described = await instance.describe()
            stored = await self.stored(instance.id)
            return stored is not None and stored.rev == described.rev and described.at_rest

        await until(all_there)
