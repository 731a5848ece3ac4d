"""The pages as an application of their own, mounted at the root."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.services import Services
from web.admission import View, page
from web.rendering import STATIC, environment
from web.views import (
    additions,
    bulk,
    exceptions,
    help,  # noqa: A004 - the page of that name
    holding,
    instances,
    migrations,
    operations,
    pathways,
    publishing,
    sign_in,
    task,
    versions,
    work,
)
from web.visit import Site, Visit

_YEAR = 365 * 24 * 3600


class _KeptFiles(StaticFiles):
    """Static files; their addresses change with their content, so browsers may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file."""
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        return answer


def create_pages(services: Services, *, secure_cookies: bool = False) -> Starlette:
    """The pages on these use cases."""
    site = Site(services, environment(), secure_cookies)

    def get(path: str, view: View, *, open_to_all: bool = False) -> Route:
        return Route(path, page(site, view, open_to_all=open_to_all), methods=["GET"])

    def post(path: str, view: View, *, open_to_all: bool = False, most_files: int = 0) -> Route:
        return Route(path, page(site, view, open_to_all=open_to_all, most_files=most_files), methods=["POST"])

    async def not_found(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return await Visit(site, request).render(
            "problem.html",
            status=status,
            title="There is no such page" if status == 404 else "Not possible here",
            message="The address leads nowhere.",
            hint="Go to the work list and try from there.",
        )

    return Starlette(
        routes=[
            Route("/", lambda _: RedirectResponse("/work", 303)),
            get("/sign-in", sign_in.show, open_to_all=True),
            post("/sign-in", sign_in.sign_in, open_to_all=True),
            post("/sign-out", sign_in.sign_out),
            get("/work", work.show),
            post("/work/claim-next", work.claim_next),
            get("/work/bulk", bulk.show),
            post("/work/bulk", bulk.send),
            get("/tasks/{ident}", task.show),
            get("/tasks/{ident}/done", task.done),
            post("/tasks/{ident}/claim", task.claim),
            post("/tasks/{ident}/release", task.release),
            post("/tasks/{ident}/assign", task.assign),
            post("/tasks/{ident}/draft", task.save_draft),
            post("/tasks/{ident}/complete", task.complete),
            get("/instances", instances.index),
            get("/instances/{ident}", instances.show),
            *(
                route
                for path, view in (
                    ("suspend", operations.suspend),
                    ("resume", operations.resume),
                    ("hold", holding.hold),
                    ("release", holding.release),
                    ("skip", operations.skip),
                    ("move", operations.move),
                    ("data", operations.change),
                    ("cancel", operations.cancel),
                    ("close", operations.close),
                    ("start-anew", operations.start_anew),
                    ("add-task", additions.add_task),
                )
                for route in (get(f"/instances/{{ident}}/{path}", view), post(f"/instances/{{ident}}/{path}", view))
            ),
            post("/instances/{ident}/offers/{side}", additions.take_offer),
            get("/exceptions", exceptions.index),
            get("/exceptions/{ident}", exceptions.show),
            post("/exceptions/{ident}/retry", exceptions.retry),
            get("/pathways", pathways.index),
            get("/pathways/publish", publishing.show),
            post("/pathways/publish", publishing.send, most_files=publishing.MOST_FILES),
            get("/pathways/{name}/{version}", pathways.show),
            post("/pathways/{name}/{version}/approve", pathways.approve),
            get("/pathways/{name}/{version}/migrate", migrations.ask),
            post("/pathways/{name}/{version}/migrate", migrations.do),
            get("/migrations/{run}", migrations.show),
            post("/migrations/{run}/go-on", migrations.go_on),
            post("/migrations/{run}/take-back", migrations.take_back),
            get("/pathways/{name}/{version}/{act}", versions.ask),
            post("/pathways/{name}/{version}/{act}", versions.do),
            get("/help/keyboard", help.keyboard),
            Mount("/static", _KeptFiles(directory=STATIC)),
        ],
        exception_handlers={404: not_found, 405: not_found},
    )
