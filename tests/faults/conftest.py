"""A stack of real processes for each module: starting one takes longer than most tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.faults.office import Office, office_of
from tests.faults.stack import Stack, running_stack


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
