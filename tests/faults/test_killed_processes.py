"""`kill -9` of each process in the middle of running cases: everything goes on, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import psycopg
import pytest
import pytest_asyncio

from tests.faults.checking import Trace, must_be_as_undisturbed, trace_of
from tests.faults.office import LATER, REBOOKS, Office, until
from tests.faults.stack import PROCESSES, Stack

pytestmark = pytest.mark.faults

SCRIPTS = (REBOOKS, LATER)
MOMENTS = {"worker": 14, "relay": 8, "api": 20, "Temporal": 11, "PostgreSQL": 17, "core": 5}
"""After how many changes in the core, since the cases were started, each process is killed."""


@pytest_asyncio.fixture(scope="module")
async def undisturbed(office: Office) -> Mapping[str, Trace]:
    """What each script leaves behind where nothing goes wrong."""
    cases = await office.begin("undisturbed", SCRIPTS)
    await office.play(cases)
    traces = {case.script.title: await trace_of(office, case) for case in cases}
    await must_be_as_undisturbed(office, cases, traces)
    return traces


@pytest.mark.parametrize("process", PROCESSES)
async def test_cases_go_on_after_a_process_was_killed(
    stack: Stack, office: Office, undisturbed: Mapping[str, Trace], process: str
) -> None:
    """Every case ends as it would have, every fact is recorded, and nothing is twice in the store or in the core."""

    async def trouble() -> None:
        await until(partial(_reached, stack, before + MOMENTS[process]))
        await stack.restart(process)

    before = await _changes(stack)
    cases = await office.begin(process, SCRIPTS)
    await office.play_through(cases, trouble())
    await must_be_as_undisturbed(office, cases, undisturbed)


async def test_a_worker_killed_between_an_effect_and_its_result(
    stack: Stack, office: Office, undisturbed: Mapping[str, Trace]
) -> None:
    """What an action has done in the core is found there by its next attempt, and not done again."""

    async def trouble() -> None:
        await until(stack.has_failed)
        await stack.restart("worker")

    for method, kind in (("PUT", "Task"), ("POST", "Communication"), ("POST", "Appointment")):
        # The core does it at once, and is still about to say so when the worker dies; each in another case.
        await stack.fail(match={"method": method, "type": kind}, when="after", delay_ms=9_000)
    cases = await office.begin("effect", [REBOOKS, LATER, REBOOKS])
    await office.play_through(cases, trouble())
    await must_be_as_undisturbed(office, cases, undisturbed)


async def test_a_worker_killed_between_a_record_and_its_answer(
    stack: Stack, office: Office, undisturbed: Mapping[str, Trace]
) -> None:
    """What the store has committed is not recorded again."""

    async def trouble() -> None:
        await until(partial(_waits_for_answer_to_commit, office))
        stack.kill("worker")
        await _answer_commits(office, at_once=True)
        await stack.start("worker")

    await stack.fail(match={"method": "POST", "type": "Task"}, delay_ms=500)  # so that nothing is recorded before
    cases = await office.begin("record", [REBOOKS])
    await _answer_commits(office, at_once=False)
    await office.play_through(cases, trouble())
    await must_be_as_undisturbed(office, cases, undisturbed)


async def _answer_commits(office: Office, *, at_once: bool) -> None:
    """Have PostgreSQL answer a commit only once a second server has it too, of which there is none; or at once."""
    async with await psycopg.AsyncConnection.connect(_database(office), autocommit=True) as connection:
        await connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{'' if at_once else 'nobody'}'")
        await connection.execute("SELECT pg_reload_conf()")


async def _waits_for_answer_to_commit(office: Office) -> bool:
    async with await psycopg.AsyncConnection.connect(_database(office), autocommit=True) as connection:
        found = await connection.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        return await found.fetchone() is not None


def _database(office: Office) -> str:
    return office.stack.settings.require_database_url()


async def _changes(stack: Stack) -> int:
    """How many changes the core has seen: each has its Provenance."""
    return int((await stack.core_counts())["resources"].get("Provenance", 0))


async def _reached(stack: Stack, changes: int) -> bool:
    return await _changes(stack) >= changes
