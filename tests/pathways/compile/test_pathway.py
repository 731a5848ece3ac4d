"""A whole definition becomes a whole plan, which is the same after JSON."""

from __future__ import annotations

import json
from typing import get_args, get_type_hints

import pytest

from pathways.catalog import Catalog
from pathways.compile import compile_definition
from pathways.datatypes import DataType
from pathways.plan import Assignment, Step, Thresholds, plan_from_json
from pathways.values import Computed
from tests.support import everything
from tests.support.authored import found, one, place, plan


def test_every_construct_compiles_and_survives_json() -> None:
    """The plan at rest is the plan, by its digest too."""
    whole = everything.plan()
    again = plan_from_json(json.loads(json.dumps(whole.document)))
    assert again == whole
    assert again.digest == whole.digest


def test_every_construct_stands_in_the_example() -> None:
    """Every kind of step does, so that whoever reads plans can try themselves on it."""
    known = {kind for one in get_args(get_args(Step)[0]) for kind in get_args(get_type_hints(one)["kind"])}
    assert {step.kind for step in everything.plan().steps} == known


def test_steps_stand_in_authored_order_under_their_paths() -> None:
    """Those inside a step come after it, side flows at the end."""
    ids = [step.id for step in everything.plan().steps]
    begin = ids.index("prepare")
    assert ids[begin : begin + 5] == [
        "prepare",
        "prepare/stock/ordered",
        "prepare/stock/ordered/look",
        "prepare/stock/ordered/told",
        "prepare/stock/mixed",
    ]
    assert ids[-4:] == ["~call-back/call", "~call-back/again", "~call-back/over", "~call-back/give-up"]
    assert ids == [placed.path for placed in everything.definition().placed]


def test_blocks_are_what_was_written() -> None:
    """The plan finds the blocks again from its steps' paths alone."""
    blocks = everything.plan().blocks
    assert set(blocks) == set(everything.definition().blocks)
    assert {(one.path, one.kind, one.owner, one.first) for one in blocks.values()} >= {
        ("", "pathway", "", "check"),
        ("prepare/stock", "branch", "prepare", "prepare/stock/ordered"),
        ("prepare/stock/ordered", "iteration", "prepare/stock/ordered", "prepare/stock/ordered/look"),
        ("~call-back", "side", "", "~call-back/call"),
    }


def test_what_stands_around_the_steps_is_taken_along() -> None:
    """Starts, uniqueness, thresholds, dates."""
    whole = everything.plan()
    assert (whole.unique, whole.on_duplicate) == (Computed("=order.reference"), "join")
    assert (whole.effective_from, whole.review_by) == ("2026-04-01", "2027-06-30")
    assert whole.thresholds == Thresholds(1.0, 0.9, 0.5, 0.0, 0.0, 0.25)
    (start,) = whole.starts_on
    assert start.type == "order.placed"
    assert set(start.data.by_name) == {"order", "patient", "needs_authorization"}
    (flow,) = whole.side_flows
    assert flow.once
    assert flow.offer is not None
    assert (flow.offer.queue, flow.offer.role) == ("front-desk", "coordinator")
    assert whole.outcome["withdrawn"].undo


def test_an_outcome_gives_values_of_declared_or_inferred_types() -> None:
    """A declared type is kept, another is what the expression gives."""
    text = """
    outcomes:
      done:
        title: Done
        give: {day: {value: =urgency, type: date}, next: =1 + 1, order: =order, note: {value: fixed}}
    steps: {a: {end: done}}
    """
    done = plan(text).outcome["done"]
    assert done.give[0] == Assignment("day", Computed("=urgency"))
    kinds = {one.name: one.type.kind for one in done.gives}
    assert kinds == {"day": "date", "next": "decimal", "order": "Reference", "note": "text"}


@pytest.mark.parametrize(
    ("text", "rule", "at"),
    [
        ("calendar: clinik\nsteps: {a: {end: done}}", "unknown-calendar", "clinik"),
        ("starts_on: {event: order.plaecd}\nsteps: {a: {end: done}}", "unknown-event", "order.plaecd"),
        ("starts_on: {event: order.placed, inputs: {oder: 1}}\nsteps: {a: {end: done}}", "unknown-input", "1}"),
        ("on: [{event: order.revoked, to: b}]\nsteps: {a: {end: done}}", "unknown-step", "b"),
        ("unique: =1 ) 2\nsteps: {a: {end: done}}", "bad-expression", ") 2"),
        ("outcomes: {done: {title: Done, give: {x: =1 ) 2}}}\nsteps: {a: {end: done}}", "bad-expression", ") 2"),
        (
            "side_flows: {call: {offer: {queue: intak}, steps: {b: {end: branch}}}}\nsteps: {a: {end: done}}",
            "unknown-queue",
            "intak",
        ),
        (
            "side_flows: {call: {offer: {role: nures}, steps: {b: {end: branch}}}}\nsteps: {a: {end: done}}",
            "unknown-role",
            "nures",
        ),
        ("a: {gate: clinical, stage: somewhere, end: done}", "unknown-stage", "somewhere"),
    ],
)
def test_what_is_wrong_around_the_steps_is_said_where_it_stands(text: str, rule: str, at: str) -> None:
    """The place is that of the thing itself."""
    finding = next(one for one in found(text) if one.rule == rule)
    assert at in place(text, finding)[: len(at) + 4]


def test_a_start_without_an_input_that_must_be_there_is_refused() -> None:
    """Every event of that type would be a dead letter."""
    text = """
    inputs: {patient: {type: Reference, required: true}, order: {type: Reference}}
    starts_on: [{event: order.placed, inputs: {order: =event.data.order}}]
    steps: {a: {end: done}}
    """
    assert "patient" in one(found(text), "missing-input").message


def test_a_title_that_looks_like_an_expression_is_none() -> None:
    """A title is text; where it stands in for an authored one, it is not computed from a `=` on."""
    whole = plan('a: {title: "=1 +", task: {queue: intake}}\nb: {end: done}')
    assert whole.steps[0].task_title.source == "a"  # type: ignore[union-attr]  # a task


def test_nothing_is_known_of_an_empty_catalog() -> None:
    """Without a catalog nothing but actions and calendars is refused for being unknown."""
    rules = {one.rule for one in compile_definition(everything.definition(), Catalog()).diagnostics}
    assert rules == {"unknown-action", "unknown-calendar"}


def test_types_of_names_are_taken_along() -> None:
    """What is saved in iterations and branches too."""
    types = everything.plan().types
    assert types["looks"] == DataType("list", item=DataType("integer"))
    assert types["administered"].item is not None
    assert set(types["administered"].item.by_name) == {"number", "chair"}
    assert types["dose"].by_name["due"].type == DataType("date")
