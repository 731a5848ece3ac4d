"""The least that Temporal can do: a workflow with an update that changes a number."""

from __future__ import annotations

from temporalio import workflow

WORKFLOW = "Bare"


@workflow.defn(name=WORKFLOW)
class Bare:
    """Counts until it is told to end."""

    def __init__(self) -> None:
        self._count = 0
        self._ended = False

    @workflow.run
    async def run(self) -> int:
        """Wait for the end."""
        await workflow.wait_condition(lambda: self._ended)
        return self._count

    @workflow.update
    def touch(self) -> int:
        """Count."""
        self._count += 1
        return self._count

    @workflow.signal
    def end(self) -> None:
        """Enough."""
        self._ended = True
