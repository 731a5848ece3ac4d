"""A live core for the client's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from activities.gateways.fhir import FhirClient
from tests.support.core import LiveCore, live_core


@pytest.fixture(scope="module")
def shared_core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCore]:
    """One core for the tests of a module."""
    folder: Path = tmp_path_factory.mktemp("core")
    with live_core(folder / "core.db") as running:
        yield running


@pytest.fixture
def core(shared_core: LiveCore) -> Iterator[LiveCore]:
    """The module's core, with no fault in force before or after."""
    yield shared_core
    shared_core.heal()


@pytest.fixture
async def client(core: LiveCore) -> AsyncIterator[FhirClient]:
    """A client of the core, without a sign-in."""
    async with FhirClient(core.base_url, timeout=5.0) as client:
        yield client
