"""The pathway that is compared with one written by hand: two actions, two human tasks, a wait, an end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pathways.messages import ActionRequest, ActionResult
from pathways.plan import Plan
from tests.support.plans import make_plan

PREPARE = "bench.prepare"
FILE = "bench.file"

WAIT = timedelta(seconds=1)
INPUTS = {"order": {"reference": "ServiceRequest/o-1"}}
STEPS = 6
"""Steps that an instance goes through, the end aside."""

REVIEW = {"decision": "accept", "note": "Complete, and rightly sent."}
CONFIRMATION = {"spoke_with": "the patient"}

CATALOG: dict[str, Any] = {
    "actions": {
        PREPARE: {
            "input": {"order": "text"},
            "output": {"number": "text", "service": "text", "urgent": "boolean"},
        },
        FILE: {"input": {"number": "text", "note": "text"}, "output": {"document": "text"}},
    },
    "queues": ["triage", "scheduling"],
    "roles": ["nurse-reviewer", "coordinator"],
}

TEXT = """
language: 1
pathway: bench
version: 1.0.0
title: A small referral
inputs: {order: {type: Reference, target: [ServiceRequest], required: true}}
stages: [review, scheduling]
attributes: {service: =prepared.service, urgent: =prepared.urgent}
outcomes:
  completed: {title: Completed, kind: success}
  declined: {title: Declined}
steps:
  prepare:
    title: Read the order
    stage: review
    do: bench.prepare
    with: {order: =order.reference}
    save: prepared
  review:
    task:
      title: "Review order {{ prepared.number }}"
      queue: triage
      role: nurse-reviewer
      priority: =if prepared.urgent then "urgent" else "routine"
      due: 2 days
      form:
        - {name: decision, label: Decision, type: text, required: true}
        - {name: note, label: Note, type: text}
      outcomes: {accept: Accept, decline: Decline}
    save: review
    next: {accept: settle, decline: sent-back}
  settle:
    title: Let the day pass
    wait: {for: 1 second}
  confirm:
    title: Confirm the visit
    stage: scheduling
    task:
      title: "Confirm {{ prepared.service }}"
      queue: scheduling
      role: coordinator
      due: 1 day
      form:
        - {name: spoke_with, label: Spoke with, type: text, required: true}
      outcomes: {confirmed: Confirmed}
    save: confirmation
  how:
    title: How is it filed?
    decide:
      rules:
        - {when: 'confirmation.outcome = "confirmed"', to: file}
        - {to: sent-back}
  file:
    title: File the note
    do: bench.file
    with: {number: =prepared.number, note: =review.note}
    save: filed
  finished: {end: completed}
  sent-back: {end: declined}
"""


def plan() -> Plan:
    """The plan of the pathway."""
    return make_plan(TEXT, CATALOG)


async def prepare(request: ActionRequest) -> ActionResult:
    """Stand for an action that reads an order; it takes no time, so that only the way there and back is measured."""
    return ActionResult({"number": request.input["order"].partition("/")[2], "service": "cardiology", "urgent": True})


async def file_note(request: ActionRequest) -> ActionResult:
    """Stand for an action that files a note."""
    return ActionResult({"document": f"DocumentReference/{request.input['number']}"})
