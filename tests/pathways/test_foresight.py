"""What an operation would bring, held to what it then brings."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pathways.engine import advance, start_state
from pathways.events import ActionCompleted, Cancelled, ChildEnded, Event, Moved
from pathways.facts import ActionStarted, TaskClosed
from pathways.foresight import Foresight, foresee
from pathways.plan import Plan
from pathways.state import State
from tests.support.plans import MONDAY, Player, make_plan
from tests.support.storms import draw_event, everything, opening

FORESIGHT = TypeAdapter(Foresight)
CATALOG = {
    "roles": {"pharmacist": {"clinical": True}},
    "actions": {
        "book": {"input": {"n": "integer"}, "output": {"ref": "text"}},
        "unbook": {"input": {"ref": "text"}},
    },
}
CARE = """
clocks: {visit: {title: Visit, limit: 3 days, calendar: none, breach: {queue: q, title: Late}}}
steps:
  first:
    do: book
    with: {n: 1}
    save: one
    clocks: {start: visit}
    undo: {do: unbook, with: {ref: =one.ref}}
  both:
    parallel:
      branches:
        left:
          steps:
            second: {do: book, with: {n: 2}, save: two, undo: {do: unbook, with: {ref: =two.ref}}}
            ask: {task: {title: Ask, queue: q}}
        right:
          steps:
            third: {do: book, with: {n: 3}, save: three, undo: {do: unbook, with: {ref: =three.ref}}}
            part: {pathway: {name: other}}
        far:
          steps: {slow: {do: book, with: {n: 4}, save: four, undo: {do: unbook, with: {ref: =four.ref}}}}
  check: {gate: clinical, task: {title: Check, queue: q, role: pharmacist}}
  after: {task: {title: After, queue: q}, clocks: {stop: visit}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""


def player() -> Player:
    """An instance in three branches: one waits for a person, one for a child, one for an action."""
    run = Player(make_plan(CARE, CATALOG))
    run.give("first", {"ref": "r1"})
    run.give("both/right/third", {"ref": "r3"})
    run.give("both/left/second", {"ref": "r2"})
    assert run.standing == ["both", "both/far/slow", "both/left/ask", "both/right/part"]
    return run


def seen(run: Player, event: Event) -> Foresight:
    """What the event would bring now; it survives its way over the wire."""
    found = foresee(run.plan, run.state, event, run.at)
    assert FORESIGHT.validate_json(FORESIGHT.dump_json(found)) == found
    return found


def test_a_move_tells_what_it_leaves_and_what_could_be_undone() -> None:
    """The last done first; what is outside of what is left stays. Nothing has happened by asking."""
    run = player()
    before = run.state
    found = seen(run, Moved("both/left/ask", "after", "boss", "why"))
    assert run.state is before
    assert set(found.left) == {"both", "both/left/ask", "both/far/slow", "both/right/part"}
    assert [one.address for one in found.begun] == ["after"]
    assert len(found.closed) == 1
    assert len(found.children) == 1
    assert (found.undone, found.undoable) == ((), ("both/left/second", "both/right/third"))
    assert found.unsettled == ("both/far/slow",)
    assert (found.ends, found.gates, found.refused) == (None, ("check",), None)


def test_a_move_that_undoes_goes_on_afterwards() -> None:
    """Nothing begins before what is left is settled and undone."""
    found = seen(player(), Moved("both/left/ask", "after", "boss", "why", undo=True))
    assert (found.undone, found.undoable) == (("both/left/second", "both/right/third"), ())
    assert found.begun == ()


def test_a_cancel_undoes_everything() -> None:
    """In reverse order of completion; clocks are dropped, tasks close, children are told."""
    found = seen(player(), Cancelled("boss", "why"))
    assert found.undone == ("both/left/second", "both/right/third", "first")
    assert found.unsettled == ("both/far/slow",)
    assert (found.dropped, found.ends) == (("visit",), "cancelled")


def test_what_was_undone_before_is_not_undone_again() -> None:
    """The state knows what is armed; a timeline would tell of a completed step twice."""
    run = player()
    run.move("both/left/ask", "after", undo=True)
    run.give("both/far/slow", {"ref": "r4"})
    run.child_ends("both/right/part", "cancelled")
    for address in ("both/far/slow", "both/left/second", "both/right/third"):
        run.give(f"{address}/undo")
    assert run.standing == ["after"]
    assert seen(run, Cancelled("boss", "why")).undone == ("first",)


def test_a_refusal_is_foreseen() -> None:
    """With the engine's own words."""
    found = seen(player(), Moved("both/left/ask", "nowhere", "boss", "why"))
    assert found.refused is not None
    assert found.refused.code == "unknown-step"


def _carry_out(plan: Plan, state: State, event: Event) -> tuple[list[str], set[str]]:
    """Let it happen, and let everything that settles answer; what was undone, in order, and the tasks that closed."""
    at = state.now
    transition = advance(plan, state, event, at)
    closed = {one.id for one in transition.facts if isinstance(one, TaskClosed)}
    undone: list[str] = []
    for _ in range(200):
        undone += [
            one.address
            for one in transition.facts
            if isinstance(one, ActionStarted) and one.address.endswith("/undo") and one.address not in undone
        ]
        state = transition.state
        waiting = [one for one in state.positions.values() if one.role == "undo" and one.waits == "action"]
        children = [one for one in state.settling.values() if one.waits == "child"]
        answer: Event | None = None
        if children:
            answer = ChildEnded(children[0].ordered_from, children[0].key or "", "cancelled")
        elif waiting:
            answer = ActionCompleted(waiting[0].address, waiting[0].run, {})
        if answer is None:
            return undone, closed
        transition = advance(plan, state, answer, at)
    raise AssertionError("it never came to rest")


@settings(max_examples=150)
@given(st.data())
def test_what_is_foreseen_of_a_cancel_is_what_comes(data: st.DataObject) -> None:
    """Wherever a storm has led: the same undos in the same order, unless something still runs outside."""
    plan = everything()
    state, at = start_state(plan, "01JTEST0000000000000000000", "America/New_York", MONDAY), MONDAY
    for event in opening(data.draw, plan):
        state = advance(plan, state, event, at).state
    for _ in range(data.draw(st.integers(0, 25))):
        at += timedelta(hours=data.draw(st.integers(0, 9)))
        state = advance(plan, state, draw_event(data.draw, plan, state), at).state
    event = Cancelled("boss", "a storm")
    found = foresee(plan, state, event, state.now)
    if state.status == "ended" or found.refused is not None:
        return
    running = {one.address.removesuffix("/undo") for one in state.positions.values() if one.role == "undo"}
    undone, closed = _carry_out(plan, state, event)
    assert set(found.closed) == closed
    if not found.unsettled and not state.settling:
        foreseen = [one for one in found.undone if one not in running]
        assert [one.removesuffix("/undo") for one in undone if one.removesuffix("/undo") not in running] == foreseen
