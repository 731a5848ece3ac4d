"""Migration: what stays, what is renamed, what is entered anew, and what keeps it from happening."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.engine import advance, next_deadline, snapshot, start_state
from pathways.events import ChildEnded, ChildFailed, ChildStarted, TimePassed
from pathways.facts import InstanceHeld, TaskChanged, TaskClosed, TaskOpened
from pathways.migration import Migration, MigrationMap, map_from_json, map_to_json, migrate, read_map
from pathways.plan import Plan, plan_from_json
from pathways.state import Hold, state_from_json, state_to_json
from tests.support.plans import MONDAY, Player, make_plan
from tests.support.storms import draw_event, everything, opening

CATALOG = {
    "actions": {
        "book": {"input": {"n": "integer"}, "output": {"ref": "text"}},
        "rebook": {"input": {"n": "integer"}, "output": {"ref": "text"}},
        "unbook": {"input": {"ref": "text"}},
    },
    "events": {"lab.final": {"schema": {"value": "integer"}}, "order.revoked": {"schema": {}}},
    "pathways": {"authorization": {"outcomes": {"approved": {}}}},
}
HEAD = "language: 1\npathway: care\ntitle: Care\nversion: %s\n"
FIRST = """
inputs: {weight: {type: integer, default: 80}}
on: [{event: order.revoked, key: '="o"', to: gone}]
clocks: {whole: {title: Whole, limit: 20 days}}
steps:
  book:
    do: book
    with: {n: =weight}
    save: ref
    clocks: {start: whole}
    undo: {do: unbook, with: {ref: =ref.ref}}
  both:
    parallel:
      branches:
        left: {steps: {ask: {task: {title: A, queue: q, due: 3 days}, timeout: {after: 5 days, to: gone}}}}
        right:
          steps:
            lab: {wait: {event: lab.final}, accept: [forever]}
            auth: {pathway: {name: authorization, version: ^1}}
  rest: {wait: {for: 10 days}}
  fin: {end: ok}
  gone: {task: {title: G, queue: q}, next: fin}
outcomes: {ok: {kind: success}}
"""


def plan(text: str = FIRST, version: str = "1.0.0") -> Plan:
    """A version of the pathway."""
    return make_plan(HEAD % version + text, CATALOG)


def to(player: Player, new: Plan, document: Any = None) -> Migration:
    """Migrate an instance, and check what always holds."""
    found = migrate(player.plan, new, player.state, map_from_json(document), player.at, "inf-1", "a new version")
    if found.blocked:
        assert found.state is player.state
        return found
    assert found.state.digest == new.digest
    assert found.state.rev == player.state.rev + 1
    assert state_from_json(state_to_json(found.state)) == found.state
    shown = snapshot(new, found.state)
    player.facts += found.facts
    player.plan, player.state = new, found.state
    assert sorted(one.address for one in shown.tasks) == sorted(task.address for task in open_tasks(player))
    return found


def open_tasks(player: Player) -> list[TaskOpened]:
    """The open tasks by the facts, under the addresses they have by now."""
    tasks: dict[str, TaskOpened] = {}
    for fact in player.facts:
        if isinstance(fact, TaskOpened):
            tasks[fact.id] = fact
        elif isinstance(fact, TaskClosed):
            del tasks[fact.id]
        elif isinstance(fact, TaskChanged):
            tasks[fact.id] = replace(tasks[fact.id], address=fact.address, title=fact.title)
    return list(tasks.values())


def in_both() -> Player:
    """An instance inside the parallel."""
    run = Player(plan())
    run.give("book", {"ref": "r1"})
    return run


def test_what_has_the_same_name_stays_as_it_stands() -> None:
    """Another text of a task is shown; the task, its due time and its limit stay."""
    run = in_both()
    due = run.at_address("both/left/ask").due_at
    ident = open_tasks(run)[0].id
    found = to(run, plan(FIRST.replace("title: A", "title: B"), "1.0.1"))
    assert found.blocked == ()
    task = run.of("task-changed")[0]
    assert (task.id, task.title) == (ident, "B")
    assert run.at_address("both/left/ask").due_at == due
    assert [fact.fact for fact in found.facts] == ["instance-migrated", "task-changed"]
    run.complete("both/left/ask")
    assert "both/left/ask" not in run.standing


def test_a_renamed_step_keeps_its_task_and_its_time() -> None:
    """The address follows the name, the task's id does not change."""
    run = in_both()
    ident = open_tasks(run)[0].id
    before = run.at_address("both/left/ask")
    second = FIRST.replace("{ask:", "{phone:").replace("left:", "desk:")
    steps = {"both/left/ask": {"to": "both/desk/phone"}, "both/left": {"to": "both/desk"}}
    found = to(run, plan(second, "1.1.0"), {"steps": steps})
    assert found.blocked == ()
    after = run.at_address("both/desk/phone")
    assert (after.timeout_at, after.due_at) == (before.timeout_at, before.due_at)
    assert open_tasks(run)[0].id == ident
    run.complete("both/desk/phone")
    assert [one.id for one in run.of("task-closed")] == [ident]


def test_an_action_in_flight_and_a_child_answer_to_their_new_names() -> None:
    """What was ordered from the old address is awaited at the new one, with the same key."""
    run = Player(plan())
    key = run.orders["book"].key
    to(run, plan(FIRST.replace("  book:\n", "  reserve:\n"), "1.1.0"), {"steps": {"book": {"to": "reserve"}}})
    assert run.at_address("reserve").key == key
    run.give("book", {"ref": "r1"})
    assert "both/right/lab" in run.standing
    run.deliver("lab.final", None, {"value": 1})
    steps = {"reserve": {"to": "book"}, "both/right/auth": {"to": "both/right/authorize"}}
    to(run, plan(FIRST.replace("auth:", "authorize:"), "1.2.0"), {"steps": steps})
    run.child_ends("both/right/auth", "approved")
    assert run.standing == ["both", "both/left/ask"]


@pytest.mark.parametrize("how", ["ended", "failed", "started"])
def test_a_child_is_known_by_its_id_where_its_position_has_another_name(how: str) -> None:
    """Whoever sends a lost report again has read the new name in the lists."""
    run = in_both()
    run.deliver("lab.final", None, {"value": 1})
    run.complete("both/left/ask")
    steps = {"both/right/auth": {"to": "both/right/authorize"}}
    to(run, plan(FIRST.replace("auth:", "authorize:"), "1.1.0"), {"steps": steps})
    child, address = run.children["both/right/auth"], "both/right/authorize"
    match how:
        case "ended":
            run.play(ChildEnded(address, child.instance, "approved"))
            assert run.standing == ["rest"]
        case "failed":
            run.play(ChildFailed(address, child.instance, "no version fits"))
            assert run.incident(address).kind == "child-failed"
        case _:
            run.play(ChildStarted(address, child.run, "1.0.0", "d"))
            assert [one.address for one in run.of("child-runs")] == [address]


def test_what_would_be_lost_blocks_and_says_why() -> None:
    """A step that is gone, of another kind, with another action; an undo or a clock that is gone."""
    run = in_both()
    gone = to(run, plan(FIRST.replace("{ask:", "{phone:"), "2.0.0"))
    assert "both/left/ask" in gone.blocked[0]
    wait = "{wait: {event: lab.final}, accept: [forever]}"
    kind = to(run, plan(FIRST.replace(wait, "{task: {title: L, queue: q}}"), "2.0.0"))
    assert "another kind" in kind.blocked[0]
    undo = to(run, plan(FIRST.replace("    undo: {do: unbook, with: {ref: =ref.ref}}\n", ""), "2.0.0"))
    assert "undone" in undo.blocked[0]
    clock = to(run, plan(FIRST.replace("whole:", "other:").replace("start: whole", "start: other"), "2.0.0"))
    assert "clock" in clock.blocked[0]
    action = Player(plan())
    assert "rebook" in to(action, plan(FIRST.replace("do: book", "do: rebook"), "2.0.0")).blocked[0]


def test_a_value_that_does_not_fit_blocks_unless_the_map_gives_another() -> None:
    """The new version's types are asked for everything that is saved."""
    run = in_both()
    text = FIRST.replace("weight: {type: integer, default: 80}", "weight: {type: text}")
    second = plan(text.replace("n: =weight", "n: 1"), "2.0.0")
    assert "weight" in to(run, second).blocked[0]
    found = to(run, second, {"values": {"weight": '=string(weight) + " kg"'}})
    assert found.blocked == ()
    assert run.value("weight") == "80 kg"


def test_enter_leaves_one_step_and_enters_another() -> None:
    """What stood inside is left; the target is a fresh visit."""
    run = in_both()
    found = to(run, plan(FIRST, "1.0.1"), {"steps": {"both": {"to": "gone", "enter": True}}})
    assert found.blocked == ()
    assert run.standing == ["gone"]
    assert [one.how for one in run.of("step-left") if one.address == "both"] == ["moved"]


def test_a_new_branch_is_started_or_counts_as_done_as_the_map_says() -> None:
    """Without a word it blocks, for the join would wait for ever."""
    more = FIRST.replace(
        "        right:\n", "        extra: {steps: {look: {task: {title: L, queue: q}}}}\n        right:\n"
    )
    second = plan(more, "1.1.0")
    run = in_both()
    assert "both/extra" in to(run, second).blocked[0]
    to(run, second, {"branches": {"both/extra": "start"}})
    assert "both/extra/look" in run.standing
    run = in_both()
    to(run, second, {"branches": {"both/extra": "done"}})
    assert "both/extra/look" not in run.standing
    assert run.at_address("both").done == (1,)


def test_a_branch_gets_another_name_with_what_stands_in_it() -> None:
    """The map leads it to the other, under branches or under steps; that it is missing there is said."""
    old = plan()
    new = plan(FIRST.replace("        left: {steps: {ask:", "        other: {steps: {inquire:"), "1.1.0")
    step = "both/left/ask: both/other/inquire"
    alone = read_map(f"steps: {{{step}}}", "map.yaml", old, new)
    assert not alone.diagnostics
    blocked = to(in_both(), new, map_to_json(alone.mapping)).blocked
    assert any('the map has to lead "both/left" to "both/other" as well' in why for why in blocked)
    for text in (
        f"steps: {{{step}}}\nbranches: {{both/left: both/other}}",
        f"steps: {{both/left: both/other, {step}}}",
    ):
        read = read_map(text, "map.yaml", old, new)
        assert not read.diagnostics
        run = in_both()
        assert to(run, new, map_to_json(read.mapping)).blocked == ()
        assert "both/other/inquire" in run.standing
    (wrong,) = read_map("branches: {both/left: both/ohter}", "map.yaml", old, new).diagnostics
    assert wrong.hint


def test_a_branch_that_goes_away_after_it_ended_is_forgotten() -> None:
    """What ended is known by name; with all that are left ended, the parallel is passed."""
    run = in_both()
    run.complete("both/left/ask")
    left = next(line for line in FIRST.splitlines() if "left:" in line)
    without = FIRST.replace(left, "        other: {steps: {x: {set: {n: 1}}}}")
    to(run, plan(without, "1.1.0"), {"branches": {"both/other": "done"}})
    run.deliver("lab.final", None, {"value": 1})
    run.child_ends("both/right/auth", "approved")
    assert run.standing == ["rest"]


SECTION = """
steps:
  visit:
    steps:
      book: {do: book, with: {n: 1}, save: ref, undo: {do: unbook, with: {ref: =ref.ref}}, clocks: {start: stay}}
      talk: {steps: {ask: {task: {title: A, queue: q, due: 3 days}}}}
    timeout: {after: 5 days, to: fin}
  fin: {end: ok}
clocks: {stay: {title: Stay, limit: 9 days}}
outcomes: {ok: {kind: success}}
"""


def test_what_stands_in_a_section_follows_the_sections_name() -> None:
    """Its steps, its clocks and its time limit go with it, however deep."""
    run = Player(plan(SECTION))
    run.give("visit/book", {"ref": "r1"})
    limit = run.at_address("visit").timeout_at
    second = SECTION.replace("  visit:", "  stay:").replace("talk:", "tell:")
    found = to(run, plan(second, "1.1.0"), {"steps": {"visit": {"to": "stay"}, "visit/talk": {"to": "stay/tell"}}})
    assert found.blocked == ()
    assert run.standing == ["stay", "stay/tell", "stay/tell/ask"]
    assert run.at_address("stay").timeout_at == limit
    assert run.state.clocks["stay"].scope == "stay/"
    run.complete("stay/tell/ask")
    assert run.state.outcome == "ok"


def test_what_was_done_in_a_renamed_section_is_undone_with_it() -> None:
    """It lies in the section under its new name, and is settled with it too."""
    text = SECTION.replace("timeout: {after: 5 days, to: fin}", "timeout: {after: 5 days, to: fin, undo: true}")
    until = text.replace("with: {ref: =ref.ref}}", "with: {ref: =ref.ref}, until: visit}")
    for old, settled in ((text, False), (until, True)):
        run = Player(plan(old))
        run.give("visit/book", {"ref": "r1"})
        second = old.replace("  visit:", "  stay:").replace("until: visit", "until: stay")
        assert to(run, plan(second, "1.1.0"), {"steps": {"visit": {"to": "stay"}}}).blocked == ()
        if settled:
            run.complete("stay/talk/ask")
            assert run.state.armed == ()
        else:
            run.after(days=5).tick()
            assert run.standing == ["stay", "stay/book/undo"]


def test_listeners_keep_the_time_since_which_they_listen() -> None:
    """An event that came before the migration and is not consumed yet is still found."""
    run = in_both()
    since = run.state.positions["both/right/lab"].listeners[""].armed_at
    run.after(hours=5)
    steps = {"both/right/lab": {"to": "both/right/result"}}
    to(run, plan(FIRST.replace("lab: {wait", "result: {wait"), "1.1.0"), {"steps": steps})
    armed = [one for one in run.of("listener-armed") if one.address == "both/right/result"]
    assert [one.armed_at for one in armed] == [since]
    disarmed = [one.address for one in run.of("listener-disarmed")]
    assert disarmed == ["both/right/lab"]


def test_time_goes_on_with_what_remains() -> None:
    """A running wait keeps its end though the new version waits longer; a clock keeps its deadline."""
    run = in_both()
    run.skip("both")
    until, deadline = run.at_address("rest").wake_at, run.state.clocks["whole"].deadline
    run.after(days=3)
    to(run, plan(FIRST.replace("for: 10 days", "for: 30 days").replace("limit: 20 days", "limit: 5 days"), "1.1.0"))
    assert run.at_address("rest").wake_at == until
    assert run.state.clocks["whole"].deadline == deadline


def test_a_suspended_instance_and_its_held_steps_can_be_migrated() -> None:
    """What is held begins on resume, under the new version."""
    run = Player(plan())
    run.suspend()
    run.give("book", {"ref": "r"})
    assert to(run, plan(FIRST.replace("title: A", "title: Z"), "1.1.0")).blocked == ()
    run.resume()
    assert open_tasks(run)[0].title == "Z"


def test_what_one_version_holds_the_other_does_not() -> None:
    """A held step begins under a version that holds nothing; one that is paused holds what it says itself."""
    run = Player(plan())
    run.hold("both")
    run.give("book", {"ref": "r"})
    assert run.at_address("both").waits == "resume"
    second, third = plan(version="1.1.0"), plan(version="1.2.0")
    hold = Hold(("rest",), "boss", "a recall", run.at, "p-2")
    there = migrate(run.plan, second, run.state, MigrationMap(), run.at, "me", "why", hold=hold)
    assert there.state.hold == hold
    assert sorted(there.state.positions) == ["both", "both/left/ask", "both/right/lab"]
    kinds = [one.fact for one in there.facts]
    assert kinds[:2] == ["instance-migrated", "instance-held"]
    back = migrate(second, third, there.state, MigrationMap(), run.at, "me", "why")
    assert back.state.hold is None
    assert [one.fact for one in back.facts][:2] == ["instance-migrated", "instance-released"]


def test_what_a_migration_enters_may_be_held() -> None:
    """The version that is left to says which steps are entered."""
    run = Player(plan())
    hold = Hold(("rest",), "boss", "a recall", run.at, "p-2")
    way = map_from_json({"steps": {"book": {"to": "rest", "enter": True}}})
    found = migrate(run.plan, plan(version="1.1.0"), run.state, way, run.at, "me", "why", hold=hold)
    assert found.blocked == ()
    assert found.state.positions["rest"].waits == "resume"


OFFERING = """
inputs: {weight: {type: integer, default: 80}}
steps:
  ask: {task: {queue: q}}
  fin: {end: ok}
side_flows: {call: {title: Call, offer: {title: Call}, steps: {ring: {task: {queue: q}}}}}
outcomes: {ok: {kind: success}}
"""


def test_what_is_offered_is_what_the_new_version_offers() -> None:
    """An offer that is gone is no longer made, and one in other words is made in these."""
    run = Player(plan(OFFERING))
    to(run, plan(OFFERING.replace("{title: Call}", "{title: Call now, queue: q}"), "1.1.0"))
    assert run.of("offers-changed")[-1].offers[0]["title"] == "Call now"
    without = OFFERING[: OFFERING.index("side_flows")] + "outcomes: {ok: {kind: success}}\n"
    assert to(run, plan(without, "1.2.0")).blocked == ()
    assert run.state.offers == ()
    assert run.of("offers-changed")[-1].offers == []


ROUNDS = """
steps:
  each:
    repeat:
      for_each: =["p", "q"]
      as: one
      collect: {seen: =one}
      steps: {ask: {task: {queue: q}}}
  rest: {wait: {for: 10 days}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""


def test_iterations_that_are_under_way_go_on_as_they_were_begun() -> None:
    """Going round another way would leave out what was still to come, so it is refused; before, it is not."""
    at_once = ROUNDS.replace("as: one", "as: one\n      mode: at-once")
    run = Player(plan(ROUNDS))
    assert "each: its iterations go by for_each, one-by-one" in to(run, plan(at_once, "1.1.0")).blocked[0]
    looped = ROUNDS.replace('for_each: =["p", "q"]\n      as: one', "until: true\n      limit: 3").replace("=one", "1")
    assert "until" in to(run, plan(looped, "1.1.0")).blocked[0]
    later = ROUNDS.replace("steps:\n  each:", "steps:\n  first: {task: {queue: q}}\n  each:")
    run = Player(plan(later))
    assert to(run, plan(later.replace("as: one", "as: one\n      mode: at-once"), "1.1.0")).blocked == ()
    run.complete("first")
    assert run.standing == ["each", "each#1/ask", "each#2/ask"]


def test_the_item_of_an_iteration_follows_its_name() -> None:
    """What is collected afterwards reads it under the name that the new version gives it."""
    run = Player(plan(ROUNDS))
    to(run, plan(ROUNDS.replace("as: one", "as: item_now").replace("=one", "=item_now"), "1.1.0"))
    run.complete("each#1/ask")
    run.complete("each#2/ask")
    assert run.state.data[""]["seen"].value == ["p", "q"]


def test_what_settles_keeps_its_undo() -> None:
    """An action that is awaited because it can be undone is not left to a version that can't, or runs another."""
    run = Player(plan())
    run.move("book", "rest")
    assert list(run.state.settling) == ["book"]
    undo = "    undo: {do: unbook, with: {ref: =ref.ref}}\n"
    assert "no undo" in to(run, plan(FIRST.replace(undo, ""), "1.1.0")).blocked[0]
    assert "another now" in to(run, plan(FIRST.replace("do: book", "do: rebook"), "1.1.0")).blocked[0]
    assert to(run, plan(FIRST.replace("title: A", "title: B"), "1.1.0")).blocked == ()


def test_an_input_that_is_new_has_its_default_or_is_given_by_the_map() -> None:
    """No instance goes on without what the new version relies on."""
    run = in_both()
    more = FIRST.replace("inputs: {", "inputs: {arm: {type: code, options: [left, right], default: left}, ")
    assert to(run, plan(more, "1.1.0")).blocked == ()
    assert run.state.data[""]["arm"].value == "left"
    more = more.replace("inputs: {", "inputs: {height: {type: integer, required: true}, ")
    assert "needs the input height" in to(run, plan(more, "1.2.0")).blocked[0]
    assert "gives nothing for the input height" in to(run, plan(more, "1.2.0"), {"values": {"height": None}}).blocked[0]
    assert to(run, plan(more, "1.2.0"), {"values": {"height": "=weight + 100"}}).blocked == ()
    assert run.state.data[""]["height"].value == 180


def test_refusals() -> None:
    """Not to itself, not another pathway, not while ending, not with a deadline due."""
    run = in_both()
    assert "already" in to(run, plan()).blocked[0]
    other = make_plan((HEAD % "1.0.0").replace("pathway: care", "pathway: cure") + FIRST, CATALOG)
    assert "another pathway" in to(run, other).blocked[0]
    run.after(days=6)
    assert "due" in to(run, plan(FIRST, "1.1.0")).blocked[0]
    run.tick()
    run.cancel()
    assert "ending" in to(run, plan(FIRST, "1.1.0")).blocked[0]


def test_the_map_is_read_with_places_and_goes_through_json() -> None:
    """Names that a version does not have are found; the inverse leads back."""
    old, new = plan(), plan(FIRST.replace("rest:", "pause:"), "1.1.0")
    text = "from: 1.0.0\nto: 1.1.0\nsteps: {rest: pause, both: {enter: gone}, nothing: gone}\n"
    text += "clocks: {whole: drop}\nvalues: {weight: =weight + 1}\n"
    found = read_map(text, "map.yaml", old, new)
    assert [(one.rule, one.line) for one in found.diagnostics] == [("unknown-step", 3)]
    assert map_from_json(map_to_json(found.mapping)) == found.mapping
    assert found.mapping.inverse().steps["pause"].to == "rest"
    values = read_map("values: {weight: =wieght + instance.id}", "map.yaml", old, new)
    assert [(one.rule, one.hint) for one in values.diagnostics] == [("unknown-name", 'Did you mean "weight"?')]


ROUND = """
inputs: {n: {type: integer, default: 1}}
steps:
  %(book)s: {do: book, with: {n: =n}, next: ask}
  ask: {task: {title: A, queue: q, outcomes: {again: Again, over: Over}}, next: {again: %(book)s, over: fin}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""


def test_no_address_is_used_twice_though_a_step_was_renamed_there_and_back() -> None:
    """Addresses make the keys of actions: with one that was used, an action that is to be done again would not be."""
    first, second = plan(ROUND % {"book": "book"}), plan(ROUND % {"book": "rebook"}, "1.1.0")
    player = Player(first)
    player.give("book", {"ref": "b-1"})
    player.complete("ask", "again")
    keys = [player.orders["book"].key, player.orders["book@2"].key]
    to(player, second, {"steps": {"book": {"to": "rebook"}}})
    to(player, first, {"steps": {"rebook": {"to": "book"}}})
    assert player.standing == ["book@3"]
    player.give("book@2", {"ref": "b-2"})
    player.complete("ask@2", "again")
    assert player.standing == ["book@4"]
    assert player.orders["book@4"].key not in keys


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_there_and_back_changes_nothing_that_stands(data: st.DataObject) -> None:
    """Wherever a storm has left an instance: the next patch version takes it over, and gives it back."""
    old, at = everything(), MONDAY
    new = plan_from_json({**old.document, "version": "1.2.4", "title": "Retitled"})
    state = start_state(old, "01J0", "America/New_York", at)
    upcoming = opening(data.draw, old)
    for _ in range(data.draw(st.integers(1, 25))):
        event = upcoming.pop(0) if upcoming else draw_event(data.draw, old, state)
        state = advance(old, state, event, at).state
        at += timedelta(minutes=data.draw(st.sampled_from([1, 60, 1440])))
    state = advance(old, state, TimePassed(), at).state
    found = migrate(old, new, state, MigrationMap(), at, "inf-1", "retitled", hold=state.hold)
    if found.blocked:
        busy = [one for one in state.positions.values() if one.role != "step" or one.waits == "undo"]
        assert state.status != "running" or busy
        return
    held = ["instance-held"] if state.hold is not None else []
    assert [fact.fact for fact in found.facts] == ["instance-migrated", *held]
    assert found.state.positions == state.positions
    assert next_deadline(found.state) == next_deadline(state)
    back = migrate(new, old, found.state, MigrationMap().inverse(), at, "inf-1", "back", hold=state.hold)
    assert back.blocked == ()
    assert (back.state.positions, back.state.data, back.state.clocks) == (state.positions, state.data, state.clocks)


def test_the_site_stays() -> None:
    """A migration does not move an instance to another site."""
    player = Player(plan())
    player.state = replace(player.state, site="main-street")
    to(player, plan(version="1.1.0"))
    assert player.state.site == "main-street"


def test_what_is_held_of_the_instance_stays_held() -> None:
    """Under the names of the new version, which has to have the steps; a hold of the version is another."""
    player = Player(plan())
    player.hold("rest", "fin", own=True)
    renamed = plan(FIRST.replace("rest:", "pause:"), "1.1.0")
    found = to(player, renamed)
    assert any('"rest" is held' in one for one in found.blocked), found.blocked
    moved = to(player, renamed, {"steps": {"rest": {"to": "pause"}}})
    assert player.state.own_hold is not None
    assert player.state.own_hold.steps == ("fin", "pause")
    assert [one.steps for one in moved.facts if isinstance(one, InstanceHeld)] == [("fin", "pause")], "lists are told"
