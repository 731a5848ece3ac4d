"""The functions that the language adds to FEEL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pathways import feel
from pathways.feel import types as feel_types
from pathways.functions import FUNCTION_TYPES, function_types, functions
from tests.support.plans import Player, make_plan

TEXT = """
calendar: us-business
outcomes: {x: {title: X, kind: success}}
steps:
  s:
    set:
      first: =business_add(date("2026-07-10"), "1 business day")
      saturday: =business_add(date("2026-07-10"), "1 business day", "weekend")
      back: =business_add(date("2026-07-13"), "-1 business day")
      unknown: =business_add(date("2026-07-10"), "1 business day", "nowhere")
      wrong: =business_add("today", "1 business day")
  e: {end: x}
"""
CATALOG = {"calendars": {"weekend": {"zone": "UTC", "hours": {"sat": ["09:00-12:00"], "sun": ["09:00-12:00"]}}}}


def test_business_add_counts_in_the_pathways_calendar_or_a_named_one() -> None:
    """Business time counts in the pathway's calendar unless another is named; the plan carries both."""
    plan = make_plan(TEXT, CATALOG)
    player = Player(plan)
    assert [one.name for one in plan.calendars] == ["us-business", "weekend"]
    assert player.value("first") == "2026-07-13"
    assert player.value("saturday") == "2026-07-11"
    assert player.value("back") == "2026-07-10"


def test_business_add_of_what_it_does_not_know_is_null() -> None:
    """An unknown calendar and what is no time give null, never an error."""
    player = Player(make_plan(TEXT, CATALOG))
    assert player.value("unknown") is None
    assert player.value("wrong") is None


def test_a_plan_carries_the_value_sets_that_its_expressions_name() -> None:
    """A check against a value set comes out as when the plan was made, whatever the catalog says later."""
    text = TEXT.replace("      wrong:", '      biologic: =in_value_set("J1745", "biologics")\n      wrong:')
    plan = make_plan(text, CATALOG | {"value_sets": {"biologics": ["J1745"], "others": ["X"]}})
    assert [one.name for one in plan.value_sets] == ["biologics"]
    assert Player(plan).value("biologic") is True


NEW_YORK = ZoneInfo("America/New_York")
SETS = {"biologics": {"J1745", "http://hcpcs|Q5103"}, "none": frozenset[str]()}
ENVIRONMENT = feel.Environment(datetime(2026, 3, 2, tzinfo=UTC), NEW_YORK, functions(NEW_YORK, {}, None, SETS))


def explained(text: str) -> tuple[Any, list[str]]:
    """A value, and why it is null."""
    expression = feel.parse_expression(text)
    return expression.evaluate({}, ENVIRONMENT), expression.explain({}, ENVIRONMENT)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ('in_value_set("J1745", "biologics")', True),
        ('in_value_set("J1746", "biologics")', False),
        ('in_value_set(set: "biologics", code: "J1745")', True),
        ('in_value_set("Q5103", "biologics")', False),
        ('in_value_set({system: "http://hcpcs", code: "Q5103"}, "biologics")', True),
        ('in_value_set({system: "http://other", code: "Q5103"}, "biologics")', False),
        ('in_value_set({system: "http://other", code: "J1745"}, "biologics")', True),
        ('in_value_set({coding: [{code: "X"}, {code: "J1745"}], text: "infliximab"}, "biologics")', True),
        ('in_value_set("J1745", "none")', False),
    ],
)
def test_a_code_is_in_a_value_set_or_not(text: str, verdict: bool) -> None:
    """A text, a Coding and a CodeableConcept are looked up, by code or by system and code."""
    assert explained(text)[0] is verdict


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('in_value_set("J1745", "nowhere")', "there is no value set nowhere"),
        ('in_value_set(null, "biologics")', "code is null"),
        ('in_value_set("", "biologics")', "neither a code"),
        ('in_value_set(1745, "biologics")', "neither a code"),
        ('in_value_set({text: "infliximab"}, "biologics")', "neither a code"),
        ('in_value_set({coding: [1, {coding: []}]}, "biologics")', "neither a code"),
        ('in_value_set("J1745", null)', "set of in_value_set is null"),
        ('in_value_set("J1745")', "takes 2 arguments"),
        ('business_add(@"2026-03-02", "1 business day")', "business time"),
        ('business_add(@"2026-03-02", "soon")', "soon"),
        ('business_add(@"2026-03-02", "1 day", "nowhere")', "there is no calendar nowhere"),
        ('business_add("2026-03-02", "1 day")', "neither a date nor a date and time"),
    ],
)
def test_what_no_function_can_answer_is_null_with_the_reason(text: str, reason: str) -> None:
    """A missing code is never simply not in the set, which would let a check pass."""
    value, reasons = explained(text)
    assert value is None
    assert any(reason in one for one in reasons), reasons


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        ('in_value_set("J1745", "biologic")', (1, 23, "there is no value set `biologic`"), "Did you mean `biologics`?"),
        ('business_add(today(), "1 day", "us")', (1, 32, "there is no calendar `us`"), ""),
        ('business_add(today(), "1 day", calendar)', None, ""),
        ('in_value_set("J1745", "biologics")', None, ""),
    ],
)
def test_a_literal_that_names_nothing_known_is_a_problem(text: str, problem: Any, hint: str) -> None:
    """Lint finds it before it is null; what is computed can only be seen then."""
    known = function_types(["us-business"], ["biologics"])
    found = feel.infer(feel.parse_expression(text), {"calendar": feel_types.STRING}, known).problems
    assert [(one.line, one.column, one.message) for one in found] == ([problem] if problem else [])
    assert [one.hint for one in found] == ([hint] if problem else [])


def test_arguments_may_be_named_and_types_are_known() -> None:
    """The language's own functions are called as FEEL's are, and what is added to a date is a date."""
    text = 'business_add(t: @"2026-03-02", duration: "3 days")'
    assert explained(text)[0] == date(2026, 3, 5)
    found = feel.infer(feel.parse_expression(text), {}, FUNCTION_TYPES)
    assert (str(found.type), found.problems) == ("date", [])
    wrong = feel.infer(feel.parse_expression("in_value_set(1, 2)"), {}, FUNCTION_TYPES)
    assert [(one.line, one.column) for one in wrong.problems] == [(1, 17)]
