"""What people meet while things fail or happen at once: clear answers, and nothing that they typed is lost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import httpx
import pytest

from api.security.accounts import development_accounts
from devcore.demo.stage import Case
from tests.faults.checking import must_be_as_undisturbed, trace_of
from tests.faults.office import SEEN, Office, answer_to, until
from tests.faults.stack import Stack

pytestmark = pytest.mark.faults

Json = Any

TWO = {"coordinator": "Corinne Day", "coordinator-2": "Marcus Webb"}
"""Two people with the same role: logins and names."""

TYPED = "Called twice before noon"


async def at_reach_patient(office: Office, name: str) -> tuple[Case, Mapping[str, Json]]:
    """A case whose patient is to be reached, and that task."""
    (case,) = await office.begin(name, [SEEN])
    await office.work(case, "triage", who="nurse-reviewer")
    return case, await office.task_of(case, "reach-patient")


async def test_the_clock_does_not_overtake_what_moves_on(office: Office) -> None:
    """Whoever moves the demonstration's clock after a look that is out of date is refused."""
    case, _ = await at_reach_patient(office, "clock")
    rev = (await office.instance(case))["rev"]
    wish = {"seen": {case.instance: rev - 1}}
    refused = await office.ask("supervisor", "POST", "/demo/clock", wish, key="clock")
    assert (refused.status_code, refused.json()["code"]) == (409, "changed")


@pytest.mark.parametrize("attempt", range(3))
async def test_two_people_complete_the_same_task_at_once(office: Office, attempt: int) -> None:
    """One wins; the other is told who did it; the pathway goes on once, with what the winner typed."""
    case, task = await at_reach_patient(office, f"two-{attempt}")
    wish = answer_to(case, task)
    path = f"/tasks/{task['id']}/complete"

    async def complete(who: str) -> httpx.Response:
        return await office.ask(who, "POST", path, {**wish, "form": {**wish["form"], "note": who}}, key=f"{who}/{path}")

    answers = dict(zip(TWO, await asyncio.gather(*map(complete, TWO)), strict=True))
    assert sorted(answer.status_code for answer in answers.values()) == [200, 409]
    winner = next(who for who, answer in answers.items() if answer.status_code == 200)
    problem = next(answer.json() for answer in answers.values() if answer.status_code == 409)
    assert TWO[winner] in problem["detail"]
    assert problem["code"] in {"task-held", "task-closed"}

    closed = (await office.ask("supervisor", "GET", f"/tasks/{task['id']}")).json()
    assert (closed["status"], closed["values"]["note"]) == ("completed", winner)
    timeline = (await office.instance(case))["timeline"]
    assert [one["kind"] for one in timeline if one["address"] == task["address"]].count("task-closed") == 1


async def test_the_same_request_again_gets_the_first_answer(stack: Stack, office: Office) -> None:
    """At once, later, and after everybody who answered has been killed: the same revision, and one effect."""
    case, task = await at_reach_patient(office, "again")
    path, wish = f"/tasks/{task['id']}/complete", answer_to(case, task)
    send = partial(office.ask, "coordinator", "POST", path, wish, key="once")
    first, second = await asyncio.gather(send(), send())
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["rev"] == second.json()["rev"]

    for process in ("api", "worker"):
        await stack.restart(process)
    third = await send()
    assert (third.status_code, third.json()["rev"], third.json()["repeated"]) == (200, first.json()["rev"], True)

    inputs = {"patient": {"reference": case.patient}, "order": {"reference": case.order}}
    wanted = {"pathway": "referral", "inputs": inputs}
    start = partial(office.ask, "coordinator", "POST", "/instances", wanted, key="again/0/start")
    started = await asyncio.gather(start(), start())
    assert [(one.status_code, one.json()["id"]) for one in started] == [(200, case.instance)] * 2


async def test_the_store_away(stack: Stack, office: Office) -> None:
    """Pathways go on and wait without growing; people are told "not now", lose nothing, and go on afterwards."""
    waiting, task = await at_reach_patient(office, "waiting")
    before = await until(partial(_history_at_rest, office, waiting))
    path, wish = f"/tasks/{task['id']}/complete", answer_to(waiting, task)
    page = f"/tasks/{task['id']}"
    browser = await _signed_in(office, "coordinator")
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', (await browser.get(page)).text))

    await stack.fail(match={"method": "POST", "type": "Task"}, delay_ms=1_500)
    (moving,) = await office.begin("moving", [SEEN])  # it waits for the core while the store goes away
    async with stack.away("PostgreSQL"):
        for answer in (
            await office.ask("coordinator", "GET", "/tasks"),
            await office.ask("coordinator", "POST", path, wish, key="kept"),
            await office.ask("supervisor", "POST", "/events", _event(waiting), key="event"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
            assert answer.headers["Retry-After"]
        shown = await browser.post(path, data=form | {"f.contact": "no-answer", "f.note": TYPED})
        assert (shown.status_code, TYPED in shown.text) == (503, True)
        await browser.aclose()

        await until(partial(_is_in_triage, office, moving))
        tried = await until(partial(_attempts, office, moving, 2))
        grown = await _history(office, moving)
        await until(partial(_attempts, office, moving, tried + 1))
        assert await _history(office, moving) == grown
        assert await _history(office, waiting) == before

    done = await until(partial(_succeeds, office, path, wish))
    assert done["outcome"] == "logged"
    (undisturbed,) = await office.begin("undisturbed", [SEEN])
    cases = [waiting, moving, undisturbed]
    await office.play(cases)
    await must_be_as_undisturbed(office, cases, {SEEN.title: await trace_of(office, undisturbed)})


async def _history(office: Office, case: Case) -> int:
    return (await office.workflow(case).describe()).history_length


async def _history_at_rest(office: Office, case: Case) -> int | None:
    """The length of the history once neither an activity nor a workflow task is under way."""
    found = (await office.workflow(case).describe()).raw_description
    under_way = found.pending_activities or found.HasField("pending_workflow_task")
    return None if under_way else found.workflow_execution_info.history_length


async def _attempts(office: Office, case: Case, wanted: int) -> int | None:
    """How often the recording that is under way was tried, once that is as often as wanted."""
    pending = (await office.workflow(case).describe()).raw_description.pending_activities
    return next((one.attempt for one in pending if one.activity_type.name == "record" and one.attempt >= wanted), None)


async def _is_in_triage(office: Office, case: Case) -> bool:
    found = [one async for one in office.core.search("Task", {"patient": case.patient}, fresh=True)]
    return any(coding["code"] == "in-triage" for one in found for coding in one["businessStatus"]["coding"])


async def _succeeds(office: Office, path: str, wish: Json) -> Json:
    """The answer to the request that was not possible before, under the same key; None as long as it still is not."""
    answer = await office.ask("coordinator", "POST", path, wish, key="kept")
    return answer.json() if answer.status_code == 200 else None


def _event(case: Case) -> Json:
    return {"specversion": "1.0", "id": "away", "source": "/tests", "type": "note.filed", "subject": case.order}


async def _signed_in(office: Office, login: str) -> httpx.AsyncClient:
    """A browser, as far as forms go, in which somebody has signed in."""
    accounts = {one.login: one for one in development_accounts(office.stack.settings.state_dir)}
    browser = httpx.AsyncClient(base_url=office.stack.settings.public_url, timeout=60, trust_env=False)
    answer = await browser.post("/sign-in", data={"login": login, "password": accounts[login].password})
    assert answer.status_code == 303
    return browser
