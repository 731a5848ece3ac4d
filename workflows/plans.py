"""Where workflows find their plans: a resolver that the worker lends them.

A workflow may not read a disk or a store. So the worker installs, once per process, something that has plans in
memory; a workflow asks for its plan by digest when it begins in this process. What is not there yet fails the
workflow task, visibly and without harm: the resolver fetches it meanwhile, and Temporal tries the task again.
"""

from __future__ import annotations

from typing import Protocol

from pathways.errors import CarelaneError
from pathways.plan import Plan


class PlanMissing(CarelaneError):  # noqa: N818 - said of a plan, and met in Temporal's own pages by this name
    """A plan is not in this process yet; it is being fetched, and the workflow task will be tried again."""

    code = "plan-missing"


class PlanResolver(Protocol):
    """Plans by digest, in memory. May be asked from any thread, and may not block for more than a second."""

    def plan(self, digest: str) -> Plan | None:
        """The plan of that digest; None where it is not there yet, and then it is being fetched."""


_resolver: PlanResolver | None = None


def install(resolver: PlanResolver) -> None:
    """Make `resolver` the one that every workflow of this process asks."""
    global _resolver
    _resolver = resolver


def resolve(digest: str) -> Plan:
    """The plan of that digest; raises `PlanMissing`, which fails the workflow task and not the workflow."""
    plan = _resolver.plan(digest) if _resolver is not None else None
    if plan is None:
        raise PlanMissing(f"The plan {digest[:12]} is not in this worker yet.", hint="It is being fetched.")
    return plan
