"""Decision tables: rows in order, FEEL unary tests, what they give."""

from __future__ import annotations

import pytest

from tests.support.plans import Player, make_plan

CARE = """
inputs: {age: {type: integer}, plan: {type: code, options: [a, b]}}
steps:
  choose:
    decide:
      table:
        - {age: "< 18", plan: any, to: child}
        - {age: "[18..65)", plan: '"a"', to: adult}
        - {age: "null", to: unknown}
        - {age + 0: 99, to: oldest}
        %s
  child: {task: {title: c, queue: q}, next: fin}
  adult: {task: {title: a, queue: q}, next: fin}
  unknown: {task: {title: u, queue: q}, next: fin}
  oldest: {task: {title: o, queue: q}, next: fin}
  rest: {task: {title: r, queue: q}, next: fin}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""


@pytest.mark.parametrize(
    ("inputs", "step"),
    [
        ({"age": 3, "plan": "b"}, "child"),
        ({"age": 18, "plan": "a"}, "adult"),
        ({"age": 18, "plan": "b"}, "rest"),
        ({"plan": "b"}, "unknown"),
        ({"age": 99, "plan": "a"}, "oldest"),
    ],
)
def test_the_first_row_that_matches_is_taken(inputs: dict[str, object], step: str) -> None:
    """A cell that is no string equals its literal; a null input matches a test for null and `any`."""
    assert Player(make_plan(CARE % "- {otherwise: rest}"), inputs).standing == [step]


def test_no_match_is_an_incident() -> None:
    """Without otherwise nothing is guessed; the position is moved on by hand, or the data is mended."""
    run = Player(make_plan(CARE % ""), {"age": 70, "plan": "a"})
    assert run.incident("choose").kind == "no-branch"
    run.set("age", 5)
    run.retry("choose")
    assert run.standing == ["child"]


def test_a_table_may_give_a_value() -> None:
    """What the row gives is saved, and the step goes on by its next."""
    run = Player(
        make_plan(
            """
inputs: {weight: {type: integer}}
steps:
  dose:
    decide:
      table:
        - {weight: "< 50", give: {mg: 100, vials: "=weight * 2"}}
        - {otherwise: true, give: {mg: 200, vials: 2}}
    save: dose
  show: {task: {title: "{{ dose.mg }} {{ dose.vials }}", queue: q}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""
        ),
        {"weight": 40},
    )
    assert run.of("task-opened")[0].title == "100 80"
