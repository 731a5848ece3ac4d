"""`carelane pathway test` with real children, coverage and JUnit XML, and `carelane pathway simulate`."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import cli

CATALOG = """
actions:
  visits.book: {input: {order: Reference}, output: {appointment: text}, problems: [slot-taken]}
queues: [intake]
events: {note.filed: {schema: {text: text}}}
"""
HEAD = """
language: 1
pathway: {name}
version: {version}
title: Example
purpose: To be tried
owner: The team
success: {{measure: tried}}
review_by: 2027-01-31
outcomes: {{done: {{title: Done, kind: success}}}}
"""
PARENT = """
inputs: {order: {type: Reference, required: true}}
steps:
  ask: {task: {title: Ask, queue: intake}}
  call: {pathway: {name: other, version: ^1}, save: got}
  finish: {end: done}
"""
CHILD = """
steps:
  look: {task: {title: Look, queue: intake}}
  finish: {end: done}
"""
SCENARIOS = """
language: 1
pathway: example
start: {inputs: {order: {reference: ServiceRequest/1}}}
scenarios:
  stubbed:
    children: {other: {outcome: done}}
    then: [{after: 1 hour, complete: ask}]
    expect: {outcome: done, visited: [ask, call, finish]}
  whole:
    with_children: true
    then: [{complete: ask}, {complete: look}]
    expect: {outcome: done, children: {call: {visited: [look, finish]}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pathway with its scenarios, and its child in the folder beside it."""
    example = tmp_path / "example"
    (example / "scenarios").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
    (example / "1.0.0.yaml").write_text(HEAD.format(name="example", version="1.0.0") + PARENT, encoding="utf-8")
    (example / "scenarios" / "main.yaml").write_text(SCENARIOS, encoding="utf-8")
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        text = HEAD.format(name="other", version=version) + (CHILD if version == "1.1.0" else "steps: nonsense\n")
        (tmp_path / "other" / f"{version}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def carelane(folder: Path, *arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit status, output and error output of `carelane pathway …` with the folder's catalog."""
    status = cli.run(["pathway", *map(str, arguments), "--catalog", str(folder / "catalog.yaml")])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_children_beside_are_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sibling folder's highest version in range; versions out of range need not even compile."""
    status, out, _ = carelane(folder, "test", folder / "example", "--coverage", capsys=capsys)
    assert status == 0, out
    assert "2 of 2 scenarios passed" in out
    assert "steps: 3 of 3" in out
    assert "handlers: 0 of 0" in out


def test_children_may_lie_inside(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a folder of the definition's own; what lies in scenarios/ is no definition."""
    (folder / "other").rename(folder / "example" / "children")
    scenarios = folder / "example" / "scenarios" / "main.yaml"
    scenarios.write_text(scenarios.read_text(encoding="utf-8") + "version: 1.0.0\n", encoding="utf-8")
    status, out, _ = carelane(folder, "test", folder / "example" / "1.0.0.yaml", capsys=capsys)
    assert status == 0, out


def test_a_child_that_does_not_compile_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its file and what is wrong in it."""
    child = folder / "other" / "1.1.0.yaml"
    child.write_text(child.read_text(encoding="utf-8").replace("queue: intake", "queue: intke"), encoding="utf-8")
    status, out, _ = carelane(folder, "test", folder / "example", "--only", "whole", capsys=capsys)
    assert status == 1
    assert "1.1.0.yaml does not compile" in out
    assert "0 of 1 scenario passed" in out


def test_too_little_coverage_fails_where_that_is_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--coverage` says it, `--enough` fails."""
    main = folder / "example" / "scenarios" / "main.yaml"
    main.write_text(
        "scenarios:\n  nothing: {start: {inputs: {order: {reference: ServiceRequest/1}}}}\n", encoding="utf-8"
    )
    status, out, _ = carelane(folder, "test", folder / "example", "--coverage", capsys=capsys)
    assert status == 0
    assert "transition ask: to call" in out
    status, out, _ = carelane(folder, "test", folder / "example", "--enough", capsys=capsys)
    assert status == 1
    assert "Scenarios go through 1 of 3 steps" in out


def test_results_are_there_as_junit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A suite per file, a case per scenario, failures with their report; findings are errors."""
    main = folder / "example" / "scenarios" / "main.yaml"
    main.write_text(main.read_text(encoding="utf-8").replace("[ask, call, finish]", "[ask]"), encoding="utf-8")
    (main.parent / "bad.yaml").write_text("pathway: example\nscenarios: [\x01", encoding="utf-8")
    file = folder / "results.xml"
    status, _, _ = carelane(folder, "test", folder / "example", "--junit", file, capsys=capsys)
    assert status == 1
    root = ET.parse(file).getroot()  # noqa: S314 - our own
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "1", "1")
    failure = root.find(".//testcase[@name='stubbed']/failure")
    assert failure is not None
    assert "expected to visit nothing more" in str(failure.text)
    assert root.find(".//testcase[@name='whole']/failure") is None
    assert root.find(".//error") is not None


def test_cases_of_two_versions_are_two_in_junit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same scenario of another version is another result."""
    main = folder / "example" / "scenarios" / "main.yaml"
    text = main.read_text(encoding="utf-8")
    pinned = text.replace("pathway: example\n", "pathway: example\nversion: 1.0.0\n", 1)
    assert pinned != text
    (main.parent / "pinned.yaml").write_text(pinned, encoding="utf-8")
    file = folder / "results.xml"
    carelane(folder, "test", folder / "example", "--junit", file, capsys=capsys)
    root = ET.parse(file).getroot()  # noqa: S314 - our own
    cases = [(one.get("classname"), one.get("name")) for one in root.iter("testcase")]
    assert len(set(cases)) == len(cases) > 1


def test_a_simulation_is_a_table_json_and_a_picture(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what is declared beside the version, which is no definition."""
    declared = "pathway: example\ntasks: {ask: {takes: 2 hours}}\nchildren: {other: [{outcome: done, takes: 1 day}]}\n"
    (folder / "example" / "simulation.yaml").write_text(declared, encoding="utf-8")
    command = ("simulate", folder / "example", "--cases", 20, "--seed", 7)
    status, out, _ = carelane(folder, *command, "--svg", folder / "out.svg", capsys=capsys)
    assert status == 0
    assert "20 cases, seed 7" in out
    _, single, _ = carelane(folder, "simulate", folder / "example", "--cases", 1, "--seed", 7, capsys=capsys)
    assert "1 case, seed 7" in single
    assert "Work in queues" in out
    assert (folder / "out.svg").read_text(encoding="utf-8").startswith("<svg")
    status, out, _ = carelane(folder, *command, "--format", "json", capsys=capsys)
    document = json.loads(out)
    assert document["outcomes"]["done"]["cases"] == 20
    assert document["cycle_time"]["p50"] == 26 * 3600
    one, two = (
        carelane(folder, "simulate", folder / "example", "--cases", 500, "--jobs", n, "--format", "json", capsys=capsys)
        for n in (1, 2)
    )
    assert one == two
    status, out, _ = carelane(folder, "lint", folder / "example", capsys=capsys)
    assert "simulation.yaml" not in out


def test_a_map_beside_a_definition_is_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What says how instances move lies beside versions, and nobody takes it for one; asked for by name, it is said."""
    file = folder / "example" / "map.yaml"
    _, before, _ = carelane(folder, "lint", folder / "example", capsys=capsys)
    file.write_text("from: 1.0.0\nto: 1.1.0\nsteps: {ask: {enter: ask}}\n", encoding="utf-8")
    assert carelane(folder, "lint", folder / "example", capsys=capsys)[1] == before
    status, _, err = carelane(folder, "lint", file, capsys=capsys)
    assert (status, "is a map from one version to another" in err) == (2, True)


def test_a_simulation_that_is_declared_wrongly_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With line, column and the nearest name; what can't be written is said as well."""
    (folder / "example" / "simulation.yaml").write_text("tasks: {aks: {takes: 2 hours}}\n", encoding="utf-8")
    status, _, err = carelane(folder, "simulate", folder / "example", capsys=capsys)
    assert status == 2
    assert 'simulation.yaml:1:9: error [unknown-step] There is no one task "aks". (Did you mean "ask"?)' in err
    (folder / "example" / "simulation.yaml").write_text("tasks: {ask: {takes: 2 hours}}\n", encoding="utf-8")
    for option in ("--svg", "--simulation"):
        place = folder / "nowhere" / "x"
        status, _, err = carelane(folder, "simulate", folder / "example", "--cases", 2, option, place, capsys=capsys)
        assert status == 2
        assert "nowhere" in err
