"""One request to a core, one answer: sign-in, JSON, typed errors."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from activities.gateways.fhir.errors import ProtocolError, TimedOut, Unavailable, error_of
from activities.gateways.fhir.rawjson import dump, parse

FHIR_JSON = "application/fhir+json"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Auth(Protocol):
    """How requests to a core are authorized."""

    async def token(self, *, rejected: str | None = None) -> str:
        """A bearer token; `rejected` is one that the core has just refused, so that it is not given again.

        Raises FhirError when none can be had.
        """
        ...


@dataclass(frozen=True)
class Answer:
    """A successful answer: its status, headers and parsed body (None where it had none)."""

    status: int
    headers: httpx.Headers
    body: Any


class Transport:
    """Sends requests to one core."""

    def __init__(self, base_url: str, *, auth: Auth | None, http: httpx.AsyncClient | None, timeout: float) -> None:
        self.base_url = base_url.rstrip("/")
        self._auth = auth
        self._timeout = timeout
        self._owns_http = http is None
        self._http = http or _http_client(base_url)
        _keep_urls_out_of_logs()

    async def aclose(self) -> None:
        """Close the connections, where they are our own."""
        if self._owns_http:
            await self._http.aclose()

    async def send(
        self,
        method: str,
        path: str,
        what: str,
        *,
        params: list[tuple[str, str]] | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
        content_type: str = FHIR_JSON,
        patience: float | None = None,
    ) -> Answer:
        """Send a request; `path` is relative to the base, or a URL that the core gave us on its own origin.

        `what` names the request in errors, without ids or values; `patience` is how many seconds this one may
        take, where that differs from the others. Raises FhirError.
        """
        url = httpx.URL(path if path.startswith(("http://", "https://")) else f"{self.base_url}/{path}")
        if params:
            url = url.copy_merge_params(httpx.QueryParams(tuple(params)))
        all_headers = {"Accept": FHIR_JSON} | (headers or {})
        content = None
        if body is not None:
            content = dump(body).encode()
            all_headers["Content-Type"] = content_type
        request = self._http.build_request(
            method, url, content=content, headers=all_headers, timeout=patience or self._timeout
        )
        response = await self._authorized(request, what)
        parsed = _parsed(response, what)
        if response.status_code >= 300:
            raise error_of(what, response.status_code, response.headers, parsed)
        return Answer(response.status_code, response.headers, parsed)

    async def _authorized(self, request: httpx.Request, what: str) -> httpx.Response:
        if self._auth is None:
            return await self._once(request, what)
        token = await self._auth.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = await self._once(request, what)
        if response.status_code == 401:  # expired early, or the core was restarted: once more with a new one
            request.headers["Authorization"] = f"Bearer {await self._auth.token(rejected=token)}"
            response = await self._once(request, what)
        return response

    async def _once(self, request: httpx.Request, what: str) -> httpx.Response:
        try:
            return await self._http.send(request, follow_redirects=False)
        except httpx.TimeoutException:
            raise TimedOut(f"The core did not answer in time to {what}.") from None
        except httpx.TransportError as error:
            kind = type(error).__name__
            raise Unavailable(f"The connection to the core failed during {what} ({kind}).") from None


def _http_client(base_url: str) -> httpx.AsyncClient:
    parts = urlsplit(base_url)
    return httpx.AsyncClient(
        trust_env=parts.hostname not in _LOOPBACK,  # a proxy is no way to a core on this machine
        verify=parts.scheme != "http",  # reading the certificates takes a while, and plain HTTP needs none
    )


def _parsed(response: httpx.Response, what: str) -> Any:
    if not response.content.strip():
        return None
    try:
        return parse(response.content.decode())
    except ValueError:
        if response.status_code >= 300:  # a proxy's page; the status says enough
            return None
        raise ProtocolError(
            f"The core's answer to {what} is not JSON.",
            hint="Check that its base address leads to a FHIR R4 end point.",
            status=response.status_code,
        ) from None


def _keep_urls_out_of_logs() -> None:
    """httpx and httpcore log the URL of each request, and a search may hold what identifies a patient."""
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        if logger.level < logging.WARNING:  # not set counts too: the root may become talkative later
            logger.setLevel(logging.WARNING)
