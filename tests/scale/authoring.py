"""What an author waits for: lint, compile and all scenarios of the pathways in the library.

Each round runs in a fresh process, for within one everything that was ever parsed is kept. Importing is not counted.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median

import pathways
from activities import registry
from catalog import load
from commands import files
from pathways.compile import compile_definition
from pathways.lint import lint
from pathways.parse import parse
from pathways.scenarios import parse_scenarios, run_scenario
from tests.scale.report import Row, at_most, told

LIBRARY = Path(pathways.__file__).parent / "library"
LIMIT_SECONDS = 2.0
ROUNDS = 5


def measure(say: Callable[[str], None]) -> Iterator[Row]:
    """Time the whole library."""
    say("authoring: lint, compile and scenarios of the library, in fresh processes")
    found = [_in_fresh_process() for _ in range(ROUNDS)]
    _, definitions, scenarios, failed = found[0]
    what = f"lint, compile and {scenarios} scenarios of {definitions} of the library's three pathways"
    yield at_most(what, median(seconds for seconds, *_ in found), "seconds", LIMIT_SECONDS)
    if failed:
        yield told("scenarios that failed meanwhile", failed, "count")


def _in_fresh_process() -> tuple[float, int, int, int]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(check_library)


def check_library() -> tuple[float, int, int, int]:
    """The seconds it takes, and how many definitions, scenarios and failures there are."""
    begun = time.perf_counter()
    known = load.installed(registry.catalog().actions)
    definitions = scenarios = failed = 0
    for group in files.groups(LIBRARY):
        plans = {}
        for source in group.definitions:
            definitions += 1
            lint(source.text, str(source.path), known, date(2026, 1, 1))
            definition = parse(source.text, str(source.path)).definition
            if definition is not None:
                plans[source.path] = compile_definition(definition, known).plan
        for source in group.scenarios:
            place = files.definition_of(source, group)
            plan = None if place is None else plans.get(place.path)
            file = parse_scenarios(source.text, str(source.path)).file
            if plan is None or file is None:
                continue
            for scenario in file.scenarios:
                scenarios += 1
                failed += not run_scenario(plan, scenario).passed
    return time.perf_counter() - begun, definitions, scenarios, failed
