"""Tasks that are completed together: what was chosen, what it would bring, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.services.actor import Actor
from api.services.bulk import Candidate, Result, Selection
from api.services.errors import FormInvalidError, ServiceError, TaskClosedError
from api.services.patients import Patient, patient_of
from pathways.pace import pace_from_json, pathway_now
from web.presenters.form import sentence
from web.presenters.patients import PatientView, patient_view
from web.presenters.places import Places
from web.presenters.refusals import refusal_words
from web.presenters.task import OutcomeView
from web.presenters.times import Due, due_of

CHOSEN = "task"
"""The input that names a task and the version that was seen: `<id>.<version>`."""


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One of the tasks. `value` is what the form says of it; `problem` why it is left out, `comes` what comes next."""

    id: str
    value: str
    title: str
    patient: PatientView
    due: Due
    problem: str
    comes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindView:
    """The chosen tasks of one step and version."""

    title: str
    pathway: str
    rows: tuple[BulkRow, ...]


@dataclass(frozen=True, slots=True)
class ResultRow:
    """What became of one task; `missing` where nothing is known of it."""

    row: BulkRow | None
    done: bool
    words: str


def kinds(
    selection: Selection, patients: Mapping[str, Patient], versions: Mapping[str, int | None], now: datetime
) -> list[KindView]:
    """The chosen tasks by kind."""
    found = []
    for members in selection.kinds:
        first = members[0]
        rows = tuple(bulk_row(one, patients, versions, now) for one in members)
        found.append(KindView(first.step_title, f"{first.task.pathway_title} {first.task.pathway_version}", rows))
    return found


def bulk_row(
    one: Candidate, patients: Mapping[str, Patient], versions: Mapping[str, int | None], now: datetime
) -> BulkRow:
    """A task as a row."""
    task, instance = one.task, one.instance
    here = pathway_now(pace_from_json(instance.pace), now)
    places = Places(None, {each.address: each.title for each in one.begun})
    version = versions.get(task.id)
    return BulkRow(
        id=task.id,
        value=f"{task.id}.{task.version if version is None else version}",
        title=task.title,
        patient=patient_view(patients.get(patient_of(instance.inputs) or "")),
        due=due_of(task.due_at, instance.zone, here),
        problem=problem_words(one.problem, labels(one)) if one.problem is not None else "",
        comes=tuple(places.title(each.address) for each in one.begun),
    )


def labels(one: Candidate) -> Mapping[str, str]:
    """The labels of the form's fields, by name."""
    return {field.name: field.label for field in one.rules.fields}


def problem_words(error: ServiceError, names: Mapping[str, str]) -> str:
    """Why a task is not completed, in a sentence."""
    if isinstance(error, FormInvalidError) and error.fields:
        return "; ".join(sentence(names.get(name, name), why) for name, why in error.fields.items())
    if isinstance(error, TaskClosedError) and error.how == "cancelled":
        return "It was cancelled: the pathway went on without it."
    return refusal_words(error)


def outcomes(candidates: Sequence[Candidate], actor: Actor, chosen: str) -> tuple[OutcomeView, ...]:
    """The ways to complete them that the person's roles allow."""
    declared = candidates[0].task.outcomes or []
    allowed = [one for one in declared if not one.get("role") or one["role"] in actor.roles]
    return tuple(OutcomeView(one["id"], one["title"], chosen == one["id"]) for one in allowed)


def results(done: Sequence[Result], rows: Mapping[str, BulkRow], names: Mapping[str, str]) -> list[ResultRow]:
    """What became of each, those first that were not completed."""
    told = [_result(one, rows.get(one.task), names) for one in done]
    return sorted(told, key=lambda one: one.done)


def _result(one: Result, row: BulkRow | None, names: Mapping[str, str]) -> ResultRow:
    if one.problem is not None:
        return ResultRow(row, False, problem_words(one.problem, names))
    if one.completed is not None and one.completed.repeated:
        return ResultRow(row, True, "Completed, as it was sent the first time")
    return ResultRow(row, True, "Completed")
