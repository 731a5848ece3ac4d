"""An instance on a real Temporal server, from its start to its end."""

from __future__ import annotations

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError

from pathways.events import MessageReceived
from tests.support.interpreted import ACTIONS, SPINE
from tests.support.interpreter import Interpreter
from workflows.names import REFUSED
from workflows.pathway import Pathway


@pytest.mark.parametrize("sandboxed", [False, True])
async def test_from_start_to_end(client: Client, sandboxed: bool) -> None:
    """Actions, a task and an event lead to the outcome, and the store has every revision once, in order."""
    interpreter = Interpreter(client, [SPINE], ACTIONS, sandboxed=sandboxed)
    async with interpreter.running():
        instance = await interpreter.start(SPINE, order={"reference": "ServiceRequest/1"})
        await instance.stands_at("review")
        answer = await instance.complete("review", "accept")
        assert answer.result == {"address": "review", "outcome": "accept"}
        event = MessageReceived("e1", "note.received", "N-1", {"note": "well"})
        answer = await instance.handle.execute_update(Pathway.deliver, event, id="e1/0")
        assert answer.result == {"verdict": "consumed", "by": ["await-note"]}
        assert await instance.handle.result() == "completed"
    revs = [one.rev for one in interpreter.store.recorded[instance.id]]
    assert revs == list(range(1, len(revs) + 1))
    assert instance.facts[0] == "instance-started"
    assert instance.facts[-1] == "instance-ended"
    assert [request.key for request in interpreter.ran] == [f"{instance.id}/prepare", f"{instance.id}/close"]


async def test_inputs_that_do_not_fit(client: Client) -> None:
    """A start whose inputs are refused fails as refused, once, and leaves nothing in the store."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE, order={"reference": "no reference"})
        with pytest.raises(WorkflowFailureError) as raised:
            await instance.handle.result()
    cause = raised.value.cause
    assert isinstance(cause, ApplicationError)
    assert (cause.type, cause.details[0]["code"]) == (REFUSED, "inputs-invalid")
    assert instance.facts == []
