"""The prior authorizations of the demonstration: how their people act, and what the payer writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from devcore.demo.cases import Answer, Form, Script

Json = Any

VALID = timedelta(days=200)
_CERTIFIED = ("certified", "partial")
UNITS = {1: 900}
"""What the payer certifies of the drug, the first item; of its administration it names no number."""


def sent(opened_at: datetime) -> Form:
    """A request that went out when its task was opened."""
    return {"submitted_at": opened_at.isoformat(), "reference": f"EHP-{opened_at:%m%d%H%M}"}


def called_in(opened_at: datetime) -> Form:
    """A request that was made in a call."""
    return {**sent(opened_at), "spoke_with": "Intake line"}


def appealed(opened_at: datetime) -> Form:
    """An appeal that went out by fax."""
    return {**sent(opened_at), "channel": "fax"}


def letter(*decisions: str) -> Answer:
    """The payer's letter, with a decision for each item in order."""

    def written(opened_at: datetime) -> Form:
        start = opened_at.date()
        given = {"number": "A-20417", "start": start.isoformat(), "end": (start + VALID).isoformat()}
        items = [
            {"sequence": number, "decision": one, **({**given, **_units(number)} if one in _CERTIFIED else {})}
            for number, one in enumerate(decisions, 1)
        ]
        return {"items": items, "received_at": opened_at.isoformat(), "reference": f"L-{opened_at:%m%d%H%M}"}

    return Answer("recorded", written)


def _units(item: int) -> Form:
    return {"units": UNITS[item]} if item in UNITS else {}


def documents_sent(opened_at: datetime) -> Form:
    """Documents that went to the payer when they were asked for."""
    return {"sent_at": opened_at.isoformat(), "reference": "Upload 7"}


def _said(outcome: str, **form: Json) -> Answer:
    return Answer(outcome, form)


def _timed(outcome: str, form: Callable[[datetime], Form]) -> Answer:
    return Answer(outcome, form)


AUTHORIZATION_USUAL: Mapping[str, Answer] = {
    "coverage-inactive": _said("none", reference="Portal"),
    "rule-missing": _said(
        "for-this-one", status="auth-needed", channel="portal", decision_limit="5 days", source="Provider line"
    ),
    "ask-payer": _said("needed", spoke_with="Provider line", reference="R-118"),
    "enter-existing": _said("none"),
    "assemble": _said("ready", note="Office note and screening attached"),
    "call-office": _said("here", spoke_with="Front desk"),
    "clinical-look": _said("complete"),
    "prescriber-decides": _said("ask-anyway", reason="First-line therapy is contraindicated"),
    "choose-channel": _said("done", channel="portal"),
    "submit-by-portal": _timed("submitted", sent),
    "submit-by-fax": _timed("submitted", sent),
    "fax-arrived": _said("arrived"),
    "submit-by-phone": _timed("submitted", called_in),
    "record-decision": letter("certified", "certified"),
    "take-back": _said("done", reference="R-122"),
    "payer-refused": _said("correct", note="Member number corrected"),
    "call-as-asked": _said("decided", spoke_with="Reviewer", reference="R-120"),
    "chase": _said("decided", channel="phone", spoke_with="Provider line", reference="R-121"),
    "supervisor-look": _said("decided", agreed="A decision today"),
    "documents-wanted": _timed("sent", documents_sent),
    "changed-items": _said("accept", reason="Enough for the first half year"),
    "prescriber-after-denial": _said("appeal", reason="The criteria are met; the letter overlooks the biopsy"),
    "options-missing": _said("nothing-left", source="Provider line"),
    "prepare-appeal": _said("written"),
    "sign-appeal": _said("signed"),
    "send-appeal": _timed("done", appealed),
    "order-changed": _said("does-not", what="Spelling of the site"),
    "tell-payer": _said("done", reference="R-130"),
}


@dataclass(frozen=True)
class AuthorizationScript(Script):
    """What a prior authorization meets. `revoked`: the order is revoked while the request lies with the payer."""

    pathway = "prior-authorization"
    usual = AUTHORIZATION_USUAL
    revoked: bool = False


AUTHORIZATION_SCRIPTS: tuple[AuthorizationScript, ...] = (
    AuthorizationScript("asked by portal, certified", "approved", leave_at="record-decision"),
    AuthorizationScript(
        "documents wanted, then certified in part",
        "approved-in-part",
        leave_at="changed-items",
        answers={"record-decision": [letter("pended", "pended"), letter("partial", "certified")]},
    ),
    AuthorizationScript(
        "denied, appealed, overturned",
        "approved",
        leave_at="prescriber-after-denial",
        answers={"record-decision": [letter("denied", "certified"), letter("certified", "certified")]},
    ),
    AuthorizationScript("the order is revoked at the payer's", "withdrawn", leave_at="tell-payer", revoked=True),
)
