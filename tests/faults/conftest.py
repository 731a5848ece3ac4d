"""A stack of real processes for each module: starting one takes longer than most tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

import settings
from tests.faults.office import Office, office_of
from tests.faults.stack import Stack, running_stack


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each seed; the id of one that failed repeats it."""
    if "seed" in metafunc.fixturenames:
        seeds = range(1, settings.load().chaos_seeds + 1)
        metafunc.parametrize("seed", seeds, ids=[f"seed-{seed}" for seed in seeds])


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Every process of Carelane, for the tests of this module; each leaves it running."""
    with running_stack() as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def office(stack: Stack) -> AsyncIterator[Office]:
    """Those who work with the stack."""
    async with office_of(stack) as opened:
        yield opened
