"""Speaking to Carelane's API in the name of a person, as commands do that change what others share.

On a developer's machine `carelane dev` has accounts with passwords, kept in its state folder, and a command signs in
as one of them. Elsewhere it is handed a token (`CARELANE_API_TOKEN`). Either way the API decides who may do what, and
the audit names the person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

import httpx

from api.security.accounts import FILE, development_accounts
from pathways.errors import CarelaneError
from settings import Settings

Json = Any

_SECONDS = 120.0
"""Publishing runs every scenario of a pathway before it answers."""


class ApiAwayError(CarelaneError):
    """Nobody answers where the API should be."""

    code: ClassVar[str] = "api-away"


class SignInError(CarelaneError):
    """There is nobody of that name to act for."""

    code: ClassVar[str] = "sign-in"
    exit_status: ClassVar[int] = 2


class ApiProblemError(CarelaneError):
    """The API refused; `problem` is its answer (RFC 9457)."""

    code: ClassVar[str] = "api-problem"

    def __init__(self, problem: Json) -> None:
        fields = "; ".join(f"{one['field']}: {one['message']}" for one in problem.get("errors", ()))
        detail = str(problem.get("detail") or problem.get("title") or "The API refused.")
        super().__init__(detail if fields in ("", detail) else f"{detail} {fields}", hint=str(problem.get("hint", "")))
        self.problem = problem


class ApiClient:
    """The API as one person sees it. Leave it by `with`: the token is given back."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=_SECONDS, trust_env=False)
        self._own_token: str | None = None

    def __enter__(self) -> ApiClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._own_token is not None:
            with suppress(httpx.HTTPError):
                self._http.delete(f"/tokens/{self._own_token}")
        self._http.close()

    def sign_in(self, login: str, password: str) -> None:
        """Act as somebody, by a token that is given back at the end. Raises as `get` does."""
        wish = {"login": login, "password": password, "label": "carelane command", "days": 1}
        token = self.post("/tokens", wish)
        self._own_token = token["id"]
        self.use(token["secret"])

    def use(self, token: str) -> None:
        """Act as the person of a token."""
        self._http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> Json:
        """What the API answers. Raises `ApiAwayError`, `ApiProblemError`."""
        return self._ask("GET", path)

    def post(self, path: str, body: Json) -> Json:
        """Do something. Raises `ApiAwayError`, `ApiProblemError`."""
        return self._ask("POST", path, json=body)

    def _ask(self, method: str, path: str, **request: Any) -> Json:
        try:
            answer = self._http.request(method, path, **request)
            body = answer.json()
        except httpx.TransportError as error:
            raise ApiAwayError(
                f"Carelane does not answer at {self._base_url}: {error}",
                hint="Start it by `carelane dev`, or say by CARELANE_WEB_URL where it is.",
            ) from None
        except json.JSONDecodeError:
            raise ApiAwayError(
                f"What answers at {self._base_url} is not Carelane.", hint="CARELANE_WEB_URL says where it is."
            ) from None
        if not answer.is_success:
            raise ApiProblemError(body)
        return body


@contextmanager
def acting_as(configured: Settings, login: str | None, default: str) -> Iterator[ApiClient]:
    """The API in the name of `login`, or of the one who does such things by default on a developer's machine.

    Raises `SignInError` where there is no such person, and `ApiAwayError`.
    """
    with ApiClient(configured.public_url) as client:
        if configured.api_token is not None:
            client.use(configured.api_token.get_secret_value())
            _check_person(client, login)
        else:
            _sign_in(client, configured.state_dir, login or default)
        yield client


def _check_person(client: ApiClient, login: str | None) -> None:
    if login is None:
        return
    me = client.get("/me")["login"]
    if me != login:
        raise SignInError(f"The token in CARELANE_API_TOKEN acts for {me}, not for {login}.", hint="Leave --by out.")


def _sign_in(client: ApiClient, state_dir: Path, login: str) -> None:
    if not (state_dir / FILE).exists():
        raise SignInError(
            f"There are no accounts in {state_dir}.",
            hint="Start `carelane dev` in this folder, or set CARELANE_API_TOKEN to a token of the installation.",
        )
    accounts = {one.login: one for one in development_accounts(state_dir)}
    if login not in accounts:
        raise SignInError(f"There is nobody called {login} here.", hint=f"There are {', '.join(accounts)}.")
    client.sign_in(login, accounts[login].password)
