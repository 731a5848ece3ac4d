"""Signing in: tokens are cached, fetched one at a time, and replaced when refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from activities.gateways.fhir import FhirClient, errors
from activities.gateways.fhir.auth import SmartBackendAuth, generate_key
from devcore.app import Client
from tests.support.core import LiveCore, live_core

PRIVATE, PUBLIC = generate_key()
RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa"})


@pytest.fixture(scope="module")
def smart_core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCore]:
    """A core that asks for a sign-in and knows three clients."""
    clients = {
        "carelane": Client("carelane", PUBLIC),
        "rsa": Client("rsa", {"keys": [RSA.as_dict(private=False)]}),
        "reader": Client("reader", PUBLIC, "system/Patient.rs"),
    }
    with live_core(tmp_path_factory.mktemp("smart") / "core.db", auth="smart", clients=clients) as running:
        yield running


@pytest.fixture
def core(smart_core: LiveCore) -> Iterator[LiveCore]:
    """The core that asks for a sign-in, without faults."""
    yield smart_core
    smart_core.heal()


def signing_in(core: LiveCore, client_id: str = "carelane", **more: object) -> SmartBackendAuth:
    """The sign-in of a client that the core knows."""
    arguments: dict[str, object] = {"base_url": core.base_url, "client_id": client_id, "private_key": PRIVATE}
    return SmartBackendAuth(**(arguments | more))  # type: ignore[arg-type]


def sign_ins(core: LiveCore) -> int:
    """How many tokens the core has given out."""
    return int(core.counts()["requests"].get("POST token 200", 0))


async def test_one_token_serves_many_requests(core: LiveCore) -> None:
    """Requests at the same time wait for one token, and later ones use it."""
    before = sign_ins(core)
    async with FhirClient(core.base_url, auth=signing_in(core)) as client:
        await asyncio.gather(*(client.create({"resourceType": "Patient"}, key=f"p{n}") for n in range(5)))
        await client.create({"resourceType": "Patient"}, key="p6")
    assert sign_ins(core) - before == 1


async def test_rsa_keys_sign_too(core: LiveCore) -> None:
    """RS384 works as ES384 does, from a PEM text."""
    auth = signing_in(core, "rsa", private_key=RSA.as_pem(private=True).decode(), key_id="rsa")
    async with FhirClient(core.base_url, auth=auth) as client:
        await client.create({"resourceType": "Patient"}, key="rsa")


async def test_a_refused_token_is_replaced_once(core: LiveCore) -> None:
    """A core that restarted knows no token of before: the client signs in again and the request succeeds."""
    async with FhirClient(core.base_url, auth=signing_in(core)) as client:
        made = await client.create({"resourceType": "Patient"}, key="restart")
        core.app.state.tokens.forget()
        before = sign_ins(core)
        read = await asyncio.gather(*(client.read(f"Patient/{made['id']}") for _ in range(5)))
        assert len(read) == 5
        assert sign_ins(core) - before == 1


async def test_a_token_is_replaced_before_it_expires(core: LiveCore) -> None:
    """A token near its end is not used any more."""
    now = 1_000_000.0
    tokens = iter(range(10))

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"access_token": f"t{next(tokens)}", "expires_in": 300})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        auth = signing_in(core, token_url="http://core/token", http=http, clock=lambda: now)
        assert await auth.token() == "t0"
        now += 269
        assert await auth.token() == "t0"
        now += 2
        assert await auth.token() == "t1"


async def test_scopes_are_enforced(core: LiveCore) -> None:
    """A client that may only read is refused a write, and told so."""
    auth = signing_in(core, "reader", scopes="system/Patient.rs")
    async with FhirClient(core.base_url, auth=auth) as client:
        _ = [each async for each in client.search("Patient", {})]
        with pytest.raises(errors.Forbidden, match="scopes"):
            await client.create({"resourceType": "Patient"}, key="forbidden")


async def test_an_unknown_client_is_told_what_to_check(core: LiveCore) -> None:
    """A sign-in that the core refuses is not retryable, and its hint says where to look."""
    with pytest.raises(errors.Unauthorized, match="Check the client's id") as raised:
        await signing_in(core, "stranger").token()
    assert not raised.value.retryable


@pytest.mark.parametrize(("status", "kind"), [(503, errors.Unavailable), (429, errors.Throttled)])
async def test_a_token_endpoint_that_fails_is_worth_retrying(
    core: LiveCore, status: int, kind: type[errors.FhirError]
) -> None:
    """The core's trouble in signing in is told apart from a refusal."""
    core.fail(match={"type": "token"}, status=status, headers={"Retry-After": "4"})
    with pytest.raises(kind) as raised:
        await signing_in(core).token()
    assert (raised.value.retryable, raised.value.retry_after) == (True, 4.0)


@pytest.mark.parametrize(("body", "said"), [(b"oops", "not JSON"), (b"[]", "JSON object"), (b"{}", "no access_token")])
async def test_a_token_endpoint_that_talks_nonsense_is_told(core: LiveCore, body: bytes, said: str) -> None:
    """An answer that is no token is an error with words, not a crash."""
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=body))
    async with httpx.AsyncClient(transport=transport) as http:
        with pytest.raises(errors.ProtocolError, match=said):
            await signing_in(core, token_url="http://core/token", http=http).token()


def test_only_a_private_key_of_the_right_kind_signs(core: LiveCore) -> None:
    """A public key, or a curve that ES384 does not use, is refused at once."""
    with pytest.raises(ValueError, match="private key"):
        signing_in(core, private_key=PUBLIC["keys"][0])
    with pytest.raises(ValueError, match="P-384"):
        signing_in(core, private_key=ECKey.generate_key("P-256").as_dict(private=True))


def test_a_registered_client_may_live_in_a_file(tmp_path: Path) -> None:
    """A generated key pair keeps its id in both halves, so that the core finds the key by it."""
    private, public = generate_key("k1")
    assert (private["kid"], public["keys"][0]["kid"]) == ("k1", "k1")
    assert "d" in private
    assert "d" not in public["keys"][0]
