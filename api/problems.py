"""Errors as problem details (RFC 9457): every answer of the JSON API that is no success.

`code` is stable and may be relied on; `detail` and `hint` are for people.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from api.services.errors import NotNowError, ServiceError
from pathways.errors import CarelaneError
from store.errors import StoreUnavailableError, VersionTakenError
from store.paging import BadCursorError

Json = Any

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds after which something that was away may be asked again."""

_log = logging.getLogger(__name__)

_STATUS: Mapping[type[CarelaneError], tuple[int, str]] = {
    StoreUnavailableError: (503, "Not now"),
    VersionTakenError: (409, "The version is taken"),
    BadCursorError: (400, "The request is not right"),
}

_HTTP: Mapping[int, tuple[str, str]] = {
    400: ("invalid-request", "The request is not right"),
    401: ("signed-out", "Please sign in"),
    403: ("role-missing", "Not allowed"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "Not allowed here"),
    413: ("too-large", "Too large"),
    415: ("unsupported-media-type", "Unsupported media type"),
}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="The field's name; dots lead into it.")
    message: str = Field(description="What is wrong, in words.")


class Problem(BaseModel):
    """A problem (RFC 9457). Some codes say more in members of their own."""

    model_config = ConfigDict(extra="allow")

    type: str = Field("about:blank", description="Always `about:blank`: `code` tells problems apart.")
    title: str = Field(description="What kind of problem it is, in words.")
    status: int = Field(description="The HTTP status.")
    code: str = Field(description="What kind of problem it is; stable.")
    detail: str = Field(description="What happened, in words.")
    hint: str = Field("", description="What to do about it, or empty.")
    errors: list[FieldProblem] = Field(
        default_factory=list, description="What is wrong by field, where fields were given."
    )


def status_of(error: CarelaneError) -> tuple[int, str]:
    """An error's HTTP status and title."""
    if isinstance(error, ServiceError):
        return error.status, error.title
    for kind, known in _STATUS.items():
        if isinstance(error, kind):
            return known
    return 500, "Something went wrong"


def problem_of(error: CarelaneError) -> JSONResponse:
    """An error as a problem."""
    status, title = status_of(error)
    fields = error.fields if isinstance(error, ServiceError) else {}
    members = error.members if isinstance(error, ServiceError) else {}
    headers = {}
    if isinstance(error, (NotNowError, StoreUnavailableError)):
        headers["Retry-After"] = str(RETRY_AFTER)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return problem(status, title, error.code, error.message, error.hint, fields, members, headers)


def problem(
    status: int,
    title: str,
    code: str,
    detail: str,
    hint: str = "",
    fields: Mapping[str, str] | None = None,
    members: Mapping[str, Json] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem by its parts."""
    body = Problem(
        type="about:blank",
        title=title,
        status=status,
        code=code,
        detail=detail,
        hint=hint,
        errors=[FieldProblem(field=name, message=message) for name, message in (fields or {}).items()],
    )
    content = {**body.model_dump(), **jsonable_encoder(dict(members or {}))}
    return JSONResponse(content, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of the JSON API as a problem."""
    app.add_exception_handler(CarelaneError, _carelane)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of the problems that a route may answer."""
    words = {
        400: "The request cannot be understood.",
        401: "Nobody is signed in.",
        403: "The person's roles do not allow it.",
        404: "There is no such thing, or not for this person.",
        409: "It is not as the request supposes: taken, closed, ended or changed by somebody else.",
        422: "Some fields need another look; `errors` says where.",
        503: "Something that is needed does not answer now; `Retry-After` says when to ask again.",
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": words[status], "content": content} for status in sorted({401, 503, *statuses})}


async def _carelane(_: Request, error: Exception) -> Response:
    assert isinstance(error, CarelaneError)  # noqa: S101 - FastAPI looked up the handler by this class
    if status_of(error)[0] == 500:
        _log.error("unexpected %s", error.code, exc_info=error)
        return problem(500, "Something went wrong", "internal", "Something went wrong on our side.")
    return problem_of(error)


async def _validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - FastAPI looked up the handler by this class
    fields = {_place(one["loc"]): str(one["msg"]) for one in error.errors()}
    return problem(422, "Some fields need another look", "form-invalid", "The request is not right.", fields=fields)


def _place(location: Sequence[str | int]) -> str:
    inside = [str(part) for part in location if part not in ("body", "query", "path", "header")]
    return ".".join(inside) or "body"


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - FastAPI looked up the handler by this class
    code, title = _HTTP.get(error.status_code, ("http", "Not possible"))
    detail = error.detail if isinstance(error.detail, str) else title
    return problem(error.status_code, title, code, detail, headers=error.headers)


async def _unexpected(_: Request, error: Exception) -> Response:
    _log.error("unexpected error", exc_info=error)
    return problem(500, "Something went wrong", "internal", "Something went wrong on our side.")
