"""What scenarios went through, and what not."""

from __future__ import annotations

from pathways.coverage import lines, measure, to_json
from pathways.scenarios import run_all
from tests.support.pathways import plan_of, scenarios_of

PATHWAY = """
inputs: {n: {type: integer, required: true}}
outcomes: {done: {title: Done, kind: success}}
steps:
  ask:
    task: {title: Ask, queue: intake, outcomes: {yes: Yes, no: No}}
    timeout: {after: 1 day, to: finish}
    next: {yes: book, no: choose}
  book:
    do: visits.book
    catch: {slot-taken: choose, order-unknown: finish}
    next: choose
  choose:
    decide:
      rules:
        - {when: n > 5, to: wait}
        - {when: n > 3, to: wait}
        - {to: finish}
  wait:
    wait: {event: note.filed, key: K, when: event.data.final}
    timeout: {after: 1 day, to: finish}
  finish: {end: done}
"""


def missing(scenarios: str) -> list[str]:
    """What the scenarios leave out, as the report names it."""
    plan = plan_of(PATHWAY)
    coverage = measure(plan, run_all(plan, scenarios_of(scenarios).scenarios))
    return [f"{one.kind} {one}" for one in coverage.missing]


def test_without_scenarios_all_is_missing() -> None:
    """Every step, way, condition each way, timeout and catch is there to go through."""
    plan = plan_of(PATHWAY)
    coverage = measure(plan, ())
    assert coverage.counts() == {
        "step": (0, 5),
        "transition": (0, 7),
        "condition": (0, 6),
        "timeout": (0, 2),
        "catch": (0, 2),
        "handler": (0, 0),
    }
    assert coverage.missing == coverage.items


def test_what_was_gone_through_is_no_longer_missing() -> None:
    """Of two ways to one step the one whose condition held is counted; a refused event counts as false."""
    found = missing(
        """
        first:
          start: {inputs: {n: 4}}
          then:
            - {complete: ask, outcome: "no"}
            - {event: note.filed, key: K, data: {final: false}}
            - {event: note.filed, key: K, data: {final: true}}
        """
    )
    assert found == [
        "transition ask: yes to book",
        "timeout ask: timeout to finish",
        "step book",
        "transition book: to choose",
        "catch book: problem slot-taken to choose",
        "catch book: problem order-unknown to finish",
        "transition choose: when n > 5 to wait",
        "condition choose: n > 5 is true",
        "condition choose: n > 3 is false",
        "transition choose: to finish",
        "timeout wait: timeout to finish",
    ]


def test_scenarios_add_up_to_the_whole() -> None:
    """What one leaves out another goes through."""
    assert (
        missing(
            """
            event:
              start: {inputs: {n: 4}}
              then:
                - {complete: ask, outcome: "no"}
                - {event: note.filed, key: K, data: {final: false}}
                - {event: note.filed, key: K, data: {final: true}}
            high:
              start: {inputs: {n: 6}}
              actions: {visits.book: {give: {}}}
              then: [{complete: ask, outcome: "yes"}, {after: 2 days}]
            low: {start: {inputs: {n: 1}}, then: [{complete: ask, outcome: "no"}]}
            slow: {start: {inputs: {n: 1}}, then: [{after: 2 days}]}
            taken:
              start: {inputs: {n: 1}}
              actions: {visits.book: {problem: slot-taken}}
              then: [{complete: ask, outcome: "yes"}]
            unknown:
              start: {inputs: {n: 1}}
              actions: {visits.book: {problem: order-unknown}}
              then: [{complete: ask, outcome: "yes"}]
            """
        )
        == []
    )


def test_the_report_names_what_is_missing() -> None:
    """Counts first, then each thing by its step; the same as JSON."""
    plan = plan_of("outcomes: {done: {title: Done}}\nsteps:\n  a: {set: {x: 1}}\n  b: {end: done}")
    coverage = measure(plan, ())
    assert list(lines(coverage)) == [
        "coverage",
        "  steps: 0 of 2",
        "  transitions: 0 of 1",
        "  conditions, each way: 0 of 0",
        "  timeouts: 0 of 0",
        "  catches: 0 of 0",
        "  handlers: 0 of 0",
        "  no scenario went through:",
        "    step a",
        "    transition a: to b",
        "    step b",
    ]
    document = to_json(coverage)
    assert document["counts"]["transition"] == {"covered": 0, "of": 1}
    assert {"kind": "transition", "step": "a", "what": "to b"} in document["missing"]


NESTED = """
inputs: {n: {type: integer, required: true}, names: {type: text, many: true}}
outcomes: {done: {title: Done, kind: success}, off: {title: Off}}
"on": [{event: note.filed, key: K, when: event.data.final, to: stop}]
steps:
  rule:
    decide:
      table:
        - {n: "> 5", give: high}
        - {n: "< 0", to: stop}
        - {otherwise: true, give: low}
    save: level
    next:
      - {when: level = "high", to: both}
      - {to: both}
  both:
    parallel:
      branches:
        first:
          steps:
            ask: {task: {title: Ask, queue: intake}, "on": [{event: case.closed, to: over}]}
            over: {end: branch}
        second:
          steps:
            tries:
              repeat:
                until: tried.outcome = "ok"
                limit: 5
                steps: {try: {task: {title: Try, queue: intake, outcomes: {ok: Good, again: Again}}, save: tried}}
  each:
    repeat: {for_each: =names, as: name, steps: {say: {set: {said: =name}}}}
  over: {end: done}
  stop: {end: off}
side_flows:
  call: {title: Call, offer: {title: Call}, steps: {phone: {task: {title: Phone, queue: intake}}}}
"""


def test_inner_steps_rows_handlers_loops_and_offers_count() -> None:
    """Of two ways to one step the one that held counts; a way out of a branch is a way; so are rows and offers."""
    plan = plan_of(NESTED)
    file = scenarios_of(
        """
        high:
          start: {inputs: {n: 6, names: [a, b]}}
          then:
            - {offer: call}
            - {complete: phone}
            - {complete: try, outcome: again}
            - {complete: "both/second/tries#2/try", outcome: ok}
            - {event: note.filed, key: K, data: {final: false}}
            - {event: case.closed}
          expect: {outcome: done}
        low:
          start: {inputs: {n: 1, names: []}}
          then: [{event: note.filed, key: K, data: {final: true}}]
          expect: {outcome: off}
        """
    )
    results = run_all(plan, file.scenarios)
    assert all(one.passed for one in results), [one.failures for one in results]
    assert [f"{one.kind} {one}" for one in measure(plan, results).missing] == [
        "transition rule: row 2 (n < 0) to stop",
        "transition both/first/ask: to both/first/over",
    ]
