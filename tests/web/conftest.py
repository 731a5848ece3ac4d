"""An office for the tests of pages, and browsers without a browser: clients that keep cookies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.office import ORDER, PATIENT, Office, office
from tests.support.reader import Reader, reading


@pytest_asyncio.fixture(loop_scope="session")
async def place(database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    """An office of this test alone."""
    async with office(database_url, tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def coordinator(place: Office) -> AsyncIterator[Reader]:
    """The coordinator's browser."""
    async with reading(place, "coordinator") as reader:
        yield reader


@pytest_asyncio.fixture(loop_scope="session")
async def nurse(place: Office) -> AsyncIterator[Reader]:
    """The nurse reviewer's browser."""
    async with reading(place, "nurse-reviewer") as reader:
        yield reader


@pytest_asyncio.fixture(loop_scope="session")
async def supervisor(place: Office) -> AsyncIterator[Reader]:
    """The supervisor's browser."""
    async with reading(place, "supervisor") as reader:
        yield reader


@pytest_asyncio.fixture(loop_scope="session")
async def referral(place: Office) -> str:
    """A referral that waits for triage; its instance's id."""
    async with place.client("coordinator") as client:
        wish = {"pathway": "referral", "inputs": {"patient": {"reference": PATIENT}, "order": {"reference": ORDER}}}
        return str((await client.post("/instances", json=wish)).json()["id"])
