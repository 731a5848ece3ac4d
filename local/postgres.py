"""A PostgreSQL server of our own: made on first use, run as our child, on 127.0.0.1 with a password."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from local.errors import LocalError, ProcessDiedError
from local.ports import LOOPBACK, require_free
from local.postgres_home import PostgresHome, find_home, forget_home
from local.processes import Child, Program
from local.progress import Report, silent

USER = "carelane"
DATABASE = "carelane"
PASSWORD_FILE = "postgres-password"  # noqa: S105 - the name of the file, not what it holds

START_SECONDS = 60.0
LEFTOVER_SECONDS = 20.0

# What `postgres` says when processes of a server that was killed are not gone yet.
_LEFTOVERS = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')

_OPTIONS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # the path of a socket may be too long, and nobody needs it
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
}


class PostgresServer:
    """A server whose data belongs to a state folder; `start` again continues where it was.

    `options` are settings of `postgres` that win over ours. `durable=False` gives up what protects from a
    crash of the machine, not of the server: for states that end with the command.
    """

    name = "PostgreSQL"

    def __init__(
        self,
        state_dir: Path,
        *,
        port: int,
        setting: str = "CARELANE_POSTGRES_PORT",
        options: Mapping[str, str] | None = None,
        durable: bool = True,
        report: Report = silent,
    ) -> None:
        self.state_dir = state_dir
        self.port = port
        self.setting = setting
        self.durable = durable
        self.report = report
        safety = {} if durable else {"fsync": "off", "full_page_writes": "off"}
        self.options = {**_OPTIONS, **safety, **(options or {})}
        self.child: Child | None = None
        self._home: PostgresHome | None = None

    @property
    def home(self) -> PostgresHome:
        """Where data and programs lie; found, or made, when first asked for."""
        if self._home is None:
            self.state_dir.mkdir(parents=True, exist_ok=True)
            self._home = find_home(self.state_dir)
        return self._home

    @property
    def password(self) -> str:
        """The password of our user, made on first use and kept in the state folder for our eyes only."""
        path = self.state_dir / PASSWORD_FILE
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        return path.read_text(encoding="utf-8").strip()

    def url(self, database: str = DATABASE) -> str:
        """The address of one of its databases, as `postgresql://…`."""
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def start(self) -> None:
        """Initialize if this is the first time, start, and return when it answers."""
        if not self.home.is_initialized:
            self._initialize()
        require_free(self.port, purpose="PostgreSQL", setting=self.setting)
        self._remove_stale_lock()
        give_up = time.monotonic() + LEFTOVER_SECONDS
        while True:
            self.child = Child(self._program())
            try:
                self.child.wait_until(self.answers, timeout=START_SECONDS)
            except ProcessDiedError:
                log = self.child.log_since_start()
                if not any(sign in log for sign in _LEFTOVERS):
                    raise
                if time.monotonic() >= give_up:
                    raise LocalError(
                        f"Another PostgreSQL uses {self.home.data}.",
                        hint="Stop the `carelane dev` or `carelane demo` that runs on this state folder.",
                    ) from None
                time.sleep(0.2)
            else:
                break
        self.create_database(DATABASE)

    def stop(self) -> None:
        """Close it as it should be; the data stays."""
        if self.child is not None:
            self.child.stop()
            self.child = None

    def kill(self) -> None:
        """End it as `kill -9` does; `start` recovers from that."""
        if self.child is not None:
            self.child.kill()
            self.child = None

    def delete(self) -> None:
        """Stop it and remove its data, wherever it lies."""
        self.stop()
        forget_home(self.state_dir)
        self._home = None

    def answers(self) -> bool:
        """Whether it accepts a connection of ours."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self, name: str, *, template: str | None = None) -> bool:
        """Create a database, as a copy of `template` if given; False when it is there already."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            # A copy of files is faster than WAL where nothing has to survive a crash of the machine.
            strategy = "wal_log" if self.durable else "file_copy"
            statement += sql.SQL(" TEMPLATE {} STRATEGY {}").format(sql.Identifier(template), sql.Identifier(strategy))
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            try:
                connection.execute(statement)
            except psycopg.errors.DuplicateDatabase:
                return False
        return True

    def drop_database(self, name: str) -> None:
        """Remove a database, ending the connections that others still have to it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _program(self) -> Program:
        options = {**self.options, "port": str(self.port)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="PostgreSQL",
            command=[str(self.home.programs / "postgres"), "-D", str(self.home.data), *settings],
            log=self.state_dir / "logs" / "postgres.log",
            folder=Path("/"),
            account=self.home.account,
            stop_signal=signal.SIGINT,  # "fast shutdown": ends sessions, writes a checkpoint
            death_signal=signal.SIGINT,
        )

    def _initialize(self) -> None:
        """Run `initdb`; what an interrupted one left is thrown away."""
        self.report("Preparing PostgreSQL's data folder (a few seconds, once)")
        home = self.home
        shutil.rmtree(home.data, ignore_errors=True)
        password = home.owned_file("password", self.password)
        command = [
            str(home.programs / "initdb"),
            f"--pgdata={home.data}",
            f"--username={USER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            *([] if self.durable else ["--no-sync"]),
        ]
        account = home.account
        try:
            finished = subprocess.run(  # noqa: S603 - the command is ours
                command,
                user=None if account is None else account.uid,
                group=None if account is None else account.gid,
                extra_groups=None if account is None else [],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                cwd="/",
                check=False,
            )
        finally:
            password.unlink()
        if finished.returncode != 0:
            raise LocalError(
                f"PostgreSQL's initdb failed: {finished.stderr.decode('utf-8', 'replace').strip()}",
                hint="Set DATABASE_URL to a PostgreSQL server (15 or later) to do without one of our own.",
            )
        home.mark_initialized()

    def _remove_stale_lock(self) -> None:
        """Remove `postmaster.pid` where its process is no PostgreSQL of this folder any more.

        After `kill -9` the number may have gone to another process; `postgres` would then wait for that one.
        """
        lock = self.home.data / "postmaster.pid"
        try:
            pid = int(lock.read_text(encoding="utf-8").splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return
        if not _runs(pid, str(self.home.data)):
            lock.unlink(missing_ok=True)


def _runs(pid: int, argument: str) -> bool:
    """Whether a process exists and has this word in its command line."""
    if sys.platform == "linux":  # `ps` is missing on small installations
        with contextlib.suppress(OSError):
            return os.fsencode(argument) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return False
    command = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    listing = subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603 - fixed
    return argument in listing.stdout
