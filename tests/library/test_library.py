"""The pathways that come with Carelane: without findings, every scenario passing, everything gone through."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from activities import registry
from catalog import load
from pathways.catalog import Catalog
from pathways.coverage import measure
from pathways.lint import lint
from pathways.migration import read_map
from pathways.publishing.workbench import SourceText, Workbench
from pathways.scenarios import ScenarioFile, parse_scenarios, report, run_scenario

LIBRARY = Path(__file__).parents[2] / "pathways" / "library"
DEFINITIONS = sorted(LIBRARY.glob("*/[0-9]*.yaml"))
MAPS = sorted(LIBRARY.glob("*/migrations/*.yaml"))


@cache
def catalog() -> Catalog:
    """The installed catalog."""
    return load.installed(registry.catalog().actions)


@cache
def workbench() -> Workbench:
    """Every version of the library, for children and migrations."""
    return Workbench((), [SourceText(path.name, path.read_text(encoding="utf-8")) for path in DEFINITIONS], catalog())


def scenario_files(path: Path) -> list[ScenarioFile]:
    """The scenario files of one version: those that name it, and those that name none where it is the newest."""
    newest = max(path.parent.glob("[0-9]*.yaml"))
    found = []
    for file in sorted((path.parent / "scenarios").glob("*.yaml")):
        read = parse_scenarios(file.read_text(encoding="utf-8"), file.name)
        assert read.file is not None
        assert read.diagnostics == ()
        if (read.file.version or newest.stem) == path.stem:
            found.append(read.file)
    return found


def test_there_are_pathways() -> None:
    """The tests below find what they are about."""
    assert [f"{path.parent.name} {path.stem}" for path in DEFINITIONS] == [
        "infusion 1.0.0",
        "prior-authorization 1.0.0",
        "referral 1.0.0",
        "referral 1.1.0",
    ]


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_a_pathway_has_no_findings(path: Path) -> None:
    """Neither errors nor warnings, and the file is named by what it holds."""
    linted = lint(path.read_text(encoding="utf-8"), path.name, catalog(), date(2026, 3, 2))
    assert linted.diagnostics == ()
    assert linted.plan is not None
    assert (linted.plan.pathway, linted.plan.version) == (path.parent.name, path.stem)


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_its_scenarios_pass_and_go_through_everything(path: Path) -> None:
    """Every step, way, condition each way, timeout, catch and handler."""
    plan = workbench().find(path.parent.name, path.stem)
    results = []
    for file in scenario_files(path):
        for scenario in file.scenarios:
            result = run_scenario(plan, scenario, workbench())
            assert result.passed, "\n".join(report.lines(file, result))
            results.append(result)
    assert measure(plan, results).missing == ()


@pytest.mark.parametrize("path", MAPS, ids=lambda path: f"{path.parent.parent.name} {path.stem}")
def test_a_map_names_what_there_is(path: Path) -> None:
    """Every step, branch and clock of a map is one of its version."""
    old, _, new = path.stem.partition("-to-")
    name = path.parent.parent.name
    read = read_map(
        path.read_text(encoding="utf-8"), path.name, workbench().find(name, old), workbench().find(name, new)
    )
    assert read.diagnostics == ()
