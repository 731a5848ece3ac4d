"""An office for the tests of the API: real store, played engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio

from tests.support.office import ORDER, PATIENT, Office, office


@pytest_asyncio.fixture(loop_scope="session")
async def place(database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    """An office of this test alone."""
    async with office(database_url, tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def coordinator(place: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The JSON API for the coordinator."""
    async with place.client("coordinator") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def nurse(place: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The JSON API for the nurse reviewer."""
    async with place.client("nurse-reviewer") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def supervisor(place: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The JSON API for the supervisor."""
    async with place.client("supervisor") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def referral(coordinator: httpx.AsyncClient) -> str:
    """A referral that waits for triage; its instance's id."""
    wish = {"pathway": "referral", "inputs": {"patient": {"reference": PATIENT}, "order": {"reference": ORDER}}}
    answer = await coordinator.post("/instances", json=wish)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
