"""Instances whose workflow is gone, by their pages: what is told, what is kept, and what can be done."""

from __future__ import annotations

import pytest_asyncio

from tests.support.dosing import start_lost
from tests.support.office import Office
from tests.support.reader import Reader, reading


@pytest_asyncio.fixture(loop_scope="session")
async def lost(place: Office) -> str:
    """A series whose workflow was terminated, and the relay has found it."""
    return await start_lost(place)


async def test_its_page_says_what_happened(place: Office, supervisor: Reader, lost: str) -> None:
    """What, when it was found, what it means, and what can be done; nothing else is offered."""
    page = await supervisor.get(f"/instances/{lost}")
    for text in (
        "It stands still What runs this pathway was ended by hand",
        "Found",
        "tasks can't be completed",
        "Start it anew",
        "Close it",
        "Stands still: what runs it is gone Its workflow was terminated in Temporal.",
    ):
        assert text in page.text, text
    for act in ("suspend", "skip", "move", "data", "cancel"):
        assert f"/instances/{lost}/{act}" not in page.html
    async with reading(place, "coordinator") as coordinator:
        seen = await coordinator.get(f"/instances/{lost}")
        assert "A supervisor can do that." in seen.text
        assert "start-anew" not in seen.html


async def test_the_lists_show_it(supervisor: Reader, lost: str) -> None:
    """Instances that stand still can be asked for; their tasks are marked, and so is the exception."""
    listed = await supervisor.get("/instances?show=gone")
    assert "Stands still What runs it is gone" in listed.text
    work = await supervisor.get("/work")
    assert "Stands still: can't be completed now" in work.text
    exceptions = await supervisor.get("/exceptions")
    assert "The whole pathway" in exceptions.text
    assert "What runs it is gone" in exceptions.text
    assert "Its workflow was terminated in Temporal." in exceptions.text


async def test_its_exception_leads_to_closing_it(place: Office, supervisor: Reader, lost: str) -> None:
    """It is not tried again; closed with a reason, the exception is closed too, and says how."""
    async with place.database.transaction() as unit:
        [incident] = [one for one in await unit.incidents.of_instance(lost) if one.status == "open"]
    page = await supervisor.get(f"/exceptions/{incident.id}")
    assert "Try again" not in page.text
    assert f"/instances/{lost}/close?back=/exceptions/{incident.id}" in page.html
    asked = await supervisor.get(f"/instances/{lost}/close?back=/exceptions/{incident.id}")
    assert "The task “Review dose 1 for 70 kg” closes" in asked.text
    assert "The clock “First dose given” no longer counts." in asked.text
    refused = await supervisor.send(asked, "/close")
    assert (refused.status, "Say why." in refused.text) == (422, True)
    done = await supervisor.send(refused, "/close", reason="The patient has moved away.")
    assert done.path == f"/exceptions/{incident.id}"
    assert "It was closed." in done.text
    instance = await supervisor.get(f"/instances/{lost}")
    assert "Ended: Closed: its workflow was gone by Samuel Ortiz The patient has moved away." in instance.text
    assert "It stands still" not in instance.text


async def test_it_is_started_anew_from_its_page(supervisor: Reader, lost: str) -> None:
    """The page says what may be done twice; then it leads to the new instance, and each shows the other."""
    asked = await supervisor.get(f"/instances/{lost}/start-anew")
    assert "begins again from its first step, with the same inputs" in asked.text
    assert "may do it again. Look there first: " in asked.text
    done = await supervisor.send(asked, "/start-anew", reason="Terminated by mistake.")
    assert done.path != f"/instances/{lost}"
    assert "Started in place of one whose workflow was gone" in done.text
    old = await supervisor.get(f"/instances/{lost}")
    assert done.path in old.html
    again = await supervisor.send(asked, "/start-anew", reason="Once more.")
    assert again.path == done.path  # the same form, sent twice


async def test_a_task_of_it_keeps_what_is_typed(place: Office, lost: str) -> None:
    """The page says why it can't be completed; what was typed before anybody knew is kept and shown again."""
    async with place.database.transaction() as unit:
        [task] = [one for one in await unit.tasks.open_of(lost) if one.title.startswith("Review")]
    async with reading(place, "nurse-reviewer") as nurse:
        await nurse.send(await nurse.get(f"/tasks/{task.id}"), "/claim")
        page = await nurse.get(f"/tasks/{task.id}")
        assert "This pathway stands still." in page.text
        assert "Complete the task" not in page.text
        answer = await nurse.send(page, "/complete", outcome="fine", f__note="Looked at it twice.")
        assert answer.status == 409
        assert "nothing can be sent to it" in answer.text
        assert "What you typed is still in the form below" in answer.text
        assert "Looked at it twice." in (await nurse.get(f"/tasks/{task.id}")).html
