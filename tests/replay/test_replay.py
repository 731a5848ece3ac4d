"""Committed histories replay with today's workflow: nothing in flight breaks by an upgrade."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, WorkflowReplayResult

from activities.plans import PlanShelf
from workflows import plans
from workflows.converter import data_converter
from workflows.pathway import Pathway
from workflows.sandbox import runner

FOLDER = Path(__file__).parent
HISTORIES = sorted(path.stem for path in (FOLDER / "histories").glob("*.json"))


class StoreAway:
    """A source of plans that does not answer."""

    async def plan(self, digest: str) -> Any | None:
        """Nothing."""
        raise ConnectionError(f"The store with {digest} is away.")

    async def digests(self) -> Iterable[str]:
        """Nothing."""
        raise ConnectionError("The store is away.")


def _history(name: str) -> WorkflowHistory:
    text = (FOLDER / "histories" / f"{name}.json").read_text(encoding="utf-8")
    return WorkflowHistory.from_json(f"pathway/{name}", text)


async def _replay(name: str, *, sandboxed: bool = False) -> WorkflowReplayResult:
    replayer = Replayer(workflows=[Pathway], workflow_runner=runner(sandboxed=sandboxed), data_converter=data_converter)
    return await replayer.replay_workflow(_history(name))


def test_there_are_histories() -> None:
    """The cases are committed."""
    assert len(HISTORIES) >= 15


@pytest.mark.parametrize("sandboxed", [False, True], ids=["unsandboxed", "sandboxed"])
@pytest.mark.parametrize("name", HISTORIES)
async def test_replay(name: str, sandboxed: bool) -> None:
    """A history replays with the plans in memory."""
    shelf = PlanShelf(FOLDER / "plans")
    await shelf.open()
    plans.install(shelf)
    await _replay(name, sandboxed=sandboxed)


@pytest.mark.parametrize("name", HISTORIES)
async def test_replay_with_a_cold_cache(name: str) -> None:
    """A history replays where no plan is in memory yet, and the disk has it."""
    plans.install(PlanShelf(FOLDER / "plans"))
    await _replay(name)


@pytest.mark.parametrize("name", HISTORIES)
async def test_replay_with_the_store_down(name: str) -> None:
    """A history replays in a worker that was started without its store."""
    shelf = PlanShelf(FOLDER / "plans", StoreAway())
    await shelf.open()
    plans.install(shelf)
    await _replay(name)


async def test_replay_without_the_plan(tmp_path: Path) -> None:
    """Where nothing has the plan, the workflow task fails and says which plan it lacks."""
    plans.install(PlanShelf(tmp_path))
    with pytest.raises(RuntimeError, match="is not in this worker yet"):
        await _replay("completed")


async def test_a_broken_history_is_found() -> None:
    """A history that the workflow would not make fails: the test itself is awake."""
    plans.install(PlanShelf(FOLDER / "plans"))
    text = (FOLDER / "histories" / "completed.json").read_text(encoding="utf-8")
    other = text.replace('"test.prepare"', '"test.other"')
    replayer = Replayer(workflows=[Pathway], workflow_runner=runner(sandboxed=False), data_converter=data_converter)
    with pytest.raises(Exception, match=r"[Nn]ondetermin"):
        await replayer.replay_workflow(WorkflowHistory.from_json("pathway/other", other))
