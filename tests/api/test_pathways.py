"""Publishing definitions by the JSON API."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from tests.support.office import REFERRAL, Office

SOURCE = REFERRAL.read_text(encoding="utf-8")


@pytest_asyncio.fixture(loop_scope="session")
async def informaticist(place: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The JSON API for the informaticist."""
    async with place.client("informaticist") as client:
        yield client


async def test_a_new_version_is_published_once(informaticist: httpx.AsyncClient) -> None:
    """201, then 200 for the very same."""
    source = SOURCE.replace("version: 1.0.0", "version: 1.0.1", 1)
    first = await informaticist.post("/pathways", json={"source": source})
    second = await informaticist.post("/pathways", json={"source": source})
    assert (first.status_code, second.status_code) == (201, 200), first.text
    assert first.json()["definition"]["digest"] == second.json()["definition"]["digest"]
    versions = [one["version"] for one in (await informaticist.get("/pathways")).json()["items"]]
    assert versions == ["1.0.1", "1.0.0"]


async def test_a_published_version_never_changes(informaticist: httpx.AsyncClient) -> None:
    """Other content under the same version is refused."""
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


async def test_publishing_belongs_to_informaticists(coordinator: httpx.AsyncClient) -> None:
    """A coordinator sees what is published and publishes nothing."""
    assert (await coordinator.get("/pathways")).status_code == 200
    assert (await coordinator.post("/pathways", json={"source": SOURCE})).status_code == 403
