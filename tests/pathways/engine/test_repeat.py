"""Repeats: one by one, at once, while, until; what is collected and carried; limits."""

from __future__ import annotations

from tests.support.plans import Player, make_plan

SERIES = """
inputs: {doses: {type: list, item: integer}}
steps:
  series:
    repeat:
      for_each: =doses
      as: dose
      %s
      collect: {given: =answer.amount, places: =iteration}
      steps:
        give:
          task: {title: "Dose {{ dose }} of {{ iteration }}", queue: q, form: [{name: amount, type: integer}]}
          save: answer
  fin: {task: {title: "{{ count(given) }}", queue: q}}
  e: {end: ok}
outcomes: {ok: {kind: success}}
"""


def test_one_by_one_binds_the_item_and_collects_in_order() -> None:
    """Each iteration sees its item and number; its data belongs to it and goes with it."""
    run = Player(make_plan(SERIES % "mode: one-by-one"), {"doses": [10, 20]})
    assert run.standing == ["series", "series#1/give"]
    assert run.of("task-opened")[-1].title == "Dose 10 of 1"
    assert run.value("given") == [], "the list is there, empty, from entry"
    run.complete("series#1/give", form={"amount": 11})
    assert run.of("task-opened")[-1].title == "Dose 20 of 2"
    assert run.value("answer") is None
    assert set(run.state.data) == {"", "series#2/"}, "what the first iteration saved is gone with it"
    run.complete("series#2/give", form={"amount": 21})
    assert (run.value("given"), run.value("places")) == ([11, 21], [1, 2])
    assert run.standing == ["fin"]


def test_at_once_collects_in_order_of_iteration() -> None:
    """All iterations stand at the same time; the lists are in the order of the items, not of completion."""
    run = Player(make_plan(SERIES % "mode: at-once"), {"doses": [1, 2, 3]})
    assert run.standing == ["series", "series#1/give", "series#2/give", "series#3/give"]
    for number in (3, 1, 2):
        run.complete(f"series#{number}/give", form={"amount": number * 10})
    assert (run.value("given"), run.value("places")) == ([10, 20, 30], [1, 2, 3])
    assert run.standing == ["fin"]


def test_an_empty_list_passes_at_once_and_null_is_an_incident() -> None:
    """Nothing to do is nothing to wait for; no list at all is a mistake."""
    assert Player(make_plan(SERIES % "mode: at-once"), {"doses": []}).standing == ["fin"]
    run = Player(make_plan(SERIES % "mode: one-by-one"), {})
    assert run.incident("series").kind == "expression"
    run.set("doses", [5])
    run.retry("series")
    assert run.standing == ["series", "series#1/give"]


WHILE = """
steps:
  begin: {set: {n: 0}}
  loop:
    repeat:
      %s
      limit: 3
      collect: {seen: =m}
      steps:
        ask: {task: {title: A, queue: q, form: [{name: m, type: integer}]}, save: answer}
        keep: {set: {m: =answer.m}}
  fin: {task: {title: F, queue: q}}
  e: {end: ok}
outcomes: {ok: {kind: success}}
"""


def test_until_is_asked_after_and_sees_the_iteration() -> None:
    """The condition sees what the iteration saved, after it was collected."""
    run = Player(make_plan(WHILE % "until: m > 5"))
    run.complete("loop#1/ask", form={"m": 1})
    assert run.standing == ["loop", "loop#2/ask"]
    run.complete("loop#2/ask", form={"m": 6})
    assert run.standing == ["fin"]
    assert run.value("seen") == [1, 6]


def test_while_is_asked_before_and_sees_what_was_collected() -> None:
    """The condition is asked in the scope around the repeat."""
    run = Player(make_plan(WHILE % "while: count(seen) < 2"))
    run.complete("loop#1/ask", form={"m": 1})
    run.complete("loop#2/ask", form={"m": 2})
    assert run.standing == ["fin"]


def test_the_limit_is_an_incident_that_can_be_skipped() -> None:
    """Going past the limit opens an incident on the repeat; nothing that was collected is lost."""
    run = Player(make_plan(WHILE % "until: m > 5"))
    for number in (1, 2, 3):
        run.complete(f"loop#{number}/ask", form={"m": number})
    assert run.standing == ["loop"]
    assert run.incident("loop").kind == "loop-limit"
    run.retry("loop")
    assert run.incident("loop").kind == "loop-limit"
    run.skip("loop")
    assert run.standing == ["fin"]
    assert run.value("seen") == [1, 2, 3]


def test_an_until_that_is_neither_keeps_the_iterations_data_for_the_retry() -> None:
    """A null condition stands still; with the value repaired the retry asks again."""
    run = Player(make_plan(WHILE % "until: m > 5"))
    run.complete("loop#1/ask", form={})
    assert run.incident("loop").kind == "expression"
    assert run.value("seen") == [None], "it was collected before it was asked"
    changed = run.set("m", 9, scope="loop#1/")
    assert changed.refusal is None
    run.retry("loop")
    assert run.standing == ["fin"]


def test_a_repeat_entered_again_starts_afresh_unless_it_keeps() -> None:
    """The collected list is emptied on a new visit, and goes on with `keep: true`."""
    text = """
steps:
  series:
    repeat:
      for_each: "=[1]"
      as: dose
      collect: {given: =dose}
      %s
      steps: {ask: {task: {title: A, queue: q}}}
  again: {task: {title: Again, queue: q, outcomes: {yes: y, no: n}}, next: {yes: series, no: fin}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""
    for keep, wanted in (("keep: false", [1]), ("keep: true", [1, 1])):
        run = Player(make_plan(text % keep))
        run.complete("series#1/ask")
        run.complete("again", "yes")
        run.complete("series@2#1/ask")
        assert run.value("given") == wanted


def test_an_iteration_that_is_left_collects_nothing() -> None:
    """A way out of the loop leaves it without its value."""
    run = Player(
        make_plan(
            """
steps:
  series:
    repeat:
      for_each: "=[1, 2]"
      as: dose
      collect: {given: =dose}
      steps:
        ask: {task: {title: A, queue: q, outcomes: {ok: o, stop: s}}, next: {ok: fine, stop: out}}
        fine: {end: branch}
  out: {task: {title: F, queue: q}}
  e: {end: ok}
outcomes: {ok: {kind: success}}
"""
        )
    )
    run.complete("series#1/ask", "ok")
    run.complete("series#2/ask", "stop")
    assert run.standing == ["out"]
    assert run.value("given") == [1]


def test_every_iteration_that_could_not_be_collected_is_collected_by_the_retry() -> None:
    """Several may end beside each other before somebody looks; none is lost, and no value comes twice."""
    plan = """
steps:
  series:
    repeat:
      for_each: "=[1, 2, 3]"
      as: dose
      mode: at-once
      collect: {given: =dose, notes: '=string join(for x in 1..length return "long note")'}
      steps: {give: {task: {title: T, queue: q}}, note: {set: {length: =if dose = 3 then 1 else 9000}}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""
    run = Player(make_plan(plan))
    for dose in (2, 1, 3):
        run.complete(f"series#{dose}/give")
    assert run.incident("series").kind == "expression"
    assert run.value("given") == [3]
    for dose in (1, 2):
        assert run.set("length", 1, scope=f"series#{dose}/").refusal is None
    run.retry("series")
    assert run.state.outcome == "ok"
    assert (run.value("given"), run.value("notes")) == ([1, 2, 3], ["long note"] * 3)


def test_a_loop_that_waits_for_nothing_is_a_runaway() -> None:
    """A thousand moves in one event stop as an incident, without a stack that overflows."""
    run = Player(
        make_plan(
            """
steps:
  loop: {repeat: {until: "false", limit: 5000, steps: {count: {set: {n: 1}}}}}
  e: {end: ok}
outcomes: {ok: {kind: success}}
"""
        )
    )
    assert [fact.kind for fact in run.of("incident-opened")] == ["runaway"]


def test_more_at_once_than_can_be_entered_is_one_incident() -> None:
    """A list of a thousand is refused as a whole; nothing of it has begun."""
    run = Player(make_plan(SERIES % "mode: at-once"), {"doses": list(range(1000))})
    assert run.standing == ["series"]
    assert [fact.kind for fact in run.of("incident-opened")] == ["loop-limit"]


def test_a_list_that_is_none_says_why() -> None:
    """Whoever opens the incident reads what was missing, or which limit was met."""
    missing = Player(make_plan(SERIES % "mode: one-by-one"))
    assert missing.of("incident-opened")[0].message == 'for_each "=doses" gives nothing (doses is null).'
    long = SERIES.replace("for_each: =doses", 'for_each: "=for i in 1..100000 return i"')
    endless = Player(make_plan(long % "mode: one-by-one"))
    assert "has too many parts" in endless.of("incident-opened")[0].message


CARRYING = """
steps:
  begin: {set: {total: 0}}
  series:
    repeat:
      until: answer.m > 5
      limit: 9
      collect: {seen: =answer.m}
      carry: {total: =total + answer.m, before: =last, last: =answer.m}
      steps:
        ask:
          task:
            title: "{{ iteration }}: {{ last }} of {{ total }}"
            queue: q
            form: [{name: m, type: integer}]
            outcomes: {ok: o, stop: s}
          save: answer
          next: {ok: fine, stop: fin}
        fine: {end: branch}
  fin: {task: {title: Again, queue: q, outcomes: {yes: y, no: n}}, next: {yes: series, no: e}}
  e: {end: ok}
outcomes: {ok: {kind: success}}
"""


def test_what_is_carried_takes_the_place_of_what_was() -> None:
    """The next iteration sees it; each is worked out before any is kept, so in whatever order they stand."""
    run = Player(make_plan(CARRYING))
    assert run.value("last") is None, "null until an iteration has ended, unless a step before has set it"
    run.complete("series#1/ask", "ok", {"m": 2})
    assert run.of("task-opened")[-1].title == "2: 2 of 2"
    assert [run.value(name) for name in ("total", "before", "last")] == [2, None, 2]
    run.complete("series#2/ask", "ok", {"m": 6})
    assert run.standing == ["fin"]
    assert [run.value(name) for name in ("total", "before", "last", "seen")] == [8, 2, 6, [2, 6]]
    saved = run.state.data[""]["last"]
    assert (saved.address, saved.at) == ("series", run.at), "it tells who brought it there"


def test_an_iteration_that_is_left_carries_nothing_and_entering_again_keeps_what_was_carried() -> None:
    """Only collected lists begin anew: a carried value is one of the data around."""
    run = Player(make_plan(CARRYING))
    run.complete("series#1/ask", "ok", {"m": 2})
    run.complete("series#2/ask", "stop", {"m": 3})
    assert [run.value(name) for name in ("total", "last", "seen")] == [2, 2, [2]]
    run.complete("fin", "yes")
    assert [run.value(name) for name in ("total", "last", "seen")] == [2, 2, []]


def test_what_cannot_be_carried_stands_still_and_is_tried_again() -> None:
    """Nothing of the iteration is taken out meanwhile, and nothing twice afterwards."""
    long = "=if wrong then (for i in 1..70000 return i) else total + answer.m"
    wrong = CARRYING.replace("=total + answer.m", f'"{long}"').replace("total: 0", "total: 0, wrong: true")
    run = Player(make_plan(wrong))
    run.complete("series#1/ask", "ok", {"m": 2})
    assert run.incident("series").kind == "expression"
    assert "carry total: " in run.of("incident-opened")[-1].message
    assert [run.value(name) for name in ("total", "last", "seen")] == [0, None, []]
    run.set("wrong", False)
    run.retry("series")
    assert run.standing == ["series", "series#2/ask"]
    assert [run.value(name) for name in ("total", "last", "seen")] == [2, 2, [2]]


def test_until_sees_what_was_carried_and_what_the_iteration_knows() -> None:
    """It is asked last."""
    run = Player(make_plan(CARRYING.replace("until: answer.m > 5", "until: total > 5 and answer.m < total")))
    run.complete("series#1/ask", "ok", {"m": 6})
    assert run.standing == ["series", "series#2/ask"]
    run.complete("series#2/ask", "ok", {"m": 1})
    assert (run.standing, run.value("total")) == (["fin"], 7)


def test_an_inner_repeat_carries_into_the_iteration_around_it() -> None:
    """Where its collected list would be; it goes with that iteration."""
    text = """
steps:
  weeks:
    repeat:
      for_each: =[1, 2]
      as: week
      carry: {most: =latest}
      steps:
        days:
          repeat:
            for_each: =[10, 20]
            as: day
            carry: {latest: =week + day}
            steps: {ask: {task: {title: "{{ latest }}, {{ most }}", queue: q}}}
  e: {end: ok}
outcomes: {ok: {kind: success}}
"""
    run = Player(make_plan(text))
    run.complete("weeks#1/days#1/ask")
    assert run.state.data["weeks#1/"]["latest"].value == 11
    run.complete("weeks#1/days#2/ask")
    assert run.of("task-opened")[-1].title == ", 21"
    assert "latest" not in run.state.data.get("weeks#2/", {})
    run.complete("weeks#2/days#1/ask")
    run.complete("weeks#2/days#2/ask")
    assert run.value("most") == 22
