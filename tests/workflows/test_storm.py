"""Random events: the engine on Temporal does what the engine alone does, to the letter."""

from __future__ import annotations

import pytest
from temporalio.client import Client

from pathways.events import Cancelled
from tests.support.interpreter import Interpreter
from tests.support.twins import CHILD, NAMES, STORM, Gates, Storm, Twin


@pytest.mark.parametrize("seed", range(8))
async def test_both_do_the_same(client: Client, seed: int) -> None:
    """The same events at the same times give the same answers, facts and state, continue-as-new in between.

    In every other storm the worker keeps nothing in memory, so that each workflow task replays all of the history.
    """
    gates = Gates()
    interpreter = Interpreter(client, [STORM, CHILD], dict.fromkeys(NAMES, gates.act))
    async with interpreter.running(max_cached_workflows=seed % 4 // 2 * 100):
        twin = await Twin.begin(interpreter, gates)
        await Storm(twin, seed).blow(60)
        if seed % 2 and not twin.ended:
            await twin.update(Cancelled("operator", "Enough."))
        await twin.conclude()
        if not twin.ended:
            await twin.instance.terminate()
