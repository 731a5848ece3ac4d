"""Those who work with a stack while things fail: people, offices outside, and whoever looks afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import httpx
from temporalio.client import Client, WorkflowHandle

from activities.gateways.fhir import FhirClient
from activities.gateways.fhir.auth import SmartBackendAuth
from activities.gateways.fhir.errors import FhirError
from activities.gateways.fhir.resource import Reference
from api.security.accounts import Account, development_accounts
from devcore.demo.api import Api, NotNowError
from devcore.demo.cases import SCRIPTS, ReferralScript
from devcore.demo.play import play_to_the_end
from devcore.demo.publishing import publish_pathways
from devcore.demo.referrals import supply_information
from devcore.demo.stage import PATHWAY, Case
from devcore.demo.world import World, visit_of
from devcore.patients import CASE_KINDS, referral_order
from local.progress import silent
from store.database import Database
from tests.faults.stack import Stack
from workflows.converter import data_converter
from workflows.names import workflow_id
from workflows.pathway import Pathway

Json = Any
Found = TypeVar("Found")

LOOK_SECONDS = 0.05

_BY_TITLE = {script.title: script for script in SCRIPTS}
SEEN = _BY_TITLE["seen, and the note sent back"]
LATER = _BY_TITLE["information comes after a reminder"]
REBOOKS = _BY_TITLE["the patient cancels and books again"]

WHO: Mapping[str, Mapping[str, Json]] = {
    "patient": {"resourceType": "Patient", "name": [{"family": "Okafor"}]},
    "requester": {"resourceType": "Practitioner", "name": [{"family": "Calloway"}]},
    "performer": {"resourceType": "Organization", "name": "Harbor Specialty Group"},
}
"""Whom a referral is about, who asks for it and who is asked."""


@dataclass(frozen=True)
class Office:
    """The ways in: the API for people who have signed in, the core, Temporal and the store for who looks."""

    stack: Stack
    api: Api
    core: FhirClient
    temporal: Client
    store: Database
    http: httpx.AsyncClient
    tokens: Mapping[str, str]

    async def begin(self, label: str, scripts: Sequence[ReferralScript]) -> list[Case]:
        """Start a referral for each script, each for a patient of its own. `label` names these cases and no others."""
        return [
            await persistently(partial(self._begin, f"{label}/{number}", script))
            for number, script in enumerate(scripts)
        ]

    async def _begin(self, name: str, script: ReferralScript) -> Case:
        made = {
            key: Reference.of(await self.core.create(dict(resource), key=f"{name}/{key}")).unversioned
            for key, resource in WHO.items()
        }
        kind = CASE_KINDS[SCRIPTS.index(script)]
        wanted = referral_order(kind, coverage=None, authored="2026-03-02T09:00:00Z", **made)
        order = Reference.of(await self.core.create(wanted, key=f"{name}/order")).unversioned
        if script.complete:
            await supply_information(self.core, made["patient"], order)
        inputs = {"patient": {"reference": made["patient"]}, "order": {"reference": order}}
        wish = {"pathway": "referral", "inputs": inputs}
        started = await self.api.post("coordinator", "/instances", wish, key=f"{name}/start")
        return Case(0, started["id"], made["patient"], order, script)

    async def play(self, cases: Sequence[Case]) -> None:
        """People and offices act, and time is moved when all wait, until every case has ended."""
        await play_to_the_end(self.api, World(self.api, self.core), cases, silent, look=LOOK_SECONDS)

    async def play_through(self, cases: Sequence[Case], trouble: Awaitable[None]) -> None:
        """The same while `trouble` happens; returns when both are over."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.play(cases))
            group.create_task(_awaited(trouble))

    def workflow(self, case: Case) -> WorkflowHandle[Pathway, str]:
        """The workflow that runs a case."""
        return self.temporal.get_workflow_handle_for(Pathway.run, workflow_id(case.instance))

    async def ask(
        self, who: str, method: str, path: str, body: Json = None, *, key: str | None = None
    ) -> httpx.Response:
        """What the API answers to somebody, good or bad."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.http.request(method, f"/api/v1{path}", json=body, headers=headers)

    async def work(self, case: Case, step: str, *, who: str = "coordinator") -> None:
        """Complete the task of a step as the case's script says."""
        task = await self.task_of(case, step, who=who)
        wish = answer_to(case, task) | (await self.looked_at(who, task) if task["gate"] else {})
        await self.api.post(who, f"/tasks/{task['id']}/complete", wish, key=f"work/{task['id']}")

    async def looked_at(self, who: str, task: Mapping[str, Json]) -> Json:
        """What a person has seen who opens a decision now."""
        opened = await self.api.get(who, f"/tasks/{task['id']}")
        return {"seen": opened["rev"], "core": opened["core"]}

    async def instance(self, case: Case) -> Mapping[str, Json]:
        """A case as the API shows it."""
        return await self.api.instance("supervisor", case.instance)

    async def task_of(self, case: Case, step: str, *, who: str = "coordinator") -> Mapping[str, Json]:
        """The open task of a case at a step; waits until it is in the list."""

        async def look() -> Mapping[str, Json] | None:
            for task in await self.api.tasks(who):
                if task["instance"] == case.instance and task["step"] == step:
                    return task
            return None

        return await until(look)

    async def incident_of(self, case: Case) -> Mapping[str, Json]:
        """The open incident of a case; waits until there is one."""

        async def look() -> Mapping[str, Json] | None:
            found = (await self.api.get("supervisor", "/incidents", limit=200))["items"]
            return next((one for one in found if one["instance"] == case.instance), None)

        return await until(look)


@asynccontextmanager
async def office_of(stack: Stack) -> AsyncIterator[Office]:
    """Everybody signed in, and the referral published."""
    configured = stack.settings
    credentials = configured.core_credentials
    assert credentials is not None
    auth = SmartBackendAuth.from_key_file(configured.core_base_url, *credentials)
    temporal = await Client.connect(configured.temporal_target, data_converter=data_converter)
    api, store = Api(configured.public_url), Database(configured.require_database_url())
    http = httpx.AsyncClient(base_url=configured.public_url, timeout=60, trust_env=False)
    try:
        async with FhirClient(configured.core_base_url, auth=auth) as core:
            accounts = development_accounts(configured.state_dir)
            for account in accounts:
                await api.sign_in(account.login, account.password)
            tokens = {account.login: await _token(http, account) for account in accounts}
            await publish_pathways(api, PATHWAY)
            yield Office(stack, api, core, temporal, store, http, tokens)
    finally:
        await http.aclose()
        await api.aclose()
        await store.close()


def answer_to(case: Case, task: Mapping[str, Json]) -> Json:
    """How the case's script completes a task."""
    answer = case.script.answer(task["step"], visit_of(task["address"]))
    assert answer is not None, task["step"]
    return {"outcome": answer.outcome, "form": dict(answer.values(datetime.fromisoformat(task["opened_at"])))}


async def _token(http: httpx.AsyncClient, account: Account) -> str:
    wish = {"login": account.login, "password": account.password, "label": "tests"}
    return str((await http.post("/api/v1/tokens", json=wish)).raise_for_status().json()["secret"])


async def persistently(deed: Callable[[], Awaitable[Found]], *, seconds: float = 90.0) -> Found:
    """Do something that carries its own keys again and again while things are away; what it gave."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            return await deed()
        except (NotNowError, FhirError):
            if time.monotonic() > give_up:
                raise
            await asyncio.sleep(LOOK_SECONDS)


async def until(look: Callable[[], Awaitable[Found | None]], *, seconds: float = 60.0) -> Found:
    """Look until something is found, and give it; fail when nothing is in time."""
    give_up = time.monotonic() + seconds
    while True:
        found = await look()
        if found:
            return found
        assert time.monotonic() < give_up, "it did not come to hold in time"
        await asyncio.sleep(LOOK_SECONDS)


async def _awaited(trouble: Awaitable[None]) -> None:
    await trouble
