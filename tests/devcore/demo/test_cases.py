"""The scripts of the demonstration fit the pathway that they are played on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml

from devcore.demo.cases import SCRIPTS, USUAL, VISIT_AHEAD, Script, reached
from devcore.demo.stage import PATHWAY
from devcore.demo.table import in_words
from devcore.demo.world import saved, visit_of
from devcore.patients import CASE_KINDS

OPENED = datetime.fromisoformat("2026-03-02T09:30:15-05:00")


@pytest.fixture(scope="module")
def pathway() -> dict[str, Any]:
    """The referral pathway, as written."""
    loaded: dict[str, Any] = yaml.safe_load(PATHWAY.read_text(encoding="utf-8"))
    return loaded


def tasks_of(pathway: dict[str, Any]) -> dict[str, Any]:
    """The human tasks of the pathway, by step."""
    return {name: step["task"] for name, step in pathway["steps"].items() if "task" in step}


def test_every_task_has_somebody_who_completes_it(pathway: dict[str, Any]) -> None:
    """No case can come to a task that nobody in the demonstration knows."""
    assert set(USUAL) == set(tasks_of(pathway))


def test_every_script_ends_in_an_outcome_of_the_pathway(pathway: dict[str, Any]) -> None:
    """What a script says must come of it can come of it."""
    assert {script.outcome for script in SCRIPTS} <= set(pathway["outcomes"])


def test_at_least_six_ways_are_shown() -> None:
    """The demonstration shows different ways, not one again and again."""
    assert len({script.title for script in SCRIPTS}) >= 6
    assert len({script.outcome for script in SCRIPTS}) >= 6


def test_each_script_has_an_order_made_for_it() -> None:
    """Scripts and kinds of orders go together by number."""
    assert len(SCRIPTS) == len(CASE_KINDS)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.title)
def test_answers_keep_to_the_forms(pathway: dict[str, Any], script: Script) -> None:
    """Outcomes, fields and options of every answer are those of the task."""
    assert script.leave_at in tasks_of(pathway)
    for step, task in tasks_of(pathway).items():
        for visit in (1, 2, 3):
            answer = script.answer(step, visit)
            assert answer is not None
            assert answer.outcome in task["outcomes"]
            fields = {field["name"]: field for field in task.get("form", [])}
            for name, value in answer.values(OPENED).items():
                assert value in fields[name].get("options", [value])


def test_the_last_answer_is_given_again() -> None:
    """A step that is visited more often than foreseen still gets an answer."""
    script = next(script for script in SCRIPTS if script.outcome == "unreachable")
    assert script.answer("reach-patient", 9) == script.answers["reach-patient"][-1]


def test_a_visit_lies_ahead_in_the_time_of_the_task() -> None:
    """The visit is agreed on in pathway time, which may be far from this machine's."""
    start = datetime.fromisoformat(reached(OPENED)["start"])
    assert VISIT_AHEAD - timedelta(hours=1) <= start - OPENED <= VISIT_AHEAD


def test_addresses_tell_their_visit() -> None:
    """`reach-patient@2` is the second visit of its step; one without a number is the first."""
    assert [visit_of(address) for address in ("triage", "triage@2", "series@2/both/visit@3")] == [1, 2, 3]


def test_saved_values_are_found_in_any_scope() -> None:
    """Values are kept by scope and name, each with where it came from."""
    assert saved({"data": {"": {}, "a": {"booking": {"value": {"start": "now"}}}}}, "booking") == {"start": "now"}


@pytest.mark.parametrize(("took", "words"), [(timedelta(hours=3), "3 h"), (timedelta(days=9, minutes=40), "9 d 1 h")])
def test_durations_read_as_days_and_hours(took: timedelta, words: str) -> None:
    """Who reads the table thinks in days."""
    assert in_words(took) == words
