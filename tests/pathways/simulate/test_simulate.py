"""Simulation: what is declared is drawn, what is not has its default, and the same seed gives the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median
from textwrap import dedent
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities import registry
from catalog.load import installed
from pathways.catalog import read_catalog
from pathways.compile import compile_definition
from pathways.facts import recorded_to_json
from pathways.model import Definition
from pathways.parse import parse
from pathways.plan import Plan, Step, computed_by, saved_by
from pathways.simulate import Simulation, measured, read_simulation, simulate, together
from pathways.simulate.bare import bare
from pathways.simulate.case import Case
from pathways.simulate.distributions import Distribution, lognormal
from pathways.simulate.known import Behaviours
from pathways.simulate.measures import percentile
from pathways.simulate.picture import to_svg
from pathways.simulate.report import tables, to_json
from pathways.simulate.samples import Literally, Members, OneOf
from tests.support.pathways import CATALOG, plan_of
from tests.support.plans import MONDAY

ROOT = Path(__file__).parents[3]

PATHWAY = """
calendar: clinic
success: {measure: done, target: 10 days, at: p90}
inputs: {order: {type: Reference, target: [ServiceRequest], required: true}}
clocks: {answer: {title: Answer in time, limit: 2 business days}}
outcomes: {done: {title: Done, kind: success}, never: {title: Never}}
steps:
  ask:
    clocks: {start: [answer]}
    task:
      title: Ask
      queue: intake
      due: 1 business day
      form: [{name: kind, type: code, options: [a, b], required: true}, {name: start, type: instant}]
      outcomes: {well: Well, ill: Ill}
    save: asked
    next: {well: rest, ill: book}
  book:
    do: visits.book
    with: {order: =order}
    save: booking
    catch: {slot-taken: ask}
    accept: [order-unknown]
    next: wait
  wait:
    clocks: {stop: [answer]}
    wait: {event: note.filed, key: =order.reference, when: event.data.final}
    timeout: {after: 20 days, to: too-late}
    next: over
  rest:
    clocks: {stop: [answer]}
    parallel:
      branches:
        one: {steps: {first: {task: {title: First, queue: intake}}}}
        two: {steps: {second: {pathway: {name: child, version: ^1}, save: got}}}
  over: {end: done}
  too-late: {end: never}
side_flows:
  call: {title: Call, offer: {title: Call}, steps: {phone: {task: {title: Phone, queue: supervisor}}}}
"""
DECLARED = """
language: 1
pathway: example
arrivals: {per_day: 30, start: 2026-03-02}
actions:
  visits.book: {takes: 1 hour, answers: [{weight: 3, give: {appointment: A, start: =input.order.reference}}, {weight: 1, problem: slot-taken}]}
tasks:
  ask:
    takes: {median: 3 business hours, p90: 9 business hours}
    answers:
      - {weight: 2, outcome: ill, form: {kind: {one_of: {a: 3, b: 1}}, start: {after: 5 days}}}
      - {weight: 1, outcome: well}
events:
  note.filed: {share: 75%, takes: {between: [1 day, 3 days]}, data: {text: x, final: true}}
children:
  child: [{outcome: fine, takes: {mean: 2 days}}]
offers: {call: {share: 50%, takes: 1 hour}}
"""  # noqa: E501 - as authors write it


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A pathway with a bit of everything."""
    return plan_of(PATHWAY)


def parsed(file: Path) -> Definition:
    """A definition that has nothing wrong."""
    read = parse(file.read_text(encoding="utf-8"), str(file))
    assert read.definition is not None, read.diagnostics
    return read.definition


def declared(plan: Plan, text: str = DECLARED) -> Simulation:
    """What a text declares, which has nothing wrong."""
    text = dedent(text).replace("start: =input.order.reference", "start: 2026-03-02T09:00:00Z")
    read = read_simulation(text, plan, "simulation.yaml")
    assert not read.diagnostics, "\n".join(map(str, read.diagnostics))
    return read.simulation


def test_the_same_seed_gives_the_same(plan: Plan) -> None:
    """To the last second; another seed gives something else."""
    first, second, other = (to_json(plan, simulate(plan, declared(plan), 60, seed), 0) for seed in (1, 1, 2))
    assert first == second
    assert first != other


def test_parts_add_up_to_the_whole(plan: Plan) -> None:
    """Played on several cores, cases are the same as on one."""
    whole = simulate(plan, declared(plan), 50)
    parts = [simulate(plan, declared(plan), 50, part=(number, 3)) for number in range(3)]
    assert to_json(plan, together(parts), 1) == to_json(plan, whole, 1)


def test_shares_and_times_come_out_as_declared(plan: Plan) -> None:
    """Within what chance allows for so many cases."""
    simulated = simulate(plan, declared(plan), 400)
    measures = simulated.measures
    assert not measures.stuck
    # two of three go to the event, of which a quarter never comes; those taken back to ask again go either way
    assert measures.outcomes["never"] / 400 == pytest.approx(0.25 * (0.5 / (1 - 2 / 3 / 4)) * 1.1, abs=0.08)
    assert median(measures.stays["book"]) == 3600
    assert 86_400 <= min(measures.stays["wait"]) < 3 * 86_400
    assert measures.clocks["answer"].total() == 400
    assert set(measures.clocks["answer"]) <= {"met", "late"}
    assert measures.queues["supervisor"].opened.total() == pytest.approx(200, abs=40)
    assert len(measures.days) == pytest.approx(400 / 30 * 7 / 5, abs=4)
    assert set(simulated.defaults) == {"input order", "task rest/one/first", "task ~call/phone"}


def test_without_a_declaration_everything_has_a_default(plan: Plan) -> None:
    """And every default is said."""
    simulated = simulate(plan, Simulation(), 50)
    assert set(simulated.defaults) >= {
        "arrivals",
        "input order",
        "task ask",
        "action visits.book",
        "event note.filed",
        "child child",
        "offer call",
    }
    assert simulated.measures.cases == 50


def test_the_report_has_every_table_and_the_picture_says_the_same(plan: Plan) -> None:
    """Tables as text, the picture as well-formed SVG with words for those who do not see it."""
    simulated = simulate(plan, declared(plan), 80)
    found = {one.title: one for one in tables(plan, simulated)}
    assert list(found) == [
        "Outcomes",
        "Time from start to end",
        "Work in queues",
        "Clocks",
        "Where time goes",
        "Not declared, so assumed",
    ]
    assert "Target 10 days at p90" in found["Time from start to end"].note
    for one in found.values():
        assert {len(row) for row in one.rows} == {len(one.columns)}
    root = ET.fromstring(to_svg(plan, simulated, 1))  # noqa: S314 - our own
    words = "".join(root.itertext())
    for part in ("Outcomes", "Clocks attained", "Answer in time", "intake", "80 simulated cases", "half of the cases"):
        assert part in words


def test_a_case_that_cannot_go_on_says_why(plan: Plan) -> None:
    """An incident, a refused form, an event that nobody wants: counted by their reason, never a hang."""
    text = DECLARED.replace("{weight: 1, problem: slot-taken}", "{weight: 100, problem: order-unknown}")
    why = simulate(plan, declared(plan, text), 20).measures.stuck
    assert any("book: problem: visits.book reported order-unknown" in one for one in why), why
    text = DECLARED.replace("form: {kind: {one_of: {a: 3, b: 1}}", 'form: {kind: =lower case("C")')
    why = simulate(plan, declared(plan, text), 20).measures.stuck
    assert any(one.startswith("ask: Some fields need another look. (kind ") for one in why), why
    text = DECLARED.replace("final: true", "final: false")
    outcomes = simulate(plan, declared(plan, text), 20).measures.outcomes
    assert outcomes["never"] > 0


def test_what_an_action_was_given_is_typed() -> None:
    """An instant that was given is one: an expression may count from it."""
    catalog = read_catalog(
        {"actions": {"visits.move": {"input": {"to": "instant"}, "output": {"ends": "instant"}}}}, base=CATALOG
    )
    moving = plan_of(
        """
inputs: {start: {type: instant, required: true}}
outcomes: {done: {title: Done, kind: success}}
steps:
  move: {do: visits.move, with: {to: =start}, save: moved}
  stay: {wait: {until: =moved.ends}}
  over: {end: done}
""",
        catalog,
    )
    text = """
inputs: {start: {after: 2 hours}}
actions: {visits.move: {give: {ends: '=input.to + duration("PT8H")'}}}
"""
    found = simulate(moving, declared(moving, text), 20).measures
    assert found.outcomes == {"done": 20}


def test_numbers_among_several_are_numbers(plan: Plan) -> None:
    """A map's keys are texts in YAML; one that is a number is drawn as one, a code such as 01 is not."""
    read = read_simulation("inputs: {order: {one_of: {5: 1, 2.5: 1, true: 1, 01: 1, a: 1}}}", plan, "simulation.yaml")
    assert isinstance(read.simulation.inputs, Members)
    sample = dict(read.simulation.inputs.members)["order"]
    assert isinstance(sample, OneOf)
    assert [one.value for _, one in sample.choices if isinstance(one, Literally)] == [5, 2.5, True, "01", "a"]


def test_every_run_of_a_clock_counts() -> None:
    """A clock of each dose is held to each dose; one that is started over does not count as if it had ended."""
    doses = plan_of("""
clocks: {charge: {title: Charge, limit: 2 days}, answer: {title: Answer, limit: 10 days}}
outcomes: {done: {title: Done, kind: success}}
steps:
  series:
    repeat:
      for_each: =[1, 2, 3]
      as: number
      steps:
        given: {clocks: {start: [charge], restart: [answer]}, wait: {for: 1 day}}
        charged: {clocks: {stop: [charge]}, set: {last: =number}}
  answered: {clocks: {stop: [answer]}, set: {over: true}}
  over: {end: done}
""")
    found = simulate(doses, declared(doses, ""), 10).measures.clocks
    assert found == {"charge": {"met": 30}, "answer": {"met": 10}}


def test_what_comes_to_a_queue_after_its_time_is_not_overdue_there() -> None:
    """Neither an escalated task nor that of a breached clock could be in time where it comes to."""
    late = plan_of("""
clocks: {answer: {title: Answer, limit: 1 day, breach: {queue: supervisor, title: Overdue}}}
outcomes: {done: {title: Done, kind: success}}
steps:
  ask:
    clocks: {start: [answer]}
    task: {title: Ask, queue: intake, due: 2 days, escalate: [{after: 1 day, queue: supervisor}]}
  over: {clocks: {stop: [answer]}, end: done}
""")
    simulated = simulate(late, declared(late, "tasks: {ask: {takes: 30 days}}"), 10)
    queues = simulated.measures.queues
    assert {name: (one.due, one.overdue, one.late) for name, one in queues.items()} == {
        "intake": (10, 10, 0),
        "supervisor": (0, 0, 20),
    }
    (table,) = (one for one in tables(late, simulated) if one.title == "Work in queues")
    assert [row[-2:] for row in table.rows] == [("100.0%", ""), ("", "100.0%")]
    assert "escalated" in table.note


def test_an_action_that_undoes_gives_what_it_gives_as_a_step() -> None:
    """Whichever of the two is met first, a value of its type is made up for it."""
    visits = plan_of("""
outcomes: {done: {title: Done, kind: success}, never: {title: Never}}
steps:
  try:
    steps:
      send: {do: post.send, with: {text: x}, undo: {do: visits.book, with: {order: =order}}}
      rest: {wait: {for: 2 days}}
    timeout: {after: 1 day, to: again, undo: true}
    next: never
  again: {do: visits.book, with: {order: =order}, save: second}
  told: {decide: {rules: [{when: second.appointment != null, to: done}, {to: never}]}}
  done: {end: done}
  never: {end: never}
""")
    found = simulate(visits, declared(visits, ""), 5).measures
    assert (found.outcomes["done"], dict(found.stuck)) == (5, {})


KEEPING = """
outcomes: {done: {title: Done, kind: success}}
steps:
  book: {do: visits.book, with: {order: =order}, save: booking, undo: {do: post.send, with: {text: x}}}
  count: {set: {first: =1, second: =first + 1, third: =second + 1}}
  ask:
    task: {title: "{{ booking.appointment }}", queue: intake, remind: [{after: 1 hour}]RULE, outcomes: {well: Well}}
    save: asked
  done: {end: done}
"""


def kept(plan: Plan, text: str = "") -> set[str]:
    """The names that a simulated case keeps."""
    simulation = declared(plan, text)
    less = bare(plan, simulation, Behaviours(plan, simulation))
    return {name for step in less.steps for name in names_saved(step)}


def names_saved(step: Step) -> set[str]:
    """The names that a step keeps."""
    return {one.name for one in saved_by(step)} | {one.name for one in computed_by(step)}


def test_a_case_keeps_only_what_something_reads() -> None:
    """What only a text showed, or only what is not kept itself was worked out from, is not kept."""
    assert kept(plan_of(KEEPING.replace("RULE", ""))) == set()


@pytest.mark.parametrize(
    ("rule", "text", "names"),
    [
        (", due: =booking.start", "", {"booking"}),
        (", form: [{name: a, type: text, show_when: second = 2}]", "", {"first", "second"}),
        (
            ", form: [{name: a, type: text, show_when: saved.third = 3}]",
            "",
            {"booking", "first", "second", "third", "asked"},
        ),
        (
            "",
            "tasks: {ask: {answers: [{outcome: well}], takes: 1 hour}}\nactions: {post.send: {give: {sent: =third}}}",
            {"first", "second", "third"},
        ),
    ],
)
def test_what_something_reads_is_kept(rule: str, text: str, names: set[str]) -> None:
    """A time, a rule of a form, everything where a rule may ask for any, and what is drawn from the case."""
    assert kept(plan_of(KEEPING.replace("RULE", rule)), text) == names


@pytest.mark.parametrize("name", ["referral", "infusion"])
def test_a_case_goes_as_it_would_by_the_whole_plan(name: str) -> None:
    """What is left out of a simulated plan, nothing goes by."""
    folder = ROOT / "pathways" / "library" / name
    plan = compile_definition(parsed(max(folder.glob("[0-9]*.yaml"))), installed(registry.catalog().actions)).plan
    assert plan is not None
    simulation = declared(plan, (folder / "simulation.yaml").read_text(encoding="utf-8"))
    behaviours = Behaviours(plan, simulation)
    less = bare(plan, simulation, behaviours)
    assert less != plan
    for number in range(8):
        whole, left = (
            Case(one, behaviours, number, "1", "America/New_York", MONDAY).play(timedelta(days=2000))
            for one in (plan, less)
        )
        assert left.events <= whole.events  # nobody is reminded or warned
        assert replace(left, events=whole.events) == whole


@pytest.mark.parametrize("name", ["referral", "prior-authorization", "infusion"])
def test_the_library_simulates(name: str) -> None:
    """Every case of what comes with Carelane ends, every queue and clock has its share, and little is assumed."""
    folder = ROOT / "pathways" / "library" / name
    file = max(folder.glob("[0-9]*.yaml"))
    compiled = compile_definition(parsed(file), installed(registry.catalog().actions))
    assert compiled.plan is not None
    text = (folder / "simulation.yaml").read_text(encoding="utf-8")
    found = simulate(compiled.plan, declared(compiled.plan, text), 60)
    assert not found.measures.stuck
    assert set(found.defaults) <= {"tasks of clocks"}
    successes = {one.id for one in compiled.plan.outcomes if one.kind == "success"}
    assert sum(found.measures.outcomes[one] for one in successes) > 30
    assert set(found.measures.clocks) <= {one.id for one in compiled.plan.clocks}
    assert found.measures.clocks
    for name, statuses in found.measures.clocks.items():
        assert statuses["met"] > (statuses["late"] + statuses["breached"]) / 2, name


@pytest.mark.parametrize(
    ("text", "line", "rule", "words"),
    [
        ("action: {}", 1, "unknown-key", "actions"),
        ("actions: {visits.bok: {give: {}}}", 1, "unknown-name", "visits.book"),
        ("tasks: {aks: {outcome: well}}", 1, "unknown-step", "ask"),
        ("tasks: {ask: {answers: [{outcome: wel}]}}", 1, "unknown-outcome", "well"),
        ("tasks: {ask: {takes: 3 dayz}}", 1, "bad-duration", "days"),
        ("tasks: {ask: {takes: {median: 3 hours, p90: 1 hour}}}", 1, "shape", "at least as long"),
        ("tasks: {ask: {takes: {between: [1 hour]}}}", 1, "shape", "another form"),
        ("tasks: {ask: {takes: {between: [1 hour, 1 business day]}}}", 1, "shape", "do not mix"),
        ("events: {note.fled: {}}", 1, "unknown-name", "note.filed"),
        ("events: {note.filed: {share: 120%}}", 1, "shape", "share"),
        ("events: {note.filed: {at: wat}}", 1, "unknown-step", "wait"),
        ("children: {child: [{outcome: a, weight: -1}]}", 1, "shape", "number"),
        ("actions:\n  visits.book: [{problem: slot-takn}]", 2, "unknown-problem", "slot-taken"),
        ("actions:\n  visits.book: [{give: {appointmnt: A}}]", 2, "unknown-field", "appointment"),
        ("tasks:\n  ask:\n  - outcome: ill\n    form: {knd: a}", 4, "unknown-field", "kind"),
        ("tasks:\n  ask: {outcome: ill, form: {weather: a}}", 2, "unknown-field", "There are kind, start"),
        ("tasks:\n  ask: {outcome: ill, form: {one_of: [{weight: 1, value: {knd: a}}]}}", 2, "unknown-field", "kind"),
        ("tasks:\n  ask: {outcome: ill, form: {kind: c}}", 2, "unknown-code", "a, b"),
        ("tasks:\n  ask: {outcome: ill, form: {kind: {one_of: {c: 1}}}}", 2, "unknown-code", "a, b"),
        ("tasks: {ask: {answers: [{form: {kind: a}}]}}", 1, "unknown-outcome", "says its outcome"),
        ("events:\n  note.filed: {data: {finl: true}}", 2, "unknown-field", "final"),
        ("inputs:\n  ordr: 1", 2, "unknown-field", "order"),
        ("inputs: {order: =}", 1, "bad-expression", "FEEL"),
        ("inputs: {order: {one_of: {}}}", 1, "shape", "one_of"),
        ("inputs: {order: {one_of: [{weigt: 3, value: 1}]}}", 1, "unknown-key", "weight"),
        ("inputs: {order: {between: [3, 1]}}", 1, "shape", "smaller first"),
        ("arrivals: {start: soon}", 1, "bad-date", "no date"),
        ("arrivals: {calendar: clinc}", 1, "unknown-calendar", "clinic"),
        ("pathway: other", 1, "unknown-pathway", "example"),
        ("a: [}", 1, "yaml", ""),
    ],
)
def test_a_slip_is_found_in_its_line(plan: Plan, text: str, line: int, rule: str, words: str) -> None:
    """What is misspelt or misshapen is named, with what was probably meant."""
    found = [one for one in read_simulation(text, plan).diagnostics if one.rule == rule]
    assert found, read_simulation(text, plan).diagnostics
    assert (found[0].line, words in f"{found[0].message} {found[0].hint}") == (line, True), found[0]


@given(st.text(alphabet="{}[]:,-#\n abktsw0123", max_size=80))
def test_no_text_breaks_reading(text: str) -> None:
    """Whatever a file holds gives findings at worst."""
    read_simulation(f"tasks: {text}\nactions:\n  visits.book: {text}", plan_of(PATHWAY))


@given(st.integers(0, 1000), st.floats(1, 1e6), st.floats(1, 50))
def test_a_drawn_duration_is_never_negative(seed: int, middle: float, factor: float) -> None:
    """Of any shape, and never without end."""
    shapes = [
        Distribution("fixed", (middle,)),
        Distribution("between", (middle, middle * factor)),
        Distribution("mean", (middle,)),
        lognormal(middle, middle * factor),
        Distribution("observed", (middle, 0.0)),
    ]
    random = Random(seed)  # noqa: S311 - chance, not secrets
    assert all(0 <= one.draw(random) <= 3.2e9 for one in shapes)


def test_a_log_normal_has_the_median_and_the_percentile_it_is_given_by() -> None:
    """Within what chance allows."""
    random, shape = Random(1), lognormal(100, 300)  # noqa: S311 - chance, not secrets
    drawn = sorted(shape.draw(random) for _ in range(4000))
    assert percentile(drawn, 50) == pytest.approx(100, rel=0.08)
    assert percentile(drawn, 90) == pytest.approx(300, rel=0.1)


def test_what_finished_instances_did_is_drawn_from(plan: Plan) -> None:
    """Their outcomes, forms and times, with the times inside values moved to now."""
    from pathways.facts import Recorded
    from pathways.scenarios import run_all
    from tests.support.pathways import scenarios_of

    scenario = """
    one:
      start: {at: 2025-03-03T09:00:00-05:00, inputs: {order: {reference: ServiceRequest/1}}}
      actions: {visits.book: {give: {appointment: B, start: 2025-03-12T10:00:00-05:00}, takes: 2 minutes}}
      then:
        - {after: 2 hours, complete: ask, outcome: ill, form: {kind: b}}
        - {after: 1 day, event: note.filed, key: ServiceRequest/1, data: {text: y, final: true}}
      expect: {outcome: done}
    """
    (result,) = run_all(plan, scenarios_of(scenario).scenarios)
    assert result.passed, result.failures
    facts = tuple(fact for _, _, transition in result.seen for fact in transition.facts)
    history = recorded_to_json((Recorded(1, facts),))[0]["facts"]
    found, count = measured.measured(plan, [history] * 6, Simulation())
    assert count == 6
    simulated = simulate(plan, found, 30)
    measures = simulated.measures
    assert measures.outcomes["done"] >= 25  # nothing saved the event's data, so that is drawn by its type
    assert set(measures.stays["ask"])
    assert median(measures.stays["book"]) == 120
    assert min(measures.stays["wait"]) == pytest.approx(86_280, abs=200)
    assert "task ask" not in simulated.defaults
    assert "event note.filed" not in simulated.defaults


def test_a_file_for_another_version_may_have_names_of_its_own(plan: Plan) -> None:
    """They are warnings then; what both versions have is drawn."""
    read = read_simulation("version: 2.0.0\ntasks: {ask: {takes: 1 hour}, asks: {takes: 1 hour}}\n", plan)
    assert [one.severity for one in read.diagnostics] == ["warning"]
    assert set(read.simulation.tasks) == {"ask"}


def test_cases_live_where_they_arrive() -> None:
    """`arrivals` says the site that expressions see."""
    text = """
outcomes: {here: {title: Here}, elsewhere: {title: Elsewhere}}
steps:
  choose: {decide: {rules: [{when: 'instance.site != null and instance.site = "main-street"', to: here}, {to: there}]}}
  here: {end: here}
  there: {end: elsewhere}
"""
    plan = plan_of(text)
    arrivals = "language: 1\npathway: example\narrivals: {start: 2026-03-02%s}\n"
    assert simulate(plan, declared(plan, arrivals % ", site: main-street"), 5).measures.outcomes == {"here": 5}
    assert simulate(plan, declared(plan, arrivals % ""), 5).measures.outcomes == {"elsewhere": 5}
