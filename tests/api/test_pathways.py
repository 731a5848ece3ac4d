"""Publishing definitions by the JSON API: what is checked, who may, and what stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from store.audit import AuditEntry
from tests.support.office import REFERRAL, Office
from tests.support.registry import asking, quiet, wish

SOURCE = REFERRAL.read_text(encoding="utf-8")


@pytest_asyncio.fixture(loop_scope="session")
async def informaticist(place: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The JSON API for the informaticist."""
    async with place.client("informaticist") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def director(place: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The JSON API for the medical director."""
    async with place.client("medical-director") as client:
        yield client


async def audited(place: Office, subject: str) -> list[AuditEntry]:
    """What is on record of a version, the first first; the chain holds."""
    async with place.database.transaction() as unit:
        assert (await unit.audit.verify()).holds
        return list(reversed((await unit.audit.page(subject=f"definition/{subject}")).items))


async def test_a_new_version_is_published_once(informaticist: httpx.AsyncClient) -> None:
    """201, then 200 for the very same."""
    first = await informaticist.post("/pathways", json=wish(quiet()))
    second = await informaticist.post("/pathways", json=wish(quiet()))
    assert (first.status_code, second.status_code) == (201, 200), first.text
    assert first.json()["definition"]["state"] == "published"
    assert first.json()["definition"]["digest"] == second.json()["definition"]["digest"]
    await informaticist.post("/pathways", json=wish(quiet(version="1.10.0")))
    await informaticist.post("/pathways", json=wish(quiet(version="1.9.0")))
    versions = [one["version"] for one in (await informaticist.get("/pathways")).json()["items"]]
    assert versions == ["1.10.0", "1.9.0", "1.0.0", "1.0.0"]


async def test_a_published_version_never_changes(informaticist: httpx.AsyncClient) -> None:
    """Other content under the same version is refused, before its scenarios are looked at."""
    source = SOURCE.replace("title: Specialty referral", "title: Another title", 1)
    answer = await informaticist.post("/pathways", json={"source": source})
    assert (answer.status_code, answer.json()["code"]) == (409, "version-taken")


async def test_errors_come_with_line_column_and_hint(informaticist: httpx.AsyncClient) -> None:
    """A misspelt step is found where it stands; never a traceback."""
    source = SOURCE.replace("next: check-completeness", "next: check-completness", 1)
    line = source[: source.index("check-completness")].count("\n") + 1
    answer = await informaticist.post("/pathways", json={"source": source})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "definition-invalid"
    found = next(one for one in problem["diagnostics"] if one["line"] == line)
    assert found["column"] > 1
    assert "check-completeness" in found["hint"]
    for nonsense in ("", "\t", "{", "- a", "language: 1", "a: &x [*x]", "\x00", "language: 2\npathway: x"):
        answer = await informaticist.post("/pathways", json={"source": nonsense})
        assert (answer.status_code, answer.json()["code"]) == (422, "definition-invalid"), nonsense


async def test_nothing_is_published_that_scenarios_do_not_go_through(informaticist: httpx.AsyncClient) -> None:
    """Without scenarios, or with some that leave a way out, the problem names what is missing."""
    answer = await informaticist.post("/pathways", json={"source": asking()})
    assert (answer.status_code, answer.json()["code"]) == (422, "definition-not-ready")
    assert {one["kind"] for one in answer.json()["uncovered"]} == {"step", "transition"}
    half = wish(asking())["scenarios"][0]["text"].split("  stopping:")[0]
    answer = await informaticist.post("/pathways", json=wish(asking(), half))
    assert [(one["kind"], one["step"]) for one in answer.json()["uncovered"]] == [
        ("step", "badly"),
        ("transition", "ask"),
    ]
    assert "2 of 3 steps" in answer.json()["detail"]
    listed = (await informaticist.get("/pathways")).json()["items"]
    assert "asking" not in {one["name"] for one in listed}


async def test_a_pathway_may_ask_for_less(informaticist: httpx.AsyncClient) -> None:
    """By its own threshold; whoever reviews it sees it."""
    half = wish(asking())["scenarios"][0]["text"].split("  stopping:")[0]
    source = asking(more="coverage: {steps: 60%, transitions: 50%}\n")
    answer = await informaticist.post("/pathways", json=wish(source, half))
    assert answer.status_code == 201, answer.text
    assert answer.json()["examination"]["less_tried"] == ["steps 60%, before 100%", "transitions 50%, before 100%"]


async def test_nothing_is_published_while_a_scenario_fails(informaticist: httpx.AsyncClient) -> None:
    """The problem carries the authored line and what happened."""
    wrong = wish(quiet())["scenarios"][0]["text"].replace("outcome: done", "outcome: gone")
    answer = await informaticist.post("/pathways", json=wish(quiet(), wrong))
    assert (answer.status_code, answer.json()["code"]) == (422, "definition-not-ready")
    (failed,) = answer.json()["scenarios"]
    assert (failed["file"], failed["scenario"], failed["passed"]) == ("scenarios/main.yaml", "it-ends", False)
    assert failed["failures"][0]["line"] == 4
    assert "it-ends" in answer.json()["detail"]


async def test_scenarios_of_another_pathway_count_for_nothing(informaticist: httpx.AsyncClient) -> None:
    """They are an error, as are scenarios that cannot be read."""
    other = wish(quiet(name="other"))["scenarios"][0]["text"]
    for text, rule in ((other, "unknown-pathway"), ("{", "yaml")):
        answer = await informaticist.post("/pathways", json=wish(quiet(), text))
        assert answer.status_code == 422, text
        assert rule in {one["rule"] for one in answer.json()["diagnostics"]}, answer.text


PARENT = """\
language: 1
pathway: parent
version: 1.0.0
title: Parent
purpose: To start another one.
owner: The team
success: {measure: done}
review_by: 2099-01-31
outcomes: {done: {title: Done, kind: success}}
steps:
  child: {pathway: {name: quiet, version: ^1}}
  well: {end: done}
"""
WITH_ITS_CHILD = """\
language: 1
pathway: parent
scenarios:
  both: {start: {}, with_children: true, expect: {outcome: done}}
"""


async def test_scenarios_run_real_children(informaticist: httpx.AsyncClient) -> None:
    """As they are published, or as they lie beside while they are not."""
    answer = await informaticist.post("/pathways", json=wish(PARENT, WITH_ITS_CHILD))
    assert (answer.status_code, answer.json()["code"]) == (422, "definition-not-ready")
    beside = [{"file": "quiet/1.0.0.yaml", "text": quiet()}]
    answer = await informaticist.post("/pathways", json=wish(PARENT, WITH_ITS_CHILD, beside=beside))
    assert answer.status_code == 201, answer.text
    await informaticist.post("/pathways", json=wish(quiet()))
    again = PARENT.replace("version: 1.0.0", "version: 1.0.1", 1)
    answer = await informaticist.post("/pathways", json=wish(again, WITH_ITS_CHILD))
    assert answer.status_code == 201, answer.text


async def test_publishing_belongs_to_informaticists(
    coordinator: httpx.AsyncClient, supervisor: httpx.AsyncClient, informaticist: httpx.AsyncClient
) -> None:
    """Others see what is there and change nothing of it; approving is for a clinical role."""
    assert (await coordinator.get("/pathways")).status_code == 200
    assert (await coordinator.get("/pathways/referral/1.0.0")).status_code == 200
    for client in (coordinator, supervisor):
        assert (await client.post("/pathways", json=wish(quiet()))).status_code == 403
        for verb, body in (("deprecate", {}), ("retire", {}), ("pause", {"reason": "x"}), ("unpause", {})):
            answer = await client.post(f"/pathways/referral/1.0.0/{verb}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "role-missing"), verb
    for client in (coordinator, supervisor, informaticist):
        assert (await client.post("/pathways/referral/1.0.0/approve", json={})).status_code == 403


async def test_nobody_is_nobody(place: Office) -> None:
    """Without a token nothing is told and nothing done."""
    async with place.client() as stranger:
        assert (await stranger.get("/pathways")).status_code == 401
        assert (await stranger.post("/pathways", json=wish(quiet()))).status_code == 401
        assert (await stranger.post("/pathways/referral/1.0.0/retire", json={})).status_code == 401


async def test_the_audit_holds_text_plan_and_digest(place: Office, informaticist: httpx.AsyncClient) -> None:
    """Whoever asks in ten years what ran finds it, with who published it and when."""
    done = (await informaticist.post("/pathways", json=wish(quiet()))).json()["definition"]
    (entry,) = await audited(place, "quiet@1.0.0")
    assert (entry.action, entry.actor) == ("definition.publish", f"person:{done['published_by']}")
    assert entry.detail["digest"] == done["digest"]
    assert entry.detail["source"] == quiet()
    assert entry.detail["plan"]["pathway"] == "quiet"
    assert entry.detail["approval"] == "not needed"
    shown = (await informaticist.get("/pathways/quiet/1.0.0")).json()
    assert shown["source"] == quiet()
    assert shown["plan"] == entry.detail["plan"]
    assert [one["action"] for one in shown["history"]] == ["publish"]
    assert "source" not in shown["history"][0]["detail"]
    assert shown["people"][done["published_by"]] == "Ines Calder"


async def test_one_version_is_shown_by_number_or_range(informaticist: httpx.AsyncClient) -> None:
    """What is not there is said with what is."""
    await informaticist.post("/pathways", json=wish(quiet()))
    await informaticist.post("/pathways", json=wish(quiet(version="1.2.0")))
    assert (await informaticist.get("/pathways/quiet/^1")).json()["version"] == "1.2.0"
    assert (await informaticist.get("/pathways/quiet/1.0.x")).json()["version"] == "1.0.0"
    missing = await informaticist.get("/pathways/quiet/3.0.0")
    assert (missing.status_code, missing.json()["hint"]) == (404, "There are 1.2.0, 1.0.0.")
    assert (await informaticist.get("/pathways/queit/1.0.0")).status_code == 404


async def test_what_needs_approval_waits_for_it(
    place: Office, informaticist: httpx.AsyncClient, director: httpx.AsyncClient
) -> None:
    """A draft, of which nothing starts and no worker hears; then published, by the one who approved."""
    answer = await informaticist.post("/pathways", json=wish(asking()))
    assert answer.status_code == 201, answer.text
    draft = answer.json()
    assert (draft["definition"]["state"], draft["definition"]["published_by"]) == ("draft", None)
    about = draft["examination"]
    assert about["base"] is None
    assert about["changed"] == [{"kind": "form", "where": "ask", "change": "added"}]
    async with place.database.transaction() as unit:
        assert draft["definition"]["digest"] not in await unit.definitions.digests()
    again = await informaticist.post("/pathways", json=wish(asking()))
    assert (again.status_code, again.json()["definition"]["state"]) == (200, "draft")
    assert again.json()["examination"] == about
    shown = (await director.get("/pathways/asking/1.0.0")).json()
    assert shown["examination"] == about
    approved = await director.post("/pathways/asking/1.0.0/approve", json={"digest": shown["digest"]})
    assert approved.status_code == 200, approved.text
    assert approved.json()["definition"]["state"] == "published"
    twice = await director.post("/pathways/asking/1.0.0/approve", json={"digest": shown["digest"]})
    assert (twice.status_code, twice.json()["new"]) == (200, False)
    entries = await audited(place, "asking@1.0.0")
    assert [one.action for one in entries] == ["definition.draft", "definition.approve"]
    assert entries[1].detail["changed"] == ["form ask added"]
    assert entries[1].detail["drafted_by"] == draft["definition"]["drafted_by"]


async def test_nobody_approves_their_own(place: Office, director: httpx.AsyncClient) -> None:
    """Not even in both roles; a second one does."""
    await place.hire("second", "Sven Berg", ["medical-director"])
    assert (await director.post("/pathways", json=wish(asking()))).status_code == 201
    own = await director.post("/pathways/asking/1.0.0/approve", json={})
    assert (own.status_code, own.json()["code"], own.json()["reason"]) == (409, "definition-state", "own-draft")
    async with place.client("second") as second:
        resent = await second.post("/pathways", json=wish(asking()))
        assert resent.status_code == 200
        own = await director.post("/pathways/asking/1.0.0/approve", json={})
        assert own.json()["reason"] == "own-draft", "sending the same again makes nobody else its author"
        assert (await second.post("/pathways/asking/1.0.0/approve", json={})).status_code == 200


async def test_what_is_approved_is_what_was_seen(informaticist: httpx.AsyncClient, director: httpx.AsyncClient) -> None:
    """A draft that was replaced meanwhile is not approved unseen."""
    seen = (await informaticist.post("/pathways", json=wish(asking()))).json()["definition"]["digest"]
    replaced = await informaticist.post("/pathways", json=wish(asking(title="Asking more")))
    assert (replaced.status_code, replaced.json()["definition"]["state"]) == (201, "draft")
    late = await director.post("/pathways/asking/1.0.0/approve", json={"digest": seen})
    assert (late.status_code, late.json()["code"]) == (409, "changed")


async def test_only_what_may_harm_needs_a_second_person(
    informaticist: httpx.AsyncClient, director: httpx.AsyncClient
) -> None:
    """The same form under another title goes out at once; another form waits, compared with the version before."""
    await informaticist.post("/pathways", json=wish(asking()))
    await director.post("/pathways/asking/1.0.0/approve", json={})
    text_only = await informaticist.post("/pathways", json=wish(asking(version="1.0.1", title="Asking kindly")))
    assert text_only.json()["definition"]["state"] == "published", text_only.text
    assert text_only.json()["examination"]["needs_approval"] is False
    other = asking(version="1.1.0", more="contract: {reads: [Patient]}\n").replace("label: Note", "label: Reason")
    waiting = (await informaticist.post("/pathways", json=wish(other))).json()
    assert waiting["definition"]["state"] == "draft"
    about = waiting["examination"]
    assert about["base"] == "1.0.1"
    assert [(one["kind"], one["where"], one["change"]) for one in about["changed"]] == [
        ("contract", "", "added"),
        ("form", "ask", "changed"),
    ]
    assert (about["reads"], about["writes"]) == (["Patient"], [])
    assert any("may now read Patient" in one for one in about["diff"]), about["diff"]
    assert about["asks"] == "compatible"


async def test_a_late_patch_is_held_against_its_own_line(
    informaticist: httpx.AsyncClient, director: httpx.AsyncClient
) -> None:
    """Against the highest version below it, and not against a newer line that asks otherwise."""
    newer = asking(version="2.0.0").replace("label: Note", "label: Reason")
    for source, version in ((asking(), "1.0.0"), (newer, "2.0.0")):
        await informaticist.post("/pathways", json=wish(source))
        await director.post(f"/pathways/asking/{version}/approve", json={})
    patch = (await informaticist.post("/pathways", json=wish(asking(version="1.0.1", title="Patched")))).json()
    assert (patch["definition"]["state"], patch["examination"]["base"]) == ("published", "1.0.0")
    back = (await informaticist.post("/pathways", json=wish(asking(version="2.0.1", title="Back")))).json()
    assert (back["definition"]["state"], back["examination"]["base"]) == ("draft", "2.0.0")


async def test_an_installation_for_one_person_says_so_each_time(
    place: Office, informaticist: httpx.AsyncClient
) -> None:
    """Where it is not set up so, doing without is refused."""
    answer = await informaticist.post("/pathways", json=wish(asking(), alone=True))
    assert (answer.status_code, answer.json()["reason"]) == (409, "second-person-needed")
    assert "CARELANE_ONE_PERSON_PUBLISHING" in answer.json()["hint"]


async def test_two_who_publish_at_once_do_not_overwrite_each_other(
    place: Office, informaticist: httpx.AsyncClient
) -> None:
    """Of two texts under one number one is published and the other refused; the same text twice is published once."""
    texts = [quiet(title=f"Quiet {number}") for number in range(4)]
    answers = await asyncio.gather(*(informaticist.post("/pathways", json=wish(one)) for one in [*texts, texts[0]]))
    codes = sorted(one.status_code for one in answers)
    assert codes in ([201, 409, 409, 409, 409], [200, 201, 409, 409, 409])
    digests = {one.json()["definition"]["digest"] for one in answers if one.is_success}
    assert len(digests) == 1
    assert [one.action for one in await audited(place, "quiet@1.0.0")] == ["definition.publish"]
