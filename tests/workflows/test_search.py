"""Temporal's search attributes are kept where whoever starts the workflow set them, and only there."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from ulid import ULID

from pathways.messages import ActionRequest, ActionResult, StartInstance
from tests.support.interpreted import ACTIONS, SPINE, pathway
from tests.support.interpreter import Instance, Interpreter
from workflows.names import workflow_id
from workflows.pathway import Pathway
from workflows.search import INCIDENT, PATHWAY, STAGE

STAGED = pathway("""
  first: {stage: early, task: {title: First, queue: intake}}
  act: {stage: late, do: test.work, retry: {attempts: 1}}
  finished: {end: completed}
""")


def _broken(_: ActionRequest) -> ActionResult:
    raise RuntimeError("broken")


async def test_stage_and_incident(client: Client) -> None:
    """The stage and the kind of an open incident follow the instance."""
    interpreter = Interpreter(client, [STAGED], ACTIONS | {"test.work": _broken})
    async with interpreter.running():
        name = str(ULID())
        handle = await client.start_workflow(
            Pathway.run,
            StartInstance(name, STAGED.digest),
            id=workflow_id(name),
            task_queue=interpreter.queue,
            search_attributes=TypedSearchAttributes([SearchAttributePair(PATHWAY, STAGED.pathway)]),
        )
        instance = Instance(interpreter, name, handle)
        await instance.stands_at("first")
        assert (await handle.describe()).typed_search_attributes.get(STAGE) == "early"
        await instance.complete("first")
        await instance.has_fact("incident-opened")
        shown = (await handle.describe()).typed_search_attributes
        assert (shown.get(STAGE), shown.get(INCIDENT)) == ("late", "action-failed")
        await instance.terminate()


async def test_without_them(client: Client) -> None:
    """An instance that was started without search attributes sets none."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        assert "upsert_workflow_search_attributes_event_attributes" not in await instance.events()
        await instance.terminate()
