"""Every answer that is no success is a problem (RFC 9457), and the description says so."""

from __future__ import annotations

import json

import httpx
import pytest

from api.json_api import create_json_api
from tests.support.office import Office, store_away


async def test_without_a_token_nothing_is_told(place: Office) -> None:
    """401 with a problem, for every route but the one that gives tokens."""
    async with place.client() as stranger:
        paths = (await stranger.get("/openapi.json")).json()["paths"]
        for path, methods in paths.items():
            for method in methods:
                if path == "/tokens":
                    continue
                answer = await stranger.request(method, path.replace("{ident}", "x"), json={})
                assert answer.status_code == 401, (method, path)
                assert answer.json()["code"] == "signed-out"
                assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_is_given_for_a_password_and_can_be_ended(place: Office) -> None:
    """It acts for the person, until it is revoked."""
    wish = {"login": "coordinator", "password": "development-only", "label": "script"}
    async with place.client() as stranger:
        assert (await stranger.post("/tokens", json={**wish, "password": "wrong"})).json()["code"] == "wrong-password"
        assert (await stranger.post("/tokens", json={**wish, "login": "nobody"})).json()["code"] == "wrong-password"
        token = (await stranger.post("/tokens", json=wish)).json()
        headers = {"Authorization": f"Bearer {token['secret']}"}
        me = (await stranger.get("/me", headers=headers)).json()
        assert (me["login"], me["roles"]) == ("coordinator", ["coordinator"])
        assert (await stranger.delete(f"/tokens/{token['id']}", headers=headers)).status_code == 204
        assert (await stranger.get("/me", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("PUT", "/tasks", 405), ("GET", "/tasks?limit=0", 422), ("POST", "/instances", 422)],
)
async def test_the_frameworks_own_refusals_are_problems(
    coordinator: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    """Unknown paths, methods and parameters too."""
    answer = await coordinator.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) >= {"type", "title", "status", "code", "detail", "hint", "errors"}


async def test_a_store_that_is_away_is_not_now(place: Office, coordinator: httpx.AsyncClient) -> None:
    """503 with Retry-After and the store's code."""
    with store_away(place.database):
        for path in ("/tasks", "/instances", "/me"):
            answer = await coordinator.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
            assert int(answer.headers["retry-after"]) > 0


async def test_every_answer_carries_the_security_headers(coordinator: httpx.AsyncClient) -> None:
    """Nothing of a patient is kept by browsers or proxies, and nothing inline runs."""
    answer = await coordinator.get("/tasks")
    assert answer.headers["cache-control"] == "no-store"
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_description_says_something_of_everything(place: Office) -> None:
    """Every route has a summary and a description, every error is the problem's schema."""
    schema = create_json_api(place.services).openapi()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), (path, method)
            assert operation.get("description"), (path, method)
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], (path, method, status)
    assert "HTTPValidationError" not in json.dumps(schema)
