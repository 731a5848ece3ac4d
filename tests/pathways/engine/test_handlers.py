"""Handlers, side flows and offers: what events interrupt, and what runs beside the main flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.plans import Player, make_plan

CATALOG = {
    "events": {
        "order.revoked": {"schema": {"by": "text"}},
        "order.changed": {"schema": {"on": "date"}},
        "lab.final": {"schema": {"value": "integer"}},
    }
}
CARE = """
inputs: {order: {type: text}}
on:
  - {event: order.revoked, key: =order, to: withdrawn}
  - {event: lab.final, when: event.data.value > 5, side: alarm}
side_flows:
  alarm:
    title: Alarm
    steps: {call: {task: {title: "Call about {{ event.data.value }}", queue: q}}}
  chat:
    title: Chat
    once: true
    offer: {title: "Chat about {{ order }}", queue: q, when: order != null}
    steps: {talk: {task: {title: T, queue: q}}, close: {end: talked}}
steps:
  series:
    repeat:
      for_each: "=[1, 2]"
      as: dose
      steps:
        both:
          parallel:
            branches:
              left: {steps: {ask: {wait: {event: lab.final, when: event.data.value < 0}, accept: [forever]}}}
              right: {steps: {call: {task: {title: C, queue: q}, on: [{event: order.changed, to: rework}]},
                              calm: {end: branch},
                              rework: {task: {title: "since {{ event.data.on }}", queue: q}}}}
          on: [{event: order.changed, key: '="x"', to: outside}]
        inner: {task: {title: I, queue: q}}
  outside: {task: {title: O, queue: q}, next: fin}
  withdrawn: {task: {title: W, queue: q}, next: tell}
  tell: {task: {title: Tell, queue: q}, next: fin}
  fin: {end: ok}
outcomes: {ok: {kind: success}, talked: {}}
"""


def player() -> Player:
    """An instance inside parallel inside repeat."""
    run = Player(make_plan(CARE, CATALOG), {"order": "o-1"})
    assert run.standing == ["series", "series#1/both", "series#1/both/left/ask", "series#1/both/right/call"]
    return run


def test_the_innermost_listener_on_each_line_takes_the_event() -> None:
    """The handler on the step itself wins over one further out on the same line."""
    run = player()
    found = run.deliver("order.changed", "y", {"on": "2026-03-04"})
    assert found.result == {"verdict": "consumed", "by": ["series#1/both/right/call^1"]}
    assert "series#1/both/right/rework" in run.standing
    assert run.of("task-opened")[-1].title == "since 2026-03-04"


def test_a_taker_that_leaves_a_scope_wins_over_those_inside() -> None:
    """With key x the handler on the parallel matches on the other line, and leaves the scope: the inner one loses."""
    run = player()
    found = run.deliver("order.changed", "x", {"on": "2026-03-04"})
    assert found.result["by"] == ["series#1/both^1"]
    assert run.standing == ["outside"]
    assert [one.address for one in run.of("task-closed")] == ["series#1/both/right/call"]


BESIDE = """
inputs: {order: {type: text}}
on:
  - {event: order.revoked, to: gone}
  - {event: lab.final, side: chat}
side_flows: {chat: {title: Chat, offer: {title: Chat, queue: q}, steps: {talk: {task: {title: T, queue: q}}}}}
steps:
  both:
    parallel:
      branches:
        first: {steps: {hear: {wait: {event: order.changed}, save: heard, accept: [forever]}, then: {do: act}}}
        second: {steps: {call: {task: {title: C, queue: q}, on: [{event: order.changed, to: apart}]}}}
        third: {steps: {pack: {task: {title: P, queue: q}, on: [{event: order.changed, to: other}]}}}
    on: [{event: order.revoked, to: apart}, {event: lab.final, to: apart}]
    next: fin
  apart: {task: {title: A, queue: q}, next: fin}
  other: {task: {title: O, queue: q}, next: fin}
  gone: {task: {title: G, queue: q}, next: fin}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""


def test_a_handler_that_leaves_a_scope_from_inside_wins_over_all_in_it() -> None:
    """What stands in other branches does not hear the event first; of two that leave the same, the first does."""
    run = Player(make_plan(BESIDE, {**CATALOG, "actions": {"act": {}}}))
    assert run.deliver("order.changed", None, {"on": None}).result["by"] == ["both/second/call^1"]
    assert run.standing == ["apart"]
    assert not run.of("action-started")
    assert not run.of("data-saved")


@pytest.mark.parametrize(("event", "taker"), [("order.revoked", "both^1"), ("lab.final", "both^2")])
def test_a_side_flow_that_runs_changes_nothing_about_who_takes_an_event(event: str, taker: str) -> None:
    """The innermost of the main flow takes it before the pathway's own, whatever runs beside."""
    run = Player(make_plan(BESIDE, {**CATALOG, "actions": {"act": {}}}))
    run.offer("chat")
    assert run.deliver(event, None, {}).result["by"] == [taker]
    assert run.standing == ["apart", "~chat#1/talk"]


def test_a_pathways_handler_leaves_the_main_flow_but_no_side_flow() -> None:
    """Side flows go on; the handler is disarmed while a position stands at its target or came from there."""
    run = player()
    run.deliver("lab.final", None, {"value": 9}, "e-0")
    assert "~alarm#1/call" in run.standing
    assert run.of("task-opened")[-1].title == "Call about 9"
    run.deliver("order.revoked", "o-1", {"by": "dr"}, "e-1")
    assert run.standing == ["withdrawn", "~alarm#1/call"]
    assert run.deliver("order.revoked", "o-1", {"by": "dr"}, "e-2").result["verdict"] == "ignored"
    run.complete("withdrawn")
    assert run.deliver("order.revoked", "o-1", {"by": "dr"}, "e-3").result["verdict"] == "ignored"
    run.complete("tell")
    assert run.state.outcome == "ok"
    assert run.open_tasks == [], "side flows live with the pathway"


def test_side_flows_are_numbered_and_interrupt_nothing() -> None:
    """Each event starts another run, beside whatever stands."""
    run = player()
    before = run.standing
    run.deliver("lab.final", None, {"value": 7}, "e-1")
    run.deliver("lab.final", None, {"value": 8}, "e-2")
    assert [one for one in run.standing if one not in before] == ["~alarm#1/call", "~alarm#2/call"]
    run.complete("~alarm#1/call")
    assert "~alarm#1/call" not in run.standing


def test_an_event_starts_no_second_run_of_what_runs_once_at_a_time() -> None:
    """The handler takes it all the same, and the fact says that nothing was started; after the end it starts again."""
    text = """
on: [{event: lab.final, side: alarm}]
side_flows: {alarm: {once: true, steps: {call: {task: {title: C, queue: q}}}}}
steps: {ask: {task: {title: A, queue: q}}, e: {end: ok}}
outcomes: {ok: {kind: success}}
"""
    run = Player(make_plan(text, CATALOG))
    for number in (1, 2):
        assert run.deliver("lab.final", None, {"value": 7}, f"e-{number}").result["verdict"] == "consumed"
    run.complete("~alarm#1/call")
    run.deliver("lab.final", None, {"value": 7}, "e-3")
    assert [(one.event, one.ignored) for one in run.of("handler-taken")] == [
        ("e-1", False),
        ("e-2", True),
        ("e-3", False),
    ]
    assert "~alarm#2/call" in run.standing


def test_offers_are_there_while_they_may_be_taken() -> None:
    """An offer that runs once at a time goes away while it runs, and a side flow may end the pathway."""
    run = player()
    assert run.of("offers-changed")[-1].offers == [
        {"side": "chat", "title": "Chat about o-1", "queue": "q", "role": None}
    ]
    assert run.offer("chat").result == {"scope": "~chat#1/"}
    assert run.of("offers-changed")[-1].offers == []
    refused = run.offer("chat").refusal
    assert refused is not None
    assert refused.code == "not-offered"
    run.complete("~chat#1/talk")
    assert run.state.outcome == "talked"


@pytest.mark.parametrize("what", ["task: {title: A, queue: q}", "pathway: {name: other, version: ^1}"])
def test_a_handler_whose_key_is_no_text_does_not_stop_its_step(what: str) -> None:
    """It listens for nothing until it has a key; the task stays open, the child is waited for."""
    text = """
inputs: {order: {type: any, default: o-1}}
steps:
  ask: {%s, on: [{event: order.revoked, key: =order, to: gone}]}
  e: {end: ok}
  gone: {task: {title: G, queue: q}, next: e}
outcomes: {ok: {kind: success}}
"""
    run = Player(make_plan(text % what, CATALOG | {"pathways": {"other": {"outcomes": {"fine": {}}}}}))
    waits = run.at_address("ask").waits
    run.set("order", [1])
    assert run.at_address("ask").waits == waits
    assert run.deliver("order.revoked", "o-1").result["verdict"] == "ignored"
    run.set("order", "o-2")
    assert run.deliver("order.revoked", "o-2", ident="e-2").result["verdict"] == "consumed"
    assert run.standing == ["gone"]
    assert run.open_tasks == ["gone"]


def test_nothing_is_offered_once_a_deadline_has_ended_it() -> None:
    """An end that time brought is as much an end as one that an event brought."""
    run = Player(
        make_plan(
            """
steps:
  ask: {task: {title: A, queue: q}, timeout: {after: 1 day, to: e}}
  e: {end: ok}
outcomes: {ok: {kind: success}}
side_flows:
  chat: {title: Chat, offer: {title: Chat, queue: q}, steps: {talk: {task: {title: T, queue: q}}}}
""",
            CATALOG,
        )
    )
    assert run.state.offers == ("chat",)
    run.after(days=2).tick()
    state = run.state
    assert (state.status, state.offers) == ("ended", ())
    assert run.of("offers-changed")[-1].offers == []


def test_a_null_condition_of_a_handler_is_an_incident_that_keeps_the_event() -> None:
    """The event is not lost: retried with the data repaired, the handler takes it."""
    run = Player(
        make_plan(
            """
inputs: {bound: {type: integer}}
steps:
  ask: {task: {title: A, queue: q}, on: [{event: lab.final, when: event.data.value > bound, to: high}]}
  e: {end: ok}
  high: {task: {title: "{{ event.data.value }}", queue: q}, next: e}
outcomes: {ok: {kind: success}}
""",
            CATALOG,
        )
    )
    found = run.deliver("lab.final", None, {"value": 3})
    assert found.result["verdict"] == "consumed"
    assert run.standing == ["ask", "ask^1"], "the task stays open beside the incident"
    run.set("bound", 1)
    run.retry("ask^1")
    assert run.standing == ["high"]
    assert run.of("incident-closed")


UNSURE = """
inputs: {bound: {type: integer}}
steps:
  both:
    parallel:
      branches:
        a:
          steps:
            ask: {task: {title: A, queue: q}, on: [{event: lab.final, when: event.data.value > bound, side: call}]}
        b:
          steps:
            wait: {task: {title: B, queue: q}}
      join: all
  e: {end: ok}
outcomes: {ok: {kind: success}}
on: [{event: lab.final, when: event.data.value > 100, side: alarm}]
side_flows:
  call: {title: Call, steps: {call: {task: {title: C, queue: q}}}}
  alarm: {title: Alarm, steps: {call: {task: {title: D, queue: q}}}}
"""


def test_what_a_handler_could_not_judge_is_over_when_its_step_is_left() -> None:
    """The incident closes as left: there is no handler any more that a retry could ask."""
    run = Player(make_plan(UNSURE, CATALOG))
    run.deliver("lab.final", None, {"value": 3})
    assert run.standing == ["both", "both/a/ask", "both/a/ask^1", "both/b/wait"]
    run.complete("both/a/ask")
    assert run.standing == ["both", "both/b/wait"]
    assert [one.how for one in run.of("incident-closed")] == ["left"]
    refused = run.retry("both/a/ask^1").refusal
    assert refused is not None
    assert refused.code == "no-incident"


INSIDE = """
inputs: {bound: {type: integer}}
steps:
  series:
    repeat:
      for_each: =[1, 2]
      as: n
      steps:
        visit:
          steps:
            ask: {task: {title: A, queue: q}, on: [{event: lab.final, when: event.data.value > bound, side: call}]}
          on: [{event: lab.final, when: event.data.value > bound + 1, side: call}]
          timeout: {after: 1 day, to: late, undo: true}
  e: {end: ok}
  late: {task: {title: Late, queue: q}}
  over: {end: ok}
outcomes: {ok: {kind: success}}
on: [{event: order.revoked, to: late}]
side_flows:
  call: {title: Call, steps: {call: {task: {title: C, queue: q}}}}
"""


@pytest.mark.parametrize(
    "act",
    [
        lambda run: run.cancel(),
        lambda run: run.deliver("order.revoked"),
        lambda run: run.move("series#1/visit/ask", "late"),
        lambda run: run.after(days=2).tick(),
        lambda run: run.complete("series#1/visit/ask"),
    ],
    ids=["cancelled", "interrupted", "moved", "timed out", "ended"],
)
def test_what_handlers_could_not_judge_is_over_with_whatever_is_left_around_them(act: Callable[[Player], Any]) -> None:
    """Each of the incidents closes once, whether its step is left itself or with the scopes that it stands in."""
    run = Player(make_plan(INSIDE, CATALOG))
    run.deliver("lab.final", None, {"value": 3}, "e-1")
    run.deliver("lab.final", None, {"value": 3}, "e-2")
    assert {"series#1/visit/ask^1", "series#1/visit^1"} <= set(run.standing)
    act(run)
    assert not [one for one in run.standing if "^" in one]
    assert [one.how for one in run.of("incident-closed")] == ["left", "left"]


def test_a_second_event_that_a_handler_cannot_judge_is_not_taken() -> None:
    """One event is kept by the incident; the next is left to whoever asks for it, and so in the inbox."""
    run = Player(make_plan(UNSURE, CATALOG))
    assert run.deliver("lab.final", None, {"value": 3}, "e-1").result["verdict"] == "consumed"
    second = run.deliver("lab.final", None, {"value": 4}, "e-2")
    assert second.result == {"verdict": "ignored", "by": []}
    run.set("bound", 1)
    assert run.deliver("lab.final", None, {"value": 5}, "e-3").result["verdict"] == "consumed"
    run.retry("both/a/ask^1")
    assert [one for one in run.standing if one.startswith("~")] == ["~call#1/call", "~call#2/call"]


def test_the_key_of_a_listener_follows_the_data() -> None:
    """A listener is armed when its key has a value, and armed anew when that changes."""
    run = Player(
        make_plan(
            """
inputs: {order: {type: text}}
steps:
  ask: {task: {title: A, queue: q}, on: [{event: order.revoked, key: =order, to: gone}]}
  e: {end: ok}
  gone: {task: {title: G, queue: q}, next: e}
outcomes: {ok: {kind: success}}
""",
            CATALOG,
        )
    )
    assert run.of("listener-armed") == []
    run.set("order", "o-1")
    assert [(one.address, one.key) for one in run.of("listener-armed")] == [("ask^1", "o-1")]
    run.set("order", "o-2")
    assert run.deliver("order.revoked", "o-1").result["verdict"] == "ignored"
    assert run.deliver("order.revoked", "o-2", ident="e-2").result["verdict"] == "consumed"
    assert run.standing == ["gone"]


ANY = """
inputs: {later: {type: date}}
steps:
  wait:
    wait:
      any:
        changed: {event: order.changed, lookback: 2 hours}
        lab: {event: lab.final, when: event.data.value > 1}
        late: {until: =later}
    save: came
    next: [{when: came.which = "lab", to: lab}, {to: other}]
  lab: {task: {title: "{{ came.data.value }}", queue: q}, next: e}
  other: {task: {title: "{{ came.which }}", queue: q}}
  e: {end: ok}
outcomes: {ok: {kind: success}}
"""


def test_any_takes_what_comes_first() -> None:
    """An event by its name and data, or the moment; the other ways are disarmed."""
    run = Player(make_plan(ANY, CATALOG), {"later": "2026-03-05"})
    armed = {one.address: one for one in run.of("listener-armed")}
    assert set(armed) == {"wait^changed", "wait^lab"}
    assert (run.at - armed["wait^changed"].armed_at).total_seconds() == 7200, "lookback reaches back"
    run.deliver("lab.final", None, {"value": 4})
    assert run.standing == ["lab"]
    assert {one.address for one in run.of("listener-disarmed")} == {"wait^changed", "wait^lab"}

    run = Player(make_plan(ANY, CATALOG), {"later": "2026-03-05"})
    run.after(days=4).tick()
    assert run.value("came") == {"which": "late", "data": None}
    assert run.standing == ["other"]


def test_a_moved_date_moves_the_wait_and_fires_at_once_when_it_is_past() -> None:
    """A deadline that reads data is armed anew when the data changes."""
    run = Player(make_plan(ANY, CATALOG), {"later": "2026-03-05"})
    run.set("later", "2026-03-20")
    assert run.deadline is not None
    assert run.deadline.isoformat() == "2026-03-20T04:00:00+00:00"
    run.set("later", "2026-03-01")
    assert run.standing == ["other"]
