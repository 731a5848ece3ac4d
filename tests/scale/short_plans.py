"""Short pathways whose histories are counted: human tasks, an action alone, five actions in a row."""

from __future__ import annotations

from functools import lru_cache

from pathways.plan import Plan
from tests.support.plans import make_plan

WORK = "bench.work"

_CATALOG = {"actions": {WORK: {}}, "queues": ["intake"]}
_HEAD = """
outcomes: {completed: {title: Completed, kind: success}, expired: {title: Expired}}
steps:
"""
_TASKS = """
  first: {task: {title: First, queue: intake}}
  second: {task: {title: Second, queue: intake}, timeout: {after: 3 days, to: expired}}
  third: {task: {title: Third, queue: intake}, timeout: {after: 3 days, to: expired}}
  fourth: {task: {title: Fourth, queue: intake}}
  finished: {end: completed}
  expired: {end: expired}
"""
_ONE_ACTION = """
  ask: {task: {title: Ask, queue: intake}}
  act: {do: bench.work}
  ask-again: {task: {title: Ask again, queue: intake}}
  finished: {end: completed}
"""
_FIVE_ACTIONS = """
  ask: {task: {title: Ask, queue: intake}}
  one: {do: bench.work}
  two: {do: bench.work}
  three: {do: bench.work}
  four: {do: bench.work}
  five: {do: bench.work}
  ask-again: {task: {title: Ask again, queue: intake}}
  finished: {end: completed}
"""


@lru_cache(maxsize=1)
def short_plans() -> tuple[Plan, Plan, Plan]:
    """Tasks one after the other; an action between two tasks; five of them."""
    tasks, one, five = (make_plan(_HEAD + steps, _CATALOG) for steps in (_TASKS, _ONE_ACTION, _FIVE_ACTIONS))
    return tasks, one, five
