"""Small pathways for tests: from YAML text to a plan, and from scenario text to results."""

from __future__ import annotations

import re
from textwrap import dedent

from pathways.catalog import Catalog, read_catalog
from pathways.compile import compile_definition
from pathways.parse import parse
from pathways.plan import Plan
from pathways.scenarios import Result, ScenarioFile, parse_scenarios, run_all

CATALOG = read_catalog(
    {
        "actions": {
            "visits.book": {
                "input": {"order": "Reference", "minutes": "integer"},
                "output": {"appointment": "text", "start": "instant"},
                "problems": ["slot-taken", "order-unknown"],
            },
            "post.send": {"input": {"text": "text"}, "output": {"sent": "boolean"}},
        },
        "events": {
            "note.filed": {"schema": {"text": "text", "final": "boolean"}},
            "case.closed": {"schema": {"result": "text", "count": "integer"}},
        },
        "queues": ["intake", "supervisor"],
        "roles": ["nurse"],
        "calendars": {
            "clinic": {
                "zone": "America/New_York",
                "hours": {day: ["08:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
            }
        },
    }
)


def plan_of(text: str, catalog: Catalog = CATALOG) -> Plan:
    """The plan of a definition; its head may be left out. Fails with the findings where there are errors."""
    text = dedent(text)
    head = {"language": "1", "pathway": "example", "version": "1.0.0", "title": "Example"}
    missing = [f"{key}: {value}" for key, value in head.items() if not re.search(rf"^{key}:", text, re.MULTILINE)]
    parsed = parse(text + "\n" + "\n".join(missing) + "\n", "example.yaml")
    assert parsed.definition is not None, parsed.diagnostics
    assert not parsed.diagnostics, parsed.diagnostics
    compiled = compile_definition(parsed.definition, catalog)
    assert compiled.plan is not None, "\n".join(map(str, compiled.diagnostics))
    return compiled.plan


def scenarios_of(text: str) -> ScenarioFile:
    """The scenarios of a file that has nothing wrong; `scenarios:` and what is above may be left out."""
    text = dedent(text)
    if "scenarios:" not in text:
        text = "scenarios:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    read = parse_scenarios(text, "example.scenarios.yaml")
    assert read.file is not None, read.diagnostics
    assert not read.diagnostics, "\n".join(map(str, read.diagnostics))
    return read.file


def run(definition: str, scenarios: str, catalog: Catalog = CATALOG) -> tuple[Result, ...]:
    """The results of scenarios of a definition."""
    return run_all(plan_of(definition, catalog), scenarios_of(scenarios).scenarios)
