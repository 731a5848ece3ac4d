"""Versions of the worker: an instance goes over to the build that was made the current one."""

from __future__ import annotations

from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.service import RPCError
from ulid import ULID

import settings
import worker
from tests.support.interpreted import ACTIONS, SPINE
from tests.support.interpreter import Interpreter, until

_TASK_COMPLETED = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED


async def make_current(client: Client, name: str, build: str) -> None:
    """Make a build the current one, as an operator does, once its worker has been heard of."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=name, build_id=build, ignore_missing_task_queues=True
    )

    async def done() -> bool:
        try:
            await client.workflow_service.set_worker_deployment_current_version(request)
        except RPCError:
            return False
        return True

    await until(done)


def test_without_a_deployment() -> None:
    """Workers are not versioned unless they are told to."""
    assert worker.deployment(settings.load()) is None


async def test_instances_go_over_to_the_current_build(client: Client) -> None:
    """An instance that one build has begun goes on with the next, and only with the one that is current."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    name = f"test-{ULID()}".lower()

    def build(ident: str) -> object:
        return worker.deployment(settings.load(temporal_deployment=name, temporal_build_id=ident))

    async with interpreter.running(deployment_config=build("one")):
        await make_current(client, name, "one")
        instance = await interpreter.start(SPINE, order={"reference": "ServiceRequest/1"})
        await instance.stands_at("review")
    async with interpreter.running(deployment_config=build("two")):
        await make_current(client, name, "two")
        await instance.complete("review", "decline")
        assert await instance.handle.result() == "expired"
        history = await instance.handle.fetch_history()
    done = [one.workflow_task_completed_event_attributes for one in history.events if one.event_type == _TASK_COMPLETED]
    builds = [one.deployment_version.build_id for one in done]
    assert (builds[0], builds[-1]) == ("one", "two")
