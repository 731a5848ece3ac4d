"""The stages of a referral's Task: our own code, the coarse `Task.status`, and BSeR's code where one fits.

The codes of BSeR 2.0 are http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS; a stage that it does not know
carries only our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

LOCAL_SYSTEM = "urn:carelane:referral-status"
BSER_SYSTEM = "http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS"

Coarse = Literal["received", "accepted", "rejected", "in-progress", "on-hold", "cancelled", "failed", "completed"]
OpenStatus = Literal[
    "received",
    "incomplete",
    "information-requested",
    "in-triage",
    "accepted",
    "scheduling",
    "scheduled",
    "visit-done",
    "no-show",
    "awaiting-note",
]
Result = Literal[
    "completed",
    "declined",
    "redirected",
    "patient-declined",
    "unreachable",
    "no-show",
    "incomplete",
    "withdrawn",
]


@dataclass(frozen=True)
class Status:
    """One stage as the core shows it."""

    code: str
    title: str
    coarse: Coarse
    bser: tuple[str, str] | None = None

    @property
    def business_status(self) -> dict[str, Any]:
        """`Task.businessStatus`."""
        coding = [{"system": LOCAL_SYSTEM, "code": self.code, "display": self.title}]
        if self.bser is not None:
            code, display = self.bser
            coding.append({"system": BSER_SYSTEM, "code": code, "display": display})
        return {"coding": coding, "text": self.title}


_CREATED = ("2.0", "Service Request Created")
_ACCEPTED = ("3.0", "Service Request Accepted")
_DECLINED = ("4.0", "Service Request Declined")
_SCHEDULED = ("5.1.1", "Service Request Event Scheduled")
_UNATTENDED = ("5.1.2", "Scheduled Service Request Event Unattended")
_HAPPENED = ("5.1.4", "Service Request Event Completed")
_CANCELLED = ("6.0", "Service Request Fulfillment Cancelled")
_COMPLETED = ("7.0", "Service Request Fulfillment Completed")

OPEN: dict[OpenStatus, Status] = {
    "received": Status("received", "Received", "received", _CREATED),
    "incomplete": Status("incomplete", "Information is missing", "on-hold"),
    "information-requested": Status("information-requested", "Information requested", "on-hold"),
    "in-triage": Status("in-triage", "In clinical triage", "received"),
    "accepted": Status("accepted", "Accepted", "accepted", _ACCEPTED),
    "scheduling": Status("scheduling", "Scheduling", "in-progress", _ACCEPTED),
    "scheduled": Status("scheduled", "Visit scheduled", "in-progress", _SCHEDULED),
    "visit-done": Status("visit-done", "Visit done", "in-progress", _HAPPENED),
    "no-show": Status("no-show", "Visit missed", "in-progress", _UNATTENDED),
    "awaiting-note": Status("awaiting-note", "Consult note awaited", "in-progress", _HAPPENED),
}

CLOSED: dict[Result, Status] = {
    "completed": Status("closed-completed", "Loop closed", "completed", _COMPLETED),
    "declined": Status("closed-declined", "Declined", "rejected", _DECLINED),
    "redirected": Status("closed-redirected", "Redirected", "rejected", _DECLINED),
    "patient-declined": Status("closed-patient-declined", "Declined by the patient", "failed"),
    "unreachable": Status("closed-unreachable", "Patient not reached", "failed"),
    "no-show": Status("closed-no-show", "Visits missed", "failed", _UNATTENDED),
    "incomplete": Status("closed-incomplete", "Never completed by the sender", "failed"),
    "withdrawn": Status("closed-withdrawn", "Withdrawn", "cancelled", _CANCELLED),
}
