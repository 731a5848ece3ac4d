"""The task page: the form, its errors, drafts, and what happens when somebody else was faster."""

from __future__ import annotations

import html

from tests.support.office import Office, store_away
from tests.support.reader import Page, Reader, reading


async def task_id(place: Office, login: str = "nurse-reviewer") -> str:
    """The only task that a person sees."""
    async with place.client(login) as client:
        (task,) = (await client.get("/tasks")).json()["items"]
        return str(task["id"])


async def opened(place: Office, nurse: Reader) -> Page:
    """The triage task, taken."""
    return await nurse.send(await nurse.get(f"/tasks/{await task_id(place)}"), "/claim")


async def test_a_task_is_taken_filled_in_and_completed(
    place: Office, nurse: Reader, coordinator: Reader, referral: str
) -> None:
    """From the list to the next task, without scripts."""
    page = await nurse.get("/work")
    assert "Triage: Cardiology consult" in page.text
    assert "HARPER, Lena" in page.text
    page = await nurse.send(page, "/claim")
    assert "Yours" in page.text
    page = await nurse.send(page, "/complete", f__decision="accept", f__urgency="routine")
    assert page.path.endswith("/done")
    assert "Completed: Triage: Cardiology consult" in page.text
    page = await coordinator.send(await coordinator.get("/work"), "/claim-next")
    assert "Reach the patient by phone: Cardiology consult" in page.text
    page = await coordinator.send(page, "/complete", f__contact="reached", f__start="2026-12-03T10:30")
    assert "Thu 3 Dec 2026, 10:30 EST" in page.text


async def test_errors_stand_beside_their_fields(place: Office, nurse: Reader, referral: str) -> None:
    """With a summary on top that leads to each, and everything typed still there."""
    page = await opened(place, nurse)
    page = await nurse.send(page, "/complete", f__decision="decline", f__other_service="Rehab")
    assert page.status == 422
    assert "Reason for the referrer is needed" in page.text
    assert 'href="#field-reason"' in page.html
    assert 'id="field-reason"' in page.html
    page = await nurse.send(page, "/complete", f__reason="Not ours.")
    assert page.path.endswith("/done")


async def test_a_draft_is_kept_as_typed(place: Office, nurse: Reader, referral: str) -> None:
    """Even where it is not valid; it is there again on the next visit."""
    page = await opened(place, nurse)
    action, fields = page.form("/complete")
    saved = await nurse.post(action.replace("/complete", "/draft"), {**fields, "f.decision": "decline"})
    assert "Your draft is saved." in saved.text
    again = await nurse.get(action.replace("/complete", ""))
    assert again.form("/complete")[1]["f.decision"] == "decline"
    assert "This is your draft." in again.text


async def test_a_draft_saved_by_script_tells_which_fields_are_asked_for(
    place: Office, nurse: Reader, referral: str
) -> None:
    """The rules are the engine's; the browser only hides what they say."""
    page = await opened(place, nurse)
    action, fields = page.form("/complete")
    answer = await nurse.post(
        action.replace("/complete", "/draft"), {**fields, "f.decision": "decline"}, accept="application/json"
    )
    told = answer.answer.json()
    assert told["saved"] is True
    assert told["fields"]["reason"] == {"shown": True, "required": True}
    assert told["fields"]["urgency"] == {"shown": False, "required": False}


async def test_somebody_else_took_it(place: Office, nurse: Reader, referral: str) -> None:
    """Says who and since when, and keeps what was typed."""
    await place.hire("nurse-2", "Noor Haddad", ["nurse-reviewer"])
    page = await opened(place, nurse)
    async with reading(place, "supervisor") as supervisor, place.client("supervisor") as client:
        await client.post(f"/tasks/{await task_id(place)}/assign", json={"to": "nurse-2"})
        assert "Noor Haddad has it" in (await supervisor.get(f"/tasks/{await task_id(place)}")).text
    page = await nurse.send(page, "/complete", f__decision="decline", f__reason="Typed with care.")
    assert page.status == 409
    assert "Noor Haddad has taken this task." in page.text
    assert "Typed with care." in page.text


async def test_somebody_else_completed_it(place: Office, nurse: Reader, referral: str) -> None:
    """Says who, when and how, and keeps what was typed."""
    page = await opened(place, nurse)
    async with place.client("nurse-reviewer") as client:
        wish = {"outcome": "decided", "form": {"decision": "accept", "urgency": "urgent"}}
        await client.post(f"/tasks/{await task_id(place)}/complete", json=wish)
    page = await nurse.send(page, "/complete", f__decision="decline", f__reason="Typed with care.")
    assert page.status == 409
    assert "Nadia Osei has completed this task." in page.text
    assert "Typed with care." in page.text
    assert "What you typed was not sent." in page.text


async def test_it_was_cancelled(place: Office, nurse: Reader, supervisor: Reader, referral: str) -> None:
    """The pathway went on without it: says so, and keeps what was typed."""
    page = await opened(place, nurse)
    await supervisor.send(await supervisor.get(f"/instances/{referral}/cancel"), "/cancel", reason="Double.")
    page = await nurse.send(page, "/complete", f__decision="decline", f__reason="Typed with care.")
    assert page.status == 409
    assert "This task was cancelled" in page.text
    assert "Typed with care." in page.text


async def test_what_was_sent_twice_is_done_once(place: Office, nurse: Reader, referral: str) -> None:
    """Pressing the button twice, or going back and sending again, ends at the same page."""
    page = await opened(place, nurse)
    first = await nurse.send(page, "/complete", f__decision="accept", f__urgency="routine")
    assert first.path.endswith("/done")
    async with place.client("supervisor") as client:
        timeline = (await client.get(f"/instances/{referral}")).json()["timeline"]
    second = await nurse.send(page, "/complete", f__decision="accept", f__urgency="routine")
    assert second.path.endswith("/done")
    async with place.client("supervisor") as client:
        assert (await client.get(f"/instances/{referral}")).json()["timeline"] == timeline


async def test_the_store_away_keeps_what_was_typed(place: Office, nurse: Reader, referral: str) -> None:
    """ "Not now", with the text in a form that can be sent again."""
    page = await opened(place, nurse)
    text = "A long & careful reason.\nWith two lines."
    with store_away(place.database):
        away = await nurse.send(page, "/complete", f__decision="decline", f__reason=text)
        assert (away.status, away.answer.headers["retry-after"]) == (503, "5")
        assert "Not now" in away.text
        assert html.escape("A long & careful reason.") in away.html
        assert (await nurse.get("/work")).status == 503
    assert away.form("/complete")[1]["f.reason"].strip() == text
    done = await nurse.send(away, "/complete")
    assert done.path.endswith("/done"), done.text


async def test_the_pathways_away_keep_what_was_typed(place: Office, nurse: Reader, referral: str) -> None:
    """The same when Temporal does not answer; sent again it is done once."""
    page = await opened(place, nurse)
    place.engine.away = True
    away = await nurse.send(page, "/complete", f__decision="decline", f__reason="Typed with care.")
    assert away.status == 503
    place.engine.away = False
    done = await nurse.send(away, "/complete")
    assert done.path.endswith("/done")
    assert "Typed with care." in done.text


async def test_a_name_that_the_core_does_not_tell(place: Office, nurse: Reader, referral: str) -> None:
    """Is a state of its own, in list and banner; the task can be worked."""
    place.patients.away = True
    assert "Name unavailable" in (await nurse.get("/work")).text
    page = await opened(place, nurse)
    assert "Name unavailable" in page.text
    assert (await nurse.send(page, "/complete", f__decision="decline", f__reason="x")).path.endswith("/done")


async def test_nothing_of_the_patient_is_in_address_or_title(place: Office, nurse: Reader, referral: str) -> None:
    """Neither name nor record number nor reference."""
    for path in ("/work", f"/tasks/{await task_id(place)}", f"/instances/{referral}"):
        page = await nurse.get(path)
        title = page.html.split("<title>")[1].split("</title>")[0]
        for secret in ("HARPER", "MRN-00417", "Patient/p-1", "1961"):
            assert secret not in title
            assert secret not in str(page.answer.url)
