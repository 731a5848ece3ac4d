"""Completing tasks together by the JSON API: each for itself, told of each, done once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.batches import Letters
from tests.support.office import Office

Json = Any

ANSWER = {"outcome": "sent", "form": {"batch": "B-7"}}


@pytest.fixture
def letters(place: Office) -> Letters:
    """An office in which letters are sent."""
    return Letters(place)


def wish(*tasks: str, **answer: Json) -> Json:
    """What completes these tasks."""
    return {"tasks": [{"id": one} for one in tasks], **(answer or ANSWER)}


def told(answer: httpx.Response) -> dict[str, str]:
    """What became of each task, in a word."""
    assert answer.status_code == 200, answer.text
    found = {}
    for one in answer.json()["results"]:
        problem = one["problem"]
        found[one["task"]] = (problem["reason"] or problem["code"]) if problem else "done"
    return found


async def test_each_is_completed_with_the_same_answer(letters: Letters, coordinator: httpx.AsyncClient) -> None:
    """And each pathway goes on from it."""
    tasks = [await letters.ready(f"Patient/p-{number}") for number in (1, 2, 3)]
    assert told(await coordinator.post("/tasks/complete", json=wish(*tasks))) == dict.fromkeys(tasks, "done")
    for task in tasks:
        closed = await letters.get(task)
        assert (closed["status"], closed["outcome"], closed["values"]["batch"]) == ("completed", "sent", "B-7")
        assert (await letters.task(closed["instance"]))["step"] == "check"


async def test_what_the_outcome_asks_for_is_asked_of_each(letters: Letters, coordinator: httpx.AsyncClient) -> None:
    """A letter that came back says why; the same answer with it is taken."""
    task = await letters.ready("Patient/p-1")
    answer = {"outcome": "returned", "form": {"batch": "B-7"}}
    refused = await coordinator.post("/tasks/complete", json=wish(task, **answer))
    (problem,) = refused.json()["results"][0]["problem"]["errors"]
    assert problem["field"] == "why"
    answer["form"] = {"batch": "B-7", "why": "Moved away"}
    assert told(await coordinator.post("/tasks/complete", json=wish(task, **answer))) == {task: "done"}


async def test_a_repeated_request_does_nothing_twice(letters: Letters, coordinator: httpx.AsyncClient) -> None:
    """The same key gets each task's first answer, also with another task beside it, and after the instance moved on."""
    first, second = await letters.ready("Patient/p-1"), await letters.ready("Patient/p-2")
    key = {"Idempotency-Key": "b-1"}
    once = await coordinator.post("/tasks/complete", json=wish(first), headers=key)
    again = await coordinator.post("/tasks/complete", json=wish(first, second), headers=key)
    assert told(again) == {first: "done", second: "done"}
    rows = {one["task"]: one["completed"] for one in again.json()["results"]}
    assert (rows[first]["repeated"], rows[second]["repeated"]) == (True, False)
    assert rows[first]["rev"] == once.json()["results"][0]["completed"]["rev"]
    other = await coordinator.post("/tasks/complete", json=wish(first), headers={"Idempotency-Key": "b-2"})
    assert told(other) == {first: "task-closed"}


async def test_what_one_refuses_keeps_no_other_back(
    place: Office, letters: Letters, coordinator: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    """Prepared by the same person, held by another, changed since it was seen, closed, unknown, asked for more."""
    fine = await letters.ready("Patient/p-1")
    own = await letters.ready("Patient/p-2", by="coordinator")
    held = await letters.ready("Patient/p-3", by="supervisor")
    changed = await letters.ready("Patient/p-4", by="supervisor")
    phone = await letters.ready("Patient/p-5", channel="phone")
    gone = await letters.ready("Patient/p-6")
    await supervisor.post(f"/tasks/{held}/assign", json={"to": "coordinator-2"})
    for to in ("coordinator-2", None):
        await supervisor.post(f"/tasks/{changed}/assign", json={"to": to})
    await supervisor.post(f"/instances/{(await letters.get(gone))['instance']}/cancel", json={"reason": "Moved away."})
    tasks = [*({"id": one, "version": 1} for one in (fine, own, held, changed, phone, gone)), {"id": "nothing"}]
    body = {**ANSWER, "tasks": tasks}
    expected = {
        own: "separation",
        held: "task-held",
        changed: "changed",
        phone: "form-invalid",
        gone: "task-closed",
        "nothing": "not-found",
    }
    seen = (await coordinator.post("/tasks/complete/preview", json=body)).json()
    problems = {one["task"]: (one["problem"]["reason"] or one["problem"]["code"]) for one in seen if one["problem"]}
    assert problems == expected
    (ready,) = [one for one in seen if not one["problem"]]
    assert (ready["task"], [step["step"] for step in ready["begun"]]) == (fine, ["check"])
    assert (await letters.get(fine))["status"] == "open"
    assert told(await coordinator.post("/tasks/complete", json=body)) == {fine: "done", **expected}
    for task in (own, phone):
        assert (await letters.get(task))["assignee"] is None, "what was refused is free again"


async def test_a_gate_is_never_completed_so(
    letters: Letters, coordinator: httpx.AsyncClient, nurse: httpx.AsyncClient
) -> None:
    """Whatever its definition says of bulk."""
    task = await letters.ready("Patient/p-1")
    await coordinator.post("/tasks/complete", json=wish(task))
    gate = await letters.task((await letters.get(task))["instance"])
    assert gate["gate"] == "clinical"
    assert told(await nurse.post("/tasks/complete", json=wish(gate["id"], outcome="done"))) == {
        gate["id"]: "gate-in-bulk"
    }


async def test_what_is_not_said_to_go_in_bulk_does_not(letters: Letters, coordinator: httpx.AsyncClient) -> None:
    """The default is one by one."""
    task = (await letters.task(await letters.begin("Patient/p-1")))["id"]
    assert told(await coordinator.post("/tasks/complete", json=wish(task, outcome="done"))) == {task: "not-bulk"}
    assert (await letters.get(task))["status"] == "open"


async def test_another_role_is_refused_for_each(
    letters: Letters, nurse: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    """Who does not see the queue is told no more than that; who does, that the role is missing."""
    task = await letters.ready("Patient/p-1")
    assert told(await nurse.post("/tasks/complete", json=wish(task))) == {task: "not-found"}
    assert told(await supervisor.post("/tasks/complete", json=wish(task))) == {task: "role-missing"}


async def test_only_one_kind_goes_together(letters: Letters, coordinator: httpx.AsyncClient) -> None:
    """Another version's form may ask something else: nothing is done."""
    tasks = [await letters.ready("Patient/p-1"), await letters.ready("Patient/p-2", version="1.1.0")]
    answer = await coordinator.post("/tasks/complete", json=wish(*tasks))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "tasks")
    assert {(await letters.get(one))["status"] for one in tasks} == {"open"}
