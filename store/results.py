"""What requests were answered, by idempotency key: a repeated request gets its first answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from store.rows import read_one, select_rows
from store.tables import result

Json = Any


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a request, and the revision that it made."""

    instance: str
    request: str
    rev: int
    result: Json


class Results:
    """The results of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, instance: str, request: str) -> Result | None:
        """What a request to an instance was answered; None where it is not recorded."""
        query = select_rows(Result, result).where(result.c.instance == instance, result.c.request == request)
        return read_one(Result, (await self._connection.execute(query)).first())
