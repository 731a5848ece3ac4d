"""`carelane rebuild`: what it says."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import cli
from commands import rebuild
from relaying import reconciling


@pytest.fixture
def configured(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that name a database, and a Temporal that nobody asks."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")


def test_it_says_how_many_were_recorded_anew(configured: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every running instance is asked."""

    async def rebuilt(*_: object) -> tuple[int, int]:
        return 3, 0

    monkeypatch.setattr(reconciling, "rebuild", rebuilt)
    done = CliRunner().invoke(cli.app, ["rebuild"])
    assert (done.exit_code, done.output) == (0, "3 running pathways were recorded anew.\n")


def test_silence_is_no_success(configured: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who did not answer is counted, and the command fails."""

    async def rebuilt(*_: object) -> tuple[int, int]:
        return 3, 1

    monkeypatch.setattr(reconciling, "rebuild", rebuilt)
    done = CliRunner().invoke(cli.app, ["rebuild"])
    assert done.exit_code == 1
    assert isinstance(done.exception, rebuild.IncompleteError)
    assert done.exception.message.startswith("2 of 3")
