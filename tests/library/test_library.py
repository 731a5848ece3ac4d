"""The pathways that come with Carelane: without findings, every scenario passing, everything gone through."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from activities import registry
from catalog import load
from pathways.catalog import Catalog
from pathways.coverage import measure
from pathways.lint import lint
from pathways.scenarios import parse_scenarios, report, run_scenario

LIBRARY = Path(__file__).parents[2] / "pathways" / "library"
DEFINITIONS = sorted(path for path in LIBRARY.glob("*/*.yaml") if path.name != "simulation.yaml")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The installed catalog."""
    return load.installed(registry.catalog().actions)


def test_there_are_pathways() -> None:
    """The tests below find what they are about."""
    assert [path.parent.name for path in DEFINITIONS] == ["referral"]


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_a_pathway_has_no_findings(path: Path, catalog: Catalog) -> None:
    """Neither errors nor warnings, and the file is named by what it holds."""
    linted = lint(path.read_text(encoding="utf-8"), path.name, catalog, date(2026, 3, 2))
    assert linted.diagnostics == ()
    assert linted.plan is not None
    assert (linted.plan.pathway, linted.plan.version) == (path.parent.name.replace("_", "-"), path.stem)


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_its_scenarios_pass_and_go_through_everything(path: Path, catalog: Catalog) -> None:
    """Every step, way, condition each way, timeout and catch."""
    plan = lint(path.read_text(encoding="utf-8"), path.name, catalog, date(2026, 3, 2)).plan
    assert plan is not None
    results = []
    for file in sorted((path.parent / "scenarios").glob("*.yaml")):
        read = parse_scenarios(file.read_text(encoding="utf-8"), file.name)
        assert read.file is not None
        assert read.diagnostics == ()
        for scenario in read.file.scenarios:
            result = run_scenario(plan, scenario)
            assert result.passed, "\n".join(report.lines(read.file, result))
            results.append(result)
    assert measure(plan, results).missing == ()
