"""`carelane dev` and `carelane demo` say where the pages are and who may sign in."""

from __future__ import annotations

from pathlib import Path

import pytest

import settings
from commands.machine import welcome


def test_whoever_starts_it_knows_how_to_sign_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The address, and every account with its password, in columns."""
    configured = settings.load(state_dir=tmp_path, web_port=18_000)
    welcome(configured)
    said = capsys.readouterr().err.splitlines()
    assert said[1].startswith("Carelane is at http://127.0.0.1:18000 ")
    rows = [line.split() for line in said[2:]]
    assert {"coordinator", "informaticist", "medical-director"} <= {row[0] for row in rows}
    assert len({line.index(row[1]) for line, row in zip(said[2:], rows, strict=True)}) == 1
