"""A version of a pathway as a FHIR R4 PlanDefinition, for those who read FHIR, with what R4 could not say.

The export is for reading and for registries. It cannot be run elsewhere to the same end: FHIR has no durable waits,
queues, clocks or error handling. What has no element stands in extensions of ours, or is listed as left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pathways import wording
from pathways.plan import Child, Do, Plan, Task
from pathways.plan_definition import goals, questionnaires
from pathways.plan_definition.actions import Actions
from pathways.plan_definition.elements import Extensions, concept, without_nothing
from pathways.plan_definition.narrative import narrative

__all__ = ["BASE", "Exported", "Status", "Unsaid", "export"]

Json = Any
Status = Literal["draft", "active", "retired", "unknown"]

BASE = "https://carelane.example/fhir"
"""The canonical base where nobody gives one. It names things; nothing is fetched from it."""

PLAN_TYPES = "http://terminology.hl7.org/CodeSystem/plan-definition-type"


@dataclass(frozen=True)
class Unsaid:
    """Something that R4 has no element for, and where in the pathway it stands."""

    what: str
    where: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.what.rstrip('.')}: {', '.join(self.where)}"


@dataclass(frozen=True)
class Exported:
    """The resource, and what it could not say or says in extensions only."""

    resource: Json
    unsaid: tuple[Unsaid, ...]


def export(plan: Plan, *, base: str = BASE, status: Status = "draft") -> Exported:
    """The plan as a PlanDefinition. `base` is the canonical base of its address and of our extensions."""
    base = base.rstrip("/")
    extensions = Extensions(base)
    unsaid: dict[str, list[str]] = {}

    def canonical(pathway: str) -> str:
        return f"{base}/PlanDefinition/{pathway}"

    def tell(words: str) -> None:
        where, _, what = words.partition(": ")
        places = unsaid.setdefault(what, [])
        if where not in places:
            places.append(where)

    root = Actions(plan, extensions, canonical, tell).root()
    forms = [one for one in plan.steps if isinstance(one, Task) and one.form]
    for words in (*goals.unsaid(plan), *(said for one in forms for said in questionnaires.unsaid(one)), *_unsaid(plan)):
        tell(words)
    resource = {
        "resourceType": "PlanDefinition",
        "id": _resource_id(plan),
        "text": narrative(plan),
        "contained": [questionnaires.questionnaire(one, extensions) for one in forms],
        "extension": _about(plan, extensions),
        "url": canonical(plan.pathway),
        "version": plan.version,
        "name": _computer_name(plan.pathway),
        "title": plan.title,
        "type": concept("Workflow definition", PLAN_TYPES, "workflow-definition"),
        "status": status,
        "subjectCodeableConcept": concept("Patient", "http://hl7.org/fhir/resource-types", "Patient"),
        "publisher": plan.owner,
        "description": plan.purpose,
        "effectivePeriod": {"start": plan.effective_from} if plan.effective_from else None,
        "relatedArtifact": _related(plan, canonical),
        "goal": goals.goals(plan, extensions),
        "action": [root],
    }
    return Exported(without_nothing(resource), tuple(Unsaid(what, tuple(where)) for what, where in unsaid.items()))


def _resource_id(plan: Plan) -> str:
    return re.sub(r"[^A-Za-z0-9.\-]", "-", f"{plan.pathway}-{plan.version}")[:64]


def _computer_name(pathway: str) -> str:
    """A name that programs may use: R4 asks for a capital first, and letters, digits and underscores."""
    words = re.split(r"[^A-Za-z0-9]+", pathway)
    return "".join(f"{one[:1].upper()}{one[1:]}" for one in words if one)[:255]


def _about(plan: Plan, extensions: Extensions) -> list[Json]:
    about = [extensions.text("plan-digest", plan.digest)]
    if plan.review_by:
        about.append(extensions.text("review-by", plan.review_by))
    about += [
        extensions.parts("attribute", name=one.name, value=wording.computed_words(one.value)) for one in plan.attributes
    ]
    about += [
        extensions.parts("input", name=one.name, type=one.type.kind, required="true" if one.required else None)
        for one in plan.inputs
    ]
    about += [extensions.text("reads", one) for one in plan.contract.reads]
    about += [extensions.text("writes", one) for one in plan.contract.writes]
    return about


def _related(plan: Plan, canonical: Callable[[str], str]) -> list[Json]:
    children = sorted({one.pathway for one in plan.steps if isinstance(one, Child)})
    found: list[Json] = [{"type": "depends-on", "display": one, "resource": canonical(one)} for one in children]
    found += [{"type": "depends-on", "display": f"Value set {one.name}"} for one in plan.value_sets]
    found += [{"type": "depends-on", "display": f"Calendar {one.name}"} for one in plan.calendars]
    return found


def _unsaid(plan: Plan) -> list[str]:
    found = []
    if plan.inputs:
        found.append("inputs: what a pathway is started with; it is in extensions.")
    if plan.attributes:
        found.append("attributes: what lists show of an instance; it is in extensions.")
    if plan.unique is not None:
        found.append("unique: that a second start joins or is refused.")
    if plan.contract.reads or plan.contract.writes:
        found.append("contract: what may be read and written in the core; it is in extensions.")
    if plan.calendars:
        found.append("calendars: hours and holidays; only the names are given.")
    if any(isinstance(one, Do) for one in plan.steps):
        found.append("actions: retries and time limits.")
    return found
