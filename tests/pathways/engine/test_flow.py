"""Routing, data, emitting, ending, cancelling, and loops that never rest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pathways.engine import snapshot, snapshot_digest
from pathways.plan import plan_from_json
from pathways.state import state_from_json, state_to_json
from tests.support.plans import Player, code, make_plan


def test_attempts_loop_through_set_and_decide() -> None:
    """A loop by `set` and `decide` visits its steps again, each with its own address."""
    plan = make_plan(
        """
outcomes: {reached: {title: Reached, kind: success}, gave-up: Gave up}
steps:
  begin: {set: {attempts: 0}}
  call: {task: {queue: calls, outcomes: {yes: Reached, no: No answer}}, next: {yes: reached, no: count}}
  count: {set: {attempts: =attempts + 1}}
  again: {decide: {rules: [{when: attempts < 3, to: call}, {to: gave-up}]}}
  reached: {end: reached}
  gave-up: {end: gave-up}
"""
    )
    player = Player(plan)
    for address in ("call", "call@2", "call@3"):
        assert player.standing == [address]
        player.complete(address, "no")
    assert player.state.outcome == "gave-up"
    assert player.value("attempts") == 3
    assert len({fact.id for fact in player.of("task-opened")}) == 3


@pytest.mark.parametrize(("when", "kind"), [("x > 3", "expression"), ("x", "expression"), ("x = 5", "no-branch")])
def test_conditions_are_strict(when: str, kind: str) -> None:
    """A condition that gives null or no boolean is an incident, and so is a decision without a way."""
    given: object = {"x > 3": None, "x": "text", "x = 5": 1}[when]
    rules = f"[{{when: {when}, to: e}}]"
    text = f"inputs: {{x: any}}\noutcomes: {{a: A}}\nsteps: {{d: {{decide: {{rules: {rules}}}}}, e: {{end: a}}}}"
    player = Player(make_plan(text), {} if given is None else {"x": given})
    incident = player.at_address("d").incident
    assert incident is not None
    assert incident.kind == kind
    player.retry("d")
    assert player.of("incident-opened")[-1].id == player.of("incident-opened")[0].id


def test_runaway_is_stopped() -> None:
    """A cycle that consumes nothing is stopped as an incident."""
    plan = make_plan("outcomes: {x: X}\nsteps: {a: {set: {n: 1}, next: b}, b: {set: {m: 1}, next: a}, e: {end: x}}")
    player = Player(plan)
    (position,) = player.state.positions.values()
    assert position.incident is not None
    assert position.incident.kind == "runaway"


HARD = '"=count(for i in 1..20000 return i * 2)"'


@pytest.mark.parametrize(
    "steps",
    [
        f"{{a: {{set: {{n: {HARD}}}}}, b: {{set: {{m: 1}}, next: a}}, e: {{end: x}}}}",
        f"{{a: {{set: {{{', '.join(f'n{i}: {HARD}' for i in range(50))}}}}}, e: {{end: x}}}}",
        f"{{a: {{emit: {{type: told, data: {{all: [{', '.join([HARD] * 50)}]}}}}}}, e: {{end: x}}}}",
        f"{{a: {{set: {{n: [{', '.join([HARD] * 50)}]}}}}, e: {{end: x}}}}",
    ],
)
def test_all_that_one_event_has_worked_out_has_a_limit(steps: str) -> None:
    """Each expression alone is allowed, but not thousands at once."""
    player = Player(make_plan(f"outcomes: {{x: X}}\nsteps: {steps}", {"events": {"told": {}}}))
    (position,) = player.state.positions.values()
    assert position.incident is not None
    assert position.incident.kind == "expression"
    assert "more than 500000 steps" in position.incident.message


def test_a_condition_that_is_null_says_why() -> None:
    """In the words of the incident, not only in its detail."""
    many = "count(for i in 1..200000 return i) > 5"
    for condition, why in ((many, "it takes more than 100000 steps"), ("order.reference > 5", "order is null")):
        steps = f"{{a: {{decide: {{rules: [{{when: '{condition}', to: e}}, {{to: e}}]}}}}, e: {{end: x}}}}"
        inputs = "{order: {type: Reference}}"
        player = Player(make_plan(f"inputs: {inputs}\noutcomes: {{x: X}}\nsteps: {steps}"))
        (position,) = player.state.positions.values()
        assert position.incident is not None
        assert position.incident.message == f'The condition "{condition}" is neither true nor false ({why}).'


def test_computed_dates_stay_dates() -> None:
    """A date computed by `set` is a date where it is read, and after a JSON round trip."""
    plan = make_plan(
        """
outcomes: {x: {title: X, kind: success}, y: Y}
steps:
  s: {set: {day: '=date("2026-05-01") + duration("P3D")', copy: =day}}
  p: {wait: {for: 1 hour}}
  d: {decide: {rules: [{when: 'copy > date("2026-05-03")', to: x}, {to: y}]}}
  x: {end: x}
  y: {end: y}
"""
    )
    player = Player(plan)
    player.after(hours=1).tick()
    assert player.value("day") == "2026-05-04"
    assert player.state.outcome == "x"


def test_emit_and_template() -> None:
    """An emitted event carries its data; texts are filled in."""
    plan = make_plan(
        "inputs: {n: integer}\noutcomes: {x: X}\nsteps:\n"
        "  say: {emit: {type: thing.happened, data: {text: 'n is {{ n }}', next: =n + 1}}}\n  e: {end: x}",
        {"events": {"thing.happened": {"schema": {"text": "text", "next": "integer"}}}},
    )
    player = Player(plan, {"n": 4})
    assert player.of("event-emitted")[0].data == {"text": "n is 4", "next": 5}


def test_cancel_leaves_everything() -> None:
    """Cancelling closes tasks and ends the instance as cancelled, with who and why; then nothing goes any more."""
    player = Player(make_plan("outcomes: {x: X}\nsteps: {t: {task: {queue: q}}, e: {end: x}}"))
    player.cancel()
    assert player.of("task-closed")[0].how == "cancelled"
    ended = player.of("instance-ended")[0]
    assert (ended.outcome, ended.kind, ended.by, ended.reason) == (
        "cancelled",
        "cancelled",
        "supervisor-1",
        "no longer needed",
    )
    assert code(player.complete("t", "done")) == "ended"


def test_inputs_are_checked() -> None:
    """A missing, unknown or wrong input refuses the start by name."""
    plan = make_plan(
        "inputs: {p: {type: Reference, target: [Patient], required: true}}\noutcomes: {x: X}\nsteps: {e: {end: x}}"
    )
    assert Player(plan, {}).last.refusal.detail == {"p": "is required"}  # type: ignore[union-attr]
    assert "q" in Player(plan, {"q": 1, "p": {"reference": "Patient/1"}}).last.refusal.detail  # type: ignore[union-attr]
    assert "p" in Player(plan, {"p": {"reference": "Task/1"}}).last.refusal.detail  # type: ignore[union-attr]


def test_plan_survives_json_and_keeps_its_digest() -> None:
    """The digest names the content: it is the same after JSON, and another for another text."""
    text = "outcomes: {x: X}\nsteps: {t: {task: {queue: q, due: 2 days}}, e: {end: x}}"
    plan = make_plan(text)
    again = plan_from_json(plan.document)
    assert again == plan
    assert again.digest == plan.digest
    assert make_plan(text.replace("2 days", "3 days")).digest != plan.digest


def test_snapshot_shows_what_stands() -> None:
    """The snapshot has the open task, and the same digest after a JSON round trip of the state."""
    player = Player(make_plan("outcomes: {x: X}\nsteps: {t: {task: {queue: q}}, e: {end: x}}"))
    found = snapshot(player.plan, player.state)
    assert [task.id for task in found.tasks] == [player.of("task-opened")[0].id]
    again = snapshot(player.plan, state_from_json(state_to_json(player.state)))
    assert snapshot_digest(again) == snapshot_digest(found)


_MIXED = """
inputs: {day: date, lead: {type: duration, default: P1D}}
outcomes: {x: {title: X, kind: success}, y: Y}
steps:
  find: {do: slots.find, save: slot}
  held: {task: {queue: q, due: =slot.at - duration("P1D")}}
  moved: {wait: {event: slot.moved, key: one, when: event.data.at > date and time("2026-01-01T00:00:00Z")}, save: slot}
  again: {task: {queue: q, due: =slot.at - duration("P1D")}}
  e: {end: x}
"""
_MIXED_CATALOG = {
    "actions": {"slots.find": {"output": {"at": "instant", "found": "boolean"}}},
    "events": {"slot.moved": {"schema": {"at": "instant", "by": "text"}}},
}


def test_a_name_saved_by_several_steps_keeps_the_type_of_each() -> None:
    """What an action saved and what an event saved over it are both read as they were declared."""
    plan = make_plan(_MIXED, _MIXED_CATALOG)
    player = Player(plan)
    player.give("find", {"at": "2026-07-10T09:00:00-04:00", "found": True})
    assert player.at_address("held").due_at == datetime(2026, 7, 9, 13, tzinfo=UTC)
    player.complete("held", "done")
    player.deliver("slot.moved", "one", {"at": "2026-07-12T09:00:00-04:00", "by": "desk"})
    assert player.at_address("again").due_at == datetime(2026, 7, 11, 13, tzinfo=UTC)


@pytest.mark.parametrize("number", [1, 2])
def test_a_computed_value_keeps_what_it_is_where_the_plan_cannot_tell(number: int) -> None:
    """A name that is a date on one way and a text on another is read as what it was, after a JSON round trip too."""
    plan = make_plan(
        """
inputs: {n: integer, day: date}
outcomes: {x: {title: X, kind: success}, y: Y}
steps:
  s: {set: {when: '=if n = 1 then date("2026-05-04") else "later"', days: '=[{d: date("2026-05-01")}, {d: day}]'}}
  p: {wait: {for: 1 hour}}
  d: {decide: {rules: [{when: 'if n = 1 then when > days[1].d and days[2].d = day else when = "later"', to: x},
                      {to: y}]}}
  x: {end: x}
  y: {end: y}
"""
    )
    player = Player(plan, {"n": number, "day": "2026-05-02"})
    player.state = state_from_json(state_to_json(player.state))
    player.after(hours=1).tick()
    assert player.state.outcome == "x"


def test_an_input_keeps_its_type_until_it_is_set_anew() -> None:
    """A step may save under an input's name; before that the input is read as the input that it is."""
    plan = make_plan(
        """
inputs: {day: date}
outcomes: {x: X}
steps:
  first: {set: {later: =day + duration("P1D")}}
  find: {do: slots.find, save: day}
  second: {set: {other: =day.at + duration("P1D")}}
  p: {wait: {for: 1 hour}}
  e: {end: x}
""",
        _MIXED_CATALOG,
    )
    player = Player(plan, {"day": "2026-05-01"})
    player.give("find", {"at": "2026-07-10T09:00:00Z", "found": True})
    assert (player.value("later"), player.value("other")) == ("2026-05-02", "2026-07-11T09:00:00Z")


def test_braces_that_stay_open_are_a_mistake() -> None:
    """A text with `{{` and no `}}` would be shown as it stands; it is refused instead."""
    with pytest.raises(AssertionError, match="does not close them"):
        make_plan("outcomes: {x: X}\nsteps: {t: {task: {queue: q, title: 'Call {{ name'}}, e: {end: x}}")


def test_a_task_with_several_outcomes_needs_one() -> None:
    """Completing without saying how is refused in words, with the outcomes there are."""
    text = "outcomes: {x: X}\nsteps: {t: {task: {queue: q, outcomes: {a: A, b: B}}, next: {a: e, b: e}}, e: {end: x}}"
    refusal = Player(make_plan(text)).complete("t").refusal
    assert refusal is not None
    assert refusal.code == "unknown-outcome"
    assert "it has a, b" in refusal.message


def test_a_value_that_takes_too_long_to_work_out_is_an_incident() -> None:
    """A limit of FEEL is never taken for null: nobody would know that the value is missing."""
    run = Player(
        make_plan("""
steps:
  compute: {set: {x: "=count((for i in 1..1000000 return i)[item > 5])"}}
  e: {end: ok}
outcomes: {ok: {kind: success}}
""")
    )
    assert run.incident("compute").kind == "expression"


LONG = "(for i in 1..1000000 return i)[1]"


@pytest.mark.parametrize(
    "step",
    [
        '{do: tell, with: {text: "=%s"}}',
        '{do: tell, with: {text: "It is {{ %s }}"}}',
        '{do: tell, with: "={text: %s}"}',
        '{emit: {type: said, data: {text: "=%s"}}}',
        '{pathway: {name: other, inputs: {text: "=%s"}}}',
        '{task: {queue: q, title: "Call {{ %s }}"}}',
        '{task: {queue: q, help: "Call {{ %s }}"}}',
        '{task: {queue: "=string(%s)"}}',
        '{do: tell, undo: {do: tell, with: {text: "=%s"}}}',
        '{decide: {table: [{"%s": null, to: e}, {otherwise: e}]}}',
        '{decide: {table: [{"1": 1, give: "=%s"}, {otherwise: e}]}, save: y}',
        '{repeat: {for_each: "=%s", as: one, steps: {t: {task: {queue: q}}}}}',
        '{repeat: {while: 1 = 1, limit: "=%s", steps: {t: {task: {queue: q}}}}}',
        '{wait: {event: said, key: "=%s"}, timeout: {after: 1 day, to: e}}',
        '{wait: {until: "=%s"}}',
        '{task: {queue: q, due: "=%s"}}',
        '{task: {queue: q}, clocks: {start: c, from: "=%s"}}',
        '{set: {x: "=%s"}}',
    ],
)
def test_what_takes_too_long_to_work_out_is_never_null(step: str) -> None:
    """Wherever an expression may stand it is an incident that says so, though null would fit."""
    catalog = {
        "actions": {"tell": {"input": {"text": "any"}}},
        "events": {"said": {"schema": {"text": "any"}}},
        "queues": ["q"],
    }
    plan = make_plan(
        f"clocks: {{c: {{limit: 1 day}}}}\noutcomes: {{ok: Ok}}\nsteps: {{a: {step % LONG}, e: {{end: ok}}}}", catalog
    )
    run = Player(plan)
    if "undo" in step:
        run.give("a", {})
    elif "from" in step:
        run.complete("a")
    incident = run.incident("a")
    assert incident.kind == "expression"
    assert "it takes more than 100000 steps" in incident.message


def test_what_an_outcome_gives_takes_no_longer() -> None:
    """The end stands still rather than give its parent nothing."""
    plan = make_plan(f'outcomes: {{ok: {{title: Ok, give: {{x: "={LONG}"}}}}}}\nsteps: {{e: {{end: ok}}}}')
    assert "x: it can't be worked out: it takes more than" in Player(plan).incident("e").message


def test_attributes_that_read_the_time_are_looked_at_with_any_data() -> None:
    """Not only where the names that they read were saved."""
    plan = make_plan(
        """
inputs: {start: date}
attributes: {begun: "=today() >= start"}
outcomes: {done: Done}
steps:
  rest: {wait: {for: 3 days}}
  note: {set: {rested: true}}
  look: {task: {queue: intake}}
  fin: {end: done}
"""
    )
    player = Player(plan, {"start": "2026-03-04"})
    assert player.state.attributes == {"begun": False}
    player.after(days=3).tick()
    assert player.standing == ["look"]
    assert player.state.attributes == {"begun": True}
