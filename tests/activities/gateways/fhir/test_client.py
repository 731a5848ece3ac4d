"""The client does nothing twice, loses no change, and says what happened."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from activities.gateways.fhir import FhirClient, Reference, Resource, errors
from activities.gateways.fhir.keys import SYSTEM, stamped
from activities.gateways.fhir.resource import version_of
from devcore.quirks import Quirks
from tests.support.core import LiveCore, live_core

TASK: Resource = {"resourceType": "Task", "status": "requested", "intent": "order"}


async def of_key(client: FhirClient, key: str) -> list[Resource]:
    """The Tasks that carry a key."""
    return [each async for each in client.search("Task", {"identifier": f"{SYSTEM}|{key}"}, fresh=True)]


def accepted(task: Resource) -> Resource:
    """The change that most tests make."""
    return task | {"status": "accepted"}


async def test_a_key_makes_one_resource(client: FhirClient) -> None:
    """The same key gives the resource that it made before, even asked for ten times at once."""
    made = await asyncio.gather(*(client.create(TASK, key="once") for _ in range(10)))
    assert len({each["id"] for each in made}) == 1
    assert len(await of_key(client, "once")) == 1


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 429}, {"drop": True}, {"status": 503}])
async def test_a_create_that_took_effect_and_lost_its_answer_is_not_repeated(
    core: LiveCore, client: FhirClient, fault: dict[str, object]
) -> None:
    """The effect is committed, the answer lost: the error is retryable, and trying again finds the resource."""
    key = f"lost-{fault}"
    core.fail(match={"method": "POST", "type": "Task"}, when="after", **fault)
    with pytest.raises(errors.FhirError) as raised:
        await client.create(TASK, key=key)
    assert raised.value.retryable
    again = await client.create(TASK, key=key)
    assert await of_key(client, again["identifier"][0]["value"]) == [again]


async def test_a_create_that_times_out_is_not_repeated(core: LiveCore) -> None:
    """A core that answers too late has made the resource: the next try finds it."""
    core.fail(match={"method": "POST", "type": "Task"}, when="after", delay_ms=2000)
    async with FhirClient(core.base_url, timeout=0.2) as hasty:
        with pytest.raises(errors.TimedOut, match="in time to create Task") as raised:
            await hasty.create(TASK, key="late")
        assert raised.value.retryable
    async with FhirClient(core.base_url) as client:
        await client.create(TASK, key="late")
        assert len(await of_key(client, "late")) == 1


async def test_a_lost_race_finds_the_winner(tmp_path: Path) -> None:
    """A core that answers 409 to the loser of a race is asked again and gives the winner's resource."""
    with live_core(tmp_path / "core.db", quirks=Quirks(lost_races=2)) as racing:
        async with FhirClient(racing.base_url) as client:
            made = await client.create(TASK, key="raced")
            assert await of_key(client, "raced") == [made]


async def test_a_race_that_is_never_won_is_a_conflict(core: LiveCore, client: FhirClient) -> None:
    """A core that always answers 409 is not asked for ever; the caller may try later."""
    core.fail(match={"method": "POST", "type": "Task"}, status=409, times=None)
    with pytest.raises(errors.Conflict) as raised:
        await client.create(TASK, key="never")
    assert raised.value.retryable


async def test_a_key_carried_by_several_is_reported(client: FhirClient) -> None:
    """Two resources under one key are a mess that a person must look at, not something to retry."""
    for number in ("several-1", "several-2"):
        made = await client.create(TASK, key=number)
        await client.update(Reference.of(made).unversioned, lambda task: stamped(task, "several"))
    with pytest.raises(errors.SeveralMatches, match="same idempotency key") as raised:
        await client.create(TASK, key="several")
    assert not raised.value.retryable


async def test_an_invalid_resource_is_not_sent(core: LiveCore, client: FhirClient) -> None:
    """What does not hold to R4 never reaches the core, which might take it."""
    before = core.counts()["requests"]
    with pytest.raises(errors.InvalidResource, match=r"Task\.intent"):
        await client.create({"resourceType": "Task", "status": "requested"}, key="invalid")
    assert core.counts()["requests"] == before


async def test_an_update_makes_a_version(client: FhirClient) -> None:
    """The change is there afterwards, under a new version."""
    made = await client.create(TASK, key="update")
    changed = await client.update(Reference.of(made).unversioned, accepted)
    assert (changed["status"], version_of(changed)) == ("accepted", "2")


async def test_an_update_that_changes_nothing_writes_nothing(client: FhirClient) -> None:
    """A change made already is not made again, so that a retry leaves no trace."""
    made = await client.create(TASK, key="same")
    reference = Reference.of(made).unversioned
    assert await client.update(reference, lambda task: task) == made
    for _ in range(2):
        changed = await client.update(reference, accepted)
    assert version_of(changed) == "2"


@pytest.mark.parametrize("status", [409, 412])
async def test_an_update_merges_with_a_faster_one(tmp_path: Path, status: int) -> None:
    """Someone else was faster: the change is made again on what they left, whatever the core calls that."""
    quirks = Quirks(stale_if_match_status=409 if status == 409 else 412)
    with live_core(tmp_path / "core.db", quirks=quirks) as strict:
        async with FhirClient(strict.base_url) as client, FhirClient(strict.base_url) as faster:
            made = await client.create(TASK, key="merge")
            reference = Reference.of(made).unversioned
            original, raced = client.read, False

            async def read(reference: str, *, fresh: bool = False) -> Resource:
                nonlocal raced
                found = await original(reference, fresh=fresh)
                if not raced:
                    raced = True
                    await faster.update(reference, accepted)
                return found

            client.read = read  # type: ignore[method-assign]
            merged = await client.update(reference, lambda task: task | {"description": "slower"})
            assert (merged["status"], merged["description"]) == ("accepted", "slower")


async def test_an_update_gives_up_after_one_merge(core: LiveCore, client: FhirClient) -> None:
    """Two conflicts in a row are the caller's to retry later: a Conflict, whether the core says 409 or 412."""
    made = await client.create(TASK, key="give-up")
    for status in (412, 409):
        core.fail(match={"method": "PUT", "type": "Task"}, status=status, times=2)
        with pytest.raises(errors.Conflict) as raised:
            await client.update(Reference.of(made).unversioned, accepted)
        assert raised.value.retryable
    assert (await client.read(Reference.of(made).unversioned))["status"] == "requested"


async def test_an_update_leaves_flaws_that_others_made(core: LiveCore, client: FhirClient, tmp_path: Path) -> None:
    """A resource that was stored without validation can still be changed; new flaws are refused."""
    with live_core(tmp_path / "lax.db", quirks=Quirks(validates=False)) as lax:
        async with FhirClient(lax.base_url) as client:
            bundle = {
                "resourceType": "Bundle",
                "type": "transaction",
                "entry": [
                    {
                        "resource": {"resourceType": "Task", "status": "requested"},
                        "request": {"method": "PUT", "url": "Task/flawed"},
                    }
                ],
            }
            await client.transaction(bundle)
            assert (await client.update("Task/flawed", accepted))["status"] == "accepted"
            with pytest.raises(errors.InvalidResource, match="nickname"):
                await client.update("Task/flawed", lambda task: task | {"nickname": "x"})


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(etag="strong"),
        Quirks(etag="none"),
        Quirks(returns_representation=False),
        Quirks(search_cache_seconds=60),
        Quirks(keeps_reference_versions=False, update_merges_tags=True, identical_update_makes_version=False),
        Quirks(refuses_dangling_references=True, refuses_absolute_references=True, refuses_numeric_ids=True),
    ],
    ids=["strong-etag", "no-etag", "minimal", "cached", "merging", "strict"],
)
async def test_the_client_lives_with_what_cores_do(tmp_path: Path, quirks: Quirks) -> None:
    """Create, update, search after write and patch work on cores that answer in different ways."""
    with live_core(tmp_path / "core.db", quirks=quirks) as odd:
        async with FhirClient(odd.base_url) as client:
            made = await client.create(TASK, key="odd")
            assert await of_key(client, "odd") == [made]
            changed = await client.update(Reference.of(made).unversioned, accepted)
            assert await of_key(client, "odd") == [changed]
            patch = [{"op": "replace", "path": "/status", "value": "completed"}]
            patched = await client.patch(Reference.of(made).unversioned, patch, if_match=version_of(changed))
            assert (patched["status"], version_of(patched)) == ("completed", "3")


async def test_a_patch_without_etag_has_its_version(tmp_path: Path) -> None:
    """The version of a patched resource comes from its meta where the answer has no ETag."""
    with live_core(tmp_path / "core.db", quirks=Quirks(etag_on_patch=False)) as odd:
        async with FhirClient(odd.base_url) as client:
            made = await client.create(TASK, key="patch")
            patch = [{"op": "add", "path": "/description", "value": "x"}]
            patched = await client.patch(Reference.of(made).unversioned, patch, if_match="1")
            assert version_of(patched) == "2"


async def test_a_core_without_patch_says_so(tmp_path: Path) -> None:
    """PATCH is optional: its absence is told apart from an error."""
    with live_core(tmp_path / "core.db", quirks=Quirks(patches=False)) as plain:
        async with FhirClient(plain.base_url) as client:
            made = await client.create(TASK, key="patch")
            with pytest.raises(errors.NotSupported):
                await client.patch(Reference.of(made).unversioned, [], if_match="1")


@pytest.mark.parametrize("status", [410, 404])
async def test_what_is_deleted_is_gone(tmp_path: Path, status: int) -> None:
    """A deleted resource is not found, by whichever status; deleting it again is no error."""
    with live_core(tmp_path / "core.db", quirks=Quirks(deleted_status=410 if status == 410 else 404)) as core:
        async with FhirClient(core.base_url) as client:
            reference = Reference.of(await client.create(TASK, key="deleted")).unversioned
            await client.delete(reference)
            await client.delete(reference)
            with pytest.raises(errors.NotFound) as raised:
                await client.read(reference)
            assert isinstance(raised.value, errors.Gone) == (status == 410)


async def test_what_is_referred_to_is_not_deleted(client: FhirClient) -> None:
    """A deletion refused because of references is not worth retrying."""
    patient = await client.create({"resourceType": "Patient"}, key="referred")
    reference = Reference.of(patient).unversioned
    await client.create(TASK | {"for": {"reference": reference}}, key="referring")
    with pytest.raises(errors.ReferredTo) as raised:
        await client.delete(reference)
    assert not raised.value.retryable


async def test_versions_can_be_read(client: FhirClient) -> None:
    """Each version is there, by number and in the history, the latest first."""
    made = await client.create(TASK, key="versions")
    reference = Reference.of(made).unversioned
    await client.update(reference, accepted)
    assert (await client.vread(reference, "1"))["status"] == "requested"
    assert (await client.vread(f"{reference}/_history/2"))["status"] == "accepted"
    assert [each["status"] async for each in client.history(reference)] == ["accepted", "requested"]
    with pytest.raises(ValueError, match="version is needed"):
        await client.vread(reference)


async def test_retry_after_is_told(core: LiveCore, client: FhirClient) -> None:
    """A core that asks for patience is quoted on how long, and what it said is kept."""
    core.fail(match={"type": "Task"}, status=429, headers={"Retry-After": "12"})
    with pytest.raises(errors.Throttled) as raised:
        await client.read("Task/any")
    assert (raised.value.retry_after, raised.value.outcome_text) == (12.0, "failed on demand with 429")


async def test_a_core_that_is_down_is_unavailable() -> None:
    """No connection is worth retrying."""
    async with FhirClient("http://127.0.0.1:9", timeout=2.0) as client:
        with pytest.raises(errors.Unavailable, match="during read Task") as raised:
            await client.read("Task/1")
        assert raised.value.retryable


async def test_an_answer_that_is_not_fhir_is_told(core: LiveCore) -> None:
    """A base address that leads elsewhere gives an error that says what to check."""
    async with FhirClient(core.root) as client:
        with pytest.raises(errors.FhirError):
            await client.read("Task/1")
    async with FhirClient(core.root + "/$counts?") as client:
        with pytest.raises(errors.ProtocolError):
            await client.capabilities()


async def test_nothing_of_a_patient_is_logged_or_told(client: FhirClient, caplog: pytest.LogCaptureFixture) -> None:
    """Neither logs nor messages hold search values or ids, even at the most talkative level."""
    with caplog.at_level(logging.DEBUG):
        _ = [each async for each in client.search("Patient", {"family": "Secretname"})]
        with pytest.raises(errors.NotFound) as raised:
            await client.read("Patient/secret-id")
    assert "Secretname" not in caplog.text
    assert "secret-id" not in caplog.text
    assert "secret-id" not in raised.value.message.replace(raised.value.outcome_text, "")
