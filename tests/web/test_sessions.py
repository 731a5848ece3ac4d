"""Signing in, and what a session keeps out: strangers, other sites, and losing what was typed."""

from __future__ import annotations

import pytest

from tests.support.office import Office
from tests.support.reader import Page, Reader, reading

PAGES = ("/work", "/instances", "/exceptions", "/pathways", "/tasks/x", "/instances/x", "/help/keyboard")


async def triage(nurse: Reader, place: Office) -> Page:
    """The triage task's page, taken."""
    async with place.client("nurse-reviewer") as client:
        (task,) = (await client.get("/tasks")).json()["items"]
    return await nurse.send(await nurse.get(f"/tasks/{task['id']}"), "/claim")


async def forget_sessions(place: Office) -> None:
    """Every session expires."""
    from datetime import UTC, datetime, timedelta

    async with place.database.transaction() as unit:
        await unit.sessions.close_expired(now=datetime.now(UTC) + timedelta(days=2))


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_asks_to_sign_in_first(place: Office, path: str) -> None:
    """And leads back to where one wanted to go."""
    async with reading(place) as stranger:
        page = await stranger.get(path)
        assert page.path == "/sign-in"
        after = await stranger.send(page, "/sign-in", login="supervisor", password="development-only")
        assert after.path == path


async def test_a_wrong_password_says_no_more_than_that(place: Office) -> None:
    """The same words for a wrong name and a wrong password."""
    async with reading(place) as stranger:
        first = await stranger.sign_in("coordinator", "wrong")
        second = await stranger.sign_in("nobody", "wrong")
        assert (first.status, second.status) == (401, 401)
        assert "Name or password is wrong." in first.text
        assert "Name or password is wrong." in second.text
        assert not stranger.client.cookies


async def test_the_cookie_is_for_our_server_alone(place: Office) -> None:
    """HttpOnly, SameSite, and nothing of the person in it."""
    async with reading(place) as stranger:
        page = await stranger.sign_in("coordinator")
        cookie = page.answer.history[0].headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "coordinator" not in cookie


async def test_a_form_without_its_token_does_nothing(place: Office, nurse: Reader, referral: str) -> None:
    """What was typed comes back, ready to be sent from the present session."""
    page = await triage(nurse, place)
    action, fields = page.form("/complete")
    answer = await nurse.post(action, {**fields, "csrf": "forged", "f.reason": "Sent back, please."})
    assert answer.status == 403
    assert "Sent back, please." in answer.html
    assert answer.form("/complete")[1]["csrf"] == fields["csrf"]


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}])
async def test_another_sites_form_is_refused(nurse: Reader, headers: dict[str, str]) -> None:
    """Even at the sign-in page, where there is no token yet."""
    for path in ("/sign-in", "/work/claim-next"):
        answer = await nurse.post(path, {"login": "x"}, **headers)
        assert answer.status == 403
        assert "Nothing was done." in answer.text


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_signing_in_leads_to_our_pages_only(place: Office, there: str) -> None:
    """An address of another site is not followed."""
    async with reading(place) as stranger:
        page = await stranger.post(
            "/sign-in", {"login": "coordinator", "password": "development-only", "next": there, "kept": ""}
        )
        assert (page.path, page.answer.url.host) == ("/work", "carelane")


async def test_an_expired_session_loses_nothing(place: Office, nurse: Reader, referral: str) -> None:
    """The sign-in page takes along what was typed; afterwards it is in the form again, and nothing was sent."""
    page = await triage(nurse, place)
    await forget_sessions(place)
    asked = await nurse.send(page, "/complete", f__decision="decline", f__reason="Needs a <b>cardiologist</b>, not us.")
    assert (asked.status, "/sign-in" in asked.forms) == (401, True)
    back = await nurse.send(asked, "/sign-in", login="nurse-reviewer", password="development-only")
    assert "nothing was sent yet" in back.text
    _, fields = back.form("/complete")
    assert fields["f.reason"] == "Needs a <b>cardiologist</b>, not us."
    assert fields["f.decision"] == "decline"
    done = await nurse.send(back, "/complete")
    assert done.path.endswith("/done")


async def test_a_wrong_password_keeps_it_too(place: Office, nurse: Reader, referral: str) -> None:
    """One slip at the sign-in page does not cost what was typed."""
    page = await triage(nurse, place)
    await forget_sessions(place)
    asked = await nurse.send(page, "/complete", f__reason="Long text.")
    again = await nurse.send(asked, "/sign-in", login="nurse-reviewer", password="wrong")
    back = await nurse.send(again, "/sign-in", login="nurse-reviewer", password="development-only")
    assert back.form("/complete")[1]["f.reason"] == "Long text."


async def test_other_forms_are_kept_as_well(place: Office, supervisor: Reader, referral: str) -> None:
    """The reason of a cancel comes back on a page of its own."""
    page = await supervisor.get(f"/instances/{referral}/cancel")
    await forget_sessions(place)
    asked = await supervisor.send(page, "/cancel", reason="The patient moved away.")
    back = await supervisor.send(asked, "/sign-in", login="supervisor", password="development-only")
    assert "You are signed in again" in back.text
    done = await supervisor.send(back, "/cancel")
    assert done.path == f"/instances/{referral}"
    assert "The patient moved away." in done.text


async def test_a_script_is_told_that_the_session_is_over(place: Office, nurse: Reader, referral: str) -> None:
    """So that it can say so beside the form."""
    page = await triage(nurse, place)
    await forget_sessions(place)
    action, fields = page.form("/complete")
    answer = await nurse.post(action.replace("/complete", "/draft"), fields, accept="application/json")
    assert (answer.status, answer.answer.json()["reason"]) == (401, "signed-out")


async def test_signing_out_ends_the_session(coordinator: Reader) -> None:
    """For this browser, and for whoever has copied its cookie."""
    cookie = dict(coordinator.client.cookies)
    await coordinator.send(await coordinator.get("/work"), "/sign-out")
    coordinator.client.cookies.update(cookie)
    assert (await coordinator.get("/work")).path == "/sign-in"
