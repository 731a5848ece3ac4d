"""The composition root of the API and the pages: it alone builds their clients, from settings handed to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.responses import JSONResponse
from temporalio.client import Client

from activities import registry
from activities.gateways.fhir import FhirClient, FhirError
from activities.gateways.fhir.auth import SmartBackendAuth
from api import problems
from api.core_patients import CorePatients
from api.core_versions import CoreVersionsSource
from api.json_api import create_json_api
from api.security.accounts import development_accounts
from api.security.headers import SecurityHeaders
from api.services import Services
from api.services.base import Plans
from api.services.bulk import BulkService
from api.services.core_versions import CoreVersions, VersionSource
from api.services.definitions import DefinitionService
from api.services.demonstration import DemonstrationService
from api.services.engine import Engine
from api.services.events import EventService
from api.services.foresight import ForesightService
from api.services.gone import GoneService
from api.services.incidents import IncidentService
from api.services.instances import InstanceService
from api.services.migrations import MigrationService
from api.services.operations import OperationService
from api.services.patients import Patients, PatientSource
from api.services.people import PeopleService
from api.services.publishing import PublishingService
from api.services.queues import Queues, read_queues
from api.temporal import TemporalEngine
from catalog import load
from pathways.catalog import Catalog
from pathways.errors import CarelaneError
from settings import Environment, Settings
from store.database import Database
from store.errors import StoreUnavailableError
from web.app import create_pages
from workflows.converter import data_converter

_SEED_AGAIN_SECONDS = 1.0

_log = logging.getLogger("carelane.api")


def create_app(settings: Settings) -> FastAPI:
    """The API and the pages, on clients built from the settings. Nothing is connected before it is needed."""
    database = Database(settings.require_database_url())
    credentials = settings.core_credentials
    auth = SmartBackendAuth.from_key_file(settings.core_base_url, *credentials) if credentials else None
    core = FhirClient(settings.core_base_url, auth=auth, timeout=5.0)
    engine = TemporalEngine(lambda: _temporal(settings), task_queue=settings.temporal_task_queue)
    services = build_services(
        settings,
        database=database,
        engine=engine,
        patients=CorePatients(core.search, FhirError),
        versions=CoreVersionsSource(core.search, FhirError),
        catalog=load.installed(registry.catalog().actions),
        queues=read_queues(load.entries("queues")),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as closing:
            closing.push_async_callback(database.close)
            closing.push_async_callback(core.aclose)
            hearing = asyncio.create_task(database.revisions.listen(settings.require_database_url()))
            closing.push_async_callback(_ended, hearing)
            if settings.environment is Environment.DEVELOPMENT:
                seeding = asyncio.create_task(seed_development_accounts(settings, services.people))
                closing.callback(seeding.cancel)
            yield

    return assemble(services, lifespan=lifespan, secure_cookies=settings.public_url.startswith("https://"))


def assemble(services: Services, *, lifespan: Any = None, secure_cookies: bool = False) -> FastAPI:
    """The application on these use cases: JSON under `/api/v1`, pages everywhere else."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.services = services
    app.add_middleware(SecurityHeaders)
    problems.install(app)  # for addresses that not even a mount matches, such as one with a line break in it

    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        """Whether this process answers at all."""
        return {"status": "ok"}

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> JSONResponse:
        """Whether the store answers, without which there is nothing to show."""
        try:
            await services.tasks.database.check()
        except StoreUnavailableError as error:
            return JSONResponse({"status": "store away", "detail": error.message}, 503)
        return JSONResponse({"status": "ok"})

    app.mount("/api/v1", create_json_api(services))
    app.mount("/", create_pages(services, secure_cookies=secure_cookies))
    return app


def build_services(
    settings: Settings,
    *,
    database: Database,
    engine: Engine,
    patients: PatientSource,
    versions: VersionSource,
    catalog: Catalog,
    queues: Queues,
) -> Services:
    """The use cases on these parts."""
    plans, core = Plans(), CoreVersions(versions)
    shared: dict[str, Any] = {"database": database, "engine": engine, "plans": plans, "demo": settings.demo}
    starting: dict[str, Any] = {
        "site": settings.site,
        "site_zone": settings.site_zone,
        "demo_pace": settings.demo_pace if settings.demo else None,
    }
    return Services(
        people=PeopleService(**shared, development=settings.environment is Environment.DEVELOPMENT),
        tasks=BulkService(**shared, queues=queues, core=core),
        instances=InstanceService(**shared, **starting),
        gone=GoneService(**shared, **starting),
        incidents=IncidentService(**shared),
        operations=OperationService(**shared),
        foresight=ForesightService(**shared),
        migrations=MigrationService(**shared),
        definitions=DefinitionService(**shared),
        publishing=PublishingService(
            **shared, catalog=catalog, site_zone=settings.site_zone, one_person=settings.one_person_publishing
        ),
        events=EventService(**shared),
        demonstration=DemonstrationService(**shared),
        patients=Patients(patients),
        core=core,
        queues=queues,
    )


async def seed_development_accounts(settings: Settings, people: PeopleService) -> None:
    """See to it that the accounts of a development machine can sign in, as soon as the store answers."""
    while True:
        try:
            for account in development_accounts(settings.state_dir):
                await people.save(account.login, account.name, account.roles, account.password)
        except StoreUnavailableError:
            await asyncio.sleep(_SEED_AGAIN_SECONDS)
        except (CarelaneError, OSError):
            _log.exception("the development accounts could not be made")
            return
        else:
            return


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel a task, and wait until it has closed what it holds."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _temporal(settings: Settings) -> Client:
    return await Client.connect(
        settings.temporal_target, namespace=settings.temporal_namespace, data_converter=data_converter
    )
