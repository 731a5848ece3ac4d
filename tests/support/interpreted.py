"""Small pathways for tests of what runs them on Temporal, and the resolver that knows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pathways.messages import ActionResult
from pathways.plan import Plan
from pathways.versions import Version, parse_range
from tests.support.plans import make_plan

CATALOG: dict[str, Any] = {
    "actions": {
        "test.prepare": {"problems": ["gone"]},
        "test.close": {},
        "test.work": {},
        "test.slow": {"slow": True},
    },
    "events": {"note.received": {}},
    "queues": ["intake"],
}


class PlansInMemory:
    """The plans that a test knows; `missed` are the digests that were asked for in vain."""

    def __init__(self, plans: Iterable[Plan] = ()) -> None:
        self._plans = {plan.digest: plan for plan in plans}
        self.missed: list[str] = []

    def plan(self, digest: str) -> Plan | None:
        """The plan, where this knows it."""
        if digest not in self._plans:
            self.missed.append(digest)
        return self._plans.get(digest)

    def add(self, plan: Plan) -> None:
        """Make a plan known."""
        self._plans[plan.digest] = plan

    def newest(self, name: str, wanted: str) -> Plan | None:
        """The highest version of a pathway that fits a range."""
        asked = parse_range(wanted)
        fitting = [one for one in self._plans.values() if one.pathway == name and asked.matches(one.version)]
        return max(fitting, key=lambda one: Version.parse(one.version), default=None)


def pathway(steps: str, *, name: str = "example", version: str = "1.0.0", more: str = "", **catalog: Any) -> Plan:
    """A plan of these steps, with an input `order` and the outcomes `completed` and `expired`; `more` goes before."""
    head = (
        f"language: 1\npathway: {name}\nversion: {version}\ntitle: Example\n{more}"
        """
inputs: {order: {type: Reference, target: [ServiceRequest]}}
stages: [early, late]
outcomes:
  completed: {title: Completed, kind: success}
  expired: {title: Expired, kind: unsuccessful}
steps:
"""
    )
    return make_plan(head + steps, CATALOG | catalog)


SPINE = pathway("""
  prepare:
    do: test.prepare
    with: {order: =order.reference}
    save: prepared
    retry: {attempts: 3, first: 1 second}
    catch: {gone: lapsed}
  review:
    task:
      title: Please review
      queue: intake
      outcomes: {accept: Accept, decline: Decline}
    timeout: {after: 3 days, to: lapsed}
    save: review
    next: {accept: await-note, decline: lapsed}
  await-note:
    wait: {event: note.received, key: =prepared.number}
    timeout: {after: 7 days, to: lapsed}
  close:
    do: test.close
    with: {number: =prepared.number}
  finished: {end: completed}
  lapsed: {end: expired}
""")
"""An action, a task, an event with a timeout, an action, an end: a little of everything."""

ACTIONS: dict[str, Any] = {
    "test.prepare": lambda _: ActionResult({"number": "N-1"}),
    "test.close": lambda _: ActionResult({}),
    "test.work": lambda _: ActionResult({}),
    "test.slow": lambda _: ActionResult({}),
}
