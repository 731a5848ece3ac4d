"""The parts of a plan in words."""

from __future__ import annotations

import pytest

from pathways import wording
from pathways.plan import Repeat
from tests.support.plans import make_plan


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 open tasks"), (1, "1 open task"), (2, "2 open tasks"), (1200, "1,200 open tasks")]
)
def test_a_number_agrees_with_what_it_counts(count: int, said: str) -> None:
    """One is one; all others, none among them, are several."""
    assert wording.numbered(count, "open task") == said


@pytest.mark.parametrize(
    ("limit", "said"), [("1", "at most once"), ("3", "at most 3 times"), ("=n", "at most n times")]
)
def test_the_limit_of_a_repeat_is_said(limit: str, said: str) -> None:
    """As people would say it."""
    plan = make_plan(
        f"""
inputs: {{n: {{type: integer, default: 2}}}}
steps:
  tries: {{repeat: {{until: n > 1, limit: {limit}, steps: {{ask: {{task: {{title: A, queue: q}}}}}}}}}}
  e: {{end: ok}}
outcomes: {{ok: {{kind: success}}}}
"""
    )
    step = plan.step["tries"]
    assert isinstance(step, Repeat)
    assert wording.repeat_words(step).endswith(said)
