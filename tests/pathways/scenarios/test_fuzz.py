"""Scenario files that are broken in any way: findings or failures with their place, never an exception."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.scenarios import Known, Plans, parse_scenarios, report, run_scenario
from tests.pathways.scenarios.test_whole import CHILD, PARENT
from tests.support.pathways import CATALOG, plan_of

PLAN = plan_of(PARENT)
LIBRARY = Plans([PLAN, plan_of(CHILD)])
GOOD: dict[str, Any] = {
    "language": 1,
    "pathway": "example",
    "start": {"at": "2026-03-02T09:00:00Z", "zone": "UTC", "inputs": {"n": 1}},
    "actions": {
        "visits.book": [{"give": {"appointment": "A"}, "takes": "1 hour"}, {"fail": "x"}],
        "post.send": {"give": {}},
    },
    "children": {"child": [{"outcome": "ok", "give": {"y": 1}, "takes": "1 day"}, {"running": True}, {"fail": "no"}]},
    "with_children": True,
    "scenarios": {
        "one": {
            "then": [
                {"after": "1 hour", "offer": "call-them", "roles": ["nurse"]},
                {"add_task": {"title": "Look", "queue": "intake", "due": "1 day"}},
                {"claim": "ask", "by": "me"},
                {"set": {"n": 2, "both/x": 1}, "reason": "why", "scope": "a#1"},
                {"suspend": {"reason": "x", "pause_clocks": True}},
                {"resume": True},
                {"event": "note.filed", "key": "K", "data": {"text": "x"}, "refused": True},
                {"skip": "ask", "output": {"outcome": "done"}, "form": {"a": 1}},
                {"move": "both", "to": "over", "undo": True},
                {"retry": {"address": "book", "input": {"minutes": 5}}},
                {"child": "call", "outcome": "ok", "give": {}},
                {"migrate": {"to": "1.0.0", "map": {"ask": "over"}}},
                {"complete": "ask", "outcome": "done", "form": {}, "in": "call", "seen": "claim"},
                {"cancel": "No"},
            ],
            "expect": {
                "outcome": "done",
                "give": {"x": 1},
                "at": ["ask"],
                "stage": None,
                "attributes": {},
                "visited": ["book", "both"],
                "data": {"n": 1, "a#1": {"b": 2}, "booked.appointment": "A"},
                "open_tasks": [{"at": "ask", "due": "2026-03-02T09:00:00Z", "claimed_by": "me"}],
                "clocks": {"decision": {"status": "met", "deadline": "2026-03-02", "warned": True}},
                "emitted": [{"type": "case.closed", "data": {"a": 1}, "at": "x"}],
                "actions_run": {"post.send": 1},
                "actions_order": ["post.send"],
                "children_cancelled": ["child"],
                "children": {"call": {"outcome": "ok"}},
                "incidents": [{"kind": "problem", "at": "x", "count": 2}],
                "no_incidents": True,
                "offers": [{"side": "call-them"}],
            },
        }
    },
}

STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.text(alphabet="ab@#/^~!+.-: 1{}\u00e9\u2028", max_size=12),
    st.sampled_from(
        ["ask", "call", "both/second/ask", "1 hour", "child", "example", "=n", "9999-12-31T23:59:59Z", "P9999Y"]
    ),
    st.just([]),
    st.just({}),
    st.just([[1], {"a": None}]),
    st.just({"outcome": {"a": []}, "at": 3, "by": ["x"]}),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in items:
        found += places(one, (*path, key))
    return found


PLACES = places(GOOD)


def changed(path: tuple[Any, ...], to: Any) -> Any:
    """The document with something else in one place, or without it where that is `...`."""
    document = json.loads(json.dumps(GOOD))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    if to is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return document


def play(text: str) -> None:
    """Read and run all of a text, and write the reports."""
    read = parse_scenarios(text, "s.yaml")
    assert all(one.line >= 1 and one.column >= 1 and one.message for one in read.diagnostics)
    if read.file is not None and read.sound:
        for scenario in read.file.scenarios:
            result = run_scenario(PLAN, scenario, LIBRARY, Known.of(CATALOG))
            assert all(one.message and one.mark.line >= 1 for one in result.failures)
            assert list(report.lines(read.file, result))


@given(
    st.lists(st.tuples(st.sampled_from(PLACES), st.one_of(STRANGE, st.just(...))), min_size=1, max_size=3), st.data()
)
@settings(max_examples=300, deadline=None)
def test_a_file_that_is_wrong_somewhere_never_breaks(changes: list[tuple[Any, Any]], data: st.DataObject) -> None:
    """Whatever stands in whatever place; entries of `then` one at a time, so that each is reached."""
    path, to = changes[0]
    document = changed(path, to)
    scenario = document.get("scenarios", {})
    one = scenario.get("one") if isinstance(scenario, dict) else None
    if isinstance(one, dict) and isinstance(one.get("then"), list) and one["then"]:
        number = path[3] if path[:3] == ("scenarios", "one", "then") and len(path) > 3 else None
        kept = data.draw(st.integers(0, len(one["then"]) - 1)) if number is None else min(number, len(one["then"]) - 1)
        one["then"] = [one["then"][kept]]
    if data.draw(st.booleans()):
        document.pop("children", None)
    play(json.dumps(document))


@given(st.text(alphabet="{}[]:,-#'\"&*!|>%@` \nabthenexpct01\u0085\ufeff", max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_reading(text: str) -> None:
    """Text that is hardly YAML."""
    play(text)
    play(f"scenarios:\n  one:\n    then: {text}\n    expect: {text}\n")


def test_every_expectation_is_compared_somehow() -> None:
    """What an expectation compares with is there for each kind of them, whatever happened."""
    for name, value in GOOD["scenarios"]["one"]["expect"].items():
        document = {**GOOD, "scenarios": {"one": {"expect": {name: value}}}}
        play(json.dumps(document))
        play(json.dumps({**document, "children": None, "with_children": True}))
