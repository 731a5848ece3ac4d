"""The work list's filters, instances, exceptions and pathways, as pages."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.office import ORDER, PATIENT, REFERRAL, Office, office
from tests.support.played_engine import Failure
from tests.support.reader import Reader, reading
from tests.support.registry import asking, wish

PUBLISH = "/pathways/publish"


async def start(place: Office, number: int = 1) -> str:
    """A referral."""
    async with place.client("coordinator") as client:
        inputs = {"patient": {"reference": PATIENT}, "order": {"reference": f"{ORDER}-{number}"}}
        answer = await client.post("/instances", json={"pathway": "referral", "inputs": inputs})
        return str(answer.json()["id"])


async def test_names_of_a_page_are_one_read(place: Office, nurse: Reader) -> None:
    """However many rows it has."""
    for number in range(3):
        await start(place, number)
    place.patients.reads = 0
    assert (await nurse.get("/work")).text.count("HARPER, Lena") >= 3
    assert place.patients.reads == 1


async def test_filters_live_in_the_address(nurse: Reader, referral: str) -> None:
    """Each narrows the list; what is no value of a filter is passed over."""
    for query, there in (
        ("", True),
        ("whose=mine", False),
        ("whose=nobody", True),
        ("overdue=yes", False),
        ("priority=stat", False),
        ("priority=routine&order=priority", True),
        ("queue=clinical-triage", True),
        ("whose=nonsense&order=nonsense", True),
    ):
        assert ("Triage: Cardiology consult" in (await nurse.get(f"/work?{query}")).text) is there, query


async def test_a_queue_that_one_does_not_work_is_not_shown(coordinator: Reader, referral: str) -> None:
    """Nor is a task of it."""
    assert (await coordinator.get("/work?queue=clinical-triage")).status == 404


async def test_a_demonstration_says_so_in_a_landmark(database_url: str, tmp_path: Path) -> None:
    """Whoever goes from landmark to landmark hears that patients are made up."""
    async with office(database_url, tmp_path, demo=True) as place, reading(place, "coordinator") as reader:
        assert '<aside class="demo" aria-label="Demonstration">' in (await reader.get("/work")).html


async def test_nothing_left_is_said(coordinator: Reader) -> None:
    """Taking the next task where there is none."""
    page = await coordinator.send(await coordinator.get("/work"), "/claim-next")
    assert "no task left here" in page.text


async def test_an_instance_tells_its_story(nurse: Reader, referral: str) -> None:
    """Where it stands, its timeline in words, data with where it came from."""
    page = await nurse.get(f"/instances/{referral}")
    for text in (
        "Waits for a person",
        "Done: Receive the referral",
        "Task opened: Triage: Cardiology consult",
        "Given at the start, by Corinne Day",
        "Dr Abara, Northside Family Practice",
    ):
        assert text in page.text, text
    assert "Came to: " not in page.text
    assert "Came to: " in (await nurse.get(f"/instances/{referral}?timeline=all")).text
    listed = await nurse.get("/instances")
    assert f'href="/instances/{referral}"' in listed.html
    assert "HARPER, Lena" in listed.text
    assert f'href="/instances/{referral}"' not in (await nurse.get("/instances?show=ended")).html


async def test_what_is_known_of_an_instance_comes_in_the_definitions_order(nurse: Reader, referral: str) -> None:
    """Not in that of the store, which sorts names by their length; in the list as on the page of a task."""
    for text in ((await nurse.get("/instances")).text, (await nurse.get(f"/instances/{referral}")).text):
        places = [text.index(one) for one in ("Service", "Urgent")]
        assert places == sorted(places)


async def test_pages_of_instances_keep_the_filters(place: Office, nurse: Reader) -> None:
    """The first page of what was filtered is filtered too."""
    for number in range(51):
        await start(place, number)
    listed = await nurse.get("/instances?show=all&pathway=referral")
    (following,) = re.findall(r'href="(/instances\?[^"]*after=[^"]*)"', listed.html)
    second = await nurse.get(html.unescape(following))
    assert 'href="/instances?show=all&amp;pathway=referral"' in second.html


async def test_cancelling_shows_what_it_does_and_wants_a_reason(supervisor: Reader, referral: str) -> None:
    """The patient's banner is on the page that asks."""
    page = await supervisor.get(f"/instances/{referral}/cancel")
    assert "HARPER, Lena" in page.text
    assert "Triage: Cardiology consult" in page.text
    refused = await supervisor.send(page, "/cancel")
    assert (refused.status, "Say why it is cancelled." in refused.text) == (422, True)


async def test_only_who_may_cancel_is_asked(nurse: Reader, referral: str) -> None:
    """Others have no button, and no page."""
    assert "Cancel this instance" not in (await nurse.get(f"/instances/{referral}")).text
    assert (await nurse.get(f"/instances/{referral}/cancel")).status == 403


async def test_an_exception_is_retried_from_its_page(place: Office, supervisor: Reader) -> None:
    """First refused without a reason, then with input that is no JSON, then tried again after repair."""
    working = place.engine.actions["referral.check_completeness"]

    def broken(_: Any) -> Any:
        raise Failure("The core answered 422: Patient.name is missing.")

    place.engine.actions["referral.check_completeness"] = broken
    instance = await start(place)
    assert "An exception is open" in (await supervisor.get("/instances")).text
    listed = await supervisor.get("/exceptions")
    assert "Patient.name is missing." in listed.text
    assert "HARPER, Lena" in listed.text
    assert listed.text.count("Is everything there? Specialty referral") == 2
    async with place.client("supervisor") as client:
        (incident,) = (await client.get("/incidents")).json()["items"]
    page = await supervisor.get(f"/exceptions/{incident['id']}")
    assert "Run 1 failed" in page.text
    assert "HARPER, Lena" in page.text
    assert (await supervisor.send(page, "/retry")).status == 422
    for text in ("{", "[" * 100_000):
        wrong = await supervisor.send(page, "/retry", reason="Other input", change="yes", input=text)
        assert (wrong.status, "The input is not JSON" in wrong.text) == (422, True)
    unfit = await supervisor.send(page, "/retry", reason="Other input", change="yes", input='{"order": 7}')
    assert (unfit.status, "order" in unfit.text) == (422, True)
    place.engine.actions["referral.check_completeness"] = working
    done = await supervisor.send(page, "/retry", reason="Name added.")
    assert "The step has passed" in done.text
    assert "An exception is open" not in (await supervisor.get("/instances")).text
    assert "Exception solved" in (await supervisor.get(f"/instances/{instance}")).text


async def test_exceptions_are_hidden_from_those_who_do_not_look_after_them(coordinator: Reader) -> None:
    """Neither in the menu nor by address."""
    assert "Exceptions" not in (await coordinator.get("/work")).text
    assert (await coordinator.get("/exceptions")).status == 403


async def test_a_definition_is_published_from_its_page(place: Office) -> None:
    """Errors come with their lines and the text stays; what nobody has to approve is in the list at once."""
    source = REFERRAL.read_text(encoding="utf-8").replace("version: 1.0.0", "version: 1.0.2", 1)
    folder = REFERRAL.parent / "scenarios"
    texts = {one.name: one.read_text(encoding="utf-8") for one in sorted(folder.glob("*.yaml"))}
    scenarios = {
        f"referral/scenarios/{name}": text.replace("\nversion: 1.0.0\n", "\nversion: 1.0.2\n")
        for name, text in texts.items()
        if "\nversion: 1.0.0\n" in text and "migrate:" not in text
    }
    async with reading(place, "informaticist") as author:
        page = await author.get(PUBLISH)
        wrong = await author.send(
            page, PUBLISH, source=source.replace("do: referral.receive", "do: referral.recieve"), act="publish"
        )
        assert wrong.status == 422
        assert "referral.receive" in wrong.text
        assert "do: referral.recieve" in wrong.form(PUBLISH)[1]["source"]
        bare = await author.send(page, PUBLISH, source=source, act="publish")
        assert (bare.status, "Too little: 0 of" in bare.text) == (422, True)
        done = await author.upload(page, PUBLISH, "publish", {"referral/1.0.2.yaml": source, **scenarios})
        assert "The version is published." in done.text
        assert "Receive the referral" in (await author.get("/pathways/referral/1.0.2")).text
        taken = await author.send(
            page, PUBLISH, source=source.replace("title: Specialty", "title: Other"), act="publish"
        )
        assert (taken.status, "another content" in taken.text) == (409, True)


async def test_a_second_person_approves_on_the_page(place: Office) -> None:
    """They see what is new; whoever wrote it is offered nothing to approve."""
    async with reading(place, "informaticist") as author, reading(place, "medical-director") as director:
        scenarios = wish(asking())["scenarios"][0]["text"]
        form = await author.get(PUBLISH)
        kept = await author.send(form, PUBLISH, source=asking(), text=scenarios, act="publish")
        assert "It is published once a second person has approved it" in kept.text
        approval = "/pathways/asking/1.0.0/approve"
        assert approval not in kept.forms
        page = await director.get("/pathways/asking/1.0.0")
        assert "Forms New: Ask" in page.text
        await author.send(form, PUBLISH, source=asking(title="Other"), text=scenarios, act="publish")
        late = await director.send(page, approval)
        assert (late.status, "is another by now" in late.text) == (409, True)
        done = await director.send(late, approval)
        assert "The version is published." in done.text
        assert approval not in done.forms


async def test_only_informaticists_publish(coordinator: Reader) -> None:
    """Others see what is published."""
    page = await coordinator.get("/pathways")
    assert "Specialty referral" in page.text
    assert PUBLISH not in page.html
    assert (await coordinator.get(PUBLISH)).status == 403
    csrf = page.form("/sign-out")[1]["csrf"]
    assert (await coordinator.post(PUBLISH, {"csrf": csrf, "source": "x"})).status == 403


@pytest.mark.parametrize("path", ["/nowhere", "/tasks/x", "/instances/x", "/exceptions/x", "/pathways/x/1.0.0"])
async def test_what_is_not_there_has_a_page(supervisor: Reader, path: str) -> None:
    """In words, with a way back."""
    page = await supervisor.get(path)
    assert page.status == 404
    assert 'href="/work"' in page.html


async def test_no_page_has_inline_script_or_style(place: Office, supervisor: Reader, referral: str) -> None:
    """The policy forbids them, so they would not work."""
    async with place.client("supervisor") as client:
        (task,) = (await client.get("/tasks")).json()["items"]
    for path in (
        "/work",
        f"/tasks/{task['id']}",
        f"/instances/{referral}",
        "/exceptions",
        "/pathways",
        "/help/keyboard",
    ):
        page = await supervisor.get(path)
        assert page.status == 200, path
        assert " style=" not in page.html
        assert "<style" not in page.html
        assert "<script>" not in page.html
        assert " onclick=" not in page.html


async def test_static_files_may_be_kept(supervisor: Reader) -> None:
    """Their address changes with their content."""
    page = await supervisor.get("/work")
    address = page.html.split('href="/static/carelane.css')[1].split('"')[0]
    answer = await supervisor.client.get(f"/static/carelane.css{address}")
    assert "immutable" in answer.headers["cache-control"]
