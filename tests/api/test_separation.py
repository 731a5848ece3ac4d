"""Whoever did the task that another must be separate from does not get that one, so that nothing is typed in vain."""

from __future__ import annotations

import httpx
import pytest

from tests.support.batches import Letters
from tests.support.office import Office


@pytest.fixture
def letters(place: Office) -> Letters:
    """An office in which whoever prepares a letter does not send it."""
    return Letters(place)


async def test_it_is_not_claimed_by_whoever_did_the_other(
    letters: Letters, coordinator: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    """Neither taken nor assigned; somebody else may have it."""
    own, other = await letters.ready("Patient/p-1", by="coordinator"), await letters.ready("Patient/p-2")
    refused = await coordinator.post(f"/tasks/{own}/claim")
    assert (refused.status_code, refused.json()["reason"]) == (409, "separation")
    assert (await letters.get(own))["assignee"] is None
    assigned = await supervisor.post(f"/tasks/{own}/assign", json={"to": "coordinator"})
    assert (assigned.status_code, assigned.json()["errors"][0]["field"]) == (400, "to")
    assert (await supervisor.post(f"/tasks/{own}/assign", json={"to": "coordinator-2"})).status_code == 200
    assert (await coordinator.post(f"/tasks/{other}/claim")).status_code == 200
