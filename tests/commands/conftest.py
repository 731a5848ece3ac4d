"""Commands that speak to a running Carelane, as on a developer's machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import cli
from api.security.accounts import FILE
from tests.support.office import PASSWORD, PEOPLE
from tests.support.served import Served, served

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A command line: its exit status, output and error output."""

    def carelane(*arguments: object) -> tuple[int, str, str]:
        status = cli.run([str(one) for one in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return carelane


@pytest.fixture(scope="module")
def office_here(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An office that is served, whose people are the accounts of a state folder."""
    with served(module_database_url, tmp_path_factory.mktemp("office")) as place:
        yield place


@pytest.fixture
def machine(office_here: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Served:
    """This machine as `carelane dev` sets it up: settings that lead to the office, passwords, an empty cache."""
    state = tmp_path / "state"
    state.mkdir()
    accounts = [
        {"login": login, "name": name, "roles": roles, "password": PASSWORD} for login, (name, roles) in PEOPLE.items()
    ]
    (state / FILE).write_text(json.dumps(accounts), encoding="utf-8")
    monkeypatch.setenv("CARELANE_STATE_DIR", str(state))
    monkeypatch.setenv("CARELANE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CARELANE_WEB_URL", office_here.url)
    return office_here
