"""Interventions by their pages: what they show first, what they refuse, what they keep, and what they do."""

from __future__ import annotations

from typing import Any

import pytest_asyncio

from tests.support.dosing import WEIGHT, start_dosing, weighed_in_core
from tests.support.office import Office
from tests.support.played_engine import Failure
from tests.support.reader import Reader, reading

REVIEW = "series%231%2Fprepare%2Fdrug%2Freview"
DRUG = "series#1/prepare/drug/review"


@pytest_asyncio.fixture(loop_scope="session")
async def series(place: Office) -> str:
    """A series that waits at the first dose, both for its review and its chair."""
    return await start_dosing(place)


async def detail(place: Office, ident: str) -> Any:
    """The instance by the JSON API."""
    async with place.client("supervisor") as client:
        return (await client.get(f"/instances/{ident}")).json()


async def task_of(place: Office, ident: str, beginning: str) -> str:
    """The open task whose title begins so."""
    async with place.client("supervisor") as client:
        found = (await client.get("/tasks", params={"instance": ident})).json()["items"]
    return str(next(one["id"] for one in found if one["title"].startswith(beginning)))


async def test_the_page_of_a_nested_instance(supervisor: Reader, series: str) -> None:
    """Clocks with what started them, values by round, what can be started, and where each task lies."""
    page = await supervisor.get(f"/instances/{series}")
    for text in (
        "First dose given Running · 2 days left",
        "Started by: Plan the doses",
        "A late first dose is a missed treatment.",
        "Give a dose: round 1, Drug",
        "Chair C-1 Start Tue 1 Dec 2026",
        "Call the patient now A task in Scheduling Needs the role coordinator",
        "Clinical decision",
        "Clock started: First dose given",
    ):
        assert text in page.text, text


async def test_an_instance_is_suspended_and_resumed(place: Office, supervisor: Reader, series: str) -> None:
    """Refused without a reason, with what was ticked kept; then a banner says who and why, until it goes on."""
    page = await supervisor.get(f"/instances/{series}/suspend")
    assert "The task “Review dose 1 for 70 kg” stays open" in page.text
    refused = await supervisor.send(page, "/suspend", pause_clocks="yes")
    assert (refused.status, refused.form("/suspend")[1]["pause_clocks"]) == (422, "yes")
    assert "Say why." in refused.text
    done = await supervisor.send(refused, "/suspend", reason="The chairs are rebuilt.")
    assert "Suspended: no new step begins The chairs are rebuilt. (Samuel Ortiz" in done.text
    assert "First dose given Paused · 2 days left when it goes on" in done.text
    again = await supervisor.send(page, "/suspend", reason="Once more.")
    assert (again.status, "It is suspended." in again.text) == (409, True)
    back = await supervisor.send(
        await supervisor.get(f"/instances/{series}/resume"), "/resume", reason="They are done."
    )
    assert "It goes on." in back.text
    assert "Suspended: no new step begins by Samuel Ortiz The chairs are rebuilt." in back.text
    assert "/resume" not in back.html


async def test_a_step_is_skipped_with_what_it_would_have_given(place: Office, supervisor: Reader, series: str) -> None:
    """Its fields are the step's own; what is missing is said at its field, and nothing typed is lost."""
    await place.hire("lead", "Lea Grant", ["supervisor", "nurse-reviewer"])
    refused = await supervisor.send(
        await supervisor.get(f"/instances/{series}/skip?at={REVIEW}"), "/skip", reason="x", f__outcome="fine"
    )
    assert (refused.status, "It needs nurse reviewer" in refused.text) == (409, True)
    async with reading(place, "lead") as lead:
        page = await lead.get(f"/instances/{series}/skip?at={REVIEW}")
        assert "The task “Review dose 1 for 70 kg” closes" in page.text
        assert "It is wrong" in page.text
        missing = await lead.send(page, "/skip", reason="By phone.", f__note="Was checked.")
        assert missing.status == 422
        assert 'href="#field-outcome"' in missing.html
        assert missing.form("/skip")[1]["f.note"].strip() == "Was checked."
        done = await lead.send(missing, "/skip", f__outcome="fine")
    assert "The step is skipped." in done.text
    assert "Skipped by hand: Review the dose" in done.text
    assert DRUG not in [one["address"] for one in (await detail(place, series))["positions"]]


async def test_a_move_shows_what_it_brings_first(place: Office, series: str) -> None:
    """The steps within reach by scope; then what is left, closed and could be undone; then the move, with undo."""
    await place.hire("lead", "Lea Grant", ["supervisor", "nurse-reviewer"])
    async with reading(place, "lead") as lead:
        choice = await lead.get(f"/instances/{series}/move?at={REVIEW}")
        for group in ("Give a dose: round 1, Drug", "Give a dose: round 1", "The pathway"):
            assert f'<optgroup label="{group}">' in choice.html, group
        page = await lead.get(f"/instances/{series}/move?at={REVIEW}&to=done")
        for text in (
            "It leaves: Confirm the chair – Give a dose: round 1, Chair.",
            "The task “Confirm the chair for dose 1” closes",
            "only a nurse reviewer may pass over",
            "It would be taken back, the last first: Book a chair – Give a dose: round 1.",
        ):
            assert text in page.text, text
        done = await lead.send(page, "/move", undo="yes", reason="Given elsewhere.")
    assert "Moved by hand from Review the dose to Done" in done.text
    assert "Undo: Book a chair" in done.text
    assert (await detail(place, series))["outcome"] == "given"


async def test_a_cancel_tells_what_is_taken_back(supervisor: Reader, series: str) -> None:
    """By the state of the instance, not by its history; without a reason nothing is done."""
    page = await supervisor.get(f"/instances/{series}/cancel")
    for text in (
        "It ends as cancelled",
        "The task “Confirm the chair for dose 1” closes",
        "The clock “First dose given” no longer counts.",
        "It is taken back, the last first: Book a chair – Give a dose: round 1.",
        "It has ended only when all of that is taken back.",
    ):
        assert text in page.text, text
    refused = await supervisor.send(page, "/cancel")
    assert (refused.status, "Say why it is cancelled." in refused.text) == (422, True)
    done = await supervisor.send(refused, "/cancel", reason="Ordered twice.")
    assert "The pathway was cancelled." in done.text
    after = await supervisor.get(f"/instances/{series}/cancel")
    assert "As things stand it would not be done: The pathway has ended: Cancelled." in after.text
    assert "Book a chair" not in after.text


async def test_what_a_skip_would_bring_is_told_for_what_is_typed(place: Office, series: str) -> None:
    """Before it is done and without a reason; what was typed stays."""
    await place.hire("lead", "Lea Grant", ["supervisor", "nurse-reviewer"])
    async with reading(place, "lead") as lead:
        page = await lead.get(f"/instances/{series}/skip?at=series%231%2Fprepare%2Fchair%2Fconfirm")
        assert "It goes on at" not in page.text
        await lead.send(await lead.get(f"/instances/{series}/skip?at={REVIEW}"), "/skip", reason="x", f__outcome="fine")
        page = await lead.get(f"/instances/{series}/skip?at=series%231%2Fprepare%2Fchair%2Fconfirm")
        assert "It goes on at: Book a chair – Give a dose: round 2." in page.text
        data = await lead.get(f"/instances/{series}/data?name=weight&scope=")
        told = await lead.send(data, "/data", act="foresee", f__value="82")
        assert (told.status, told.form("/data")[1]["f.value"]) == (200, "82")
    assert (await detail(place, series))["data"][""]["weight"]["value"] == 70


async def test_whoever_may_not_pass_a_gate_is_told_before(supervisor: Reader, series: str) -> None:
    """The page says so at once; beside it, in another branch, the gate is left as well."""
    for at in (REVIEW, "series%231%2Fprepare%2Fchair%2Fconfirm"):
        page = await supervisor.get(f"/instances/{series}/move?at={at}&to=done")
        assert "As things stand it would not be done: This passes a decision" in page.text, at


async def test_a_value_is_changed_in_its_scope(place: Office, supervisor: Reader, series: str) -> None:
    """The field has the value; one of a round changes there."""
    page = await supervisor.get(f"/instances/{series}/data?name=booked&scope=series%231%2F")
    assert "In Give a dose: round 1." in page.text
    assert '"chair": "C-1"' in page.form("/data")[1]["f.value"]
    wrong = await supervisor.send(page, "/data", reason="Another chair.", f__value="C-9")
    assert wrong.status == 422
    assert wrong.form("/data")[1]["f.value"].strip() == "C-9"
    done = await supervisor.send(wrong, "/data", f__value='{"chair": "C-9", "start": "2026-12-01"}')
    assert "The value is changed." in done.text
    assert (await detail(place, series))["data"]["series#1/"]["booked"]["value"]["chair"] == "C-9"


async def test_a_task_is_added_and_an_offer_taken(place: Office, coordinator: Reader, series: str) -> None:
    """By who may; both stand among the open tasks, and a second click changes nothing."""
    page = await coordinator.get(f"/instances/{series}/add-task")
    wrong = await coordinator.send(page, "/add-task", f__title="Fax the plan")
    assert (wrong.status, "Queue is needed" in wrong.text) == (422, True)
    assert wrong.form("/add-task")[1]["f.title"] == "Fax the plan"
    fields = {"f__queue": "scheduling", "f__help": "Asked by the patient.", "f__due_at": "2026-12-03T10:30"}
    done = await coordinator.send(wrong, "/add-task", **fields)
    assert "The task is added." in done.text
    assert "Added by hand" in done.text
    twice = await coordinator.send(wrong, "/add-task", **fields)
    async with place.client("supervisor") as client:
        found = (await client.get("/tasks", params={"instance": series})).json()["items"]
    assert len([one for one in found if one["title"] == "Fax the plan"]) == 1
    started = await coordinator.send(twice, "/offers/call")
    assert "It is started." in started.text
    assert "Talk with the patient" in started.text


async def test_an_exception_is_passed_by_skipping(place: Office, supervisor: Reader) -> None:
    """From its page and back to it, in a nested round."""
    await start_dosing(place, broken=True)
    async with place.client("supervisor") as client:
        (incident,) = (await client.get("/incidents")).json()["items"]
    page = await supervisor.get(f"/exceptions/{incident['id']}")
    assert "Book a chair – Give a dose: round 1" in page.text
    assert "Move it on by hand" in page.text
    skip = next(
        part.split('"')[0].replace("&amp;", "&") for part in page.html.split('href="') if "/skip?at=" in part[:120]
    )
    asked = await supervisor.get(skip)
    wrong = await supervisor.send(asked, "/skip", reason="Booked by phone.", f__start="2026-12-02")
    assert (wrong.status, "Chair" in wrong.text) == (422, True)
    done = await supervisor.send(wrong, "/skip", f__chair="C-7")
    assert done.path == f"/exceptions/{incident['id']}"
    assert "The pathway went on without the step" in done.text


async def test_a_decision_is_asked_again_where_its_inputs_changed(
    place: Office, nurse: Reader, supervisor: Reader, series: str
) -> None:
    """The page shows what changed, keeps what was typed, and takes the same form then."""
    task = await task_of(place, series, "Review")
    page = await nurse.send(await nurse.get(f"/tasks/{task}"), "/claim")
    assert "Why: A dose is checked before it is made." in page.text
    data = await supervisor.get(f"/instances/{series}/data?name=weight&scope=")
    others = await supervisor.send(data, "/data", reason="Weighed again.", f__value="82")
    assert (others.status, "It needs nurse reviewer" in others.text) == (409, True)
    await place.hire("lead", "Lea Grant", ["supervisor", "nurse-reviewer"])
    async with reading(place, "lead") as lead:
        data = await lead.get(f"/instances/{series}/data?name=weight&scope=")
        assert (await lead.send(data, "/data", reason="Weighed again.", f__value="82")).status == 200
    refused = await nurse.send(page, "/complete", outcome="fine", f__note="As ordered.")
    assert refused.status == 409
    assert "Weight 82" in refused.text
    assert refused.form("/complete")[1]["f.note"].strip() == "As ordered."
    done = await nurse.send(refused, "/complete")
    assert done.path.endswith("/done"), done.text


async def test_what_a_form_asks_for_may_depend_on_how_the_task_ended(place: Office, nurse: Reader, series: str) -> None:
    """That is chosen first; what it asks for is told as it is chosen, and what it needs is refused without."""
    task = await task_of(place, series, "Review")
    page = await nurse.send(await nurse.get(f"/tasks/{task}"), "/claim")
    assert page.html.index('name="outcome"') < page.html.index('name="f.right_dose"')
    action, fields = page.form("/complete")
    told = {}
    for outcome in ("fine", "wrong"):
        sent = {**fields, "outcome": outcome}
        answer = await nurse.post(action.replace("/complete", "/draft"), sent, accept="application/json")
        told[outcome] = answer.answer.json()["fields"]["right_dose"]
    assert told == {"fine": {"shown": False, "required": False}, "wrong": {"shown": True, "required": True}}
    refused = await nurse.send(page, "/complete", outcome="wrong")
    assert (refused.status, "Right dose is needed" in refused.text) == (422, True)
    assert refused.form("/complete")[1]["outcome"] == "wrong"
    nothing = await nurse.send(page, "/complete")
    assert "Choose how it ended" in nothing.text
    assert "Right dose is needed" not in nothing.text
    done = await nurse.send(refused, "/complete", f__right_dose="120 mg")
    assert done.path.endswith("/done"), done.text


async def test_a_decision_is_asked_again_where_the_core_has_moved_on(place: Office, nurse: Reader, series: str) -> None:
    """It is told before, or where it happened meanwhile, on sending; then the same form is taken."""
    await weighed_in_core(place, series)
    task = await task_of(place, series, "Review")
    page = await nurse.send(await nurse.get(f"/tasks/{task}"), "/claim")
    assert "in the core now" not in page.text
    place.versions.known[WEIGHT] = "4"
    refused = await nurse.send(page, "/complete", outcome="fine", f__note="As ordered.")
    assert refused.status == 409
    assert "Observation, from which weight was read in version 3, has version 4 in the core now." in refused.text
    assert refused.form("/complete")[1]["f.note"].strip() == "As ordered."
    done = await nurse.send(refused, "/complete")
    assert done.path.endswith("/done"), done.text


async def test_who_may_not_operate_has_neither_links_nor_pages(coordinator: Reader, series: str) -> None:
    """A coordinator adds tasks and takes offers, and that is all."""
    page = await coordinator.get(f"/instances/{series}")
    assert f"/instances/{series}/skip" not in page.html
    assert f"/instances/{series}/add-task" in page.html
    for name in ("suspend", "resume", "skip", "move", "data"):
        assert (await coordinator.get(f"/instances/{series}/{name}")).status == 403, name


async def test_an_undo_that_fails_is_counted_as_undone(place: Office, series: str) -> None:
    """The exception says what it means; until somebody settles it the pathway goes nowhere."""

    def fail(_: Any) -> Any:
        raise Failure("The scheduling system answered 500.")

    await place.hire("lead", "Lea Grant", ["supervisor", "nurse-reviewer"])
    place.engine.actions["dosing.cancel"] = fail
    async with reading(place, "lead") as lead, place.client("supervisor") as client:
        move = await lead.get(f"/instances/{series}/move?at={REVIEW}&to=done")
        await lead.send(move, "/move", undo="yes", reason="Given elsewhere.")
        (incident,) = (await client.get("/incidents")).json()["items"]
        page = await lead.get(f"/exceptions/{incident['id']}")
        for text in ("Undoing failed", "What was done could not be taken back", "Input of dosing.cancel"):
            assert text in page.text, text
        assert "Move it on by hand" not in page.text
        asked = await lead.get(
            f"/instances/{series}/skip?at=series%231%2Fbook%2Fundo&back=/exceptions/{incident['id']}"
        )
        assert "Count as undone: Book a chair? In Give a dose: round 1" in asked.text
        assert "see to it by hand" in asked.text
        done = await lead.send(asked, "/skip", reason="Cancelled by phone.")
    assert done.path == f"/exceptions/{incident['id']}"
    assert (await detail(place, series))["outcome"] == "given"
