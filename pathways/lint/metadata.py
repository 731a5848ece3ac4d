"""Rules about what a pathway says of itself: who answers for it, how it is judged, when it is reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pathways import feel
from pathways.diagnostics import Mark
from pathways.expressions import expressions_in
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import AlertDecl, Authored, ClockDecl, Definition, TaskDecl, Text

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
        if given is None or (isinstance(given, Text) and not given.value.strip()):
            yield Finding(rule, definition.pathway.mark, f'The pathway does not say its "{what}".')
    yield from _review(definition.review_by, subject.today)
    for alert in _alerts(definition):
        yield from _review(alert.review_by, subject.today)
    yield from _unexplained(definition)
    for name, value in definition.attributes:
        yield from _identifying(subject, name, value)


def _alerts(definition: Definition) -> Iterator[AlertDecl]:
    """What says why and until when there is an alert: clocks, tasks, and what hangs on them."""
    for clock in definition.clocks:
        yield clock
        if clock.breach is not None:
            yield clock.breach
    for placed in definition.placed:
        if isinstance(placed.step.body, TaskDecl):
            yield placed.step.body
            yield from placed.step.body.remind
            yield from placed.step.body.escalate


def _unexplained(definition: Definition) -> Findings:
    """Alerts for which neither they, nor what they hang on, nor the pathway says why or until when."""
    for one, around in _alerting(definition):
        said = (one, *around)
        if definition.purpose is None and not any(alert.why for alert in said):
            yield Finding("alert-without-why", _mark(one), "Nobody says why there is this alert.")
        if definition.review_by is None and not any(alert.review_by for alert in said):
            yield Finding("alert-without-review", _mark(one), "Nobody says when this alert is reviewed.")


def _alerting(definition: Definition) -> Iterator[tuple[AlertDecl, tuple[AlertDecl, ...]]]:
    for clock in definition.clocks:
        if clock.breach is not None:
            yield clock.breach, (clock,)
        elif clock.warn is not None:
            yield clock, ()
    for placed in definition.placed:
        body = placed.step.body
        if isinstance(body, TaskDecl):
            for one in (*body.remind, *body.escalate):
                yield one, (body,)


def _mark(alert: AlertDecl) -> Mark:
    return alert.id.mark if isinstance(alert, ClockDecl) else getattr(alert, "mark", Mark())


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
