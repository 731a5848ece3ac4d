"""A search gives everything that matches, or says that it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.gateways.fhir import FhirClient, Resource, errors
from activities.gateways.fhir.paging import own_url, pairs_of
from activities.gateways.fhir.transport import Transport
from devcore.quirks import Quirks
from tests.support.core import LiveCore, live_core


async def fill(client: FhirClient, count: int) -> None:
    """Make so many Patients of one family."""
    for number in range(count):
        patient: Resource = {"resourceType": "Patient", "name": [{"family": "Pages", "given": [str(number)]}]}
        await client.create(patient, key=f"pages/{number}")


@pytest.fixture(scope="module")
def linkless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCore]:
    """A core whose pages do not say where the next one is."""
    with live_core(tmp_path_factory.mktemp("linkless") / "core.db", quirks=Quirks(next_links=False)) as running:
        yield running


async def test_every_page_is_followed(client: FhirClient) -> None:
    """Matches on later pages come too, each once and in order."""
    await fill(client, 7)
    params = {"family": "Pages", "_count": "3"}
    names = [each["name"][0]["given"][0] async for each in client.search("Patient", params)]
    assert names == [str(number) for number in range(7)]


async def test_a_search_may_be_left_early(client: FhirClient) -> None:
    """Who wants only the first match stops there."""
    await fill(client, 7)
    async for each in client.search("Patient", {"family": "Pages", "_count": "1"}):
        assert each["name"][0]["given"] == ["0"]
        break


async def test_a_core_without_links_is_found_out(linkless: LiveCore) -> None:
    """Part of an answer is never taken for the whole: the rest is asked after, and its lack is an error."""
    async with FhirClient(linkless.base_url) as client:
        await fill(client, 4)
        found = []

        async def search() -> None:
            async for each in client.search("Patient", {"family": "Pages", "_count": "2"}):
                found.append(each)  # noqa: PERF401 - what came before the error counts

        with pytest.raises(errors.IncompleteSearch, match="2 of 4"):
            await search()
        assert len(found) == 2
        assert len([each async for each in client.search("Patient", {"family": "Pages", "_count": "4"})]) == 4


async def test_includes_do_not_count_as_matches(linkless: LiveCore) -> None:
    """What a search brings along does not make its result seem complete or incomplete."""
    async with FhirClient(linkless.base_url) as client:
        patient = await client.create({"resourceType": "Patient"}, key="included")
        task = {"resourceType": "Task", "status": "requested", "intent": "order"}
        await client.create(task | {"for": {"reference": f"Patient/{patient['id']}"}}, key="including")
        found = [each async for each in client.search("Task", {"_include": "Task:patient", "_count": "1"})]
        assert [each["resourceType"] for each in found] == ["Task", "Patient"]


async def test_an_unknown_parameter_is_refused(tmp_path: Path) -> None:
    """A lenient core is asked to be strict, so that a mistyped parameter does not widen the search."""
    with live_core(tmp_path / "core.db", quirks=Quirks(unknown_parameters="ignore")) as lenient:
        async with FhirClient(lenient.base_url) as client:
            with pytest.raises(errors.BadRequest, match="famly"):
                _ = [each async for each in client.search("Patient", {"famly": "x"})]


async def test_a_cached_search_is_fresh_on_request(tmp_path: Path) -> None:
    """Reading after writing sees the write on a core that answers from a cache."""
    with live_core(tmp_path / "core.db", quirks=Quirks(search_cache_seconds=60)) as caching:
        async with FhirClient(caching.base_url) as client:
            assert [each async for each in client.search("Patient", {"family": "Pages"})] == []
            await fill(client, 1)
            assert [each async for each in client.search("Patient", {"family": "Pages"})] == []
            assert len([each async for each in client.search("Patient", {"family": "Pages"}, fresh=True)]) == 1


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("http://inner:8080/fhir?_getpages=1&_count=2", "https://core.example/fhir?_getpages=1&_count=2"),
        ("https://core.example/fhir/Task?page=2", "https://core.example/fhir/Task?page=2"),
        ("Task?page=2", "https://core.example/fhir/Task?page=2"),
        ("/fhir/Task?page=2", "https://core.example/fhir/Task?page=2"),
    ],
)
async def test_links_are_followed_on_our_own_way(link: str, url: str) -> None:
    """A link keeps its path and query; the origin is the one by which we reach the core, token and all."""
    transport = Transport("https://core.example/fhir", auth=None, http=None, timeout=1)
    assert own_url(transport, link) == url
    await transport.aclose()


def test_parameters_may_have_several_values() -> None:
    """A list of values becomes several pairs, which must all hold."""
    assert pairs_of({"date": ["ge2026", "lt2027"], "status": "x"}) == [
        ("date", "ge2026"),
        ("date", "lt2027"),
        ("status", "x"),
    ]
    assert pairs_of([("a", "1")]) == [("a", "1")]
