"""A definition knows all its steps, on every level, by their paths."""

from __future__ import annotations

from tests.support.authored import read

TEXT = """
side_flows: {call: {steps: {a: {wait: {for: 1 day}}}}}
steps:
  a: {wait: {for: 1 day}}
  both:
    parallel:
      branches:
        left: {steps: {a: {wait: {for: 1 day}}}}
        right:
          steps:
            round: {repeat: {while: true, limit: 2, steps: {a: {wait: {for: 1 day}}}}}
  visit: {steps: {a: {wait: {for: 1 day}}}}
  over: {end: done}
"""


def test_steps_are_walked_in_order_with_path_and_block() -> None:
    """Those inside a step come after it, those of side flows last."""
    assert [(one.path, one.block) for one in read(TEXT).placed] == [
        ("a", ""),
        ("both", ""),
        ("both/left/a", "both/left"),
        ("both/right/round", "both/right"),
        ("both/right/round/a", "both/right/round"),
        ("visit", ""),
        ("visit/a", "visit"),
        ("over", ""),
        ("~call/a", "~call"),
    ]


def test_steps_and_blocks_are_found_by_path() -> None:
    """Steps of one id in several blocks are told apart."""
    definition = read(TEXT)
    assert list(definition.step) == [one.path for one in definition.placed]
    assert {path: [str(step.id) for step in steps] for path, steps in definition.blocks.items()} == {
        "": ["a", "both", "visit", "over"],
        "~call": ["a"],
        "both/left": ["a"],
        "both/right": ["round"],
        "both/right/round": ["a"],
        "visit": ["a"],
    }
