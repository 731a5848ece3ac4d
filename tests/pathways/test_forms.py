"""The form of a task: whether its fields are shown and required, for the engine, the API and the page alike."""

from __future__ import annotations

import pytest

from api.services.forms import FormRules
from pathways.engine.scope import environment
from pathways.plan import Plan, Task
from tests.support.plans import MONDAY, Player, make_plan

LONG = "(for i in 1..1000000 return i)[1] = 1"


def plan_with(rule: str) -> Plan:
    """A task whose second field has a rule."""
    return make_plan(
        f"""
steps:
  ask:
    task:
      title: A
      queue: q
      form: [{{name: kind, type: text}}, {{name: why, type: text, {rule}}}]
  e: {{end: ok}}
outcomes: {{ok: {{kind: success}}}}
"""
    )


@pytest.mark.parametrize("rule", ["show_when", "required_when"])
def test_a_rule_that_takes_too_long_to_work_out_refuses_the_form(rule: str) -> None:
    """Null for want of time is no false: the field might be asked for. It says so, and shows on the page."""
    plan = plan_with(f'{rule}: "{LONG}"')
    run = Player(plan)
    refusal = run.complete("ask", form={"why": "x"}).refusal
    assert refusal is not None
    assert refusal.code == "form-invalid"
    assert list(refusal.detail) == ["why"]
    assert "it takes more than 100000 steps" in refusal.detail["why"]
    assert run.open_tasks == ["ask"]
    step = plan.step["ask"]
    assert isinstance(step, Task)
    rules = FormRules(step.form, {}, environment(plan, "UTC", MONDAY), ("done",))
    assert [(one.field.name, one.shown, one.required) for one in rules.states({})] == [
        ("kind", True, False),
        ("why", True, False),
    ]
    assert "why" in rules.check({})


def test_a_rule_that_is_null_does_not_hold() -> None:
    """Much is not typed yet while a form is filled in."""
    run = Player(plan_with("show_when: kind.length > 3"))
    assert run.complete("ask").refusal is None
