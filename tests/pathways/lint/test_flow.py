"""Ways through steps inside steps: what is reached, what ends, what goes round, and what is known there."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from commands.rule_examples import catalog, completed
from pathways.lint import lint

CATALOG = catalog()
CONTRACT = "contract: {reads: [ServiceRequest], writes: [Appointment]}\n"


def found(text: str, *, rules: set[str] | None = None) -> list[tuple[str, str]]:
    """The findings of a definition: rule, and what stands first in quotes."""
    linted = lint(completed(dedent(text)), "example.yaml", CATALOG, date(2026, 3, 2))
    broken = [one for one in linted.diagnostics if one.rule in ("shape", "unknown-key", "missing-key", "unknown-name")]
    assert not broken, "\n".join(map(str, broken))
    said = [(one.rule, one.message.split('"')[1] if '"' in one.message else "") for one in linted.diagnostics]
    return [one for one in said if rules is None or one[0] in rules]


def unset(text: str) -> list[str]:
    """The names that some way leaves unset."""
    return [name for _, name in found(text, rules={"unset-data"})]


BOTH = """
steps:
  both:
    parallel:
      join: {JOIN}
      branches:
        left: {a: {task: {title: Ask, queue: intake}, save: asked}}
        right: {b: {wait: {for: 1 day}}}
  then: {task: {title: "{{ asked.by }}", queue: intake}}
  over: {end: done}
"""


@pytest.mark.parametrize(
    ("join", "names"), [("all", []), ("{count: 2}", []), ("any", ["asked"]), ("{count: 1}", ["asked"])]
)
def test_what_branches_save_is_there_when_all_have_ended(join: str, names: list[str]) -> None:
    """Behind a join of fewer, it is there on some ways only."""
    assert unset(BOTH.replace("{JOIN}", join)) == names


def test_a_branch_does_not_see_what_another_saves_meanwhile() -> None:
    """They run side by side: whichever is first."""
    text = BOTH.replace("{JOIN}", "all").replace("b: {wait: {for: 1 day}}", 'b: {wait: {until: "=asked.at"}}')
    assert unset(text) == ["asked"]


@pytest.mark.parametrize(
    ("how", "names"),
    [
        ("for_each: =[1, 2]\n      as: one", []),
        ("while: count(notes) < 2\n      limit: 3", []),
        ("until: asked.by != null\n      limit: 3", []),
    ],
)
def test_collected_lists_are_there_from_the_entry(how: str, names: list[str]) -> None:
    """Empty where no iteration ran; and an iteration's own data is gone outside."""
    text = f"""
steps:
  each:
    repeat:
      {how}
      collect: {{notes: =asked.by}}
      steps:
        a: {{task: {{title: Ask, queue: intake}}, save: asked}}
  then: {{task: {{title: "{{{{ count(notes) }}}}", queue: intake}}}}
  over: {{end: done}}
"""
    assert unset(text) == names


CARRYING = """
steps:
  BEFORE
  each:
    repeat:
      HOW
      carry: {last: =asked.by}
      steps:
        a: {task: {title: "{{ READ }}", queue: intake}, save: asked}
  then: {task: {title: "{{ last }}", queue: intake}}
  over: {end: done}
"""


@pytest.mark.parametrize(
    ("before", "how", "read", "names"),
    [
        ("begin: {set: {last: nobody}}", "until: last != asked.by\n      limit: 3", "last", []),
        ("begin: {wait: {for: 1 day}}", "until: last = asked.by\n      limit: 3", "asking", []),
        ("begin: {wait: {for: 1 day}}", "until: asked.by != null\n      limit: 3", "last", ["last"]),
        ("begin: {wait: {for: 1 day}}", "while: last = null\n      limit: 3", "asking", []),
        ("begin: {wait: {for: 1 day}}", "for_each: =[1, 2][item > 2]\n      as: one", "asking", ["last"]),
        ("begin: {wait: {for: 1 day}}", "for_each: =[1, 2]\n      as: one", "asking", []),
        ("begin: {set: {last: nobody}}", "while: last = null\n      limit: 3", "last", []),
    ],
)
def test_a_carried_name_is_unset_until_an_iteration_has_ended(
    before: str, how: str, read: str, names: list[str]
) -> None:
    """Unless a step before has set it: in the first iteration, and behind a repeat that may have had none."""
    text = (
        CARRYING.replace("BEFORE", before)
        .replace("HOW", how)
        .replace("{{ READ }}", read if read == "asking" else "{{ last }}")
    )
    assert unset(text) == names


def test_a_carried_name_that_may_become_null_is_asked_for_null() -> None:
    """What is carried is as sure as what it is worked out from."""
    text = CARRYING.replace("BEFORE", "begin: {set: {last: nobody}}").replace(
        "HOW", "until: last = asked.by\n      limit: 3"
    )
    text = text.replace("{{ READ }}", "{{ last }}").replace(
        "=asked.by}", "=if asked.by = null then asked.by else null}"
    )
    assert unset(text) == ["last"]


def test_a_carried_name_that_nothing_reads_is_found() -> None:
    """As one that is set is."""
    text = CARRYING.replace("BEFORE", "begin: {wait: {for: 1 day}}").replace(
        "HOW", "until: asked.by != null\n      limit: 3"
    )
    assert found(text.replace("{{ READ }}", "Ask").replace("{{ last }}", "Then")) == [("unused-name", "last")]


def test_an_iteration_begins_without_the_data_of_the_one_before() -> None:
    """What is read before it is saved was saved in another iteration, which is gone."""
    text = """
steps:
  each:
    repeat:
      for_each: =[1, 2]
      as: one
      steps:
        a: {task: {title: "{{ asked.by }}", queue: intake}}
        b: {task: {title: "{{ one }}", queue: intake}, save: asked}
  over: {end: done}
"""
    assert unset(text) == ["asked"]


TAKEN = """
on: [{event: note.filed, key: KEY, to: late}]
steps:
  begin: {wait: {for: 1 day}}
  name: {set: {visit: =order.reference, note: x}}
  ask: {task: {title: Ask, queue: intake}}
  over: {end: done}
  late: {task: {title: "{{ note }}", queue: intake}, next: over}
"""


def test_an_event_of_the_pathway_comes_wherever_a_case_waits() -> None:
    """So what it leads to can't rely on what is set behind the first step that waits."""
    assert unset(TAKEN.replace("KEY", "=order.reference")) == ["note"]


def test_an_event_is_heard_only_where_its_key_has_a_value() -> None:
    """What is set together with the key is there, too."""
    assert unset(TAKEN.replace("KEY", "=visit")) == []


def test_what_leads_there_is_said() -> None:
    """The event, and the step where it finds the case."""
    text = completed(TAKEN.replace("KEY", "=order.reference"))
    (one,) = [one for one in lint(text, "x", CATALOG, date(2026, 3, 2)).diagnostics if one.rule == "unset-data"]
    assert 'by the event note.filed at "begin"' in one.message


def test_a_timeout_of_a_container_leaves_what_was_not_yet_saved_inside() -> None:
    """Whatever its branches had done by then."""
    text = """
steps:
  both:
    parallel:
      branches:
        left: {a: {task: {title: Ask, queue: intake}, save: asked}, c: {wait: {for: 1 day}}}
        right: {b: {wait: {for: 1 day}}}
    timeout: {after: 3 days, to: late}
  over: {end: done}
  late: {task: {title: "{{ asked.by }}", queue: intake}, next: over}
"""
    assert unset(text) == ["asked"]


SECTION = """
steps:
  visit:
    steps:
      ask: {task: {title: Ask, queue: intake}, save: asked}
      tell: {task: {title: "{{ asked.by }}", queue: intake}, save: told}
    %s
  then: {task: {title: "{{ told.by }}", queue: intake}}
  over: {end: done}
  late: {task: {title: "{{ told.by }}", queue: intake}, next: over}
"""


def test_what_a_section_saves_is_known_behind_its_end_but_not_where_it_was_left() -> None:
    """A timeout may come while any of its steps stands."""
    assert [one for one in found(SECTION % "timeout: {after: 3 days, to: late}") if "contract" not in one[0]] == [
        ("unset-data", "told")
    ]


def test_every_way_to_a_sections_end_counts() -> None:
    """One that ends it before something is saved leaves that unset behind it."""
    text = """
steps:
  visit:
    steps:
      ask: {task: {title: Ask, queue: intake, outcomes: {on: On, stop: Stop}}, next: {on: tell, stop: enough}}
      tell: {task: {title: Tell, queue: intake}, save: told, next: enough}
      enough: {end: branch}
  then: {task: {title: "{{ told.by }}", queue: intake}}
  over: {end: done}
"""
    assert unset(text) == ["told"]


def test_a_section_whose_steps_never_end_well_is_not_passed() -> None:
    """What follows it is not reached."""
    text = """
steps:
  visit: {steps: {a: {wait: {for: 1 day}, next: over}}}
  then: {wait: {for: 1 day}}
  over: {end: done}
"""
    assert ("unreachable-step", "then") in found(text)


def test_going_round_through_a_section_without_waiting_is_found() -> None:
    """As it is through a branch."""
    text = """
steps:
  visit: {steps: {a: {%s}}, next: [{when: order = null, to: over}, {to: visit}]}
  over: {end: done}
"""
    assert len(found(text % "set: {x: 1}", rules={"idle-loop"})) == 1
    assert found(text % "wait: {for: 1 day}", rules={"idle-loop"}) == []


def test_a_childs_outcome_tells_what_it_gives() -> None:
    """On its way, and where a condition asks for it."""
    text = (
        CONTRACT
        + """
steps:
  see:
    pathway: {name: visit, inputs: {order: =order}}
    save: seen
    next: {seen: tell, missed: over, cancelled: over}
  tell: {task: {title: "{{ seen.outcome }}", queue: intake}}
  over: {end: done}
"""
    )
    assert found(text) == [("unused-contract", ""), ("unused-contract", "")]


def test_a_wait_of_several_ways_has_data_only_where_an_event_came() -> None:
    """A test on `which` tells; without it the condition may be null."""
    text = """
steps:
  wait:
    wait: {any: {filed: {event: note.filed, key: =order.reference}, late: {for: 3 days}}}
    save: came
    next:
      - {when: WHEN, to: over}
      - {to: over}
  over: {end: done}
"""
    assert found(text.replace("WHEN", 'came.data.note = "x"')) == [("empty-field", "came.data")]
    assert found(text.replace("WHEN", 'came.which = "filed" and came.data.note = "x"')) == []


@pytest.mark.parametrize(
    ("inner", "loops"), [("emit: {type: case.closed, data: {result: x}}", 1), ("wait: {for: 1 day}", 0)]
)
def test_going_round_through_a_branch_without_waiting_is_found(inner: str, loops: int) -> None:
    """A branch that jumps out to what leads back in; not where something inside waits."""
    text = f"""
steps:
  begin: {{set: {{n: 0}}}}
  both:
    parallel:
      branches:
        left:
          a: {{{inner}}}
          b: {{decide: {{rules: [{{when: n > 3, to: c}}, {{to: begin}}]}}}}
          c: {{end: branch}}
        right: {{d: {{wait: {{for: 1 day}}}}}}
  over: {{end: done}}
"""
    assert len(found(text, rules={"idle-loop"})) == loops


@pytest.mark.parametrize(
    ("limit", "rules"), [("", ["endless-wait", "endless-wait"]), ("timeout: {after: 3 days, to: over}", [])]
)
def test_what_waits_inside_a_time_limit_does_not_wait_for_ever(limit: str, rules: list[str]) -> None:
    """At any depth; a side flow has no limit around it."""
    wait = "wait: {event: note.filed, key: =order.reference}"
    text = f"""
    steps:
      outer:
        {limit or "note: none"}
        steps:
          both: {{parallel: {{branches: {{a: {{w: {{{wait}}}}}}}}}}}
          again: {{repeat: {{for_each: [1, 2], as: n, steps: {{w: {{{wait}}}}}}}}}
      over: {{end: done}}
    """
    assert [rule for rule, _ in found(text, rules={"endless-wait"})] == rules


def test_a_repeat_that_only_counts_is_no_endless_loop() -> None:
    """It has a limit, and its list an end."""
    text = """
steps:
  each: {repeat: {for_each: "=[1, 2]", as: one, collect: {twice: =n}, steps: {a: {set: {n: =one * 2}}}}}
  tell: {task: {title: "{{ twice }}", queue: intake}}
  over: {end: done}
"""
    assert found(text) == []


def test_steps_behind_a_join_that_is_never_met_are_not_reached() -> None:
    """One branch of two never ends well."""
    text = """
steps:
  both:
    parallel:
      branches:
        left: {a: {wait: {for: 1 day}}}
        right: {b: {wait: {for: 1 day}, next: over}}
  then: {wait: {for: 1 day}}
  over: {end: done}
"""
    rules = {"unreachable-step", "join-never-met"}
    assert found(text, rules=rules) == [("join-never-met", "both"), ("unreachable-step", "then")]


def test_side_flows_see_what_is_there_when_they_begin() -> None:
    """By an event: what was set where it is heard; offered: what the offer asks for."""
    text = """
side_flows:
  call:
    offer: {queue: intake, when: note != null}
    steps: {a: {task: {title: "{{ note }} {{ other }}", queue: intake}}}
steps:
  begin: {wait: {for: 1 day}}
  name: {set: {note: x, other: y}}
  ask: {task: {title: Ask, queue: intake}}
  over: {end: done}
"""
    assert unset(text) == ["other"]
