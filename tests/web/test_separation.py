"""Pages of a task that somebody else has to do: it is said before anything is typed."""

from __future__ import annotations

import pytest

from tests.support.batches import Letters
from tests.support.office import Office
from tests.support.reader import Reader


@pytest.fixture
def letters(place: Office) -> Letters:
    """An office in which whoever prepares a letter does not send it."""
    return Letters(place)


async def test_claiming_says_that_it_is_somebody_elses(letters: Letters, coordinator: Reader) -> None:
    """The page of the task says why, and nobody has it."""
    own = await letters.ready("Patient/p-1", by="coordinator")
    page = await coordinator.send(await coordinator.get(f"/tasks/{own}"), "/claim")
    assert page.status == 409
    assert "You did the part that this one checks" in page.text
    assert (await letters.get(own))["assignee"] is None


async def test_the_next_task_is_one_that_the_person_may_do(letters: Letters, coordinator: Reader) -> None:
    """What somebody else has to do is passed over."""
    await letters.ready("Patient/p-1", by="coordinator")
    other = await letters.ready("Patient/p-2")
    page = await coordinator.send(await coordinator.get("/work"), "/claim-next")
    assert other in page.path
    assert (await letters.get(other))["assignee"] is not None
