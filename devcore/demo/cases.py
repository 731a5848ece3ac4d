"""What a case of the demonstration meets and how it must end; and the referrals among them.

A script answers for whoever would: by step, in the order of visits, the last answer again when a step is visited
more often. What a script does not mention goes the usual way of its pathway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

Json = Any
Form = Mapping[str, Json]

VISIT_AHEAD = timedelta(days=9)


@dataclass(frozen=True)
class Answer:
    """How somebody completes a task; `form` may look at when the task was opened."""

    outcome: str
    form: Form | Callable[[datetime], Form] = field(default_factory=dict)

    def values(self, opened_at: datetime) -> Form:
        """The form's values for a task that was opened then."""
        return self.form(opened_at) if callable(self.form) else self.form


def reached(opened_at: datetime) -> Form:
    """The patient was reached, and a visit agreed on."""
    start = (opened_at + VISIT_AHEAD).replace(minute=0, second=0, microsecond=0)
    return {"contact": "reached", "start": start.isoformat()}


def contact(how: str, note: str = "") -> Answer:
    """A contact that led to no visit."""
    return Answer("logged", {"contact": how, **({"note": note} if note else {})})


def triaged(decision: str, reason: str = "", *, urgency: str = "routine") -> Answer:
    """What the nurse decided."""
    return Answer("decided", {"decision": decision, **({"reason": reason} if reason else {"urgency": urgency})})


REACHED = Answer("logged", reached)

USUAL: Mapping[str, Answer] = {
    "call-sender": Answer("go-on", {"spoke_with": "Front desk", "note": "The doctor is away this week"}),
    "triage": triaged("accept"),
    "reach-patient": REACHED,
    "check-contact-data": Answer("unchanged", {"spoke_with": "Front desk"}),
    "visit": Answer("arrived"),
    "chase-note": Answer("reminded"),
    "review": Answer("close", {"note": "Informed refusal, no red flags"}),
    "call-referrer": Answer("confirmed", {"confirmed_by": "Dr. Calloway"}),
}


OVERDUE_SEEN = Answer("done")
"""How the task of a clock that has run out is completed."""


@dataclass(frozen=True)
class Script:
    """What a case meets. `usual` is how tasks go that `answers` does not mention, children's among them.

    `leave_at`: the step that the running demonstration leaves to whoever tries it.
    """

    title: str
    outcome: str
    leave_at: str
    answers: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    pathway: ClassVar[str]
    usual: ClassVar[Mapping[str, Answer]]

    def answer(self, step: str, visit: int) -> Answer | None:
        """How the task of a step is completed on that visit (from 1); None for a step that nobody foresaw."""
        given = self.answers.get(step)
        if given:
            return given[min(visit, len(given)) - 1]
        return OVERDUE_SEEN if step.startswith("!") else self.usual.get(step)


@dataclass(frozen=True)
class ReferralScript(Script):
    """What a referral meets.

    `information`: what the sending office does when it is asked for what is missing; `later` answers the second
    request. `mixed_up`: the order first names another patient, which is an incident until the sender corrects it and
    a supervisor tries again.
    """

    pathway = "referral"
    usual = USUAL
    complete: bool = True
    information: Literal["answers", "later", "silent"] = "answers"
    note: Literal["announced", "found"] = "announced"
    acknowledges: bool = True
    cancels_visit: bool = False
    mixed_up: bool = False


# In the order of `devcore.patients.CASE_KINDS`, whose orders lack what some of these scripts are about.
SCRIPTS: tuple[ReferralScript, ...] = (
    ReferralScript("seen, and the note sent back", "closed-loop", leave_at="visit"),
    ReferralScript(
        "urgent, but the patient declines",
        "patient-declined",
        leave_at="review",
        answers={
            "triage": [triaged("accept", urgency="urgent")],
            "reach-patient": [contact("refused", "Feels well again")],
        },
    ),
    ReferralScript(
        "information comes after a reminder",
        "closed-loop",
        leave_at="reach-patient",
        complete=False,
        information="later",
        note="found",
    ),
    ReferralScript(
        "the sender is silent, the nurse redirects",
        "redirected",
        leave_at="triage",
        complete=False,
        information="silent",
        acknowledges=False,
        answers={"triage": [triaged("redirect", "Better seen by the movement disorder clinic")]},
    ),
    ReferralScript(
        "declined at triage",
        "declined",
        leave_at="triage",
        answers={"triage": [triaged("decline", "Topical treatment was not tried yet")]},
    ),
    ReferralScript("the patient cancels and books again", "closed-loop", leave_at="visit", cancels_visit=True),
    ReferralScript(
        "three attempts, nobody answers",
        "unreachable",
        leave_at="check-contact-data",
        answers={"reach-patient": [contact("no-answer"), contact("left-message"), contact("no-answer")]},
    ),
    ReferralScript(
        "two visits missed",
        "no-show",
        leave_at="reach-patient",
        answers={"visit": [Answer("no-show")]},
    ),
    ReferralScript("an order for the wrong patient, put right", "closed-loop", leave_at="triage", mixed_up=True),
)
