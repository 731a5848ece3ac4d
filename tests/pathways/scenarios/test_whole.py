"""Scenarios of nested steps, clocks, children, side flows and operators, and how their places are named."""

from __future__ import annotations

import pytest

from pathways.scenarios import Plans, Result, run_all
from tests.support.pathways import plan_of, scenarios_of

PARENT = """
inputs: {n: {type: integer, required: true}}
calendar: clinic
outcomes: {done: {title: Done, kind: success, give: {x: =n}}, given-up: {title: Given up, kind: cancelled, undo: true}}
clocks:
  decision: {title: Decision, limit: 2 days, warn: 50%, breach: {queue: supervisor, title: Late}}
steps:
  book:
    do: visits.book
    undo: {do: post.send, with: {text: undo}}
    save: booked
    clocks: {start: [decision]}
  both:
    parallel:
      join: any
      branches:
        first: {steps: {call: {pathway: {name: child, version: ^1, inputs: {n: =n}}, save: got}}}
        second: {steps: {ask: {task: {title: Ask, queue: intake, role: nurse}}}}
  stop: {set: {k: 1}, clocks: {stop: [decision]}}
  over: {end: done}
  bad: {end: given-up}
side_flows:
  call-them: {title: Call, offer: {title: Call, role: nurse}, steps: {phone: {task: {title: Phone, queue: intake}}}}
"""
CHILD = """
pathway: child
version: 1.2.0
inputs: {n: {type: integer}}
outcomes: {ok: {title: Ok, kind: success, give: {y: =n}}}
steps:
  check: {task: {title: Check, queue: intake}, timeout: {after: 5 days, to: over}}
  send: {do: post.send, with: {text: a}}
  over: {end: ok}
"""
HEAD = "start: {inputs: {n: 1}}\nactions: {visits.book: {give: {appointment: A}}, post.send: {give: {}}}\n"


def play(scenario: str, head: str = HEAD) -> Result:
    """The result of a scenario; its children are stubbed unless it says `with_children`."""
    text = f"{head}scenarios:\n  one:\n" + "".join(f"    {line}\n" for line in scenario.strip().splitlines())
    library = Plans(
        [plan_of(CHILD), plan_of(CHILD.replace("1.2.0", "1.1.0")), plan_of(CHILD.replace("1.2.0", "2.0.0"))]
    )
    (result,) = run_all(plan_of(PARENT), scenarios_of(text).scenarios, library)
    return result


def messages(result: Result) -> list[str]:
    """What went wrong."""
    return [f"{one.message} {one.hint}".strip() for one in result.failures]


@pytest.mark.parametrize(
    "scenario",
    [
        # clocks, their tasks, added tasks, side flows, refusals, expectations in between
        """
children: {child: [{running: true}]}
then:
  - {offer: call-them, roles: [clerk], refused: role-missing}
  - {offer: call-them, roles: [nurse]}
  - {add_task: Look, queue: intake, due: 1 business day}
  - {complete: ask, roles: [clerk], expect_refusal: role-missing}
  - {after: 1 day, expect: {clocks: {decision: {status: running, warned: true}}}}
  - after: 2 days
    expect:
      clocks: {decision: breached}
      open_tasks: [ask, phone, +1, {at: "!decision", queue: supervisor, origin: clock}]
      at: [call, ask, phone]
      offers: [call-them]
  - {complete: decision}
  - {complete: +1}
  - {complete: "both/second/ask"}
  - {complete: ask, refused: true}
expect:
  outcome: done
  children_cancelled: [child]
  clocks: {decision: late}
  visited: [book, both, both/first/call, ask, stop, over]
  give: {x: 1}
  open_tasks: []
""",
        # a real child is found, of the highest version in range, and its steps are within reach
        """
with_children: true
then:
  - {expect: {at: [call, ask], open_tasks: [ask, check]}}
  - {complete: check, in: call}
expect:
  outcome: done
  visited: [book, both, stop, over]
  actions_run: {post.send: 1}
  actions_order: [visits.book, post.send]
  children: {call: {outcome: ok, visited: [check, send, over], give: {y: 1}}}
  data: {got: {outcome: ok}}
  clocks: {decision: met}
""",
        # time passes for children as well
        """
with_children: true
then: [{after: 5 days}]
expect: {outcome: done, children: {both/first/call: {visited: [check, over]}}}
""",
        # a cancelled parent cancels its real child, and undoes what it did
        """
with_children: true
then: [{cancel: No longer wanted}]
expect:
  outcome: cancelled
  children: {call: {outcome: cancelled}}
  children_cancelled: 1
  actions_order: [visits.book, post.send]
  visited: [book, both, both/first/call, both/second/ask, book/undo]
  clocks: {decision: dropped}
""",
        # a child that fails, and is started again by an operator
        """
children: {child: [{fail: No version}, {outcome: ok, give: {y: 3}}]}
then: [{expect: {incidents: [{kind: child-failed, at: both/first/call, count: 1}]}}, {retry: call}]
expect: {outcome: done, data: {got: {outcome: ok}}, no_incidents: true, incidents: 1}
""",
        # a child that runs until the scenario says how it ends; or that takes its time
        """
children: {call: {running: true}}
then: [{after: 1 hour, child: call, outcome: ok, give: {y: 3}}]
expect: {outcome: done}
""",
        """
children: {child: {outcome: ok, takes: 2 hours}}
then: [{after: 1 hour, expect: {at: call}}, {after: 1 hour}]
expect: {outcome: done}
""",
        """
children: {child: {running: true}}
then: [{child: child, fail: Ended from outside}]
expect: {incidents: [child-failed], at: [call, ask]}
""",
        # operators
        """
children: {child: {running: true}}
then:
  - {release: Nothing yet, refused: not-held}
  - {hold: [stop, both/first/call], reason: A recall}
  - {hold: stp, refused: unknown-step}
  - {skip: ask, reason: It is known, expect: {at: stop}}
  - {release: It is over}
expect: {outcome: done}
""",
        """
children: {child: {running: true}}
then:
  - {release: Nothing yet, own: true, refused: not-held}
  - {hold: stop, reason: A recall}
  - {hold: stop, own: true, by: nurse-1, reason: Her weight first}
  - {skip: ask, reason: It is known, expect: {at: stop}}
  - {release: It is over, expect: {at: stop}}
  - {release: {own: true, reason: Weighed}}
expect: {outcome: done}
""",
        """
children: {child: {running: true}}
then:
  - {suspend: A holiday, pause_clocks: true, expect: {clocks: {decision: paused}}}
  - {suspend: Again, refused: suspended}
  - {resume: Back}
  - {set: {n: 7}, reason: A typo}
  - {set: n, value: nine, refused: value-invalid}
  - {skip: ask, reason: It is known}
expect: {outcome: done, data: {n: 7}, give: {x: 7}}
""",
        """
children: {child: {running: true}}
then: [{move: both, to: bad, undo: true, reason: Given up}]
expect: {outcome: given-up, actions_order: [visits.book, post.send]}
""",
    ],
)
def test_what_the_language_has_a_scenario_can_say(scenario: str) -> None:
    """Each goes through something of its own, and comes out as it says."""
    assert messages(play(scenario)) == []


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("then: [{complete: ask}]", "does not say how that goes"),
        ("children: {chid: {running: true}}", 'starts no child "chid". Did you mean "child"?'),
        ("children: {child: {running: true}}\nthen: [{complete: aks}]", 'Did you mean "ask"?'),
        ("children: {child: {running: true}}\nthen: [{complete: ask, refused: true}]", "it was done"),
        (
            "children: {child: {running: true}}\nthen: [{complete: ask, roles: [clerk], refused: form-invalid}]",
            "refused as form-invalid; it was as role-missing",
        ),
        ("children: {child: {running: true}}\nthen: [{event: note.fled}]", 'never listens for an event "note.fled"'),
        ("children: {child: {running: true}}\nthen: [{offer: call-then}]", 'Did you mean "call-them"?'),
        ("children: {child: {running: true}}\nthen: [{set: {m: 1}}]", 'has no value "m"'),
        ("children: {child: {running: true}}\nthen: [{move: ask, to: ovr}]", 'Did you mean "over"?'),
        ("children: {child: {running: true}}\nthen: [{child: asks, outcome: ok}]", "Children that do: both/first/call"),
        ("children: {child: {running: true}}\nthen: [{complete: ask, in: x}]", 'No child "x"'),
        ("children: {child: {running: true}}\nexpect: {at: aks}", 'There is no step "aks". Did you mean "ask"?'),
        ("children: {child: {running: true}}\nexpect: {visited: [bok]}", 'There is no step "bok"'),
        ("children: {child: {running: true}}\nexpect: {clocks: {decisions: met}}", 'Did you mean "decision"?'),
        ("children: {child: {running: true}}\nexpect: {clocks: {decision: met}}", "to be met; it is running"),
        ("children: {child: {running: true}}\nexpect: {offers: []}", "offered is call-them"),
        ("children: {child: {running: true}}\nexpect: {children_cancelled: [child]}", "there were: none"),
        ("children: {child: {running: true}}\nexpect: {open_tasks: 2}", "expected 2 open tasks"),
        ("children: {child: {running: true}}\nexpect: {data: {booked.appointment: B}}", 'it is "A"'),
        ("children: {child: {running: true}}\nexpect: {at: [ask, ask]}", "expected to stand at ask, ask"),
        ("with_children: true\nexpect: {children: {call: {outcome: ok}}}", "call: expected the outcome ok"),
        ("with_children: true\nexpect: {children: {cal: {outcome: ok}}}", 'No child "cal"'),
        ("then: [{migrate: {to: 3.0.0}}]\nchildren: {child: {running: true}}", "no version 3.0.0 of example"),
    ],
)
def test_what_does_not_fit_is_said(scenario: str, words: str) -> None:
    """What was expected or asked for, what there is, and what was probably meant."""
    (message,) = messages(play(scenario))
    assert words in message


LOOKING_BACK = """
inputs: {k: {type: text}}
outcomes: {done: {title: Done}, stopped: {title: Stopped}}
"on": [{event: note.filed, key: stop, to: gone}]
steps:
  ask: {task: {title: Ask, queue: intake}}
  wait: {wait: {event: note.filed, key: K, lookback: 1 hour}, timeout: {after: 10 days, to: gone}}
  over: {end: done}
  gone: {end: stopped}
"""


@pytest.mark.parametrize(
    ("then", "outcome"),
    [
        ("[{event: note.filed, key: K}, {after: 59 minutes, complete: ask}]", "done"),
        ("[{event: note.filed, key: K}, {after: 61 minutes, complete: ask}]", "null"),
        ("[{event: note.filed, key: L}, {complete: ask}]", "null"),
        ("[{suspend: x}, {event: note.filed, key: stop}, {after: 1 day, resume: y}]", "stopped"),
        ("[{suspend: x}, {event: note.filed, key: stop}, {after: 1 day}]", "null"),
        ("[{complete: ask}, {event: note.filed, key: K}]", "done"),
    ],
)
def test_events_come_again_as_the_relay_brings_them(then: str, outcome: str) -> None:
    """A wait that looks back takes what came shortly before; what came while suspended comes again on resume."""
    text = f"one: {{start: {{inputs: {{}}}}, then: {then}, expect: {{outcome: {outcome}}}}}"
    (result,) = run_all(plan_of(LOOKING_BACK), scenarios_of(text).scenarios)
    assert messages(result) == []


STARTED = """
starts_on: [{event: note.filed, when: event.data.final, inputs: {text: =event.data.text}}]
inputs: {text: {type: text, required: true}}
outcomes: {done: {title: Done}}
steps: {over: {end: done}}
"""


def test_an_event_may_start_it() -> None:
    """`start: {event}` goes through `starts_on`: what that does not want does not start."""
    text = "one: {start: {event: note.filed, data: {final: %s, text: a}}, expect: {data: {text: a}}}"
    good, bad = (run_all(plan_of(STARTED), scenarios_of(text % final).scenarios)[0] for final in ("true", "false"))
    assert messages(good) == []
    assert "does not start the pathway" in messages(bad)[0]


NESTED = """
inputs: {names: {type: text, many: true}}
outcomes: {done: {title: Done}}
steps:
  each:
    repeat:
      for_each: =names
      as: name
      mode: at-once
      collect: {said_all: =said.outcome}
      steps:
        say: {task: {title: "Say {{ name }}", queue: intake}, save: said}
        rest: {wait: {for: 1 hour}}
  over: {end: done}
"""


def test_iterations_are_named_by_their_number() -> None:
    """An address without its iteration is enough only where one fits; data of an iteration is named by its scope."""
    text = """
    one:
      start: {inputs: {names: [a, b]}}
      then:
        - {complete: "each#2/say"}
        - {expect: {at: ["each#1/say", "each#2/rest"], data: {"each#2/said": {outcome: done}, "each#1": {name: a}}}}
        - {complete: say}
        - {after: 1 hour}
      expect:
        visited: [each, each#1/say, each#2/say, "each#2/rest", each#1/rest, over]
        data: {said_all: [done, done]}
    two: {start: {inputs: {names: [a, b]}}, then: [{complete: say}]}
    """
    one, two = run_all(plan_of(NESTED), scenarios_of(text).scenarios)
    assert messages(one) == []
    assert messages(two) == ['Several open tasks fit "say": each#1/say, each#2/say. Write the whole address.']


def test_an_instance_goes_on_with_another_version() -> None:
    """`migrate` moves what stands by the map; who claimed a task has it still; what comes after
    runs on the new version, and may name its steps.
    """
    old = "outcomes: {done: {title: Done}}\nsteps:\n  ask: {task: {title: Ask, queue: intake}}\n  over: {end: done}"
    new = old.replace("  ask:", "  inquire:").replace("over:", "finish:")
    versions = [plan_of(old), plan_of(f"version: 1.1.0\n{new}")]
    text = """
    mapped:
      then:
        - {claim: ask, by: anna}
        - migrate: {to: 1.1.0, map: {ask: inquire}}
          reason: A better name
          expect: {at: inquire, open_tasks: [{claimed_by: anna}]}
        - {complete: inquire}
      expect: {outcome: done, visited: [ask, finish]}
    blocked: {then: [{migrate: 1.1.0, refused: migration-blocked}], expect: {at: ask}}
    unexpected: {then: [{migrate: 1.1.0}]}
    misspelt: {then: [{migrate: {to: 1.1.0, map: {ask: inqire}}}]}
    """
    mapped, blocked, unexpected, misspelt = run_all(versions[0], scenarios_of(text).scenarios, Plans(versions))
    assert messages(mapped) == []
    assert messages(blocked) == []
    assert "can't go on with version 1.1.0" in messages(unexpected)[0]
    assert 'Did you mean "inquire"?' in messages(misspelt)[0]


def test_children_are_spoken_of_where_their_parent_waits_for_them() -> None:
    """A migration that renames the step renames the child, be it a stub or a real one; what it did stays its own."""
    parent = "outcomes: {done: {title: Done}}\nsteps:\n  call: {pathway: child}\n  over: {end: done}"
    inner = "pathway: child\noutcomes: {ok: {}}\nsteps:\n  ask: {task: {title: Ask, queue: intake}}\n  e: {end: ok}"
    old, new = plan_of(parent), plan_of("version: 1.1.0\n" + parent.replace("  call:", "  phone:"))
    library = Plans([old, new, plan_of(inner)])
    text = """
    real:
      with_children: true
      then:
        - {migrate: {to: 1.1.0, map: {call: phone}}}
        - {complete: ask, in: phone}
      expect: {outcome: done, children: {phone: {outcome: ok, visited: [ask, e]}}}
    stub:
      children: {child: {running: true}}
      then:
        - {migrate: {to: 1.1.0, map: {call: phone}}}
        - {child: phone, outcome: ok}
      expect: {outcome: done}
    failed:
      children: {child: {fail: No version}}
      then:
        - {expect: {incidents: {at: call, kind: child-failed}}}
        - {migrate: {to: 1.1.0, map: {call: phone}}}
      expect: {incidents: [{at: phone, step: phone, kind: child-failed}]}
    """
    assert [messages(one) for one in run_all(old, scenarios_of(text).scenarios, library)] == [[], [], []]


def test_the_task_of_a_child_is_named_by_its_parents_step() -> None:
    """Where several children run, the address begins with the step of each; as the timeline shows it, or with `in`."""
    parent = """
    outcomes: {done: {title: Done}}
    steps:
      each:
        repeat: {for_each: [1, 2, 3], as: n, mode: at-once, steps: {call: {pathway: child}}}
      over: {end: done}
    """
    inner = "pathway: child\noutcomes: {ok: {}}\nsteps:\n  ask: {task: {title: Ask, queue: intake}}\n  e: {end: ok}"
    text = """
    one:
      with_children: true
      then:
        - {expect: {open_tasks: ["each#1/call/ask", {at: call/ask}, {at: "each#3/call/ask"}]}}
        - {complete: "each#2/call/ask", expect: {children: {"each#2/call": {outcome: ok}}}}
        - {complete: "each#1/call > ask"}
        - {complete: call/ask}
      expect: {outcome: done}
    """
    (found,) = run_all(plan_of(parent), scenarios_of(text).scenarios, Plans([plan_of(inner)]))
    assert messages(found) == []


SEPARATE = """
outcomes: {done: {title: Done}}
steps:
  first: {task: {title: First, queue: intake}}
  second: {task: {title: Second, queue: intake, role: nurse, separate_from: first}}
  over: {end: done}
"""


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ("{claim: second, by: b}", ""),
        ("{claim: second, by: a, refused: separation}, {claim: second, by: b}", ""),
        ("{claim: second, by: a}", "Whoever did"),
        ("{claim: second, by: b, roles: [clerk], refused: role-missing}, {claim: second, by: b, roles: [nurse]}", ""),
        ("{claim: second, by: b}, {claim: second, by: b}, {claim: second, by: c, refused: task-held}", ""),
        ("{claim: second, by: b}, {claim: second, by: c}", "b has taken this task"),
    ],
)
def test_who_may_not_do_a_task_does_not_get_it(claims: str, words: str) -> None:
    """Whoever did what it is separate from, has not its role, or comes when another has it."""
    then = f"[{{complete: first, by: a}}, {claims}, {{complete: second, by: b}}]"
    text = f"one: {{then: {then}, expect: {{outcome: done}}}}"
    (result,) = run_all(plan_of(SEPARATE), scenarios_of(text).scenarios)
    found = messages(result)
    assert found == [] if not words else words in found[0], found


def test_a_step_may_be_named_alone_where_another_has_its_name() -> None:
    """What stands tells which is meant; only to complete one of several more of its address is needed."""
    text = """
    outcomes: {done: {title: Done}}
    steps:
      both:
        parallel:
          branches:
            a: {t: {task: {title: A, queue: intake}}, u: {wait: {for: 1 day}}}
            b: {t: {task: {title: B, queue: intake}}}
      over: {end: done}
    """
    scenarios = """
    one:
      then: [{expect: {at: [t, t]}}, {complete: a/t, expect: {at: [u, t]}}, {complete: t}]
      expect: {at: [u], visited: [both, t, t, u]}
    two: {then: [{complete: t}]}
    three: {expect: {at: [t, v]}}
    """
    one, two, three = run_all(plan_of(text), scenarios_of(scenarios).scenarios)
    assert messages(one) == []
    assert "both/a/t, both/b/t" in messages(two)[0]
    assert messages(three)[0].startswith('There is no step "v".')


def test_an_event_after_the_end_changes_nothing() -> None:
    """An event that nobody takes is no failure, be it that the instance has ended; it may be expected as refused."""
    text = """
one: {then: [{complete: ask}, {event: note.filed, key: K}, {event: note.filed, key: K}], expect: {outcome: done}}
two: {then: [{event: note.filed, key: stop}, {event: note.filed, key: K, refused: ended}], expect: {outcome: stopped}}
"""
    assert [messages(one) for one in run_all(plan_of(LOOKING_BACK), scenarios_of(text).scenarios)] == [[], []]


def test_a_null_unique_key_refuses_the_start() -> None:
    """As in production: whether the same runs already could not be said."""
    plan = plan_of("unique: =text\n" + STARTED.replace(", required: true", ""))
    good, bad = (
        run_all(plan, scenarios_of(f"one: {{start: {{inputs: {inputs}}}, expect: {{outcome: done}}}}").scenarios)[0]
        for inputs in ("{text: a}", "{}")
    )
    assert messages(good) == []
    (message,) = messages(bad)
    assert "may run only once for the same =text" in message


def test_a_value_that_does_not_fit_is_said_once() -> None:
    """The name was right, so none is offered instead of it; and each field is named once."""
    plan = plan_of(NESTED)
    text = "one: {start: {inputs: {names: [a]}}, then: [{set: {names: 3}}]}"
    (result,) = run_all(plan, scenarios_of(text).scenarios)
    (message,) = messages(result)
    assert "Did you mean" not in message
