"""Migration runs while processes are killed at random; `make chaos` alone runs this. Each seed is a test of its own."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from commands.submissions import submissions
from devcore.demo.publishing import APPROVER, AUTHOR
from devcore.demo.stage import PATHWAY, Case
from tests.faults.checking import Trace, differing_from_workflow, trace_of
from tests.faults.office import LATER, REBOOKS, SEEN, Office, persistently
from tests.faults.stack import Stack

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1200)]

Json = Any

SCRIPTS = (SEEN, LATER, REBOOKS)
KILLED = ("worker", "api", "relay", "PostgreSQL", "Temporal")
MIGRATED = "instance-migrated"


@pytest_asyncio.fixture(scope="module")
async def undisturbed(office: Office) -> Mapping[str, Trace]:
    """What each script leaves behind where nothing goes wrong and nothing is migrated."""
    cases = await office.begin("undisturbed", SCRIPTS)
    await office.play(cases)
    return {case.script.title: await trace_of(office, case) for case in cases}


async def test_a_run_goes_on_whatever_is_killed(
    stack: Stack, office: Office, undisturbed: Mapping[str, Trace], seed: int
) -> None:
    """Whoever asks for the next step goes on where the last was cut off; each is moved once, and none breaks."""
    chance = random.Random(seed)  # noqa: S311 - what is drawn has to be drawn again
    cases = await office.begin(f"migrated-{seed}", [chance.choice(SCRIPTS) for _ in range(8)])
    to = await _publish(office, f"1.0.{100 + seed}")
    run = ""

    async def trouble() -> None:
        nonlocal run
        run = await _migrate(stack, office, chance, to)

    await office.play_through(cases, trouble())
    results = {one["instance"]: one for one in await _results(office, run)}
    wrong = [f"{case.instance}: {what}" for case in cases for what in await _wrong(office, case, undisturbed, results)]
    assert not wrong, "\n".join(wrong)
    assert any(one["verdict"] == "moved" for one in results.values())


async def _publish(office: Office, version: str) -> str:
    """Publish the referral once more, under another version."""
    (one,) = submissions(PATHWAY)
    renamed = one.path.with_name(f"{version}.yaml")
    body = json.loads(json.dumps(one.body).replace(PATHWAY.stem, version)) | {"file": str(renamed)}
    done = (await office.api.post(AUTHOR, "/pathways", body, key=f"publish/{version}"))["definition"]
    digest = {"digest": done["digest"]}
    await office.api.post(APPROVER, f"/pathways/referral/{version}/approve", digest, key=f"approve/{version}")
    return version


async def _migrate(stack: Stack, office: Office, chance: random.Random, to: str) -> str:
    """Go through a run step by step, each while something is killed; its id."""
    listed = (await office.api.get(AUTHOR, "/pathways"))["items"]
    versions = [one["version"] for one in listed if one["name"] == "referral" and one["state"] != "draft"]
    before = max((one for one in versions if one != to), key=lambda one: [int(part) for part in one.split(".")])
    wish = {"pathway": "referral", "from_version": before, "to_version": to, "reason": "A better text."}
    begun = await persistently(partial(office.api.post, AUTHOR, "/migrations", wish, key=f"run/{to}"))
    run, step = str(begun["run"]["id"]), 0
    while True:
        step += 1
        path, killed = f"/migrations/{run}/steps?limit=2", chance.choice(KILLED)
        asked = asyncio.create_task(persistently(partial(office.api.post, AUTHOR, path, {}, key=f"{run}/{step}")))
        if step <= len(KILLED):
            await asyncio.sleep(chance.uniform(0.0, 0.3))
            await stack.restart(killed)
        counts = (await asked)["counts"]
        if not counts.get("waiting") and not counts.get("failed"):
            return run


async def _results(office: Office, run: str) -> list[Json]:
    found: list[Json] = (await office.api.get(AUTHOR, f"/migrations/{run}/results"))["items"]
    return found


async def _wrong(
    office: Office, case: Case, undisturbed: Mapping[str, Trace], results: Mapping[str, Json]
) -> list[str]:
    """How a case is not as an undisturbed one of its script, its migration aside."""
    trace, usual = await trace_of(office, case), undisturbed[case.script.title]
    found = [one.partition(" ")[2].strip() for one in trace.facts]
    expected = Counter(one.partition(" ")[2].strip() for one in usual.facts)
    moved = case.instance in results and results[case.instance]["verdict"] == "moved"
    wrong = [f"migrated {found.count(MIGRATED)} times, and noted as {results.get(case.instance)}"]
    wrong = wrong if found.count(MIGRATED) != moved else []
    facts = Counter(one for one in found if one != MIGRATED)
    wrong += [f"too much: {one}" for one in facts - expected]
    wrong += [f"missing: {one}" for one in expected - facts]
    for name in ("outcome", "tasks", "core"):
        if getattr(trace, name) != getattr(usual, name):
            wrong.append(f"{name}: {getattr(trace, name)}, not {getattr(usual, name)}")
    return [*wrong, *[one async for one in differing_from_workflow(office, case)]]
