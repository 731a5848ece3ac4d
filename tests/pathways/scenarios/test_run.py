"""Running scenarios: time, answers, people and operators, in virtual time."""

from __future__ import annotations

import pytest

from pathways.scenarios import Result
from tests.support.pathways import run

BOOKING = """
calendar: clinic
inputs: {order: {type: Reference, target: [ServiceRequest], required: true}}
outcomes: {done: {title: Done, kind: success}, late: {title: Late}}
steps:
  ask:
    task:
      title: Ask
      queue: intake
      role: nurse
      due: 1 business day
      form: [{name: note, type: text, required: true}]
      outcomes: {well: Well, ill: Ill}
    save: asked
    next: {well: finish, ill: book}
    timeout: {after: 3 days, to: too-late}
  book:
    do: visits.book
    with: {order: =order}
    save: booking
    retry: {attempts: 3, first: 10 seconds, factor: 3}
    catch: {slot-taken: ask}
    accept: [order-unknown]
    timeout: {after: 2 hours, to: too-late}
  finish: {end: done}
  too-late: {end: late}
"""
ORDER = "{order: {reference: ServiceRequest/1}}"


def booked(scenario: str) -> Result:
    """The result of one scenario of the booking pathway."""
    start = f"start: {{at: 2026-03-02T09:00:00-05:00, inputs: {ORDER}}}"
    (result,) = run(BOOKING, f"one:\n  {start}\n{scenario}")
    return result


def messages(result: Result) -> list[tuple[int, str]]:
    """What went wrong, with the line."""
    return [(one.mark.line, f"{one.message} {one.hint}".strip()) for one in result.failures]


@pytest.mark.parametrize(
    "scenario",
    [
        # the least that can be said
        "  then: [{complete: ask, outcome: well, form: {note: x}}]\n  expect: {outcome: done}",
        # time passes, in whatever units
        "  then: [{after: 1 business day}]\n  expect: {at: ask}",
        "  then: [{after: 3 days}]\n  expect: {outcome: late, visited: [ask, too-late]}",
        "  then: [{after: 71 hours}, {after: 59 minutes}]\n  expect: {at: [ask]}",
        # an action fails, is tried again by its step's policy, and the attempts count
        """  actions: {visits.book: [{fail: down}, {fail: down}, {give: {appointment: A}}]}
  then: [{complete: ask, outcome: ill, form: {note: x}}, {after: 39 seconds}]
  expect: {at: book, actions_run: {visits.book: 2}}""",
        """  actions: {visits.book: [{fail: down}, {fail: down}, {give: {appointment: A}}]}
  then: [{complete: ask, outcome: ill, form: {note: x}}, {after: 40 seconds}]
  expect: {outcome: done, actions_run: {visits.book: 3}, data: {booking: {appointment: A}}}""",
        # without time to pass, what is tried again comes to its end first
        """  actions: {visits.book: [{fail: down}, {give: {appointment: A}}]}
  then: [{complete: ask, outcome: ill, form: {note: x}}]
  expect: {outcome: done, no_incidents: true}""",
        # the last answer repeats, and attempts run out
        """  actions: {visits.book: [{fail: down}]}
  then: [{complete: ask, outcome: ill, form: {note: x}}, {after: 1 hour}]
  expect: {at: book, incidents: [action-failed], actions_run: {visits.book: 3}}""",
        # an answer may take its time; a timeout may be sooner
        """  actions: {visits.book: {give: {appointment: A}, takes: 1 hour}}
  then: [{complete: ask, outcome: ill, form: {note: x}}, {after: 59 minutes}]
  expect: {at: book}""",
        """  actions: {visits.book: {give: {appointment: A}, takes: 1 hour}}
  then: [{complete: ask, outcome: ill, form: {note: x}}, {after: 1 hour}]
  expect: {outcome: done}""",
        """  actions: {visits.book: {give: {appointment: A}, takes: 3 hours}}
  then: [{complete: ask, outcome: ill, form: {note: x}}, {after: 1 day}]
  expect: {outcome: late}""",
        # problems: caught, or an incident that an operator mends
        """  actions: {visits.book: {problem: slot-taken}}
  then: [{complete: ask, outcome: ill, form: {note: x}}]
  expect: {at: ask@2, visited: [ask, book, ask], no_incidents: true}""",
        """  actions: {visits.book: [{problem: order-unknown, message: No such order}, {give: {appointment: B}}]}
  then:
    - {complete: ask, outcome: ill, form: {note: x}}
    - {after: 1 hour, retry: book, input: {order: {reference: ServiceRequest/2}}, had_no_effect: true}
  expect: {outcome: done, incidents: [{at: book, kind: problem, message: No such order}], no_incidents: true}""",
        # people: claims change nothing, roles are checked where they are given
        """  then:
    - {claim: ask, by: nurse-1}
    - {complete: ask, outcome: well, form: {note: x}, by: nurse-1, roles: [nurse]}
  expect: {outcome: done}""",
        # an operator cancels
        "  then: [{after: 1 hour, cancel: Sent twice}]\n  expect: {outcome: cancelled, open_tasks: [], at: []}",
    ],
)
def test_a_scenario_that_is_right_passes(scenario: str) -> None:
    """Each says one thing that scenarios can do."""
    assert messages(booked(scenario)) == []


@pytest.mark.parametrize(
    ("scenario", "line", "words"),
    [
        ("  then:\n    - {complete: ask, outcome: well}", 5, "note is required"),
        ("  then:\n    - {complete: ask, outcome: wel, form: {note: x}}", 5, '"wel" is not an outcome'),
        ("  then:\n    - {complete: ask, form: {note: x}}", 5, "is not an outcome"),
        ("  then:\n    - {complete: aks, outcome: well}", 5, 'Did you mean "ask"?'),
        ("  then:\n    - {claim: book}", 5, "no open task"),
        ("  then:\n    - {retry: ask}", 5, "no open incident"),
        ("  then:\n    - {after: 4 days, complete: ask, outcome: well, form: {note: x}}", 5, "ended as late"),
        ("  then:\n    - {complete: ask, outcome: well, form: {note: x}, roles: [clerk]}", 5, "role nurse"),
        ("  then:\n    - {complete: ask, outcome: ill, form: {note: x}}", 5, "does not say what that answers"),
        (
            "  actions: {visits.boko: {give: {}}}\n  then:\n    - {complete: ask, outcome: ill, form: {note: x}}",
            4,
            'Did you mean "visits.book"?',
        ),
        (
            """  actions: {visits.book: {problem: slot-takn}}
  then:
    - {complete: ask, outcome: ill, form: {note: x}}""",
            6,
            'Did you mean "slot-taken"?',
        ),
    ],
)
def test_what_cannot_happen_fails_at_its_line(scenario: str, line: int, words: str) -> None:
    """A refused step, or an action without an answer, ends the scenario with the authored line."""
    ((found, message),) = messages(booked(scenario))
    assert (found, words in message) == (line, True), message


def test_inputs_that_do_not_fit_fail_at_the_start() -> None:
    """The engine's refusal names the input."""
    ((line, message),) = messages(run(BOOKING, "one:\n  start: {inputs: {ordr: 1}}")[0])
    assert line == 3
    assert "ordr is not an input of this pathway" in message
    assert "order is required" in message


@pytest.mark.parametrize(("start", "words"), [("{zone: Mars/Olympus}", "Mars/Olympus"), ("{at: noon}", "noon")])
def test_a_start_nobody_understands_fails(start: str, words: str) -> None:
    """An unknown zone or time is a failure with its line."""
    ((line, message),) = messages(run(BOOKING, f"one:\n  start: {start}")[0])
    assert line == 3
    assert words in message


def test_without_a_zone_the_calendar_tells_it() -> None:
    """A scenario without zone uses its pathway's calendar's; a time without offset is local there."""
    (result,) = run(BOOKING, f"one:\n  start: {{at: 2026-03-02T09:00:00, inputs: {ORDER}}}")
    assert result.zone == "America/New_York"
    assert result.moments[0].at.isoformat() == "2026-03-02T14:00:00+00:00"


def test_a_scenario_says_where_it_is() -> None:
    """`instance.site` is what `start` says, null where it says nothing."""
    steps = """
outcomes: {done: {title: Done, kind: success}}
steps:
  choose: {decide: {rules: [{when: 'instance.site != null and instance.site = "main-street"', to: ask}, {to: finish}]}}
  ask: {task: {title: Ask, queue: intake}}
  finish: {end: done}
"""
    there, nowhere = "start: {site: main-street}\n  expect: {at: ask}", "start: {}\n  expect: {outcome: done}"
    assert [messages(one) for one in run(steps, f"one:\n  {there}\ntwo:\n  {nowhere}")] == [[], []]


def test_scenarios_do_not_see_each_other() -> None:
    """The same scenario twice gives the same, to the letter."""
    one = f"start: {{inputs: {ORDER}}}\n  actions: {{visits.book: [{{fail: x}}, {{give: {{}}}}]}}\n"
    then = "  then: [{complete: ask, outcome: ill, form: {note: x}}]"
    first, second = run(BOOKING, f"a:\n  {one}{then}\nb:\n  {one}{then}")
    assert first.moments == second.moments


WAITING = """
inputs: {key: {type: text, required: true}}
outcomes: {done: {title: Done, kind: success}, never: {title: Never}}
steps:
  wait:
    wait: {event: note.filed, key: =key, when: event.data.final}
    save: note
    timeout: {after: 10 days, to: gone}
  count: {set: {words: =string length(note.text)}}
  say: {emit: {type: case.closed, data: {result: "{{ note.text }}", count: =words}}}
  over: {end: done}
  gone: {end: never}
"""


@pytest.mark.parametrize(
    "before",
    [
        "",
        "{event: note.filed, key: K, data: {text: no, final: false}}, ",
        "{event: note.filed, key: L, data: {text: no, final: true}}, ",
    ],
)
def test_events_reach_who_waits_for_them(before: str) -> None:
    """Type, key and `when` choose; what nobody takes changes nothing."""
    (result,) = run(
        WAITING,
        f"""
        one:
          start: {{inputs: {{key: K}}}}
          then: [{before}{{after: 2 days, event: note.filed, key: K, data: {{text: fine, final: true}}}}]
          expect:
            outcome: done
            data: {{words: 4, note: {{text: fine}}}}
            emitted: [{{type: case.closed, data: {{result: fine, count: 4}}}}]
            visited: [wait, count, say, over]
        """,
    )
    assert messages(result) == []


def test_a_pathway_that_never_rests_is_stopped() -> None:
    """A loop of actions that answer at once would run for ever; it is a failure, not a hang."""
    (result,) = run(
        "outcomes: {done: {title: Done}}\nsteps:\n  a: {do: post.send, next: a}\n  b: {end: done}",
        "one: {actions: {post.send: {give: {sent: true}}}}",
    )
    assert "does not come to rest" in messages(result)[0][1]
