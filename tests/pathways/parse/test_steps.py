"""Steps are read with their kind and what every step may have; too many and too deep are said at once."""

from __future__ import annotations

import pytest

from pathways.model import ChildDecl, DoDecl, WaitForAnyDecl, WaitForEventDecl, WaitForTimeDecl
from pathways.reader import MOST_LEVELS
from tests.support.authored import noted, one, place, read


def nested(levels: int, kind: str) -> str:
    """Steps inside steps; the innermost stands on the level after `levels`."""
    inner = "{wait: {for: 1 day}}"
    for number in range(levels):
        steps = f"{{s{number}: {inner}}}"
        inner = {
            "repeat": f"{{repeat: {{while: true, limit: 3, steps: {steps}}}}}",
            "parallel": f"{{parallel: {{branches: {{b: {{steps: {steps}}}}}}}}}",
        }[kind]
    return f"a: {inner}\nb: {{end: done}}"


@pytest.mark.parametrize("kind", ["repeat", "parallel"])
def test_thirty_levels_are_read_and_no_more(kind: str) -> None:
    """A step of the pathway stands on the first level."""
    assert noted(nested(MOST_LEVELS - 1, kind)) == []
    assert one(noted(nested(MOST_LEVELS, kind)), "too-deep").hint


@pytest.mark.parametrize("levels", [50, 100, 400])
@pytest.mark.parametrize("kind", ["repeat", "parallel"])
def test_what_nests_far_too_deep_is_refused_as_such(kind: str, levels: int) -> None:
    """Also where the file's own maps nest deeper than is read at all."""
    assert one(noted(nested(levels, kind)), "too-deep").line == 2


def test_steps_are_counted_over_all_levels() -> None:
    """Two thousand are the most, wherever they stand; the first beyond is named, once."""
    inner = ", ".join(f"t{number}: {{set: {{x: 1}}}}" for number in range(1500))
    outer = "\n".join(f"s{number}: {{set: {{y: 1}}}}" for number in range(600))
    text = f"a: {{repeat: {{while: true, limit: 2, steps: {{{inner}}}}}}}\n{outer}"
    finding = one(noted(text), "too-many-steps")
    assert place(text, finding).startswith("s499:")


def test_values_nest_less_deep_than_files() -> None:
    """Nobody writes a value that nests deeper than steps may."""
    assert noted(f"a: {{set: {{x: {'[' * 30}1{']' * 30}}}}}\nb: {{end: done}}") == []
    one(noted(f"a: {{set: {{x: {'[' * 31}1{']' * 31}}}}}\nb: {{end: done}}"), "too-deep")


def test_a_wait_for_one_of_several_is_read_from_a_map_and_from_a_list() -> None:
    """All forms say the same."""
    soon = "soon: {event: note.filed, key: =order.reference, lookback: 1 hour}"
    named = "{name: soon, event: note.filed, key: =order.reference, lookback: 1 hour}, {name: later, for: 3 days}"
    for form in (f"{{{soon}, later: {{for: 3 days}}}}", f"[{{{soon}}}, {{later: {{for: 3 days}}}}]", f"[{named}]"):
        body = read(f"a: {{wait: {{any: {form}}}}}\nb: {{end: done}}").steps[0].body
        assert isinstance(body, WaitForAnyDecl)
        assert [way.name.value for way in body.ways] == ["soon", "later"]
        first, later = (way.wait for way in body.ways)
        assert isinstance(first, WaitForEventDecl)
        assert str(first.lookback) == "1 hour"
        assert isinstance(later, WaitForTimeDecl)


@pytest.mark.parametrize(
    ("step", "rule", "at"),
    [
        ("just text", "shape", "just"),
        ("{title: Nothing}", "no-kind", "a:"),
        ("{set: {x: 1}, end: done}", "two-kinds", "end:"),
        ("{set: {x: 1}, wiht: 2}", "unknown-key", "wiht"),
        ("{set: [x]}", "shape", "[x]"),
        ("{set: {X: 1}}", "bad-name", "X:"),
        ("{set: {}}", "shape", "{}"),
        ("{set: {x: 1}, next: []}", "shape", "[]"),
        ("{set: {x: 1}, next: {}}", "shape", "{}"),
        ("{do: x.y, accept: [gone, late, gone]}", "stands-twice", "gone]"),
        ("{set: {x: 1}, clocks: {start: [c, c]}}", "stands-twice", "c]"),
        ("{do: null}", "missing-key", "do:"),
        ("{do: x.y, with: [1]}", "shape", "[1]"),
        ("{do: x.y, with: all of it}", "shape", "all"),
        ("{pathway: {name: other, inputs: [1]}}", "shape", "[1]"),
        ("{set: {x: 1}, retry: {attempts: 2}}", "shape", "retry"),
        ("{task: {queue: q}, catch: {gone: b}}", "shape", "catch"),
        ("{pathway: other, catch: {failed: b}}", "shape", "catch"),
        ("{steps: {c: {do: x.y}}, catch: [gone]}", "shape", "[gone]"),
        ("{steps: {c: {do: x.y}}, retry: {attempts: 2}}", "shape", "retry"),
        ("{wait: {any: [{name: soon, for: 1 day}, {name: [later], for: 1 day}]}}", "shape", "[later]"),
        ("{do: x.y, retry: {attempts: many}}", "shape", "many"),
        ("{do: x.y, retry: {first: 2 business days}}", "bad-duration", "2 business"),
        ("{do: x.y, retry: {attempts: 2.5}}", "shape", "2.5"),
        ("{do: x.y, retry: {first: 1 hour, most: 10 minutes}}", "shape", "10 minutes"),
        ("{do: x.y, catch: [b]}", "shape", "[b]"),
        ("{do: x.y, catch: {gone: {undo: true}}}", "shape", "{undo"),
        ("{do: x.y, catch: {gone: {to: b, undo: yes}}}", "shape", "yes"),
        ("{set: {x: 1}, gate: nursing}", "shape", "nursing"),
        ("{set: {x: 1}, next: {to: [b]}}", "shape", "[b]"),
        ("{set: {x: 1}, next: {done: {undo: true}}}", "shape", "{undo"),
        ("{set: {x: 1}, next: [{when: x > 1}]}", "missing-key", "{when"),
        ("{set: {x: 1}, next: [{when: =x > 1, to: b}]}", "condition-equals", "=x"),
        ("{set: {x: 1}, timeout: 3 days}", "shape", "3 days"),
        ("{set: {x: 1}, timeout: {after: 3 days}}", "missing-key", "{after"),
        ("{set: {x: 1}, undo: {with: {x: 1}}}", "missing-key", "{with"),
        ("{set: {x: 1}, undo: [x]}", "shape", "[x]"),
        ("{set: {x: 1}, on: note.filed}", "shape", "note.filed"),
        ("{set: {x: 1}, on: [{to: b}]}", "missing-key", "{to: b}"),
        ("{set: {x: 1}, on: [{event: note.filed}]}", "missing-key", "{event"),
        ("{set: {x: 1}, on: [{event: note.filed, to: b, side: c}]}", "shape", "{event"),
        ("{set: {x: 1}, on: [{event: note.filed, side: c, undo: true}]}", "shape", "undo"),
        ("{wait: {}}", "wait-for-what", "{}"),
        ("{wait: {for: 1 day, until: 2026-01-01}}", "wait-for-what", "{for"),
        ("{wait: {for: 1 day, key: x}}", "shape", "key"),
        ("{wait: {any: {}}}", "wait-for-what", "{}"),
        ("{wait: {any: {soon: {key: x}}}}", "wait-for-what", "{key"),
        ("{wait: {any: {Soon: {for: 1 day}}}}", "bad-id", "Soon"),
        ("{wait: {any: [{soon: {for: 1 day}}, {soon: {for: 2 days}}]}}", "duplicate-field", "soon: {for: 2"),
        ("{wait: {any: {soon: {for: 1 day}}, when: x}}", "shape", "when"),
        ("{emit: {data: {}}}", "missing-key", "{data"),
        ("{end: null}", "missing-key", "end"),
    ],
)
def test_what_a_step_may_not_be_is_said_where_it_stands(step: str, rule: str, at: str) -> None:
    """The place is that of the thing itself."""
    text = f"a: {step}\nb: {{end: done}}"
    finding = next(one for one in noted(text) if one.rule == rule)
    assert place(text, finding).startswith(at)


def test_what_is_given_may_be_one_expression() -> None:
    """An input is a map of names, or an expression that gives one."""
    text = """
    a: {do: x.y, with: =order, undo: {do: x.z, with: =order}}
    b: {pathway: {name: other, inputs: "={order: order}"}}
    c: {end: done}
    """
    first, second, _ = read("steps:" + text.replace("\n    ", "\n  ")).steps
    assert isinstance(first.body, DoDecl)
    assert isinstance(second.body, ChildDecl)
    assert first.undo is not None
    given = [first.body.given, first.undo.given, second.body.inputs]
    assert [one.source for one in given if one is not None] == ["=order", "=order", "={order: order}"]


def test_what_holds_steps_may_catch_what_is_reported_inside() -> None:
    """A section, a parallel and a repeat alike."""
    inner = "{c: {do: x.y}}"
    for kind in (
        f"steps: {inner}",
        f"parallel: {{branches: {{l: {inner}}}}}",
        f"repeat: {{for_each: [1], as: n, steps: {inner}}}",
    ):
        step = read(f"a: {{{kind}, catch: {{gone: b, lost: {{to: b, undo: true}}}}}}\nb: {{end: done}}").steps[0]
        assert [(str(one.problem), str(one.to), one.undo) for one in step.catch] == [
            ("gone", "b", False),
            ("lost", "b", True),
        ]


def test_the_retry_of_a_step_that_runs_no_action_is_its_undos() -> None:
    """What the undo says itself goes first."""
    for undo, attempts in (("visits.cancel", 2), ("{do: visits.cancel}", 2), ("{do: v.c, retry: {attempts: 3}}", 3)):
        step = read(f"a: {{task: {{queue: q}}, retry: {{attempts: 2}}, undo: {undo}}}\nb: {{end: done}}").steps[0]
        assert step.undo is not None
        assert step.undo.retry is not None
        assert step.undo.retry.attempts == attempts


def test_an_undo_may_be_just_an_action() -> None:
    """An action that takes no input needs no map."""
    undo = read("a: {set: {x: 1}, undo: visits.cancel}\nb: {end: done}").steps[0].undo
    assert undo is not None
    assert (str(undo.action), undo.given) == ("visits.cancel", None)


def test_an_undo_may_say_until_when() -> None:
    """By the id of a step."""
    undo = read("a: {set: {x: 1}, undo: {do: visits.cancel, until: b}}\nb: {end: done}").steps[0].undo
    assert undo is not None
    assert str(undo.until) == "b"


def test_ways_may_ask_for_undo() -> None:
    """Next, catch, timeout and events alike; where nothing is said, nothing is undone."""
    text = """
    a:
      do: x.y
      next: [{when: true, to: b, undo: true}, {to: b}]
      catch: {gone: {to: b, undo: true}, lost: b}
      timeout: {after: 1 day, to: b, undo: true}
      on: [{event: e, to: b, undo: true}, {event: e, to: b}]
    b: {end: done}
    """
    step = read(text).steps[0]
    assert [edge.undo for edge in step.next or ()] == [True, False]
    assert [catch.undo for catch in step.body.catch] == [True, False]  # type: ignore[union-attr]  # a do
    assert step.timeout is not None
    assert step.timeout.undo
    assert [handler.undo for handler in step.on] == [True, False]


def test_next_may_be_one_way_that_asks_for_undo() -> None:
    """`{to, undo}` is a way, and not outcomes called to and undo."""
    (edge,) = read("a: {set: {x: 1}, next: {to: b, undo: true}}\nb: {end: done}").steps[0].next or ()
    assert (str(edge.to), edge.undo, edge.outcome) == ("b", True, None)


def test_undo_is_no_id_inside_a_step() -> None:
    """The address of an undo ends with it; on the first level it can't be taken for one."""
    assert noted("undo: {set: {x: 1}}\nb: {end: done}") == []
    inside = "a: {steps: {undo: {set: {x: 1}}}}\nb: {end: done}"
    assert "undo" in one(noted(inside), "bad-id").message
