"""`carelane pathway start`: an instance of a published version, from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.registry import quiet, wish
from tests.support.served import Served

Run = Callable[..., tuple[int, str, str]]

PASSES = """
language: 1
pathway: {name}
scenarios: {{it-ends: {{start: {{inputs: {inputs}}}, expect: {{outcome: done}}}}}}
"""
INPUTS = "{patient: {reference: Patient/1}, urgent: true}"


@pytest.fixture
def begun(machine: Served) -> str:
    """The name of a pathway that takes two inputs, published."""
    declared = "inputs:\n  patient: {type: Reference, target: [Patient], required: true}\n  urgent: {type: boolean}\n"
    source = quiet("starting", "1.0.0").replace("steps:", f"{declared}steps:", 1)

    async def post() -> None:
        async with machine.office.client("informaticist") as author:
            answer = await author.post("/pathways", json=wish(source, PASSES.format(name="starting", inputs=INPUTS)))
            assert answer.is_success, answer.text

    machine.run(post())
    return "starting"


def test_an_instance_starts_with_its_inputs(machine: Served, begun: str, run: Run, tmp_path: Path) -> None:
    """References in short, other values as YAML, or all of them in a file; the answer says where to see it."""
    status, out, _ = run("pathway", "start", begun, "--input", "patient=Patient/1", "--input", "urgent=true")
    assert status == 0
    assert out.startswith("starting 1.0.0: started as ")
    assert f"{machine.url}/instances/" in out
    (tmp_path / "inputs.yaml").write_text(INPUTS, encoding="utf-8")
    status, out, _ = run(
        "pathway",
        "start",
        f"{begun}@^1",
        "--inputs",
        tmp_path / "inputs.yaml",
        "--by",
        "supervisor",
        "--site",
        "main-street",
        "--format",
        "json",
    )
    assert (status, json.loads(out)["version"]) == (0, "1.0.0")
    assert machine.run(_site(machine, json.loads(out)["id"])) == "main-street"


async def _site(machine: Served, ident: str) -> str:
    async with machine.office.client("supervisor") as client:
        return str((await client.get(f"/instances/{ident}")).json()["site"])


def test_what_does_not_fit_is_said(begun: str, run: Run, tmp_path: Path) -> None:
    """An input that is missing, of another type, no YAML or no pair; a role that may not start."""
    patient = ("--input", "patient=Patient/1")
    assert "inputs.patient: is required" in run("pathway", "start", begun)[2]
    assert "inputs.urgent" in run("pathway", "start", begun, *patient, "--input", "urgent=soon")[2]
    for wrong, words in (("patient", "is no input"), ("patient={reference", "--input patient cannot be read")):
        status, _, err = run("pathway", "start", begun, "--input", wrong)
        assert (status, words in err) == (2, True)
    (tmp_path / "list.yaml").write_text("[1, 2]", encoding="utf-8")
    assert run("pathway", "start", begun, "--inputs", tmp_path / "list.yaml")[0] == 2
    assert run("pathway", "start", begun, *patient, "--by", "informaticist")[0] == 1
