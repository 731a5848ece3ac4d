"""The token endpoint and what a token allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from activities.gateways.fhir.auth import generate_key
from devcore.app import Client
from devcore.auth import ASSERTION_TYPE, may

PRIVATE, PUBLIC = generate_key()
URL = "http://core/fhir/auth/token"
TASK = {"resourceType": "Task", "status": "requested", "intent": "order"}
Open = Callable[..., httpx.AsyncClient]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        """The time that it stands at."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The core's clock."""
    return Clock()


@pytest.fixture
def smart(open_core: Open, clock: Clock) -> httpx.AsyncClient:
    """A core that asks for a sign-in and knows one client."""
    clients = {"carelane": Client("carelane", PUBLIC, "system/*.cruds")}
    return open_core(auth="smart", clients=clients, clock=clock)


def assertion(clock: Clock, *, key: dict[str, Any] = PRIVATE, alg: str = "ES384", **claims: Any) -> str:
    """A client assertion; claims override those of a good one."""
    good = {"iss": "carelane", "sub": "carelane", "aud": URL, "exp": int(clock.now) + 240, "jti": "j1"}
    header = {"alg": alg, "kid": "carelane"}
    return jwt.encode(header, good | claims, ECKey.import_key(key), algorithms=[alg])


async def ask(smart: httpx.AsyncClient, signed: str, scope: str = "system/*.cruds", **form: str) -> httpx.Response:
    """Ask for a token."""
    asked = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signed,
        "scope": scope,
    }
    return await smart.post("auth/token", data=asked | form)


async def bearer(smart: httpx.AsyncClient, clock: Clock, scope: str, jti: str = "j1") -> dict[str, str]:
    """The header of a request with a token of these scopes."""
    answered = await ask(smart, assertion(clock, jti=jti), scope)
    assert answered.status_code == 200, answered.text
    return {"Authorization": f"Bearer {answered.json()['access_token']}"}


async def test_a_signed_assertion_gives_a_token(smart: httpx.AsyncClient, clock: Clock) -> None:
    """The token works until it expires."""
    answered = (await ask(smart, assertion(clock))).json()
    assert (answered["token_type"], answered["expires_in"]) == ("bearer", 300)
    headers = {"Authorization": f"Bearer {answered['access_token']}"}
    assert (await smart.get("Task", headers=headers)).status_code == 200
    clock.now += 301
    expired = await smart.get("Task", headers=headers)
    assert (expired.status_code, expired.json()["issue"][0]["code"]) == (401, "expired")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic x"}])
async def test_nothing_without_a_token(smart: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """All but the public documents answer 401."""
    refused = await smart.get("Task", headers=headers)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (await smart.post("", json={}, headers=headers)).status_code == 401
    assert (await smart.get("metadata")).status_code == 200
    assert (await smart.get(".well-known/smart-configuration")).json()["token_endpoint"] == URL


async def test_an_assertion_is_good_once(smart: httpx.AsyncClient, clock: Clock, open_core: Open) -> None:
    """A replayed assertion is refused, after a restart of the core too; its jti is free again once expired."""
    signed = assertion(clock)
    assert (await ask(smart, signed)).status_code == 200
    assert (await ask(smart, signed)).status_code == 401
    clients = {"carelane": Client("carelane", PUBLIC)}
    restarted = open_core(auth="smart", clients=clients, clock=clock)
    assert (await ask(restarted, signed)).status_code == 401
    clock.now += 400
    assert (await ask(restarted, assertion(clock))).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "stranger", "sub": "stranger"},
        {"sub": "other"},
        {"aud": "http://other/token"},
        {"exp": 1},
        {"exp": 1_800_000_000 + 3600},
        {"exp": None},
        {"jti": None},
    ],
    ids=["unknown", "sub", "aud", "expired", "too-long", "no-exp", "no-jti"],
)
async def test_an_assertion_that_does_not_hold_is_refused(
    smart: httpx.AsyncClient, clock: Clock, claims: dict[str, Any]
) -> None:
    """Each claim is checked."""
    refused = await ask(smart, assertion(clock, **claims))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


async def test_other_keys_and_nonsense_are_refused(smart: httpx.AsyncClient, clock: Clock) -> None:
    """A signature by a key that is not registered, a weaker algorithm, or no JWT at all give no token."""
    other, _public = generate_key()
    weak = ECKey.generate_key("P-256", parameters={"kid": "carelane"}).as_dict(private=True)
    for signed in (assertion(clock, key=other), assertion(clock, key=dict(weak), alg="ES256"), "nonsense", ""):
        assert (await ask(smart, signed)).status_code == 401


async def test_the_form_is_checked(smart: httpx.AsyncClient, clock: Clock) -> None:
    """Other grants, other assertion types and scopes that are not to be had are told apart."""
    signed = assertion(clock)
    assert (await ask(smart, signed, grant_type="password")).json()["error"] == "unsupported_grant_type"
    assert (await ask(smart, signed, client_assertion_type="x")).json()["error"] == "invalid_request"
    assert (await ask(smart, signed, scope="")).json()["error"] == "invalid_scope"
    refused = await ask(smart, assertion(clock, jti="j2"), scope="user/*.read")
    assert refused.json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("system/Task.cruds", {"create", "read", "update", "search", "delete"}),
        ("system/Task.rs", {"read", "search"}),
        ("system/Task.c", {"create"}),
        ("system/Task.read", {"read", "search"}),
        ("system/Task.write", {"create", "update", "delete"}),
        ("system/*.read", {"read", "search"}),
        ("system/Task.*", {"create", "read", "update", "search", "delete"}),
        ("system/Patient.cruds", set[str]()),
    ],
)
async def test_each_interaction_needs_its_scope(
    smart: httpx.AsyncClient, clock: Clock, scope: str, allowed: set[str]
) -> None:
    """Scopes of version 1 and 2 allow exactly what they say, in bundles too."""
    all_may = await bearer(smart, clock, "system/*.cruds", "setup")
    await smart.put("Task/t", json=TASK | {"id": "t"}, headers=all_may)
    headers = await bearer(smart, clock, scope)
    entry = {"resource": TASK, "request": {"method": "POST", "url": "Task"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    tried = {
        "create": await smart.post("Task", json=TASK, headers=headers),
        "read": await smart.get("Task/t", headers=headers),
        "update": await smart.put("Task/t", json=TASK | {"id": "t"}, headers=headers),
        "search": await smart.get("Task", headers=headers),
        "delete": await smart.delete("Task/t", headers=headers),
    }
    assert {name for name, response in tried.items() if response.status_code < 300} == allowed
    assert all(response.status_code in (200, 201, 204, 403) for response in tried.values())
    sent = await smart.post("", json=bundle, headers=headers)
    assert sent.status_code == (200 if "create" in allowed else 403)


async def test_includes_are_held_to_scopes(smart: httpx.AsyncClient, clock: Clock) -> None:
    """A search brings along only what the token may read."""
    all_may = await bearer(smart, clock, "system/*.cruds", "setup")
    await smart.put("Patient/p", json={"resourceType": "Patient", "id": "p"}, headers=all_may)
    await smart.post("Task", json=TASK | {"for": {"reference": "Patient/p"}}, headers=all_may)
    narrow = await bearer(smart, clock, "system/Task.rs")
    entries = (await smart.get("Task?_include=Task:patient", headers=narrow)).json()["entry"]
    assert [each["resource"]["resourceType"] for each in entries] == ["Task"]


async def test_a_client_gets_only_what_it_may_have(open_core: Open, clock: Clock) -> None:
    """Scopes beyond those registered are left out of the grant, which says so."""
    clients = {"carelane": Client("carelane", PUBLIC, "system/Task.rs system/Patient.read")}
    smart = open_core(auth="smart", clients=clients, clock=clock)
    answered = await ask(smart, assertion(clock), "system/Task.r system/Task.u system/Patient.rs system/*.rs")
    assert answered.json()["scope"] == "system/Task.r system/Patient.rs"


def test_malformed_scopes_allow_nothing() -> None:
    """What is no scope of a system client gives no access."""
    for scope in ("", "system/Task", "user/Task.cruds", "system/Task.", "system/task.read", "system/Task.sr"):
        assert not may(frozenset({scope}), "Task", "r"), scope
