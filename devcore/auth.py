"""SMART Backend Services as a core offers it: client assertions in, short-lived tokens out, scopes enforced.

Follows SMART App Launch 2.2, "Backend Services" and "Client Authentication: Asymmetric": `private_key_jwt`
with ES384 or RS384, five minutes at most, a `jti` used once.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from devcore.outcomes import Refusal
from devcore.storage import Storage

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES384", "RS384")
_LONGEST_ASSERTION = 300
_SCOPE = re.compile(r"^system/(?P<type>\*|[A-Z][A-Za-z]+)\.(?P<may>read|write|\*|c?r?u?d?s?)$")
_V1 = {"read": "rs", "write": "cud", "*": "cruds"}


@dataclass(frozen=True)
class Client:
    """A registered client: its public keys (a JWKS) and the scopes that it may ask for."""

    client_id: str
    jwks: Mapping[str, Any]
    scopes: str = "system/*.cruds"


class TokenRefusal(Exception):  # noqa: N818 - an answer, as `Refusal`
    """An error of the token endpoint (RFC 6749, section 5.2)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description


@dataclass(frozen=True)
class _Grant:
    client_id: str
    scopes: frozenset[str]
    expires: float


class TokenEndpoint:
    """Issues tokens and says what each allows. Tokens live in memory; used assertion ids in the file."""

    def __init__(
        self,
        clients: Mapping[str, Client],
        storage: Storage,
        *,
        lifetime: float = 300.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clients = clients
        self._storage = storage
        self._lifetime = lifetime
        self._clock = clock
        self._grants: dict[str, _Grant] = {}

    def issue(self, form: Mapping[str, str], audience: str) -> dict[str, Any]:
        """Answer a token request. Raises TokenRefusal."""
        if form.get("grant_type") != "client_credentials":
            raise TokenRefusal(400, "unsupported_grant_type", "only client_credentials is supported")
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise TokenRefusal(400, "invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
        client = self._authenticate(form.get("client_assertion", ""), audience)
        asked = form.get("scope", "").split()
        if not asked:
            raise TokenRefusal(400, "invalid_scope", "ask for at least one scope")
        granted = [scope for scope in asked if _covers(client.scopes.split(), scope)]
        if not granted:
            raise TokenRefusal(400, "invalid_scope", f"{client.client_id} may have none of the scopes it asked for")
        token = secrets.token_urlsafe(32)
        now = self._clock()
        self._grants = {key: grant for key, grant in self._grants.items() if grant.expires > now}
        self._grants[token] = _Grant(client.client_id, frozenset(granted), now + self._lifetime)
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": int(self._lifetime),
            "scope": " ".join(granted),
        }

    def scopes_of(self, authorization: str | None) -> frozenset[str]:
        """The scopes of a request's bearer token. Raises Refusal 401."""
        scheme, _, token = (authorization or "").partition(" ")
        grant = self._grants.get(token.strip()) if scheme.lower() == "bearer" else None
        if grant is None:
            raise Refusal(401, "login", "a bearer token of this core's token endpoint is needed")
        if grant.expires <= self._clock():
            raise Refusal(401, "expired", "the token has expired")
        return grant.scopes

    def forget(self) -> None:
        """Make every token void, as a restart does."""
        self._grants.clear()

    def _authenticate(self, assertion: str, audience: str) -> Client:
        try:
            issuer = str(json.loads(jws.extract_compact(assertion.encode()).payload).get("iss"))
            client = self._clients[issuer]
            keys = KeySet.import_key_set({"keys": list(client.jwks["keys"])})
            claims = jwt.decode(assertion, keys, algorithms=list(ALGORITHMS)).claims
        except KeyError:
            raise TokenRefusal(401, "invalid_client", "the client is not registered here") from None
        except (JoseError, ValueError, AttributeError) as error:
            raise TokenRefusal(401, "invalid_client", f"the client assertion does not hold: {error}") from error
        now = self._clock()
        if claims.get("sub") != client.client_id:
            raise TokenRefusal(401, "invalid_client", "iss and sub must both be the client's id")
        audiences = claims.get("aud") if isinstance(claims.get("aud"), list) else [claims.get("aud")]
        if audience not in (audiences or []):
            raise TokenRefusal(401, "invalid_client", "aud must be the address of this token endpoint")
        expires, jti = claims.get("exp"), claims.get("jti")
        if not isinstance(expires, (int, float)) or expires <= now or expires > now + _LONGEST_ASSERTION:
            raise TokenRefusal(401, "invalid_client", "exp must lie in the next five minutes")
        if not isinstance(jti, str) or not self._storage.first_use(client.client_id, jti, float(expires), now):
            raise TokenRefusal(401, "invalid_client", "jti must be given and used only once")
        return client


def may(scopes: frozenset[str], resource_type: str, letter: str) -> bool:
    """Whether scopes allow an interaction: one of c, r, u, d, s on a type."""
    return any(granted in (resource_type, "*") and letter in letters for granted, letters in map(_parse, scopes))


def _parse(scope: str) -> tuple[str, str]:
    found = _SCOPE.match(scope)
    if found is None or not found["may"]:
        return "", ""
    return found["type"], _V1.get(found["may"], found["may"])


def _covers(allowed: list[str], asked: str) -> bool:
    wanted_type, wanted = _parse(asked)
    if not wanted:
        return False
    return all(
        any(granted in (wanted_type, "*") and letter in letters for granted, letters in map(_parse, allowed))
        for letter in wanted
    )
