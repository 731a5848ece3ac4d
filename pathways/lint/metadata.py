"""Rules about what a pathway says of itself: who answers for it, how it is judged, when it is reviewed."""

from __future__ import annotations

from datetime import date

from pathways import feel
from pathways.diagnostics import Mark
from pathways.expressions import expressions_in
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import Authored, Text

_IDENTIFYING = frozenset(
    {
        "family", "given", "birth_date", "birthdate", "birthday", "dob", "mrn", "ssn", "member_id", "telecom",
        "phone", "email", "patient_name", "patient",
    }
)  # fmt: skip
"""Names that, in a path, say who somebody is."""


def check(subject: Subject) -> Findings:
    """All findings about the pathway's head."""
    definition = subject.definition
    for rule, what, given in (
        ("missing-purpose", "purpose", definition.purpose),
        ("missing-owner", "owner", definition.owner),
        ("missing-success", "success", definition.success),
        ("missing-review", "review_by", definition.review_by),
    ):
        if given is None:
            yield Finding(rule, definition.pathway.mark, f'The pathway does not say its "{what}".')
    yield from _review(definition.review_by, subject.today)
    for name, value in definition.attributes:
        yield from _identifying(subject, name, value)


def _review(review_by: Text | None, today: date) -> Findings:
    if review_by is None:
        return
    try:
        day = date.fromisoformat(review_by.value)
    except ValueError:
        yield Finding("bad-date", review_by.mark, f'review_by is a date, not "{review_by}".')
        return
    if day < today:
        yield Finding("past-review", review_by.mark, f"The review was due by {day.isoformat()}.")


def _identifying(subject: Subject, name: Text, value: Authored) -> Findings:
    patients = {one.name for one in subject.plan.inputs if "Patient" in one.type.target} | {
        field.name for field in subject.plan.names if "Patient" in field.type.target
    }
    for path in _paths(value.source):
        if path[0] in patients or set(path) & _IDENTIFYING:
            mark: Mark = value.mark
            message = f'The attribute "{name}" takes {".".join(path)}, which says who the patient is.'
            yield Finding("identifying-attribute", mark, message)


def _paths(source: object) -> set[tuple[str, ...]]:
    if not isinstance(source, str):
        return set()
    found: set[tuple[str, ...]] = set()
    for text, _ in expressions_in(source):
        try:
            found |= feel.parse_expression(text).paths
        except feel.FeelSyntaxError:
            continue
    return found
