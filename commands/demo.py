"""`carelane demo`: everything on this machine, with cases of every pathway that go different ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import Future
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

import settings
from commands.machine import welcome
from local.progress import to_stderr
from settings import Settings

if TYPE_CHECKING:
    from activities.gateways.fhir import FhirClient
    from devcore.demo.api import Api
    from devcore.demo.table import Ending

T = TypeVar("T")

app = typer.Typer(help="Show Carelane at work.")

STANDING = 0.0
"""The pace at which time stands until it is moved."""


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Drive every case to its end, then leave.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over instead of continuing.")] = False,
    patients: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            resolve_path=True,
            help="Folder of FHIR transaction bundles (*.json, *.json.gz) with patients.",
        ),
    ] = None,
) -> None:
    """Show Carelane at work, a pathway day in a minute.

    There are referrals, authorizations and infusions.
    """
    from local.supervisor import interruptible

    with interruptible():
        if once:
            right = _once(settings.load(demo=True, demo_pace=STANDING), patients)
            raise typer.Exit(0 if right else 1)
        _keep_going(settings.load(demo=True), patients, fresh=fresh)


def _once(configured: Settings, patients: Path | None) -> bool:
    """Every case to its end, in a state and on ports of its own; whether each ended as it should."""
    from rich.console import Console

    import devserver
    from devcore.demo.table import show

    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="carelane-demo-", ignore_cleanup_errors=True)))
        folder.chmod(0o711)  # PostgreSQL's user may be another one, and has to pass through
        own = devserver.with_free_ports(configured).model_copy(update={"state_dir": folder / "state"})
        stack.callback(devserver.forget_state, own.state_dir)
        platform = stack.enter_context(devserver.running(own, to_stderr))
        driving: Future[list[Ending]] = Future()
        _in_background(_drive(platform.settings, patients), driving)
        platform.supervisor.watch_until(driving.done)
        found = driving.result()
        show(found, Console(width=170))
        return all(ending.is_right for ending in found)


def _keep_going(configured: Settings, patients: Path | None, *, fresh: bool) -> None:
    """Run until Ctrl-C: the offices outside answer, and tasks are for whoever tries it."""
    import devserver

    if fresh:
        devserver.forget_state(configured.state_dir)
    with devserver.running(configured, to_stderr) as platform:
        playing: Future[None] = Future()
        started = Event()
        _in_background(_play(platform.settings, patients, started), playing)
        platform.supervisor.watch_until(lambda: started.is_set() or playing.done())
        if not playing.done():
            welcome(platform.settings)
            to_stderr(f"One pathway day passes in {86_400 / configured.demo_pace:.0f} s.")
        with suppress(KeyboardInterrupt):
            platform.supervisor.watch_until(playing.done)
            playing.result()


async def _drive(configured: Settings, patients: Path | None) -> list[Ending]:
    """Set the stage, drive every case to its end, and see how it ended."""
    from devcore.demo.play import play_to_the_end
    from devcore.demo.stage import load_patients, start_cases
    from devcore.demo.table import endings
    from devcore.demo.world import World

    async with _clients(configured) as (api, core):
        loaded = await load_patients(core, patients, to_stderr)
        to_stderr("Starting the cases, and driving them to their end (a few minutes)")
        cases = await start_cases(api, core, loaded)
        await play_to_the_end(api, World(api, core), cases, to_stderr)
        return await endings(api, cases)


async def _play(configured: Settings, patients: Path | None, started: Event) -> None:
    """Set the stage, and let offices and people act until this is cancelled."""
    from devcore.demo.play import play_along
    from devcore.demo.stage import load_patients, start_cases
    from devcore.demo.world import World

    async with _clients(configured) as (api, core):
        loaded = await load_patients(core, patients, to_stderr)
        cases = await start_cases(api, core, loaded)
        started.set()
        await play_along(api, World(api, core), cases)


def _in_background(work: Coroutine[Any, Any, T], done: Future[T]) -> None:
    """Run a coroutine beside the supervisor, in a thread that ends with this process."""

    def run() -> None:
        try:
            done.set_result(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - whoever waits for it meets it
            done.set_exception(error)

    Thread(target=run, name="demonstration", daemon=True).start()


@asynccontextmanager
async def _clients(configured: Settings) -> AsyncIterator[tuple[Api, FhirClient]]:
    """The API with everybody signed in, and the core."""
    from activities.gateways.fhir import FhirClient
    from activities.gateways.fhir.auth import SmartBackendAuth
    from api.security.accounts import development_accounts
    from devcore.demo.api import Api

    credentials = configured.core_credentials
    auth = SmartBackendAuth.from_key_file(configured.core_base_url, *credentials) if credentials else None
    api = Api(configured.public_url)
    try:
        async with FhirClient(configured.core_base_url, auth=auth) as core:
            for account in development_accounts(configured.state_dir):
                await api.sign_in(account.login, account.password)
            yield api, core
    finally:
        await api.aclose()
