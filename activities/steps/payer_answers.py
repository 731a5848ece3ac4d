"""What payers answer, item by item, and what may follow a denial.

Exactly one decision stands for every requested item, and a missing one is undecided, never approved (Da Vinci PAS 2.2,
"Prior Authorization Response"). An answer that contradicts itself, or is an error, decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from activities.registry import Problem, StepContext, step
from activities.steps.payer_items import AnsweredItem, Asked, Authorization, Decided, DecidedItem, RequestedItem
from activities.steps.payer_requests import (
    CLAIM_NOT_FOUND,
    PAYER_SYSTEM,
    ClaimReference,
    OrderReference,
    PatientReference,
    update_claim,
)
from activities.types import Period, Reference, Span, Targets
from catalog import load
from catalog.tables.governed import NoRowError
from catalog.tables.payers import PayerRule, payer_rules
from pathways.time.arithmetic import add
from pathways.time.durations import parse_duration

Resource = dict[str, Any]

ResponseReference = Annotated[Reference, Targets("ClaimResponse")]
DocumentReference = Annotated[Reference, Targets("DocumentReference")]

_PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition"
_CERTIFIED = ("certified", "not-required")
_CHANGED = ("partial", "modified")
_DRUG = 1
"""The item that the units are counted for."""


class AnswerInput(BaseModel):
    """What was asked, and what the payer says about it; `asked` goes into the authorization."""

    patient: PatientReference
    claim: ClaimReference
    requested: list[RequestedItem]
    asked: Asked = Asked()
    answered: list[AnsweredItem] = []
    received_at: datetime | None = None
    reference: str | None = None
    submission: int = Field(default=1, ge=1)


class Decision(BaseModel):
    """One decision for every item, counted by what follows from it; `summary` is for work lists."""

    response: ResponseReference
    items: list[DecidedItem]
    certified: int
    changed: int
    denied: int
    pended: int
    contact: int
    undecided: int
    authorization: Authorization | None
    summary: str


@step(
    "payer.record_decision",
    problems=(CLAIM_NOT_FOUND, "payer-error"),
    reads=("Claim",),
    writes=("Claim", "ClaimResponse"),
)
async def record_decision(given: AnswerInput, context: StepContext) -> Decision:
    """Match the payer's answer with what was asked, item by item, and keep it as a ClaimResponse."""
    items = _matched(given.requested, given.answered)
    counts: Counter[str] = Counter(one.decision for one in items)
    authorization = _authorization(items, given)
    await update_claim(context, given.claim.reference, lambda claim: claim)  # it must be there
    response = await context.fhir.create(_response(given, items, authorization, context.now))
    return Decision(
        response=Reference.to(response),
        items=items,
        certified=sum(counts[one] for one in _CERTIFIED),
        changed=sum(counts[one] for one in _CHANGED),
        denied=counts["denied"],
        pended=counts["pended"],
        contact=counts["contact-payer"],
        undecided=counts["undecided"],
        authorization=authorization,
        summary=_summary(items),
    )


def _matched(requested: list[RequestedItem], answered: list[AnsweredItem]) -> list[DecidedItem]:
    """A decision for every requested item, then those that the payer added. Raises the problem `payer-error`."""
    by_sequence: dict[int, AnsweredItem] = {}
    for one in answered:
        if one.sequence in by_sequence:
            raise Problem("payer-error", f"The answer decides item {one.sequence} twice.", {"item": one.sequence})
        by_sequence[one.sequence] = one
    known = {one.sequence: one for one in requested}
    added = [one for one in answered if one.sequence not in known]
    if added and any(one.decision == "denied" for one in added):
        raise Problem("payer-error", "The answer denies what was not asked for.", {"item": added[0].sequence})
    asked = [_decided(one.sequence, one.code, by_sequence.get(one.sequence), one) for one in requested]
    return asked + [_decided(one.sequence, one.code, one) for one in added]


def _decided(
    sequence: int, code: str | None, answer: AnsweredItem | None, asked: RequestedItem | None = None
) -> DecidedItem:
    return DecidedItem(
        sequence=sequence,
        decision=_as_asked(answer, asked),
        code=(answer.code if answer else None) or code,
        number=answer.number if answer else None,
        start=answer.start if answer else None,
        end=answer.end if answer else None,
        units=answer.units if answer else None,
        site=answer.site if answer else None,
        reason=answer.reason if answer else None,
    )


def _as_asked(answer: AnsweredItem | None, asked: RequestedItem | None) -> Decided:
    """The decision: certified is as it was asked for, else it is certified in part, or modified."""
    if answer is None:
        return "undecided"
    if answer.decision != "certified" or asked is None:
        return answer.decision
    if answer.code is not None and answer.code != asked.code:
        return "modified"
    fewer = answer.units is not None and asked.units is not None and answer.units < asked.units
    return "partial" if fewer else "certified"


def _authorization(items: Iterable[DecidedItem], about: AnswerInput) -> Authorization | None:
    """The first certified item's number, with the days that all certified items share, and the units of the drug."""
    given = [one for one in items if one.decision in (*_CERTIFIED, *_CHANGED)]
    if not given:
        return None
    number = next((one.number for one in given if one.number), None)
    starts, ends = [one.start for one in given if one.start], [one.end for one in given if one.end]
    return Authorization(
        number=number,
        period=Period(start=max(starts, default=None), end=min(ends, default=None)),
        codes=[one.code for one in given if one.code],
        units=next((one.units for one in given if one.sequence == _DRUG), None),
        **about.asked.model_dump(),
    )


def _summary(items: Iterable[DecidedItem]) -> str:
    words = [
        f"item {one.sequence} ({one.code or 'no code'}) {one.decision}" + (f": {one.reason}" if one.reason else "")
        for one in items
        if one.decision not in _CERTIFIED
    ]
    return "; ".join(words)[:500] or "Every item is certified."


def _response(
    given: AnswerInput, items: list[DecidedItem], authorization: Authorization | None, now: datetime
) -> Resource:
    response: Resource = {
        "resourceType": "ClaimResponse",
        "status": "active",
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "professional"}]},
        "use": "preauthorization",
        "patient": {"reference": given.patient.reference},
        "created": (given.received_at or now).isoformat(timespec="seconds"),
        "insurer": {"display": "Payer"},
        "request": {"reference": given.claim.reference},
        "outcome": "complete",
        "item": [_adjudicated(one) for one in items],
    }
    if given.reference:
        response["identifier"] = [{"system": PAYER_SYSTEM, "value": given.reference}]
    if authorization is not None and authorization.number:
        response["preAuthRef"] = authorization.number
    return response


def _adjudicated(item: DecidedItem) -> Resource:
    """A decision with what the payer gave for it: number and days as PAS has them; code, units, site in words."""
    words = [word for word in (item.code, item.units and f"{item.units} units", item.site, item.reason) if word]
    adjudication: Resource = {
        "category": {"text": item.decision},
        "reason": {"text": "; ".join(words) or item.decision},
    }
    if item.number:
        number = [{"url": "number", "valueString": item.number}]
        adjudication["extension"] = [{"url": f"{_PAS}/extension-reviewAction", "extension": number}]
    adjudicated: Resource = {"itemSequence": item.sequence, "adjudication": [adjudication]}
    if item.start or item.end:
        edges = {"start": item.start, "end": item.end}
        days = {edge: day.isoformat() for edge, day in edges.items() if day is not None}
        adjudicated["extension"] = [{"url": f"{_PAS}/extension-itemPreAuthPeriod", "valuePeriod": days}]
    return adjudicated


class FollowUpInput(BaseModel):
    """The rule that the request went by, the levels filed so far, and when the payer decided."""

    rule: str | None = None
    urgency: str = "standard"
    appeals: int = Field(default=0, ge=0)
    decided_at: datetime | None = None


class FollowUp(BaseModel):
    """What can still be done. `decide_by` leaves time to write; `file_within` counts from the decision."""

    levels_left: int
    level: str | None
    file_within: Span | None
    decide_within: Span | None
    peer_to_peer: bool
    decide_by: datetime
    summary: str


@step("payer.follow_up_options", problems=("no-rule",))
async def follow_up_options(given: FollowUpInput, context: StepContext) -> FollowUp:
    """Ask the payer-clock table which windows are open after a denial, and what an appeal forfeits."""
    table = payer_rules()
    try:
        rule = table.named(given.rule or "")
    except NoRowError as error:
        raise Problem("no-rule", error.message) from None
    decided = given.decided_at or context.now
    level = rule.appeals[given.appeals] if given.appeals < len(rule.appeals) else None
    talk_until = _after(decided, rule.peer_to_peer_within, context) if rule.peer_to_peer_within else None
    forfeited = rule.peer_to_peer_forfeited_by_appeal and given.appeals > 0
    talk = talk_until is not None and not forfeited and context.now < talk_until
    file_until = _after(decided, level.file_within, context) if level else None
    closing = [one for one in (talk_until if talk else None, file_until) if one is not None]
    return FollowUp(
        levels_left=len(rule.appeals) - given.appeals,
        level=level.name if level else None,
        file_within=level.file_within if level else None,
        decide_within=level.decide_within if level else None,
        peer_to_peer=talk,
        decide_by=min(closing, default=_after(context.now, "2 business days", context)),
        summary=_windows(rule, talk_until if talk else None, level.name if level else None, file_until),
    )


def _windows(rule: PayerRule, talk_until: datetime | None, level: str | None, file_until: datetime | None) -> str:
    words = []
    if talk_until is not None:
        words.append(f"Peer-to-peer until {talk_until.date().isoformat()}")
        if rule.peer_to_peer_forfeited_by_appeal:
            words.append("an appeal forfeits it")
    if level is not None and file_until is not None:
        words.append(f"{level} until {file_until.date().isoformat()}")
    return ("; ".join(words) or "No level of appeal is left") + "."


def _after(start: datetime, span: str, context: StepContext) -> datetime:
    return add(start, parse_duration(span), context.zone, load.calendars()["us-business"])


class AppealInput(BaseModel):
    """The level that was filed, how, and when the payer received it."""

    patient: PatientReference
    order: OrderReference
    claim: ClaimReference
    number: int = Field(ge=1)
    level: str | None = None
    channel: str
    submitted_at: datetime
    reference: str
    documents: list[DocumentReference] = []


class AppealFiled(BaseModel):
    """The appeal that lies with the payer."""

    message: Annotated[Reference, Targets("Communication")]
    received_at: datetime


@step("payer.record_appeal", writes=("Communication",), business_key="number")
async def record_appeal(given: AppealInput, context: StepContext) -> AppealFiled:
    """Keep the appeal in the core, once for each level."""
    message: Resource = {
        "resourceType": "Communication",
        "status": "completed",
        "category": [{"text": f"Appeal: {given.level or given.number}"}],
        "subject": {"reference": given.patient.reference},
        "basedOn": [{"reference": given.order.reference}],
        "about": [{"reference": given.claim.reference}, *({"reference": one.reference} for one in given.documents)],
        "sent": given.submitted_at.isoformat(timespec="seconds"),
        "identifier": [{"system": PAYER_SYSTEM, "value": given.reference}],
        "medium": [{"text": given.channel}],
    }
    written = await context.fhir.create(message)
    return AppealFiled(message=Reference.to(written), received_at=given.submitted_at)
