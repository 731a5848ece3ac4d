"""Signing in at a core: SMART Backend Services.

Follows SMART App Launch 2.2, "Backend Services": the client signs a short assertion with its private key
(ES384 or RS384), the core's token endpoint answers with a short-lived token.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyTypeError
from joserfc.jwk import ECKey, RSAKey

from activities.gateways.fhir.errors import (
    FhirError,
    ProtocolError,
    Throttled,
    TimedOut,
    Unauthorized,
    Unavailable,
    retry_after_of,
)

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 240
_EARLY_SECONDS = 30.0
"""A token is replaced this long before it expires (or at half of its life, if that is shorter)."""


class SmartBackendAuth:
    """Tokens by SMART Backend Services, cached until shortly before they expire, fetched one at a time.

    `private_key` is a JWK as a dictionary, or a PEM text with `key_id`. `token_url` is discovered from the
    base address where it is not given.
    """

    def __init__(
        self,
        *,
        base_url: str,
        client_id: str,
        private_key: dict[str, Any] | str,
        scopes: str = "system/*.cruds",
        key_id: str | None = None,
        token_url: str | None = None,
        http: httpx.AsyncClient | None = None,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._client_id = client_id
        self._key, self._algorithm = _imported(private_key)
        self._key_id = key_id or self._key.kid
        self._scopes = scopes
        self._token_url = token_url
        self._http = http
        self._timeout = timeout
        self._clock = clock
        self._cached: tuple[str, float] | None = None
        self._fetching = asyncio.Lock()

    @classmethod
    def from_key_file(
        cls, base_url: str, client_id: str, key_file: Path, scopes: str = "system/*.cruds"
    ) -> SmartBackendAuth:
        """Sign in with a private key that a file holds, as a JWK or as PEM."""
        text = key_file.read_text(encoding="utf-8")
        key = json.loads(text) if text.lstrip().startswith("{") else text
        return cls(base_url=base_url, client_id=client_id, private_key=key, scopes=scopes)

    async def token(self, *, rejected: str | None = None) -> str:
        """A token that is good for a while. Raises Unauthorized, Throttled, Unavailable or ProtocolError."""
        async with self._fetching:
            if self._cached is not None:
                token, good_until = self._cached
                if token != rejected and self._clock() < good_until:
                    return token
            self._cached = await self._fetch()
            return self._cached[0]

    async def _fetch(self) -> tuple[str, float]:
        if self._token_url is None:
            self._token_url = await self._discover()
        asked_at = self._clock()
        form = {
            "grant_type": "client_credentials",
            "scope": self._scopes,
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._assertion(self._token_url, asked_at),
        }
        answer = await self._send("POST", self._token_url, "signing in", data=form)
        token, lifetime = answer.get("access_token"), answer.get("expires_in", 300)
        if not isinstance(token, str) or not isinstance(lifetime, (int, float)):
            raise ProtocolError("The core's token endpoint gave no access_token.")
        return token, asked_at + max(lifetime / 2, lifetime - _EARLY_SECONDS)

    async def _discover(self) -> str:
        url = f"{self._base_url}/.well-known/smart-configuration"
        answer = await self._send("GET", url, "discovering its sign-in")
        found = answer.get("token_endpoint")
        if not isinstance(found, str):
            raise ProtocolError("The core's SMART configuration names no token endpoint.", hint="Set its address.")
        return found

    def _assertion(self, audience: str, now: float) -> str:
        header = {"alg": self._algorithm, "typ": "JWT"}
        if self._key_id:
            header["kid"] = self._key_id
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": audience,
            "exp": int(now) + _ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(24),
        }
        return jwt.encode(header, claims, self._key, algorithms=[self._algorithm])

    async def _send(self, method: str, url: str, what: str, **arguments: Any) -> dict[str, Any]:
        try:
            if self._http is not None:
                response = await self._http.request(method, url, timeout=self._timeout, **arguments)
            else:
                async with httpx.AsyncClient(timeout=self._timeout) as http:
                    response = await http.request(method, url, **arguments)
        except httpx.TimeoutException:
            raise TimedOut(f"The core did not answer in time when {what}.") from None
        except httpx.TransportError as error:
            raise Unavailable(f"The core could not be reached when {what} ({type(error).__name__}).") from None
        if response.status_code != 200:
            raise _sign_in_error(response, what)
        try:
            answer = response.json()
        except ValueError:
            raise ProtocolError(f"The core's answer when {what} is not JSON.") from None
        if not isinstance(answer, dict):
            raise ProtocolError(f"The core's answer when {what} is not a JSON object.")
        return answer


def _sign_in_error(response: httpx.Response, what: str) -> FhirError:
    status = response.status_code
    try:
        said = response.json()
    except ValueError:
        said = {}
    words = said.get("error_description") or said.get("error") or "" if isinstance(said, dict) else ""
    message = f"The core answered {status} when {what}{f': {words}' if words else ''}"
    if status == 429 or status >= 500:
        kind = Throttled if status == 429 else Unavailable
        return kind(message, status=status, retry_after=retry_after_of(response.headers.get("Retry-After")))
    hint = "Check the client's id, its key as registered with the core, and its scopes."
    return Unauthorized(message, status=status, outcome_text=words, hint=hint)


def _imported(private_key: dict[str, Any] | str) -> tuple[ECKey | RSAKey, str]:
    if isinstance(private_key, dict):
        is_rsa = private_key.get("kty") == "RSA"
        key: ECKey | RSAKey = RSAKey.import_key(private_key) if is_rsa else ECKey.import_key(private_key)
    else:
        try:
            key = ECKey.import_key(private_key)
        except InvalidKeyTypeError:
            key = RSAKey.import_key(private_key)
    if not key.is_private:
        raise ValueError("a private key is needed to sign in")
    if isinstance(key, ECKey) and key.curve_name != "P-384":
        raise ValueError(f"ES384 needs a key on the curve P-384, not {key.curve_name}")
    return key, "RS384" if isinstance(key, RSAKey) else "ES384"


def generate_key(key_id: str = "carelane") -> tuple[dict[str, Any], dict[str, Any]]:
    """A new P-384 key pair for ES384 as (private JWK, public JWKS)."""
    key = ECKey.generate_key("P-384", parameters={"kid": key_id, "use": "sig", "alg": "ES384"})
    return dict(key.as_dict(private=True)), {"keys": [dict(key.as_dict(private=False))]}
