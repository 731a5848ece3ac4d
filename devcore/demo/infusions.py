"""The infusion series of the demonstration: how their people act, and what happens to their patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from devcore.demo.authorizations import AUTHORIZATION_USUAL
from devcore.demo.cases import Answer, Form, Script

Json = Any

FIRST_DOSE_AHEAD = timedelta(days=16)
WEIGHT = {"value": 82, "unit": "kg"}
DOSE = {"value": 410, "unit": "mg"}


def verified(opened_at: datetime) -> Form:
    """A first dose a good two weeks ahead."""
    return {"first_dose": (opened_at + FIRST_DOSE_AHEAD).date().isoformat()}


def chair_found(opened_at: datetime) -> Form:
    """A chair on the day that the dose is due: two weeks after the task was opened, in the morning of the clinic."""
    start = (opened_at + timedelta(days=14)).replace(hour=15, minute=0, second=0, microsecond=0)
    return {"start": start.isoformat()}


def chair_found_soon(opened_at: datetime) -> Form:
    """Another chair within the window, three days after the task was opened."""
    start = (opened_at + timedelta(days=3)).replace(hour=15, minute=0, second=0, microsecond=0)
    return {"start": start.isoformat()}


def checked_in(opened_at: datetime) -> Form:
    """A shipment in good order."""
    expires = (opened_at + timedelta(days=300)).date().isoformat()
    return {"lot": "L-4471", "expires": expires, "amount": DOSE, "as_ordered": True, "temperature_kept": True}


INFUSION_USUAL: Mapping[str, Answer] = {
    **AUTHORIZATION_USUAL,
    "regimen-missing": Answer("send-back", {"note": "Not given here"}),
    "verify-order": Answer("verified", verified),
    "ask-prescriber": Answer("answered", {"answer": "As in the chart"}),
    "call-for-benefits": Answer(
        "done",
        {"reference": "B-7", "supply": "buy-and-bill", "payer": "Evergreen Health Plan", "until": "2099-12-31"},
    ),
    "other-product": Answer("keep", {"reasons": "Stable on it for two years"}),
    "counsel": Answer("arranged", {"program": "Manufacturer's program"}),
    "unauthorized": Answer("stop", {"reasons": "Another therapy"}),
    "order-labs": Answer("ordered"),
    "chase-labs": Answer("asked"),
    "review-screening": Answer("acceptable", {"reasons": "Vaccinated"}),
    "order-ends": Answer("renewed", {"reasons": "In remission"}),
    "weigh": Answer("weighed"),
    "benefit-review": Answer("continue", {"findings": "In remission"}),
    "not-renewed": Answer("hold", {"reasons": "Appeal under way"}),
    "find-stock": Answer("found"),
    "consent-to-ship": Answer("given"),
    "shipment-late": Answer("here", {"reference": "SP-3"}),
    "check-in": Answer("done", checked_in),
    "quarantine": Answer("usable", {"source": "Manufacturer's line"}),
    "find-time": Answer("agreed", chair_found),
    "labs-due": Answer("ask"),
    "review-labs": Answer("acceptable", {"reasons": "No exposure since"}),
    "settle": Answer("settled"),
    "in-spite-of-it": Answer("give", {"reasons": "Mild only"}),
    "arrive": Answer("well", {"weight": WEIGHT}),
    "not-in-order": Answer("not-today", {"reasons": "To be cleared first"}),
    "release": Answer("done", {"dose": DOSE}),
    "second-check": Answer("agreed"),
    "administer": Answer("completed", {"given": DOSE}),
    "unused-drug": Answer("lost", {"reasons": "Opened"}),
    "treat-reaction": Answer("done", {"manifestation": "Flushing", "severity": "moderate", "treatment": "Stopped"}),
    "after-reaction": Answer("continue", {"plan": "Half the rate", "reasons": "Mild on rechallenge elsewhere"}),
    "chase-record": Answer("recorded"),
    "capture-charge": Answer("captured"),
    "window-decision": Answer("give", {"reasons": "A short gap"}),
    "hold": Answer("lift", {"reasons": "Discharged and well"}),
    "order-changed": Answer("same-authorization", {"what": "Rate of the first hour"}),
    "coverage-lost": Answer("transition", {"reference": "E-2"}),
}


@dataclass(frozen=True)
class InfusionScript(Script):
    """What a series meets. `doses` is what the order allows; `admitted`: to hospital, once chair and drug are there."""

    pathway = "infusion"
    usual = INFUSION_USUAL
    product: str = "infliximab"
    doses: int = 1
    admitted: bool = False


INFUSION_SCRIPTS: tuple[InfusionScript, ...] = (
    InfusionScript("two doses, authorized, given and charged", "completed", leave_at="verify-order", doses=2),
    InfusionScript(
        "the first visit is missed and moved",
        "completed",
        leave_at="arrive",
        answers={
            "arrive": [Answer("missed"), Answer("well", {"weight": WEIGHT})],
            "find-time": [Answer("agreed", chair_found), Answer("agreed", chair_found_soon)],
        },
    ),
    InfusionScript(
        "a reaction, and no further dose",
        "stopped",
        leave_at="after-reaction",
        doses=3,
        answers={
            "administer": [Answer("reaction", {"given": {"value": 120, "unit": "mg"}})],
            "after-reaction": [Answer("stop", {"reasons": "Too severe to try again"})],
        },
    ),
    InfusionScript(
        "shipped from the pharmacy, held for an admission",
        "completed",
        leave_at="hold",
        product="ocrelizumab",
        admitted=True,
        answers={
            "release": [Answer("done", {"dose": {"value": 300, "unit": "mg"}})],
            "administer": [Answer("completed", {"given": {"value": 300, "unit": "mg"}})],
        },
    ),
)
