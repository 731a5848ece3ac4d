"""The whole demonstration, from an empty machine to the table, as `make demo ONCE=1` runs it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import settings
from devcore.demo.authorizations import AUTHORIZATION_SCRIPTS
from devcore.demo.cases import SCRIPTS
from devcore.demo.infusions import INFUSION_SCRIPTS
from tests.support.source import ROOT


@pytest.mark.timeout(900)
def test_every_case_ends_as_it_should() -> None:
    """Every case of every pathway goes its way on real parts, and the command says so with its status."""
    finished = subprocess.run(
        [sys.executable, "-m", "cli", "demo", "--once"],
        cwd=ROOT,
        env=settings.environment_of(settings.load(database_url=None, temporal_address=None, core_url=None)),
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    for script in (*SCRIPTS, *AUTHORIZATION_SCRIPTS, *INFUSION_SCRIPTS):
        assert script.title in finished.stdout
        assert script.outcome in finished.stdout
    assert "Traceback" not in finished.stderr
