"""Simulating on several cores: each process plays its part of the cases, and the parts are added up.

The processes are forked, so that they have the plan as it is; what they give back is plain numbers.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace

from pathways.plan import Plan
from pathways.simulate import Simulation, simulate, together
from pathways.simulate.run import Simulated

FEWEST = 500
"""Cases below which it is not worth to start processes."""

PARTS_EACH = 8
"""Parts for each process, so that progress shows and none waits long for the last."""


@dataclass(frozen=True)
class Job:
    """What is simulated."""

    plan: Plan
    simulation: Simulation
    cases: int
    seed: str


_jobs: list[Job] = []
"""The job that the forked processes play, while there is one."""


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def play(job: Job, jobs: int, progress: Callable[[int], None]) -> Simulated:
    """Simulate, on so many cores."""
    if jobs == 1 or job.cases < FEWEST or "fork" not in multiprocessing.get_all_start_methods():
        gc.disable()  # cases leave no cycles behind that are worth looking for
        try:
            return simulate(job.plan, job.simulation, job.cases, job.seed, progress=progress)
        finally:
            gc.enable()
    return _forked(job, jobs, progress)


def _forked(job: Job, jobs: int, progress: Callable[[int], None]) -> Simulated:
    parts = jobs * PARTS_EACH
    _jobs.append(job)
    try:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
            futures = {pool.submit(_part, number, parts): number for number in range(parts)}
            done: dict[int, Simulated] = {}
            for future in as_completed(futures):
                done[futures[future]] = future.result()
                progress(done[futures[future]].measures.cases)
    finally:
        _jobs.clear()
    first = simulate(job.plan, job.simulation, 0, job.seed)
    found = together([first, *(done[number] for number in sorted(done))])
    return replace(found, zone=first.zone)


def _part(number: int, parts: int) -> Simulated:
    gc.disable()
    job = _jobs[0]
    played = simulate(job.plan, job.simulation, job.cases, job.seed, part=(number, parts))
    gc.collect()
    return played
