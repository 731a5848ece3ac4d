"""What an author waits for: lint, compile and all scenarios of the pathways in the library; lint of a large one.

Each round runs in a fresh process, for within one everything that was ever parsed is kept. Importing is not counted.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import TypeVar

import pathways
from activities import registry
from catalog import load
from commands import files
from pathways.compile import compile_definition
from pathways.lint import lint
from pathways.parse import parse
from pathways.plan import Plan
from pathways.scenarios import parse_scenarios, run_scenario
from pathways.scenarios.library import Plans
from tests.scale.report import Row, at_most, told
from tests.support.plans import catalog_of

Measured = TypeVar("Measured")

LIBRARY = Path(pathways.__file__).parent / "library"
LIMIT_SECONDS = 2.0
LARGE = 500
LIMIT_SECONDS_LARGE = 1.0
ROUNDS = 5


def measure(say: Callable[[str], None]) -> Iterator[Row]:
    """Time the whole library."""
    say("authoring: lint, compile and scenarios of the library, in fresh processes")
    found = [_in_fresh_process(check_library) for _ in range(ROUNDS)]
    _, definitions, scenarios, failed = found[0]
    what = f"lint, compile and {scenarios} scenarios of {definitions} of the library's three pathways"
    yield at_most(what, median(seconds for seconds, *_ in found), "seconds", LIMIT_SECONDS)
    if failed:
        yield told("scenarios that failed meanwhile", failed, "count")
    large = [_in_fresh_process(lint_large) for _ in range(ROUNDS)]
    yield at_most(f"lint of {LARGE} steps", median(large), "seconds", LIMIT_SECONDS_LARGE)


def _in_fresh_process(measured: Callable[[], Measured]) -> Measured:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measured)


def lint_large() -> float:
    """The seconds that lint takes for a pathway of many tasks, each of which reads the one before."""
    rows = ["  s0: {task: {title: T, queue: intake, due: 1 day}, save: n0, timeout: {after: 3 days, to: over}}"]
    rows += [
        f'  s{number}: {{task: {{title: "{{{{ n{number - 1}.by }}}}", queue: intake, due: 2 days}}, save: n{number},'
        f" timeout: {{after: 3 days, to: s{max(number - 4, 0)}}}}}"
        for number in range(1, LARGE - 1)
    ]
    head = "language: 1\npathway: large\nversion: 1.0.0\ntitle: L\npurpose: P\nowner: O\nsteps:\n"
    text = head + "\n".join(rows) + "\n  over: {end: done}\noutcomes:\n  done: {title: Done, kind: success}\n"
    known = catalog_of({"queues": ["intake"]})
    begun = time.perf_counter()
    found = lint(text, "large.yaml", known, date(2026, 1, 1))
    seconds = time.perf_counter() - begun
    if found.plan is None:
        raise RuntimeError(f"It does not lint: {found.diagnostics[0]}")
    return seconds


def check_library() -> tuple[float, int, int, int]:
    """The seconds it takes, and how many definitions, scenarios and failures there are."""
    begun = time.perf_counter()
    known = load.installed(registry.catalog().actions)
    definitions = scenarios = failed = 0
    for group in files.groups(LIBRARY):
        plans: dict[Path, Plan] = {}
        for source in group.definitions:
            definitions += 1
            lint(source.text, str(source.path), known, date(2026, 1, 1))
            definition = parse(source.text, str(source.path)).definition
            compiled = compile_definition(definition, known).plan if definition is not None else None
            if compiled is not None:
                plans[source.path] = compiled
        for source in group.scenarios:
            place = files.definition_of(source, group)
            plan = None if place is None else plans.get(place.path)
            file = parse_scenarios(source.text, str(source.path)).file
            if plan is None or file is None:
                continue
            for scenario in file.scenarios:
                scenarios += 1
                failed += not run_scenario(plan, scenario, Plans(plans.values())).passed
    return time.perf_counter() - begun, definitions, scenarios, failed
