"""Tasks by the JSON API: lists, taking them, completing them, and who is told what."""

from __future__ import annotations

import asyncio

import httpx

from store import tables
from tests.support.office import Office

ACCEPT = {"decision": "accept", "urgency": "routine"}


async def only_task(client: httpx.AsyncClient) -> dict[str, object]:
    """The only open task that a person sees."""
    answer = await client.get("/tasks")
    assert answer.status_code == 200, answer.text
    (task,) = answer.json()["items"]
    return dict(task)


async def test_a_person_sees_the_tasks_of_the_queues_that_they_work(
    nurse: httpx.AsyncClient, coordinator: httpx.AsyncClient, referral: str
) -> None:
    """Triage is the nurse's: the coordinator's list is empty."""
    task = await only_task(nurse)
    assert task["instance"] == referral
    assert task["queue"] == "clinical-triage"
    assert task["title"] == "Triage: Cardiology consult"
    assert (await coordinator.get("/tasks")).json()["items"] == []


async def test_completing_a_task_moves_the_pathway_on(
    nurse: httpx.AsyncClient, coordinator: httpx.AsyncClient, referral: str
) -> None:
    """After triage the coordinator has the next task, and the first is closed with who did it."""
    task = await only_task(nurse)
    answer = await nurse.post(f"/tasks/{task['id']}/complete", json={"outcome": "decided", "form": ACCEPT})
    assert answer.status_code == 200, answer.text
    assert answer.json()["lists_lag"] is False
    closed = (await nurse.get(f"/tasks/{task['id']}")).json()
    assert (closed["status"], closed["outcome"]) == ("completed", "decided")
    assert closed["values"]["decision"] == "accept"
    assert (await only_task(coordinator))["step"] == "reach-patient"


async def test_wrong_fields_are_named(nurse: httpx.AsyncClient, referral: str) -> None:
    """A form that does not fit is refused field by field, and nothing happens."""
    task = await only_task(nurse)
    answer = await nurse.post(
        f"/tasks/{task['id']}/complete", json={"outcome": "decided", "form": {"decision": "decline", "colour": "red"}}
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "form-invalid"
    assert {one["field"] for one in problem["errors"]} == {"reason", "colour"}
    assert (await only_task(nurse))["id"] == task["id"]


async def test_the_same_key_gets_the_first_answer(nurse: httpx.AsyncClient, referral: str) -> None:
    """A request that is sent again is not done again."""
    task = await only_task(nurse)
    wish = {"outcome": "decided", "form": ACCEPT}
    headers = {"Idempotency-Key": "once"}
    first = await nurse.post(f"/tasks/{task['id']}/complete", json=wish, headers=headers)
    second = await nurse.post(f"/tasks/{task['id']}/complete", json=wish, headers=headers)
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["rev"] == first.json()["rev"]
    assert second.json()["repeated"] is True


async def test_a_key_belongs_to_one_task(
    nurse: httpx.AsyncClient, coordinator: httpx.AsyncClient, referral: str
) -> None:
    """The key of one task's completion does not complete another."""
    task = await only_task(nurse)
    headers = {"Idempotency-Key": "once"}
    await nurse.post(f"/tasks/{task['id']}/complete", json={"outcome": "decided", "form": ACCEPT}, headers=headers)
    # a key is a person's own: the coordinator's "once" is another one
    other = await only_task(coordinator)
    done = await coordinator.post(
        f"/tasks/{other['id']}/complete",
        json={"outcome": "logged", "form": {"contact": "wrong-number"}},
        headers=headers,
    )
    assert done.status_code == 200, done.text
    third = await only_task(coordinator)
    reused = await coordinator.post(f"/tasks/{third['id']}/complete", json={"outcome": "unchanged"}, headers=headers)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency-key-reused")


async def test_of_two_who_complete_at_once_one_wins(place: Office, nurse: httpx.AsyncClient, referral: str) -> None:
    """The other is told who has it."""
    await place.hire("nurse-2", "Noor Haddad", ["nurse-reviewer"])
    task = await only_task(nurse)
    async with place.client("nurse-2") as second:
        answers = await asyncio.gather(
            *(
                one.post(f"/tasks/{task['id']}/complete", json={"outcome": "decided", "form": ACCEPT})
                for one in (nurse, second)
            )
        )
    assert sorted(one.status_code for one in answers) == [200, 409]
    lost = next(one.json() for one in answers if one.status_code == 409)
    assert lost["code"] in ("task-held", "task-closed")
    assert (lost.get("holder_name") or lost.get("by_name")) in ("Nadia Osei", "Noor Haddad")


async def test_a_task_that_somebody_has_is_theirs(place: Office, nurse: httpx.AsyncClient, referral: str) -> None:
    """Claiming, releasing and completing it are refused to others, with the holder's name."""
    await place.hire("nurse-2", "Noor Haddad", ["nurse-reviewer"])
    task = await only_task(nurse)
    assert (await nurse.post(f"/tasks/{task['id']}/claim")).json()["assignee"]
    assert (await nurse.post(f"/tasks/{task['id']}/claim")).status_code == 200
    async with place.client("nurse-2") as second:
        for act in ("claim", "release"):
            answer = await second.post(f"/tasks/{task['id']}/{act}")
            assert (answer.status_code, answer.json()["holder_name"]) == (409, "Nadia Osei")
        answer = await second.post(f"/tasks/{task['id']}/complete", json={"outcome": "decided", "form": ACCEPT})
        assert (answer.status_code, answer.json()["code"]) == (409, "task-held")
    assert (await nurse.post(f"/tasks/{task['id']}/release")).json()["assignee"] is None


async def move(place: Office, task: object, **to: object) -> None:
    """Have a task elsewhere, or with somebody else, as an escalation or a supervisor would."""
    async with place.database.transaction() as unit:
        await unit.connection.execute(tables.task.update().where(tables.task.c.id == task).values(**to))


async def test_what_one_has_stays_in_sight_wherever_it_is_moved(
    place: Office, nurse: httpx.AsyncClient, referral: str
) -> None:
    """An escalation to a queue that one does not work takes nothing from whoever has the task; they can complete it."""
    task = (await only_task(nurse))["id"]
    assert (await nurse.post(f"/tasks/{task}/claim")).status_code == 200
    await move(place, task, queue="supervisor")
    assert (await only_task(nurse))["id"] == task
    assert [one["id"] for one in (await nurse.get("/tasks?whose=mine")).json()["items"]] == [task]
    done = await nurse.post(f"/tasks/{task}/complete", json={"outcome": "decided", "form": ACCEPT})
    assert done.status_code == 200, done.text
    assert (await nurse.get(f"/tasks/{task}")).json()["status"] == "completed"


async def test_what_one_typed_stays_in_sight_when_the_task_is_given_to_another(
    place: Office, nurse: httpx.AsyncClient, supervisor: httpx.AsyncClient, referral: str
) -> None:
    """Where it went to a queue that one does not work as well; one who never had to do with it finds nothing."""
    task = (await only_task(nurse))["id"]
    await move(place, task, queue="supervisor")
    assert (await nurse.get(f"/tasks/{task}")).status_code == 404
    await move(place, task, queue="clinical-triage")
    me = (await nurse.get("/me")).json()["id"]
    async with place.database.transaction() as unit:
        await unit.tasks.save_draft(str(task), me, {"f.reason": ["half"]})
    await move(place, task, queue="supervisor")
    assert (await nurse.get(f"/tasks/{task}")).status_code == 200
    assert (await nurse.get("/tasks")).json()["items"] == []


async def test_a_version_that_was_overtaken_is_refused(nurse: httpx.AsyncClient, referral: str) -> None:
    """A claim on what one saw earlier does not undo what happened since."""
    task = await only_task(nurse)
    await nurse.post(f"/tasks/{task['id']}/claim")
    await nurse.post(f"/tasks/{task['id']}/release")
    answer = await nurse.post(f"/tasks/{task['id']}/claim", json={"version": task["version"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "changed")


async def test_a_task_of_another_role_is_refused(supervisor: httpx.AsyncClient, referral: str) -> None:
    """The supervisor sees every queue, and still is no nurse."""
    task = await only_task(supervisor)
    for act, body in (("claim", None), ("complete", {"outcome": "decided", "form": ACCEPT})):
        answer = await supervisor.post(f"/tasks/{task['id']}/{act}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "role-missing")


async def test_a_supervisor_assigns(supervisor: httpx.AsyncClient, nurse: httpx.AsyncClient, referral: str) -> None:
    """To somebody with the role; not to somebody without, and not by somebody who may not."""
    task = await only_task(supervisor)
    wrong = await supervisor.post(f"/tasks/{task['id']}/assign", json={"to": "coordinator"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "to")
    right = await supervisor.post(f"/tasks/{task['id']}/assign", json={"to": "nurse-reviewer"})
    assert right.json()["assignee"] == (await nurse.get("/me")).json()["id"]
    assert (await nurse.post(f"/tasks/{task['id']}/assign", json={"to": None})).status_code == 403


async def test_a_list_leads_on_to_its_next_page(nurse: httpx.AsyncClient, coordinator: httpx.AsyncClient) -> None:
    """Every task is met once, page after page, by the link that each page gives."""
    for number in range(5):
        wish = {
            "pathway": "referral",
            "inputs": {"patient": {"reference": "Patient/p-1"}, "order": {"reference": f"ServiceRequest/o-{number}"}},
        }
        assert (await coordinator.post("/instances", json=wish)).status_code == 201
    seen: list[str] = []
    address: str | None = "/tasks?limit=2"
    while address:
        answer = await nurse.get(address)
        seen += [one["id"] for one in answer.json()["items"]]
        link = answer.links.get("next")
        address = link["url"].removeprefix("/api/v1") if link else None
    assert len(seen) == len(set(seen)) == 5
    assert (await nurse.get("/tasks?after=nonsense")).json()["code"] == "bad-cursor"


async def test_a_closed_task_says_who_closed_it(nurse: httpx.AsyncClient, referral: str) -> None:
    """Completing it a second time, by another request, tells who, when and how."""
    task = await only_task(nurse)
    wish = {"outcome": "decided", "form": ACCEPT}
    await nurse.post(f"/tasks/{task['id']}/complete", json=wish)
    again = await nurse.post(f"/tasks/{task['id']}/complete", json=wish)
    assert again.status_code == 409
    assert again.json()["code"] == "task-closed"
    assert again.json()["by_name"] == "Nadia Osei"


async def test_pathways_away_is_not_now_and_can_be_sent_again(
    place: Office, nurse: httpx.AsyncClient, referral: str
) -> None:
    """503 with Retry-After; afterwards the same key does it, once."""
    task = await only_task(nurse)
    wish, headers = {"outcome": "decided", "form": ACCEPT}, {"Idempotency-Key": "k"}
    place.engine.away = True
    answer = await nurse.post(f"/tasks/{task['id']}/complete", json=wish, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "engine-away")
    assert int(answer.headers["retry-after"]) > 0
    place.engine.away = False
    assert (await nurse.post(f"/tasks/{task['id']}/complete", json=wish, headers=headers)).status_code == 200


async def test_lists_that_lag_are_said_to(place: Office, nurse: httpx.AsyncClient, referral: str) -> None:
    """The pathway has moved, the store has not heard: the answer says so instead of pretending."""
    task = await only_task(nurse)
    place.engine.recording = False
    answer = await nurse.post(f"/tasks/{task['id']}/complete", json={"outcome": "decided", "form": ACCEPT})
    assert answer.json()["lists_lag"] is True
    await place.engine.catch_up()
    assert (await nurse.get(f"/tasks/{task['id']}")).json()["status"] == "completed"
