"""The functions that the language adds to FEEL."""

from __future__ import annotations

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
