"""Which version a child runs: asked once, of an activity, so that the answer in history is what pins it."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from pathways.messages import StartInstance, VersionAnswer, VersionRequest
from workflows.names import RESOLVE_VERSION

_LIMIT = timedelta(seconds=10)
_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(seconds=20)
)


async def find(start: StartInstance, now: datetime) -> VersionAnswer:
    """The version that a child will run; waits while the store is away."""
    answer: VersionAnswer = await workflow.execute_activity(
        RESOLVE_VERSION,
        VersionRequest(start, now),
        result_type=VersionAnswer,
        start_to_close_timeout=_LIMIT,
        retry_policy=_RETRY,
    )
    return answer
