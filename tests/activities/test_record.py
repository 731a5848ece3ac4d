"""The activity `record`: the name and failures that the workflow relies on."""

from __future__ import annotations

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from ulid import ULID

from activities.record import STORE_AWAY, record_activity
from pathways.messages import RecordAnswer
from store.database import Database
from tests.support.histories import History, example_plan
from workflows.names import RECORD


def history() -> History:
    """An instance with an open task."""
    return History(example_plan(), str(ULID())).to_task()


async def test_it_has_the_name_that_the_workflow_calls() -> None:
    """A wiring test: the worker registers what the recorder schedules."""
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    definition = record_activity(database).__temporal_activity_definition  # type: ignore[attr-defined]
    assert definition.name == RECORD
    await database.close()


async def test_it_writes_and_answers(database_url: str) -> None:
    """The answer says what the store has now."""
    database = Database(database_url)
    played = history()
    answer = await ActivityEnvironment().run(record_activity(database), played.request())
    assert answer == RecordAnswer(played.rev)
    await database.close()


async def test_a_database_that_is_away_is_tried_again() -> None:
    """The failure may be retried, and carries nothing of the driver's words, which may quote rows."""
    database = Database("postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(ApplicationError) as raised:
        await ActivityEnvironment().run(record_activity(database), history().request())
    assert raised.value.type == STORE_AWAY
    assert not raised.value.non_retryable
    assert raised.value.__cause__ is None
    assert "secret" not in str(raised.value)
    await database.close()
