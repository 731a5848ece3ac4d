"""Everything on one machine: PostgreSQL, Temporal, the development core, worker, relay and api.

`running` starts all that the settings do not already name elsewhere, waits until each answers, and hands over
a `Platform`; leaving it stops everything. What is kept lies in the state folder, so that the next start
continues there.
"""

from __future__ import annotations

import fcntl
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

import settings as registry
from api.security.accounts import development_accounts
from local.core_client import register_client
from local.errors import LocalError
from local.ports import LOOPBACK, free_port, require_free
from local.postgres import PostgresServer
from local.postgres_home import forget_home
from local.processes import Child, Program
from local.progress import Report
from local.supervisor import ProcessService, Service, Supervisor
from local.temporal_program import TemporalProgram
from local.temporal_server import TemporalServer, require_version, server_version
from settings import CoreAuth, Environment, Settings
from workflows.search import ALL as SEARCH_ATTRIBUTES

ROOT = Path(__file__).resolve().parent

WORKER_SECONDS = 120.0


@dataclass(frozen=True)
class Platform:
    """What runs: the settings that its processes have, and who keeps them running."""

    settings: Settings
    supervisor: Supervisor


@contextmanager
def running(settings: Settings, report: Report, *, ui: bool = False) -> Iterator[Platform]:
    """Start everything, in the order in which it is needed, and stop it on leaving."""
    if settings.environment is Environment.PRODUCTION:
        raise LocalError(
            "Everything on one machine is for development.",
            hint="In production run `carelane api`, `carelane worker` and `carelane relay` each by itself.",
        )
    with ExitStack() as stack:
        _claim_state(settings.state_dir, stack)
        program = _temporal_program(settings, report)
        _require_free_ports(settings)
        supervisor = stack.enter_context(Supervisor(report))
        report("Starting")
        settings = _start_postgres(settings, supervisor, report)
        settings = _start_temporal_and_core(settings, supervisor, program, ui=ui)
        _start_ours(settings, supervisor)
        yield Platform(settings, supervisor)


def forget_state(state_dir: Path) -> None:
    """Start over: remove everything that earlier runs kept for a state folder, wherever it lies."""
    if not state_dir.exists():
        return
    with ExitStack() as stack:
        _claim_state(state_dir, stack)
        forget_home(state_dir)
        _remove_contents(state_dir)


def with_free_ports(settings: Settings) -> Settings:
    """The settings for a run that must not be in the way of another: ports that nobody uses now."""
    ports = {name: free_port() for name in ("web_port", "core_port", "postgres_port", "temporal_port")}
    return settings.model_copy(update=ports)


def _claim_state(state_dir: Path, stack: ExitStack) -> None:
    """One run at a time for a state folder."""
    state_dir.mkdir(parents=True, exist_ok=True)
    lock = stack.enter_context((state_dir / "lock").open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LocalError(
            f"Carelane runs already on {state_dir}.",
            hint="Stop that one first, or set CARELANE_STATE_DIR to another folder.",
        ) from None


def _remove_contents(state_dir: Path) -> None:
    """Empty the state folder, but for the lock that we hold."""
    for entry in state_dir.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != "lock":
            entry.unlink()


def _temporal_program(settings: Settings, report: Report) -> Path | None:
    """The program to run Temporal with, before anything is started: getting it may take minutes."""
    if settings.temporal_address is not None:
        require_version(server_version(settings.temporal_address), where=settings.temporal_address)
        return None
    environment = registry.environment_of(settings)
    return TemporalProgram(settings.cache_dir, environment=environment, report=report).obtain()


def _require_free_ports(settings: Settings) -> None:
    """Find out about a busy port before minutes are spent on the rest."""
    needed = [("web_port", "Carelane's pages")]
    if settings.database_url is None:
        needed.append(("postgres_port", "PostgreSQL"))
    if settings.temporal_address is None:
        needed.append(("temporal_port", "Temporal"))
    if settings.core_url is None:
        needed.append(("core_port", "the development core"))
    for field, purpose in needed:
        require_free(getattr(settings, field), purpose=purpose, setting=registry.variable(field))


def _start_postgres(settings: Settings, supervisor: Supervisor, report: Report) -> Settings:
    if settings.database_url is None:
        server = PostgresServer(settings.state_dir, port=settings.postgres_port, report=report)
        supervisor.start(server, where=f"{LOOPBACK}:{server.port}")
        settings = settings.model_copy(update={"database_url": SecretStr(server.url())})
    _migrate(settings)
    return settings


def _migrate(settings: Settings) -> None:
    """Bring the tables up to date by the same command that production uses."""
    migration = Child(_program(settings, "migration", "migrate-database"))
    migration.wait_until(lambda: migration.exit_status is not None, timeout=120)
    if migration.exit_status != 0:
        raise migration.death()


def _temporal_server(settings: Settings, program: Path, *, ui: bool) -> TemporalServer:
    return TemporalServer(
        program,
        port=settings.temporal_port,
        log=_log(settings, "temporal"),
        database=settings.state_dir / "temporal.db",
        namespace=settings.temporal_namespace,
        ui_port=free_port() if ui else None,
        search_attributes=[attribute.name for attribute in SEARCH_ATTRIBUTES],
    )


def _start_temporal_and_core(settings: Settings, supervisor: Supervisor, program: Path | None, *, ui: bool) -> Settings:
    """Start what our own processes talk to; the settings that say where it is."""
    starting: list[tuple[Service, str]] = []
    found: dict[str, object] = {}
    if program is not None:
        server = _temporal_server(settings, program, ui=ui)
        pages = f", its pages at http://{LOOPBACK}:{server.ui_port}" if server.ui_port else ""
        starting.append((server, f"{server.address}{pages}"))
        found["temporal_address"] = server.address
    if settings.core_url is None:
        client = register_client(settings.state_dir)
        arguments = ["--database", str(settings.state_dir / "core.db"), "--client", str(client.registration)]
        core = ProcessService(_program(settings, "core", "core", *arguments), port=settings.core_port)
        starting.append((core, settings.core_base_url))
        found["core_auth"] = CoreAuth.SMART
        found["core_client_id"] = client.client_id
        found["core_key_file"] = client.key_file
    supervisor.start_together(starting)
    return settings.model_copy(update=found)


def _start_ours(settings: Settings, supervisor: Supervisor) -> None:
    development_accounts(settings.state_dir)  # made by one process, before several read them
    starting: list[tuple[Service, str]] = []
    for name in ("worker", "relay"):
        port = free_port()
        own = settings.model_copy(update={"metrics_port": port})
        starting.append((ProcessService(_program(own, name, name), port=port, timeout=WORKER_SECONDS), ""))
    pages = ProcessService(_program(settings, "api", "api"), port=settings.web_port, timeout=WORKER_SECONDS)
    supervisor.start_together([*starting, (pages, settings.public_url)])


def _program(settings: Settings, name: str, *arguments: str) -> Program:
    """One of our own commands, as a process with these settings."""
    return Program(
        name=name,
        command=[sys.executable, "-m", "cli", *arguments],
        log=_log(settings, name),
        environment=registry.environment_of(settings, PYTHONUNBUFFERED="1"),
        folder=ROOT,
    )


def _log(settings: Settings, name: str) -> Path:
    return settings.state_dir / "logs" / f"{name}.log"
