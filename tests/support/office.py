"""The API and the pages in this process, on a real store and a played engine, with people who work there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from ulid import ULID

from activities import registry
from api.app import assemble, build_services
from api.security.passwords import hash_password, hash_token
from api.services import Services
from api.services.core_versions import CoreSilentError
from api.services.patients import Patient, PatientsUnavailableError
from api.services.queues import read_queues
from catalog import load
from pathways.catalog import Catalog
from pathways.lint import lint
from pathways.plan import Plan
from settings import Settings
from store.database import Database
from store.definitions import Definition
from store.people import ApiToken, Person
from tests.support.played_engine import PlayedEngine

Json = Any

PASSWORD = "development-only"
PEOPLE = {
    "coordinator": ("Corinne Day", ["coordinator"]),
    "coordinator-2": ("Marcus Webb", ["coordinator"]),
    "nurse-reviewer": ("Nadia Osei", ["nurse-reviewer"]),
    "supervisor": ("Samuel Ortiz", ["supervisor"]),
    "informaticist": ("Ines Calder", ["informaticist"]),
    "medical-director": ("Miriam Sato", ["medical-director"]),
}
REFERRAL = Path(__file__).resolve().parents[2] / "pathways" / "library" / "referral" / "1.0.0.yaml"
PATIENT = "Patient/p-1"
ORDER = "ServiceRequest/o-1"


@dataclass
class KnownPatients:
    """A core that knows some patients; `away` makes it answer nothing."""

    known: dict[str, Patient] = field(
        default_factory=lambda: {
            PATIENT: Patient(PATIENT, "HARPER, Lena", date(1961, 4, 9), "MRN-00417"),
            "Patient/p-2": Patient("Patient/p-2", "OYELARAN, Tunde", date(1988, 11, 23), "MRN-00998"),
        }
    )
    away: bool = False
    reads: int = 0

    async def patients(self, references: frozenset[str]) -> Mapping[str, Patient]:
        """Those that are known."""
        self.reads += 1
        if self.away:
            raise PatientsUnavailableError("The core is away.")
        return {one: self.known[one] for one in references if one in self.known}

    async def allergies(self, reference: str) -> tuple[str, ...]:
        """The same for everybody who is known."""
        if self.away:
            raise PatientsUnavailableError("The core is away.")
        return ("Penicillin",) if reference in self.known else ()


@dataclass
class KnownVersions:
    """A core that has some resources in some version; `away` makes it answer nothing."""

    known: dict[str, str | None] = field(default_factory=dict)
    away: bool = False

    async def versions(self, references: frozenset[str]) -> Mapping[str, str | None]:
        """Those that are known."""
        if self.away:
            raise CoreSilentError("The core is away.")
        return {one: self.known[one] for one in references if one in self.known}


def referral_actions() -> dict[str, Any]:
    """What the referral's actions answer when all is well."""
    task, note = {"reference": "Task/t-1"}, {"reference": "DocumentReference/n-1"}

    def receive(given: Json) -> Json:
        return {
            "task": task,
            "order": {**given["order"], "display": "Cardiology consult"},
            "patient": given["patient"],
            "requester": {"reference": "PractitionerRole/r-1", "display": "Dr Abara, Northside Family Practice"},
            "service": "Cardiology consult",
            "specialty": "Cardiology",
            "priority": "routine",
            "urgent": False,
            "ordered_at": None,
        }

    def complete(_: Json) -> Json:
        return {
            "complete": True,
            "missing": [],
            "summary": "",
            "priority": "routine",
            "urgent": False,
            "service": "Cardiology consult",
        }

    return {
        "referral.receive": receive,
        "referral.check_completeness": complete,
        "referral.update_status": lambda given: {
            "task": given["task"],
            "status": given["status"],
            "coarse": "in-progress",
        },
        "referral.find_note": lambda _: {"found": False, "note": None},
        "referral.attach_note": lambda _: {"note": note},
        "scheduling.book_appointment": lambda given: {
            "appointment": {"reference": "Appointment/a-1"},
            "start": given["start"],
            "end": given["start"],
        },
        "scheduling.record_contact": lambda given: {
            "contact": {"reference": "Communication/c-1"},
            "attempt": given["attempt"],
        },
        "messaging.notify": lambda _: {"message": {"reference": "Communication/m-1"}},
        "messaging.request_information": lambda _: {"request": {"reference": "CommunicationRequest/q-1"}},
    }


@cache
def password_hash() -> str:
    """The hash of everybody's password; slow to make, as it should be, so it is made once."""
    return hash_password(PASSWORD)


_referral: list[Definition] = []


def referral_definition(catalog: Catalog) -> Definition:
    """The library's referral, compiled once."""
    if not _referral:
        source = REFERRAL.read_text(encoding="utf-8")
        plan = lint(source, REFERRAL.name, catalog, date(2026, 3, 2)).plan
        assert plan is not None
        _referral.append(published(plan, source))
    return _referral[0]


def published(plan: Plan, source: str) -> Definition:
    """A published version."""
    return Definition(
        plan.pathway,
        plan.version,
        plan.digest,
        plan.title,
        "published",
        datetime.now(UTC),
        "carelane",
        plan=plan.document,
        source=source,
    )


@dataclass
class Office:
    """Everything a test needs: the application, its use cases, the engine behind them, and the core's patients."""

    app: FastAPI
    services: Services
    engine: PlayedEngine
    patients: KnownPatients
    versions: KnownVersions
    database: Database

    async def token(self, login: str) -> str:
        """A bearer token for somebody."""
        secret = f"token-of-{login}-{ULID()}"
        now = datetime.now(UTC)
        async with self.database.transaction() as unit:
            found = await unit.people.by_login(login)
            assert found is not None, login
            await unit.sessions.add_token(
                ApiToken(str(ULID()), hash_token(secret), found.id, "test", now, now + timedelta(days=1), None)
            )
        return secret

    @asynccontextmanager
    async def client(self, login: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        """A client of the JSON API, signed in as somebody."""
        headers = {"Authorization": f"Bearer {await self.token(login)}"} if login else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://carelane/api/v1", headers=headers) as client:
            yield client

    async def hire(self, login: str, name: str, roles: Sequence[str]) -> None:
        """Somebody more who may sign in."""
        async with self.database.transaction() as unit:
            ident = str(ULID())
            await unit.people.save(Person(ident, login, name, password_hash(), True, datetime.now(UTC)))
            await unit.people.set_roles(ident, roles)

    async def publish(self, plan: Plan, source: str) -> None:
        """Publish a version where it is not published yet."""
        async with self.database.transaction() as unit:
            if await unit.definitions.by_digest(plan.digest) is None:
                await unit.definitions.publish(published(plan, source))

    async def publish_referral(self) -> None:
        """Publish the library's referral."""
        async with self.database.transaction() as unit:
            await unit.definitions.publish(referral_definition(self.services.publishing.catalog))


@contextmanager
def store_away(database: Database) -> Iterator[None]:
    """The store does not answer meanwhile."""
    working = dict(vars(database))
    vars(database).update(vars(Database("postgresql://nobody:x@127.0.0.1:1/none")))
    try:
        yield
    finally:
        vars(database).update(working)


@asynccontextmanager
async def office(
    database_url: str, state_dir: Path, *, demo: bool = False, one_person: bool = False
) -> AsyncIterator[Office]:
    """An office on a database with tables; the people of `PEOPLE` may sign in, the referral is published."""
    settings = Settings(
        database_url=SecretStr(database_url), state_dir=state_dir, demo=demo, one_person_publishing=one_person
    )
    database = Database(database_url)
    engine, patients, versions = PlayedEngine(database, referral_actions()), KnownPatients(), KnownVersions()
    services = build_services(
        settings,
        database=database,
        engine=engine,
        patients=patients,
        versions=versions,
        catalog=load.installed(registry.catalog().actions),
        queues=read_queues(load.entries("queues")),
    )
    try:
        opened = Office(assemble(services), services, engine, patients, versions, database)
        for login, (name, roles) in PEOPLE.items():
            await opened.hire(login, name, roles)
        await opened.publish_referral()
        yield opened
    finally:
        await database.close()
