"""The scripts of the demonstration fit the pathways that they are played on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from devcore.demo.authorizations import AUTHORIZATION_SCRIPTS
from devcore.demo.cases import SCRIPTS, VISIT_AHEAD, Script, reached
from devcore.demo.infusions import INFUSION_SCRIPTS
from devcore.demo.stage import PATHWAY, PUBLISHED
from devcore.demo.table import in_words
from devcore.demo.world import saved, visit_of
from devcore.patients import CASE_KINDS
from pathways import feel, forms
from pathways.catalog import Catalog
from pathways.compile import compile_definition
from pathways.parse import parse
from pathways.plan import Plan, Task
from pathways.time.zones import zone

OPENED = datetime.fromisoformat("2026-03-02T09:30:15-05:00")
ENV = feel.Environment(now=OPENED, zone=zone("America/New_York"))
ALL_SCRIPTS: tuple[Script, ...] = (*SCRIPTS, *AUTHORIZATION_SCRIPTS, *INFUSION_SCRIPTS)

FIRST: tuple[Script, ...] = (SCRIPTS[0], AUTHORIZATION_SCRIPTS[0], INFUSION_SCRIPTS[0])


@pytest.fixture(scope="module")
def pathways() -> Mapping[str, Plan]:
    """The pathways that are played, by name; what the catalog says of them is not asked here."""
    parsed = (parse(path.read_text(encoding="utf-8"), path.name).definition for path in PUBLISHED)
    drafts = (compile_definition(one, Catalog()).draft for one in parsed if one is not None)
    return {one.pathway: one for one in drafts}


def tasks_of(plan: Plan) -> dict[str, Task]:
    """The human tasks of a pathway's main flow by step, those in branches, sections and repetitions included."""
    return {one.local: one for one in plan.steps if isinstance(one, Task) and not one.id.startswith("~")}


@pytest.mark.parametrize(
    "script", [SCRIPTS[0], AUTHORIZATION_SCRIPTS[0], INFUSION_SCRIPTS[0]], ids=lambda one: one.pathway
)
def test_every_task_has_somebody_who_completes_it(pathways: Mapping[str, Plan], script: Script) -> None:
    """No case can come to a task that nobody in the demonstration knows, nor its child."""
    own = set(tasks_of(pathways[script.pathway]))
    child = set(tasks_of(pathways["prior-authorization"])) if script.pathway == "infusion" else set()
    assert set(script.usual) == own | child


def test_a_clock_that_has_run_out_is_seen_by_somebody() -> None:
    """Its task would otherwise hold the demonstration up."""
    answer = ALL_SCRIPTS[-1].answer("!first-dose", 1)
    assert answer is not None
    assert answer.outcome == "done"


@pytest.mark.parametrize("script", ALL_SCRIPTS, ids=lambda script: script.title)
def test_every_script_ends_in_an_outcome_of_the_pathway(pathways: Mapping[str, Plan], script: Script) -> None:
    """What a script says must come of it can come of it."""
    assert script.outcome in pathways[script.pathway].outcome


def test_referrals_follow_their_version() -> None:
    """The one whose tasks the scripts answer."""
    assert PATHWAY in PUBLISHED


def test_at_least_six_ways_are_shown() -> None:
    """The demonstration shows different ways, not one again and again."""
    assert len({script.title for script in SCRIPTS}) >= 6
    assert len({script.outcome for script in SCRIPTS}) >= 6


def test_each_script_has_an_order_made_for_it() -> None:
    """Scripts and kinds of orders go together by number."""
    assert len(SCRIPTS) == len(CASE_KINDS)


@pytest.mark.parametrize("script", ALL_SCRIPTS, ids=lambda script: script.title)
def test_answers_keep_to_the_forms(pathways: Mapping[str, Plan], script: Script) -> None:
    """Outcomes, fields and options of every answer are those of the task, and what its outcome asks for is given."""
    own = tasks_of(pathways[script.pathway])
    assert script.leave_at in own
    assert set(script.answers) <= set(own)
    for step, task in own.items():
        for visit in (1, 2, 3):
            answer = script.answer(step, visit)
            assert answer is not None
            assert answer.outcome in {one.id for one in task.outcomes}, step
            _, errors = forms.check(task.form, answer.values(OPENED), answer.outcome, {}, ENV)
            assert errors == {}, step


def test_the_last_answer_is_given_again() -> None:
    """A step that is visited more often than foreseen still gets an answer."""
    script = next(script for script in SCRIPTS if script.outcome == "unreachable")
    assert script.answer("reach-patient", 9) == script.answers["reach-patient"][-1]


def test_a_visit_lies_ahead_in_the_time_of_the_task() -> None:
    """The visit is agreed on in pathway time, which may be far from this machine's."""
    start = datetime.fromisoformat(reached(OPENED)["start"])
    assert VISIT_AHEAD - timedelta(hours=1) <= start - OPENED <= VISIT_AHEAD


def test_addresses_tell_their_visit() -> None:
    """`reach-patient@2` is the second visit of its step, `series#2/…` the second time round; else it is the first."""
    assert [visit_of(address) for address in ("triage", "triage@2", "series@2/both/visit@3")] == [1, 2, 3]
    assert [visit_of(address) for address in ("series#2/visit/arrive", "series#1/visit@3/arrive")] == [2, 3]


def test_saved_values_are_found_in_any_scope() -> None:
    """Values are kept by scope and name, each with where it came from."""
    data = {"": {}, "series#1/": {"booking": {"value": 1}}, "series#2/": {"booking": {"value": 2}}}
    assert saved({"data": data}, "booking") in (1, 2)
    assert saved({"data": data}, "booking", "series#1/visit/until-visit") == 1
    with pytest.raises(KeyError):
        saved({"data": data}, "note")


@pytest.mark.parametrize(("took", "words"), [(timedelta(hours=3), "3 h"), (timedelta(days=9, minutes=40), "9 d 1 h")])
def test_durations_read_as_days_and_hours(took: timedelta, words: str) -> None:
    """Who reads the table thinks in days."""
    assert in_words(took) == words
