"""The core as an ASGI application: routes, headers, errors, faults.

FHIR lies under `/fhir`; what tests ask of the core (`/$fault`, `/$counts`) beside it, outside sign-in and
faults.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from activities.gateways.fhir.rawjson import dump
from devcore.auth import Client, TokenEndpoint, TokenRefusal
from devcore.faults import Fault, Faults
from devcore.outcomes import Refusal, operation_outcome
from devcore.quirks import Quirks
from devcore.service import FHIR_JSON, Answer, Service
from devcore.storage import Storage

FHIR_PATH = "/fhir"
Handler = Callable[[Request], Awaitable[Response]]


def create_core(
    database: Path,
    *,
    clients: Mapping[str, Client] | None = None,
    auth: Literal["smart", "none"] = "smart",
    quirks: Quirks | None = None,
    token_lifetime: float = 300.0,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """A FHIR R4 core on a SQLite file, opened (and made) now.

    With `auth="smart"` every request but /metadata and the SMART configuration needs a token of its own token
    endpoint, which knows `clients`. `app.state` holds `storage`, `faults` and `tokens` for tests in-process.
    """
    storage = Storage(database)
    tokens = TokenEndpoint({} if clients is None else clients, storage, lifetime=token_lifetime, clock=clock)
    core = _Core(Service(storage, quirks or Quirks(), tokens if auth == "smart" else None, clock), tokens, Faults())

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        storage.close()

    every = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
    app = Starlette(
        routes=[
            Route("/$fault", core.fault, methods=["GET", "POST", "DELETE"]),
            Route("/$counts", core.counts, methods=["GET", "DELETE"]),
            Route(f"{FHIR_PATH}/auth/token", core.token, methods=["POST"]),
            Route(FHIR_PATH, core.fhir, methods=every),
            Route(f"{FHIR_PATH}/{{path:path}}", core.fhir, methods=every),
        ],
        lifespan=lifespan,
    )
    app.state.storage, app.state.faults, app.state.tokens = storage, core.faults, tokens
    return app


class _Core:
    def __init__(self, service: Service, tokens: TokenEndpoint, faults: Faults) -> None:
        self.service = service
        self.tokens = tokens
        self.faults = faults

    async def fhir(self, request: Request) -> Response:
        path = request.path_params.get("path", "").strip("/")
        resource_type = path.split("/", 1)[0] or ("Bundle" if request.method == "POST" else "")
        body = await request.body()

        async def interact(_request: Request) -> Response:
            return _response(
                self.service.handle(
                    method=request.method, path=path, query=request.url.query, headers=request.headers,
                    body=body, base=f"{request.url.scheme}://{request.url.netloc}{FHIR_PATH}",
                )
            )  # fmt: skip

        return await self._under_faults(request, resource_type, interact)

    async def token(self, request: Request) -> Response:
        async def issue(_request: Request) -> Response:
            form = {key: str(value) for key, value in (await request.form()).items()}
            audience = f"{request.url.scheme}://{request.url.netloc}{request.url.path}"
            try:
                issued = self.tokens.issue(form, audience)
            except TokenRefusal as refusal:
                said = {"error": refusal.error, "error_description": refusal.description}
                return JSONResponse(said, status_code=refusal.status)
            return JSONResponse(issued, headers={"Cache-Control": "no-store"})

        return await self._under_faults(request, "token", issue)

    async def _under_faults(self, request: Request, resource_type: str, handler: Handler) -> Response:
        fault = self.faults.take(request.method, resource_type, request.url.path)
        response: Response | None = None
        if fault is None:
            response = await handler(request)
        else:
            passes = fault.status is None and not fault.drop
            if fault.when == "after" or (passes and fault.delay_ms == 0):
                response = await handler(request)
            if fault.delay_ms:
                await asyncio.sleep(fault.delay_ms / 1000)
            if response is None and passes:
                response = await handler(request)
            response = response if passes and response is not None else _failed(fault)
        self.faults.count(
            request.method, resource_type, "dropped" if isinstance(response, _Cut) else response.status_code
        )
        return response

    async def fault(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.active.clear()
        elif request.method == "POST":
            try:
                self.faults.active.append(Fault.model_validate_json(await request.body()))
            except ValidationError as error:
                return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse({"faults": [fault.model_dump(mode="json") for fault in self.faults.active]})

    async def counts(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.requests.clear()
        return JSONResponse({"requests": self.faults.requests, "resources": self.service.storage.counts()})


class _Cut(Response):
    """An answer that promises more than it sends: the server closes the connection in the middle of it."""

    def __init__(self) -> None:
        super().__init__(b"{", headers={"Content-Length": "1000"}, media_type=FHIR_JSON)


def _response(answer: Answer) -> Response:
    headers = dict(answer.headers)
    if answer.body is not None:
        headers.setdefault("Content-Type", f"{FHIR_JSON}; charset=utf-8")
    return Response((answer.body or "").encode(), status_code=answer.status, headers=headers)


def _failed(fault: Fault) -> Response:
    if fault.drop:
        return _Cut()
    status = fault.status or 500
    code = {
        401: "login",
        404: "not-found",
        409: "conflict",
        412: "conflict",
        422: "processing",
        429: "throttled",
    }
    outcome = operation_outcome(code.get(status, "exception"), f"failed on demand with {status}")
    body = dump(fault.body or outcome)
    return _response(Answer(status, body, dict(fault.headers)))


__all__ = ["FHIR_PATH", "Client", "Quirks", "Refusal", "create_core"]
