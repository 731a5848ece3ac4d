"""The timeline says every fact in words, folds rounds that are over, and comes in pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from api.services.instances import InstanceDetail
from api.services.records import Clock, Entry, Instance
from pathways.facts import Fact
from tests.support.dosing import plan
from tests.support.plans import make_plan
from web.presenters.clocks import STANDS, clock_views
from web.presenters.places import Places, places_of
from web.presenters.timeline import LONG, PAGE, Fold, lines, story

Json = Any
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)

KINDS = sorted(one.__dataclass_fields__["fact"].default for one in get_args(get_args(Fact)[0]))

DETAILS: Mapping[str, Mapping[str, Json]] = {
    "instance-started": {"title": "Infusion series", "version": "1.0.0", "parent": {"instance": "i", "address": "a"}},
    "scope-entered": {"scope": "series#1/", "kind": "iteration"},
    "scope-left": {"scope": "~call/", "how": "left"},
    "step-left": {"how": "timeout", "to": "done"},
    "clock-moved": {"clock": "first-dose", "verb": "warn", "deadline": "2026-03-03T14:00:00Z", "number": 1},
    "wait-started": {"until": "2026-03-03T14:00:00Z"},
    "deadline-moved": {"what": "due", "until": "2026-03-03T14:00:00Z"},
    "operated": {"operation": "move", "detail": {"to": "done", "undo": True}, "reason": "So."},
    "task-escalated": {"queue": "supervisor", "before": "scheduling", "why": "Nobody looked"},
    "child-reported": {"failed": "No version fits."},
    "handler-taken": {"event": "order.revoked", "side": "call"},
    "offers-changed": {"offers": [{"side": "call", "title": "Call the patient"}]},
    "data-saved": {"name": "weight", "value": 70},
}


def entry(number: int, kind: str, address: str | None = None, /, **detail: Json) -> Entry:
    """A fact as the store keeps it."""
    return Entry(number, "i-1", number, 0, NOW + timedelta(minutes=number), kind, address, "p-1", detail)


def detail_of(*entries: Entry) -> InstanceDetail:
    """An instance with these facts."""
    given = dict.fromkeys(Instance.__dataclass_fields__)
    instance = Instance(**{**given, "id": "i-1", "zone": "UTC", "status": "running"})  # type: ignore[arg-type]
    return InstanceDetail(instance, plan(), (), (), (), entries, {"p-1": "Ann Lee"})


@pytest.mark.parametrize("kind", [*KINDS, "gap", "workflow-gone", "workflow-back"])
def test_every_fact_has_words(kind: str) -> None:
    """In the long form, whatever it states; no address and no None shows through."""
    fact = entry(1, kind, "series#1/book", **DETAILS.get(kind, {}))
    (line,) = lines(detail_of(fact), NOW, everything=True)
    assert line.text
    assert "None" not in f"{line.text}{line.detail}" or kind not in DETAILS
    assert "#" not in line.text
    assert kind in LONG


def test_places_are_told_from_the_outside_in() -> None:
    """Rounds, branches, side flows, repeated visits, undos and clocks."""
    places = Places(plan())
    for address, words in (
        ("plan", "Plan the doses"),
        ("series#2/book", "Book a chair – Give a dose: round 2"),
        ("series@2#3/prepare/drug/review@4", "Review the dose (time 4) – Give a dose: round 3, Drug"),
        ("~call#2/talk", "Talk with the patient – Call the patient (run 2)"),
        ("series#2/book/undo", "Undo: Book a chair – Give a dose: round 2"),
        ("!first-dose", "First dose given"),
        ("+1", "a task added by hand"),
        ("^1", "the whole pathway"),
    ):
        assert places.whole(address) == words


def test_an_event_that_starts_nothing_is_not_said_to() -> None:
    """Its side flow runs already, and may run once at a time."""
    taken = {"event": "order.revoked", "side": "call"}
    facts = (entry(1, "handler-taken", "^1", **taken), entry(2, "handler-taken", "^1", **taken, ignored=True))
    latest, first = lines(detail_of(*facts), NOW)
    assert "Starts: Call the patient" in first.detail
    assert "Runs already, so not started again: Call the patient" in latest.detail


def test_sections_are_told_by_their_titles() -> None:
    """With the plan and without; the branches and rounds around them too."""
    text = """
steps:
  both:
    parallel:
      branches:
        drug:
          title: The drug
          steps: {visit: {title: The visit, steps: {give: {title: Give it, task: {title: G, queue: q}}}}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""
    known = make_plan(text)
    entered = entry(1, "scope-entered", None, scope="both/drug/", kind="branch", title="The drug")
    section = entry(2, "scope-entered", None, scope="both/drug/visit@2/", kind="section", title="The visit")
    assert places_of(known, [entered]).whole("both/drug/visit@2/give") == "Give it – The drug, The visit"
    assert Places(known).whole("both/drug/visit/give") == "Give it – Drug, The visit"
    assert "The drug, The visit" in places_of(None, [entered, section]).whole("both/drug/visit@2/give")


def test_rounds_that_are_over_are_folded_where_it_is_long() -> None:
    """A round still running is not, and a short timeline is told line by line."""
    facts = []
    for round_ in (1, 2):
        facts += [entry(100 * round_ + n, "wait-started", f"series#{round_}/book", until=str(NOW)) for n in range(30)]
    facts.append(entry(150, "scope-left", None, scope="series#1/", how="ended"))
    found = detail_of(*sorted(facts, key=lambda one: one.number))
    told = story(found, lines(found, NOW))
    folds = [one for one in told.items if isinstance(one, Fold)]
    assert [(one.title, len(one.lines)) for one in folds] == [("Give a dose: round 1", 30)]
    assert len(told.items) == 31
    short = detail_of(*facts[:5], facts[-1])
    assert not any(isinstance(one, Fold) for one in story(short, lines(short, NOW)).items)


def test_a_long_timeline_comes_in_pages() -> None:
    """Each line on one page, the latest first."""
    found = detail_of(*[entry(n, "wait-started", "plan", until=str(NOW)) for n in range(1, PAGE + 31)])
    told = lines(found, NOW)
    first = story(found, told)
    second = story(found, told, first.older)
    assert (len(first.items), len(second.items), second.older) == (PAGE, 30, None)
    assert {one.number for one in (*first.items, *second.items) if not isinstance(one, Fold)} == set(
        range(1, PAGE + 31)
    )


@pytest.mark.parametrize(
    ("status", "warned", "shape", "left"),
    [
        ("running", False, "running", "2 days left"),
        ("running", True, "warned", "2 days left"),
        ("breached", True, "breached", "Over by 2 days"),
        ("paused", False, "paused", "1 hour left when it goes on"),
        ("met", False, "met", ""),
        ("late", True, "late", ""),
        ("dropped", False, "dropped", ""),
    ],
)
def test_a_clock_stands_in_words_and_shape(status: Any, warned: bool, shape: Any, left: str) -> None:
    """How it stands, what is left, and which step started it."""
    over = timedelta(days=-2 if status == "breached" else 2)
    given = dict.fromkeys(Clock.__dataclass_fields__)
    moment = NOW if warned else None
    own = {"clock": "first-dose", "title": "First dose", "status": status, "number": 1, "left": 3600.0}
    clock = Clock(**{**given, **own, "deadline": NOW + over, "warned_at": moment})
    facts = [entry(1, "clock-moved", "plan", clock="first-dose", verb="start", number=1)]
    (view,) = clock_views([clock], facts, Places(plan()), "UTC", NOW)
    assert (view.shape, view.stands, view.left) == (shape, STANDS[shape], left)
    assert [text for text, _ in view.moved] == ["Started by: Plan the doses"]


def test_the_event_that_a_handler_took_is_told_by_its_type() -> None:
    """Of a step's handler and of the pathway's own; never by its id."""
    care = make_plan(
        """
on: [{event: order.revoked, to: gone}]
steps:
  ask: {task: {title: A, queue: q}, on: [{event: lab.late, to: gone}, {event: lab.final, to: gone}]}
  gone: {task: {title: G, queue: q}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
""",
        {"events": {one: {"schema": {}} for one in ("order.revoked", "lab.late", "lab.final")}},
    )
    places = Places(care)
    told = [places.event(address) for address in ("ask^2", "ask@3^1", "^1", "ask^9", "ask")]
    assert told == ["Lab final", "Lab late", "Order revoked", "something outside", "something outside"]
