"""`wait`, `timeout` and catching up after an outage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.support.plans import Player, make_plan

TEXT = """
calendar: us-business
inputs: {claim: {type: text}}
outcomes: {decided: {title: Decided, kind: success}, silent: Silent}
steps:
  decision:
    wait: {event: payer.decision, key: =claim, when: event.data.final}
    save: decision
    timeout: {after: 14 days, to: chase}
  decided: {end: decided}
  chase: {wait: {for: 2 days}}
  remind: {wait: {until: '=date("2026-03-20")'}}
  call: {task: {queue: calls, due: 1 business day}}
  silent: {end: silent}
"""


def test_takes_only_the_matching_event() -> None:
    """Type, key and condition must all match; anything else is ignored and changes nothing."""
    player = Player(make_plan(TEXT), {"claim": "C1"})
    before = player.state
    for kind, key, final in [
        ("payer.other", "C1", True),
        ("payer.decision", "C2", True),
        ("payer.decision", "C1", False),
    ]:
        assert player.deliver(kind, key, {"final": final}).result == {"verdict": "ignored", "by": []}
    assert player.state is before
    assert player.deliver("payer.decision", "C1", {"final": True}).result == {
        "verdict": "consumed",
        "by": ["decision"],
    }
    assert player.value("decision") == {"final": True}
    assert player.state.outcome == "decided"


def test_a_time_may_be_a_text_with_expressions_inside() -> None:
    """What it comes to is a time as it would have been written; where it is none, that is an incident."""
    text = """
inputs: {n: {type: integer}}
outcomes: {ok: {kind: success}}
steps:
  wait: {wait: {for: "{{ n }} days"}, timeout: {after: "{{ 10 * n }} hours", to: late}}
  late: {wait: {until: "2026-03-{{ n + 10 }}"}}
  over: {end: ok}
"""
    player = Player(make_plan(text), {"n": 3})
    begun = player.at
    wait = player.at_address("wait")
    assert (wait.wake_at, wait.timeout_at) == (begun + timedelta(days=3), begun + timedelta(hours=30))
    player.after(hours=30)
    player.tick()
    assert player.at_address("late").wake_at == datetime(2026, 3, 13, 4, tzinfo=UTC)
    assert '" hours", which is no time' in Player(make_plan(text), {}).incident("wait").message


def test_null_condition_is_an_incident_that_keeps_the_event() -> None:
    """A `when` that is null never counts as false; the event is kept and judged again on retry."""
    player = Player(make_plan(TEXT), {"claim": "C1"})
    assert player.deliver("payer.decision", "C1", {"other": 1}).result["verdict"] == "consumed"
    incident = player.at_address("decision").incident
    assert incident is not None
    assert incident.kind == "expression"
    assert player.at_address("decision").bound["event"]["data"] == {"other": 1}


def test_a_wait_goes_on_as_it_was_after_an_event_that_was_not_wanted() -> None:
    """Its times count as before, and it still gets what came while nobody could judge the first event."""
    plan = make_plan(
        """
inputs: {least: {type: integer}}
outcomes: {ok: {kind: success}}
steps:
  some:
    wait: {any: {lab: {event: lab.final, when: event.data.value > least}, week: {for: 168 hours}}}
    timeout: {after: 216 hours, to: fin}
  fin: {end: ok}
"""
    )
    player = Player(plan)
    began = player.at
    player.deliver("lab.final", None, {"value": 1})
    halted = player.after(days=2).at
    player.set("least", 5)
    player.retry("some")
    position = player.at_address("some")
    assert (position.waits, position.wake_at) == ("event", began + timedelta(days=7))
    assert position.timeout_at == began + timedelta(days=9)
    assert position.listeners["lab"].armed_at == halted - timedelta(days=2)


def test_a_wait_that_could_not_begin_gets_what_came_since() -> None:
    """Once its time can be made out it listens from when it was reached."""
    text = """
inputs: {day: {type: date}}
outcomes: {ok: {kind: success}}
steps:
  some: {wait: {any: {lab: {event: lab.final}, day: {until: =day}}}}
  fin: {end: ok}
"""
    player = Player(make_plan(text))
    reached = player.at
    player.after(days=2)
    player.set("day", "2026-04-01")
    player.retry("some")
    assert player.at_address("some").listeners["lab"].armed_at == reached


def test_listener_without_a_key_value_is_not_armed() -> None:
    """A listener whose key is null stands unarmed and takes nothing."""
    player = Player(make_plan(TEXT))
    assert not player.of("listener-armed")
    assert player.deliver("payer.decision", None, {"final": True}).result["verdict"] == "ignored"


def test_deadlines_fire_in_order_each_with_its_own_time() -> None:
    """After an outage everything due fires with nominal times; what asks of the world begins only now."""
    player = Player(make_plan(TEXT), {"claim": "C1"})
    player.after(days=40).tick()
    left = {fact.step: fact.at for fact in player.of("step-left")}
    assert left["decision"] == datetime(2026, 3, 16, 13, 0, tzinfo=UTC)  # 14 local days, across the change of clocks
    assert left["chase"] == datetime(2026, 3, 18, 13, 0, tzinfo=UTC)
    assert left["remind"] == datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
    task = player.of("task-opened")[0]
    assert task.at == player.at
    assert task.due_at > player.at


def test_until_in_the_past_passes_at_once() -> None:
    """A wait until a moment that is past does not stand."""
    plan = make_plan("outcomes: {x: X}\nsteps: {w: {wait: {until: '2020-01-01'}}, e: {end: x}}")
    assert Player(plan).state.outcome == "x"


def test_time_never_goes_back() -> None:
    """An event that claims to be earlier than the state happens at the state's time."""
    player = Player(make_plan(TEXT), {"claim": "C1"})
    player.after(days=-3).deliver("payer.decision", "C1", {"final": True})
    assert player.state.now == player.state.started_at


def test_a_time_that_is_none_says_why() -> None:
    """Whoever opens the incident reads what was missing."""
    text = "inputs: {day: date}\nsteps:\n  a: {wait: {until: =day}}\n  e: {end: ok}\noutcomes: {ok: {kind: success}}\n"
    run = Player(make_plan(text))
    assert run.of("incident-opened")[0].message == 'wait: "=day" gives nothing (day is null)'
