"""Workers and what is published: later than they started, with a cold cache, and while the store is away."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from ulid import ULID

from api.app import create_app
from api.services import Services
from api.services.actor import Actor
from api.services.instances import StartWish
from api.services.publishing import PublishWish
from local.temporal_server import TemporalServer
from pathways.events import TaskCompleted
from pathways.publishing.workbench import SourceText
from settings import Settings
from store.errors import StoreUnavailableError
from tests.support import servers
from tests.support.core import LiveCore, live_core
from tests.support.interpreter import connect, until
from tests.support.registry import asking, quiet, wish
from tests.support.working import settings_for, working
from workflows.names import workflow_id
from workflows.pathway import Pathway

INA = Actor("ina", "ina", "Ina", frozenset({"informaticist", "coordinator"}))
MIRA = Actor("mira", "mira", "Mira", frozenset({"medical-director"}))


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCore]:
    """A core, which these pathways don't use."""
    with live_core(tmp_path_factory.mktemp("core") / "core.db") as running:
        yield running


@pytest.fixture
def configured(database_url: str, temporal_server: TemporalServer, core: LiveCore, tmp_path: Path) -> Settings:
    """Settings for a worker and an API with a task queue of their own."""
    return settings_for(database_url, temporal_server.address, core, tmp_path)


@asynccontextmanager
async def serving(configured: Settings) -> AsyncIterator[Services]:
    """The API's use cases, as its process composes them; without the accounts that it seeds meanwhile."""
    services: Services = create_app(configured).state.services
    try:
        yield services
    finally:
        await services.tasks.database.close()


async def publish(services: Services, source: str) -> str:
    """Publish a definition, by two people where it needs two; its digest."""
    scenarios = tuple(SourceText(one["file"], one["text"]) for one in wish(source)["scenarios"])
    done = (await services.publishing.publish(INA, PublishWish(source, scenarios))).definition
    if done.state == "draft":
        done = (await services.publishing.approve(MIRA, done.name, done.version)).definition
    assert done.state == "published"
    return done.digest


async def start(services: Services, client: Client, pathway: str) -> WorkflowHandle[Any, Any]:
    """Start an instance as people do; its workflow."""
    instance, new = await services.instances.start(INA, StartWish(pathway, {}), key=str(ULID()))
    assert new
    return client.get_workflow_handle(workflow_id(instance.id))


async def stands_at(handle: WorkflowHandle[Any, Any], address: str) -> None:
    """Wait until the instance stands there, by its workflow's own word."""

    async def there() -> bool:
        taken = await handle.query(Pathway.snapshot)
        return [one["address"] for one in taken["positions"]] == [address]

    await until(there, seconds=40)


async def how_it_ended(services: Services, handle: WorkflowHandle[Any, Any]) -> str | None:
    """What the store says of an instance's end; waits for a store that has only just come back."""
    found: list[str | None] = []

    async def told() -> bool:
        try:
            found[:] = [(await services.instances.get(handle.id.removeprefix("pathway/"))).outcome]
        except StoreUnavailableError:
            return False
        return found[0] is not None

    await until(told, seconds=40)
    return found[0]


async def failed_tasks(handle: WorkflowHandle[Any, Any]) -> int:
    """How many workflow tasks of the instance failed."""
    history = await handle.fetch_history()
    return sum(one.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED for one in history.events)


async def test_a_worker_runs_what_is_published_after_it_started(configured: Settings) -> None:
    """The first version of a pathway, and the next one; each instance by the version it was started with."""
    client = await connect(configured.temporal_target)
    async with working(configured), serving(configured) as services:
        first = await publish(services, asking())
        older = await start(services, client, "asking")
        await stands_at(older, "ask")
        second = await publish(services, asking(version="1.1.0", title="Asking again"))
        newer = await start(services, client, "asking")
        await stands_at(newer, "ask")
        for handle in (older, newer):
            await handle.execute_update(Pathway.complete, TaskCompleted("ask", "go", {}, "tester", ()))
            assert await handle.result() == "done"
        kept = {path.stem for path in (configured.cache_dir / "plans").glob("*.json")}
        assert {first, second} <= kept
        ran = [(await services.instances.get(one.id.removeprefix("pathway/"))).version for one in (older, newer)]
        assert ran == ["1.0.0", "1.1.0"]
        assert await failed_tasks(newer) <= 1, "a miss fails a workflow task once, and no more"


async def test_a_worker_is_told_of_what_is_published(configured: Settings) -> None:
    """It has the plan on its disk long before it would look by itself, and so no workflow task fails for it."""
    client = await connect(configured.temporal_target)
    async with working(configured), serving(configured) as services:
        digest = await publish(services, asking())
        kept = configured.cache_dir / "plans" / f"{digest}.json"

        async def told() -> bool:
            return kept.exists()

        await until(told, seconds=15)
        handle = await start(services, client, "asking")
        await stands_at(handle, "ask")
        assert await failed_tasks(handle) == 0
        await handle.terminate()


async def test_a_draft_is_nothing_to_a_worker(configured: Settings) -> None:
    """Until it is approved it is on no disk."""
    async with serving(configured) as services:
        scenarios = tuple(SourceText(one["file"], one["text"]) for one in wish(asking())["scenarios"])
        draft = (await services.publishing.publish(INA, PublishWish(asking(), scenarios))).definition
        published = await publish(services, quiet())
        async with working(configured):
            kept = {path.stem for path in (configured.cache_dir / "plans").glob("*.json")}
        assert published in kept
        assert draft.digest not in kept


async def test_a_worker_with_a_cold_cache_goes_on(configured: Settings) -> None:
    """A second worker, which has never seen the plan, takes over an instance that waits."""
    client = await connect(configured.temporal_target)
    async with serving(configured) as services:
        async with working(configured):
            await publish(services, asking())
            handle = await start(services, client, "asking")
            await stands_at(handle, "ask")
        shutil.rmtree(configured.cache_dir)
        async with working(configured):
            await handle.execute_update(Pathway.complete, TaskCompleted("ask", "stop", {}, "tester", ()))
            assert await handle.result() == "dropped"


async def test_a_worker_goes_on_from_its_disk_while_the_store_is_away(
    temporal_server: TemporalServer, core: LiveCore, tmp_path: Path
) -> None:
    """It replays what it has seen before, and goes on; nothing is lost once the store is back."""
    client = await connect(temporal_server.address)
    with servers.state_folder() as folder:
        postgres = servers.postgres_server(folder)
        postgres.start()
        try:
            template = servers.migrated_template(postgres)
            with servers.database(postgres, template=template) as url:
                own = settings_for(url, temporal_server.address, core, tmp_path)
                async with serving(own) as services:
                    async with working(own):
                        await publish(services, asking())
                        handle = await start(services, client, "asking")
                        await stands_at(handle, "ask")
                    postgres.stop()
                    async with working(own):
                        await stands_at(handle, "ask")
                        await handle.execute_update(Pathway.complete, TaskCompleted("ask", "go", {}, "tester", ()))
                        postgres.start()
                        assert await handle.result() == "done"
                    assert await how_it_ended(services, handle) == "done"
        finally:
            postgres.delete()
