"""The contract's command tells what passed, what is missing and what cannot be done without."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from activities.gateways.fhir.auth import generate_key
from activities.gateways.fhir.contract import all_checks, run_contract
from activities.gateways.fhir.contract.__main__ import main
from activities.gateways.fhir.errors import Unavailable
from devcore.app import Client
from devcore.quirks import Quirks
from tests.support.core import live_core


def test_every_check_says_what_it_asks() -> None:
    """Checks have names of their own, say what they ask, and required ones come first."""
    checks = all_checks()
    assert len({check.name for check in checks}) == len(checks) > 30
    assert all(check.says.endswith(".") for check in checks)
    marks = [check.mark for check in checks]
    assert marks == sorted(marks, key=lambda mark: mark != "required")
    assert all(mark == "required" or mark.startswith("capability:") for mark in marks)


def test_a_core_that_meets_it_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 0, and each missing capability by name."""
    with live_core(tmp_path / "core.db", quirks=Quirks(next_links=False)) as core:
        assert main([core.base_url]) == 0
    said = capsys.readouterr().out
    assert "Missing capabilities, which our client does without: paging." in said
    assert "this core can be used" in said


def test_a_core_that_does_not_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 1 when something required is missing, saying what was found instead."""
    with live_core(tmp_path / "core.db") as core:
        core.fail(match={"method": "PUT"}, status=405, times=None)
        assert main([core.base_url]) == 1
    said = capsys.readouterr().out
    assert "FAILED  required" in said
    assert "This core cannot be used: updates" in said


def test_a_core_with_a_sign_in_is_tried_signed_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --auth smart the key file signs in, and the sign-in itself is checked."""
    private, public = generate_key()
    key_file = tmp_path / "key.json"
    key_file.write_text(json.dumps(private))
    clients = {"carelane": Client("carelane", public)}
    with live_core(tmp_path / "core.db", auth="smart", clients=clients) as core:
        arguments = ["--auth", "smart", "--client-id", "carelane", "--key-file", str(key_file)]
        assert main([core.base_url, *arguments]) == 0
    said = capsys.readouterr().out
    assert "asks-for-a-sign-in" in said


def test_smart_needs_a_client_and_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    """Misuse is exit status 2, with what is missing."""
    with pytest.raises(SystemExit) as raised:
        main(["http://127.0.0.1:9/fhir", "--auth", "smart"])
    assert raised.value.code == 2
    assert "--key-file" in capsys.readouterr().err


def test_the_contract_leaves_nothing_behind(tmp_path: Path) -> None:
    """What the checks made is deleted again where the core lets them."""
    with live_core(tmp_path / "core.db") as core:
        report = asyncio.run(run_contract(core.base_url))
        assert report.passed
        assert not report.missing
        assert core.counts()["resources"] == {}


def test_where_nobody_answers_nothing_is_judged() -> None:
    """An address without a server is an error, not a core that lacks everything (or passes anything)."""
    with pytest.raises(Unavailable):
        asyncio.run(run_contract("http://127.0.0.1:1/fhir", timeout=2.0))
