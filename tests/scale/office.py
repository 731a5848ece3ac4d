"""The API in this process, with somebody signed in: what a click costs without the network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from settings import Environment, Settings
from tests.scale.ground import Ground

LOGIN = "bench"
ROLES = ("coordinator", "nurse-reviewer")


@dataclass
class Office:
    """A client of the API that acts for `person`."""

    api: httpx.AsyncClient
    person: str


@asynccontextmanager
async def office(ground: Ground) -> AsyncIterator[Office]:
    """Compose the API as in production, on the bench's servers, and sign in."""
    from api.app import create_app

    with TemporaryDirectory() as folder:
        configured = Settings(
            environment=Environment.PRODUCTION,  # accounts of a development machine are hashed for seconds
            database_url=ground.database_url,
            temporal_address=ground.temporal_address,
            temporal_task_queue=ground.queue,
            state_dir=Path(folder),
        )
        app = create_app(configured)
        async with app.router.lifespan_context(app):
            people = app.state.services.people
            await people.save(LOGIN, "Bench", ROLES, "bench-password")
            token = await people.issue_token(LOGIN, "bench-password", label="bench", lasts=timedelta(days=1))
            headers = {"Authorization": f"Bearer {token.secret}"}
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as api:
                me = (await api.get("/api/v1/me")).raise_for_status().json()
                yield Office(api, me["id"])
