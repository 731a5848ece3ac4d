"""A client of the test run's Temporal server."""

from __future__ import annotations

import pytest
from temporalio.client import Client

from local.temporal_server import TemporalServer
from tests.support.interpreter import connect


@pytest.fixture
async def client(temporal_server: TemporalServer) -> Client:
    """A client with Carelane's converter."""
    return await connect(temporal_server.address)
