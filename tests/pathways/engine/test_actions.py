"""`do`: ordering an action, and its output, problem or failure."""

from __future__ import annotations

from pathways.commands import AbandonAction
from tests.support.plans import Player, make_plan

CATALOG = {
    "actions": {
        "core.book": {
            "input": {"slot": {"type": "text", "required": True}, "dose": "integer"},
            "output": {"number": {"type": "text", "required": True}, "day": "date"},
            "problems": ["taken", "closed"],
            "business_key": "dose",
        },
        "core.tell": {},
    }
}
TEXT = """
inputs: {slot: {type: text, required: true}}
outcomes: {booked: {title: Booked, kind: success}, none: None}
steps:
  book:
    do: core.book
    with: {slot: =slot, dose: 7}
    save: booking
    catch: {taken: other}
    timeout: {after: 2 hours, to: other}
  check:
    decide: {rules: [{when: booking.day > date("2026-01-01"), to: booked}, {to: other}]}
  booked: {end: booked}
  other: {end: none}
"""


def test_output_is_saved_as_declared() -> None:
    """Only declared fields of the output are kept, with the action and time they came from."""
    player = Player(make_plan(TEXT, CATALOG), {"slot": "a"})
    order = player.orders["book"]
    assert (order.action, order.input) == ("core.book", {"slot": "a", "dose": 7})
    player.give("book", {"number": "N1", "day": "2026-05-01", "secret": 1})
    assert player.value("booking") == {"number": "N1", "day": "2026-05-01"}
    assert player.state.data[""]["booking"].by == "core.book"
    assert (player.state.status, player.state.outcome) == ("ended", "booked")


def test_business_key_replaces_the_address() -> None:
    """An action with a business key keeps its key however often its step is visited."""
    player = Player(make_plan(TEXT, CATALOG), {"slot": "a"})
    assert player.orders["book"].key.endswith("/core.book/7")


WHOLE = """
inputs: {slot: {type: object, fields: {slot: text, dose: integer}}}
outcomes: {booked: {title: Booked, kind: success}}
steps:
  book: {do: core.book, with: =slot, accept: [taken, closed]}
  booked: {end: booked}
"""


def test_an_input_may_come_from_one_expression() -> None:
    """It is held against what the action takes; null is an input without anything."""
    whole = {"slot": "a", "dose": 7}
    player = Player(make_plan(WHOLE, CATALOG), {"slot": whole})
    assert player.orders["book"].input == whole
    assert Player(make_plan(WHOLE, CATALOG), {"slot": {"dose": 1}}).incident("book").kind == "expression"
    assert "slot" in Player(make_plan(WHOLE, CATALOG), {}).incident("book").message


def test_caught_problem_goes_its_way() -> None:
    """A problem that is caught moves the position; no incident is opened."""
    player = Player(make_plan(TEXT, CATALOG), {"slot": "a"})
    player.problem("book", "taken")
    assert player.state.outcome == "none"
    assert not player.of("incident-opened")


def test_uncaught_problem_is_an_incident_that_closes_when_the_step_passes() -> None:
    """An incident stays open while its step is tried again, and closes when the step has passed."""
    player = Player(make_plan(TEXT, CATALOG), {"slot": "a"})
    player.problem("book", "closed")
    assert player.at_address("book").waits == "operator"
    player.retry("book")
    assert not player.of("incident-closed")
    assert player.orders["book"].run == 2
    player.give("book", {"number": "N1", "day": "2026-05-01"})
    assert [fact.how for fact in player.of("incident-closed")] == ["completed"]


def test_failing_again_is_the_same_incident() -> None:
    """A retry that fails states the same incident anew."""
    player = Player(make_plan(TEXT, CATALOG), {"slot": "a"})
    player.fail("book")
    player.retry("book")
    player.fail("book", "still away")
    opened = player.of("incident-opened")
    assert len({fact.id for fact in opened}) == 1
    assert opened[-1].message == "core.book failed: still away"


def test_changed_input_keeps_the_key_unless_nothing_happened() -> None:
    """A new idempotency key is minted only with the operator's word that the first attempt had no effect."""
    player = Player(make_plan(TEXT, CATALOG), {"slot": "a"})
    key = player.orders["book"].key
    player.fail("book")
    player.retry("book", input={"slot": "b"})
    assert (player.orders["book"].key, player.orders["book"].input["slot"]) == (key, "b")
    player.fail("book")
    player.retry("book", input={"slot": "c"}, had_no_effect=True)
    assert player.orders["book"].key != key


def test_changed_input_is_checked() -> None:
    """A changed input that does not fit is refused, and nothing happens."""
    player = Player(make_plan(TEXT, CATALOG), {"slot": "a"})
    player.fail("book")
    refusal = player.retry("book", input={"dose": 1}).refusal
    assert refusal is not None
    assert refusal.code == "input-invalid"
    assert refusal.detail == {"slot": "is required"}


def test_output_that_does_not_fit_is_an_incident() -> None:
    """Output is validated against the schema before it is saved."""
    player = Player(make_plan(TEXT, CATALOG), {"slot": "a"})
    player.give("book", {"number": 5})
    incident = player.at_address("book").incident
    assert incident is not None
    assert incident.kind == "invalid-output"
    assert player.value("booking") is None


def test_timeout_abandons_the_action_and_a_late_result_is_only_a_fact() -> None:
    """When the time is up the position goes on; what the action answers later changes nothing."""
    player = Player(make_plan(TEXT, CATALOG), {"slot": "a"})
    tell = make_plan(
        "outcomes: {x: X}\nsteps:\n"
        "  tell: {do: core.tell, timeout: {after: 1 hour, to: pause}}\n"
        "  over: {end: x}\n"
        "  pause: {wait: {for: 1 day}, next: over}\n",
        CATALOG,
    )
    player = Player(tell)
    fired = player.after(hours=1).tick()
    assert AbandonAction("tell", 1) in fired.commands
    player.give("tell")
    assert player.of("action-ended")[-1].late
    assert player.standing == ["pause"]
