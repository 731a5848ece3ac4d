"""What changed between two versions: in words, by class, and with where positions may go."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from pathways.catalog import Retry
from pathways.datatypes import DataType
from pathways.diff import Diff, diff
from pathways.plan import (
    Assignment,
    CalendarContent,
    Catch,
    Cell,
    ClockVerb,
    Contract,
    Decide,
    Do,
    Edge,
    Emit,
    FormField,
    Handler,
    Input,
    Outcome,
    Parallel,
    Plan,
    Row,
    SideFlow,
    Step,
    Task,
    TaskOutcome,
    Timeout,
    Undo,
    plan_from_json,
)
from pathways.time.calendars import Calendar
from pathways.values import Computed, Condition, Timing, UnaryTests
from tests.support.whole_plan import whole_plan


def with_step(path: str, **members: Any) -> Plan:
    """The plan with other members of one step."""
    plan = whole_plan(version="1.1.0")
    return replace(plan, steps=tuple(replace(one, **members) if one.id == path else one for one in plan.steps))


def without(*paths: str) -> Plan:
    """The plan without some steps, whatever leads to them."""
    plan = whole_plan(version="1.1.0")
    return replace(plan, steps=tuple(one for one in plan.steps if one.id not in paths))


def renamed(path: str, to: str, **members: Any) -> Plan:
    """The plan with a step under another path, and every way to it with it."""
    plan = whole_plan(version="1.1.0")

    def led(step: Step) -> Step:
        step = replace(step, next=tuple(replace(one, to=to) if one.to == path else one for one in step.next))
        if isinstance(step, Do):
            step = replace(step, catch=tuple(replace(one, to=to) if one.to == path else one for one in step.catch))
        return replace(step, id=to, **members) if step.id == path else step

    return replace(plan, steps=tuple(led(one) for one in plan.steps))


def said(new: Plan, old: Plan | None = None) -> list[str]:
    """The changes in words."""
    return [str(one) for one in diff(old or whole_plan(), new).changes]


def found(new: Plan) -> Diff:
    """The difference to the plan that uses everything."""
    return diff(whole_plan(), new)


def test_nothing_changed() -> None:
    """The same again is no change, and of no class."""
    same = found(whole_plan(version="1.1.0"))
    assert same.changes == ()
    assert same.kind is None
    assert same.to_json()["class"] == "same"


SUBMIT = whole_plan().step["submit"]
ASSEMBLE = whole_plan().step["assemble"]
ROUTE = whole_plan().step["route"]
assert isinstance(SUBMIT, Do)
assert isinstance(ASSEMBLE, Task)
assert isinstance(ROUTE, Decide)
TABLE = ROUTE.table
assert TABLE is not None


@pytest.mark.parametrize(
    ("path", "members", "words"),
    [
        ("submit", {"retry": Retry(attempts=8)}, ["Step submit: retries 5 → 8"]),
        ("submit", {"timeout_seconds": 60.0}, ["Step submit: time limit of the action 30 s → 60 s"]),
        ("submit", {"action": "payer.send"}, ["Step submit: action payer.submit_claim → payer.send"]),
        (
            "submit",
            {"input": Computed({"documents": "=dossier.all", "note": "Please"})},
            [
                "Step submit: input documents dossier.documents → dossier.all",
                "Step submit: new input note: Please",
            ],
        ),
        (
            "submit",
            {"catch": (Catch("payer-away", "await-decision"),), "accept": ()},
            [
                "Step submit: caught problem invalid-claim removed (was to assemble)",
                "Step submit: accepted problem payer-away removed",
                "Step submit: new caught problem payer-away: to await-decision",
            ],
        ),
        ("submit", {"undo": None}, ["Step submit: undo removed (was payer.cancel_claim)"]),
        ("submit", {"undo": Undo("payer.void")}, None),
        (
            "submit",
            {"clocks": (ClockVerb("restart", "payer-decision"),)},
            [
                "Step submit: start of clock payer-decision removed (was on completion, from claim.received)",
                "Step submit: new restart of clock payer-decision: on entry",
            ],
        ),
        (
            "submit",
            {"timeout": Timeout(Timing("1 day"), "withdrawn", undo=True)},
            ["Step submit: new timeout: after 1 day, to withdrawn, undoing what was done"],
        ),
        (
            "await-decision",
            {"timeout": Timeout(Timing("21 days"), "pause")},
            ["Step await-decision: timeout after 14 days, to pause → after 21 days, to pause"],
        ),
        (
            "await-decision",
            {"handlers": (Handler(type="payer.question", side="call-payer"),)},
            None,
        ),
        (
            "assemble",
            {"gate": None, "gate_roles": ()},
            ["Step assemble: gate removed (was clinical (roles pharmacist))"],
        ),
        ("assemble", {"queue": Computed("pa-team")}, ["Step assemble: queue pa-intake → pa-team"]),
        ("assemble", {"due": None}, ["Step assemble: due time removed (was 1 business day)"]),
        ("assemble", {"remind": ()}, ["Step assemble: reminder 1 removed (was 4 business hours before it is due)"]),
        (
            "assemble",
            {"form": (*ASSEMBLE.form, FormField("fax", "Fax number", DataType("text"), required=True))},
            ["Step assemble: new form field fax: “Fax number”, text, required"],
        ),
        (
            "assemble",
            {
                "form": (
                    ASSEMBLE.form[0],
                    FormField("note", "Note", DataType("code", options=("a", "b")), required=True),
                )
            },
            [
                "Step assemble: label of form field note “Note to reviewer” → “Note”",
                "Step assemble: type of form field note text → code (a, b)",
                "Step assemble: form field note optional → required",
            ],
        ),
        (
            "assemble",
            {"form": tuple(reversed(ASSEMBLE.form))},
            ["Step assemble: order of form fields documents, note → note, documents"],
        ),
        (
            "assemble",
            {"outcomes": (*ASSEMBLE.outcomes, TaskOutcome("later", "Later"))},
            ["Step assemble: new outcome later: “Later”"],
        ),
        (
            "check-requirement",
            {"next": (Edge("not-required", Condition("no_auth")), Edge("submit"))},
            [
                'Step check-requirement: way on to not-required when requirement.status = "no-auth" → when no_auth',
                "Step check-requirement: way on otherwise to assemble → to submit",
            ],
        ),
        (
            "both",
            {"join": 1, "undo_rest": True},
            [
                "Step both: branches that must end all → 1",
                "Step both: new undo of the other branches",
            ],
        ),
        (
            "submit",
            {"undo": Undo("payer.cancel_claim", Computed({"claim": "=claim"}), until="route")},
            ["Step submit: new step until which it can be undone: route"],
        ),
        ("series", {"mode": "at-once"}, ["Step series: mode one-by-one → at-once"]),
        (
            "series",
            {"carry": (Assignment("last_given", Computed("=iteration")), Assignment("due", Computed("=dose.due")))},
            [
                "Step series: carried last_given dose.number → iteration",
                "Step series: new carried due: dose.due",
            ],
        ),
        ("tell", {"type": "series.done"}, ["Step tell: event series.ended → series.done"]),
        (
            "route",
            {
                "table": replace(
                    TABLE,
                    rows=(
                        TABLE.rows[0],
                        Row((Cell(0, UnaryTests('"withdrawn"')),), to="withdrawn"),
                        replace(TABLE.rows[2], to="withdrawn"),
                    ),
                )
            },
            [
                (
                    'Step route: table row 2 [answer.data.decision "partial", urgency "expedited" to both] → '
                    '[answer.data.decision "withdrawn" to withdrawn]'
                ),
                "Step route: table row 3 [otherwise to denied] → [otherwise to withdrawn]",
            ],
        ),
    ],
)
def test_changes_of_a_step_in_words(path: str, members: dict[str, Any], words: list[str] | None) -> None:
    """Each member of a step that changes is told by what it means."""
    changes = said(with_step(path, **members))
    assert changes
    if words is not None:
        assert changes == words


def test_a_row_that_is_put_in_moves_no_other() -> None:
    """A new row before others is one change."""
    assert TABLE is not None
    row = Row((Cell(1, UnaryTests('"standard"')),), to="denied")
    new = with_step("route", table=replace(TABLE, rows=(row, *TABLE.rows)))
    assert said(new) == ['Step route: new table row 1: [urgency "standard" to denied]']


@pytest.mark.parametrize(
    ("new", "kind"),
    [
        (with_step("submit", title="Send the claim"), "text only"),
        (whole_plan(purpose="Another purpose", title="Title"), "text only"),
        (with_step("assemble", help=Computed("Look twice")), "text only"),
        (with_step("submit", retry=Retry(attempts=8)), "compatible"),
        (whole_plan(contract=Contract(("Patient",), ())), "compatible"),
        (without("pause"), "needs a mapping"),
        (without("not-required"), "compatible"),
        (renamed("submit", "send"), "needs a mapping"),
        (with_step("series", mode="at-once"), "needs a mapping"),
        (with_step("submit", action="payer.send"), "needs a mapping"),
        (with_step("submit", undo=None), "needs a mapping"),
        (with_step("submit", save="sent"), "needs a mapping"),
        (with_step("submit", save=None), "compatible"),
        (whole_plan(clocks=()), "needs a mapping"),
        (whole_plan(inputs=(*whole_plan().inputs, Input("extra", DataType("text")))), "compatible"),
        (whole_plan(inputs=(*whole_plan().inputs, Input("extra", DataType("text"), True))), "needs a mapping"),
        (whole_plan(inputs=()), "compatible"),
    ],
)
def test_the_whole_is_of_the_class_of_its_worst_change(new: Plan, kind: str) -> None:
    """Text alone asks nothing of anybody; a step that is gone asks where its instances go."""
    assert found(new).kind == kind


def test_what_else_a_map_speaks_of_is_named() -> None:
    """Branches and names that those in flight lack, and clocks that are gone."""
    plan = whole_plan(version="1.1.0")
    (both,) = (one for one in plan.steps if isinstance(one, Parallel))
    more = replace(both, branches=(*both.branches, "ride"))
    changed = found(replace(plan, steps=tuple(more if one is both else one for one in plan.steps)))
    assert changed.branches == (f"{both.id}/ride",)
    assert changed.kind == "needs a mapping"
    assert found(whole_plan(clocks=())).clocks == ("payer-decision",)
    assert found(with_step("submit", save="sent")).values == ("sent",)


def test_a_step_that_is_gone_is_named() -> None:
    """A removed step is told, and stands among those that a mapping must name."""
    gone = found(without("pause"))
    assert "Step pause: removed (was wait for a time “Give the payer another week”)" in map(str, gone.changes)
    assert gone.unmapped == ("pause",)
    assert gone.mapping == {}


def test_a_renamed_step_is_known_by_its_content() -> None:
    """A rename is one change, not a removal and an addition; ways to it are no changes."""
    new = renamed("submit", "send-claim")
    assert said(new) == ["Step send-claim: renamed (was submit)"]
    assert found(new).mapping == {"submit": "send-claim"}
    assert found(new).unmapped == ()


def test_a_rename_with_small_changes_is_still_one() -> None:
    """Content that is much the same suggests itself, and what differs is told."""
    new = renamed("assemble", "gather", queue=Computed("pa-team"))
    assert found(new).mapping == {"assemble": "gather"}
    assert "Step gather: queue pa-intake → pa-team" in said(new)


def test_a_step_that_changed_its_kind_is_another() -> None:
    """Who stood at an action cannot stand at an event that is sent."""
    plan = whole_plan(version="1.1.0")
    other = Emit(kind="emit", id="submit", type="claim.sent", next=SUBMIT.next)
    new = replace(plan, steps=tuple(other if one.id == "submit" else one for one in plan.steps))
    assert "Step submit: is another kind of step: action → send an event" in said(new)
    assert found(new).kind == "needs a mapping"
    assert found(new).unmapped == ("submit",)


def test_a_step_in_another_container_has_moved() -> None:
    """The same step in another branch is at another address."""
    plan = whole_plan(version="1.1.0")
    new = replace(
        plan,
        steps=tuple(
            replace(one, id="both/chair/received") if one.id == "both/stock/received" else one for one in plan.steps
        ),
    )
    assert found(new).mapping == {"both/stock/received": "both/chair/received"}
    assert "Step both/chair/received: moved from both/stock to both/chair (was both/stock/received)" in said(new)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (
            whole_plan(contract=Contract(("Patient", "ServiceRequest", "Observation"), ("Task",))),
            ["Contract: may now read Observation (wider than before)", "Contract: may no longer write Claim"],
        ),
        (whole_plan(clocks=()), ["Clock payer-decision: removed (was “Payer decision due”, limit 7 days)"]),
        (
            whole_plan(clocks=(replace(whole_plan().clocks[0], limit=Timing("72 hours"), warn=0.5),)),
            [
                "Clock payer-decision: limit 7 days → 72 hours",
                "Clock payer-decision: warning at 75% of the limit → at 50% of the limit",
            ],
        ),
        (
            whole_plan(inputs=(*whole_plan().inputs, Input("site", DataType("text"), required=True))),
            ["Pathway: new input site: text, required"],
        ),
        (
            whole_plan(outcomes=(*whole_plan().outcomes, Outcome("lapsed", "Lapsed"))),
            ["Outcome lapsed: new: “Lapsed”, unsuccessful"],
        ),
        (
            whole_plan(side_flows=(*whole_plan().side_flows, SideFlow("peer", "Peer-to-peer"))),
            ["Side flow peer: new: “Peer-to-peer”"],
        ),
        (
            whole_plan(handlers=()),
            ["Pathway: handler of order.revoked removed (was with key order.reference, to withdrawn)"],
        ),
        (whole_plan(starts_on=()), None),
        (whole_plan(stages=("requirement", "submitted", "preparation", "series", "decided")), None),
    ],
)
def test_changes_of_the_pathway_in_words(new: Plan, words: list[str] | None) -> None:
    """Contract, clocks, inputs, outcomes, side flows and handlers are told by their names."""
    changes = said(new)
    assert changes
    if words is not None:
        assert changes == words


def test_calendars_are_compared_day_by_day() -> None:
    """A new holiday is a closed day more, not another calendar."""
    hours = {"mon": ["08:00-17:00"]}
    before = Calendar.parse("us", {"zone": "America/New_York", "hours": hours, "closed": ["2026-07-03"]})
    after = Calendar.parse("us", {"zone": "America/New_York", "hours": hours, "closed": ["2026-07-03", "2026-12-24"]})
    old, new = (whole_plan(calendars=(CalendarContent("us", one.to_json()),)) for one in (before, after))
    assert said(new, old) == ["Calendar us: new closed day 2026-12-24"]


def test_two_plans_differ_both_ways() -> None:
    """What is new one way is gone the other way, and nothing is lost between."""
    old, new = whole_plan(), without("pause", "tell")
    assert len(diff(old, new).changes) == len(diff(new, old).changes)


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every text, number and truth value of a document, with where it is."""
    if isinstance(node, dict):
        for key, one in node.items():
            yield from leaves(one, (*path, key))
    elif isinstance(node, list):
        for place, one in enumerate(node):
            yield from leaves(one, (*path, place))
    else:
        yield path, node


def another(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}x"


def test_nothing_changes_unsaid() -> None:
    """Whatever single value of a plan is another one, there is a change; two plans are the same only if they are."""
    document = whole_plan().document
    tried = 0
    for path, value in leaves(document):
        if path == ("version",) or ("cells" in path and path[-1] == "input"):
            continue  # the one is no change, the other would be no table
        other = deepcopy(document)
        node = other
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = another(value)
        try:
            new = plan_from_json(other)
        except ValidationError:
            continue  # a text that only some values fit
        tried += 1
        assert diff(whole_plan(), new).changes, path
    assert tried > 200


def test_it_is_json_too() -> None:
    """A program reads the same as a person."""
    document = found(with_step("submit", retry=Retry(attempts=8))).to_json()
    assert document == {
        "from": "1.0.0",
        "to": "1.1.0",
        "class": "compatible",
        "changes": [{"area": "step", "where": "submit", "what": "retries 5 → 8", "class": "compatible"}],
        "mapping": {},
        "unmapped": [],
        "branches": [],
        "clocks": [],
        "values": [],
    }
