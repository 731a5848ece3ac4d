"""A worker without a plan fails a workflow task, visibly, and goes on once it has it."""

from __future__ import annotations

from temporalio.client import Client

from pathways.plan import Plan
from tests.support.interpreted import ACTIONS, SPINE, PlansInMemory
from tests.support.interpreter import Interpreter


class LateShelf(PlansInMemory):
    """Has a plan only after it was asked for in vain, as a worker that fetches it meanwhile."""

    def plan(self, digest: str) -> Plan | None:
        """The plan, from the second time on."""
        found = super().plan(digest)
        if found is None:
            self.add(SPINE)
        return found


async def test_a_cold_cache_at_the_start(client: Client) -> None:
    """The first workflow task fails once, saying why; the second goes on."""
    interpreter = Interpreter(client, [], ACTIONS)
    shelf = LateShelf()
    async with interpreter.running(shelf):
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        history = await instance.handle.fetch_history()
        await instance.handle.terminate()
    failures = [
        event.workflow_task_failed_event_attributes.failure.message
        for event in history.events
        if event.HasField("workflow_task_failed_event_attributes")
    ]
    assert len(failures) == 1
    assert SPINE.digest[:12] in failures[0]


async def test_a_cold_cache_in_the_middle(client: Client) -> None:
    """A worker that takes over an instance without its plan replays it once the plan is there."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
    shelf = LateShelf()
    async with interpreter.running(shelf):
        await instance.complete("review", "decline")
        assert await instance.handle.result() == "expired"
    assert shelf.missed == [SPINE.digest]
