"""The JSON API as an application of its own, mounted at `/api/v1`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import problems
from api.problems import Problem
from api.routes import demonstration, events, incidents, instances, migrations, operations, pathways, people, tasks
from api.services import Services

VERSION = "1"

_DESCRIPTION = """\
Carelane runs specialty care pathways beside an EHR core. This API starts pathways, works their tasks, operates on
their incidents, publishes definitions and takes events.

* Every error is a problem (RFC 9457) with a stable `code`.
* Every POST may carry an `Idempotency-Key`: the same key again gets the first answer, and nothing is done twice.
  Taking, releasing and assigning tasks, publishing, and sending events are idempotent by themselves.
* Lists are paged by `after`; `Link` with `rel="next"` leads on.
* A request carries `Authorization: Bearer <token>`; tokens come from `POST /tokens`.
"""


def create_json_api(services: Services) -> FastAPI:
    """The JSON API on these use cases."""
    app = FastAPI(
        title="Carelane",
        version=VERSION,
        description=_DESCRIPTION,
        docs_url=None,  # the built-in pages load scripts from elsewhere
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.services = services
    problems.install(app)
    routers = [tasks, instances, operations, incidents, pathways, migrations, events, people]
    if services.demonstration.demo:
        routers.append(demonstration)
    for one in routers:
        app.include_router(one.router)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The description, with our problems in place of the framework's own validation errors."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, servers=app.servers
        )
        components = schema.setdefault("components", {}).setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components.update(problem.pop("$defs", {}))
        components["Problem"] = problem
        for operation in (one for methods in schema["paths"].values() for one in methods.values()):
            if "422" in operation["responses"]:  # the framework's own schema of it, where a route names none
                operation["responses"]["422"] = problems.responses(422)[422]
        components.pop("HTTPValidationError", None)
        components.pop("ValidationError", None)
        app.openapi_schema = schema
    return app.openapi_schema
