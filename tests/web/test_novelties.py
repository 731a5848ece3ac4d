"""What is new in a version, for whoever approves it."""

from __future__ import annotations

from api.services.publishing import Examination
from pathways.publishing.review import Part, Review
from web.presenters.novelties import Novelty, novelties

TITLES = {"triage": "Clinical triage", "clock triage": "Triage due", "both/one/call": "Call the sender"}


def test_what_is_new_is_told_by_what_it_is_about() -> None:
    """With titles for ids, a step's and a clock's of the same id kept apart; what can't be named is told by its id."""
    parts = (
        Part("clock", "at triage", "changed"),
        Part("clock", "triage", "added"),
        Part("contract", "", "changed"),
        Part("form", "both/one/call", "added"),
        Part("form", "triage", "added"),
        Part("form", "~look/old-one", "removed"),
    )
    alerts = ("The clock triage warns at 75% of its limit", "The task triage reminds 1 hour before it is due")
    about = Review("1.0.0", parts, ("Organization",), (), alerts, ("steps 90%, before 100%",))
    assert novelties(Examination(about, None, {}, TITLES)) == (
        Novelty("Forms", ("New: Call the sender, Clinical triage", "Gone: Old one")),
        Novelty("Clocks", ("New: Triage due",)),
        Novelty("Steps that move clocks", ("Changed: Clinical triage",)),
        Novelty("Contract with the core", ("Changed", "May now read Organization")),
        Novelty(
            "Alerts",
            ("Triage due: warns at 75% of its limit", "Clinical triage: reminds 1 hour before it is due"),
        ),
        Novelty("Scenarios may go through less", ("steps 90%, before 100%",)),
    )


def test_nothing_new_is_nothing() -> None:
    """No heading stands over nothing."""
    assert novelties(Examination(Review("1.0.0", (), (), (), ()), None, {})) == ()
