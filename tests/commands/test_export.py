"""`carelane pathway export`: a PlanDefinition on the output or in a file, and what it could not say beside it."""

from __future__ import annotations

import json
from pathlib import Path

import fhirkit
import pytest

import cli


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No store, and an empty folder."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


def carelane(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit status, output and error output of a command line."""
    status = cli.run(["pathway", "export", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_pathway_of_the_library_is_valid_r4(capsys: pytest.CaptureFixture[str]) -> None:
    """The referral is exported as valid R4, and what R4 lacks is told beside it."""
    status, out, err = carelane("referral@1.0.0", "--to", "plandefinition", "--status", "active", capsys=capsys)
    resource = json.loads(out)
    assert status == 0
    assert fhirkit.validate(resource) == []
    assert (resource["name"], resource["status"]) == ("Referral", "active")
    assert err.startswith("FHIR R4 has no element for\n- ")


def test_it_goes_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With -o nothing stands on the output."""
    status, out, _ = carelane("referral@1.0.0", "-o", "plan.json", "--base", "https://clinic.example", capsys=capsys)
    assert (status, out) == (0, "")
    resource = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert resource["url"] == "https://clinic.example/PlanDefinition/referral"
    status, _, err = carelane("referral@1.0.0", "-o", "none/plan.json", capsys=capsys)
    assert status == 2
    assert "cannot be written" in err


@pytest.mark.parametrize("command", [("export", "referral@1.0.0"), ("diagram", "referral@1.0.0"), ("schema",)])
def test_what_cannot_be_written_is_said(
    command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a command writes into a file: which file, why not, and the status of a wrong command line."""
    assert cli.run(["pathway", *command, "-o", str(tmp_path / "nowhere" / "it")]) == 2
    assert "cannot be written: No such file or directory" in capsys.readouterr().err
