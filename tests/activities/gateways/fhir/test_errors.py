"""Errors tell apart what can be tried again from what cannot, in the core's own words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from activities.gateways.fhir import errors
from activities.gateways.fhir.errors import FhirError, error_of, retry_after_of, text_of
from pathways.errors import CarelaneError


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, errors.BadRequest, False),
        (401, errors.Unauthorized, False),
        (403, errors.Forbidden, False),
        (404, errors.NotFound, False),
        (405, errors.NotSupported, False),
        (409, errors.Conflict, True),
        (410, errors.Gone, False),
        (412, errors.PreconditionFailed, False),
        (418, errors.BadRequest, False),
        (422, errors.Unprocessable, False),
        (429, errors.Throttled, True),
        (500, errors.Unavailable, True),
        (501, errors.NotSupported, False),
        (503, errors.Unavailable, True),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[FhirError], retryable: bool) -> None:
    """A status gives the error that says whether sending again may help."""
    error = error_of("create Task", status, {"Retry-After": "7"}, None)
    assert type(error) is kind
    assert (error.retryable, error.status, error.retry_after) == (retryable, status, 7.0)
    assert str(error) == f"The core answered {status} to create Task"
    assert isinstance(error, CarelaneError)


def test_the_cores_words_are_kept() -> None:
    """An OperationOutcome's issues are told in their own words, with where they lie."""
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "error", "code": "required", "diagnostics": "intent is missing", "expression": ["Task"]},
            {"severity": "error", "code": "value", "details": {"text": "no such status"}},
            {"severity": "error", "code": "value", "details": {"coding": [{"display": "bad code"}]}},
            {"severity": "warning", "code": "lock-error"},
            {"severity": "information", "code": "informational", "diagnostics": "all well"},
        ],
    }
    error = error_of("create Task", 422, {}, outcome)
    assert error.outcome_text == "intent is missing (Task); no such status; bad code; lock-error"
    assert error.outcome_text in error.message
    assert error.outcome == outcome


@pytest.mark.parametrize("body", [None, "oops", [], {}, {"resourceType": "Task"}, {"resourceType": "OperationOutcome"}])
def test_other_bodies_have_no_words(body: object) -> None:
    """What is no OperationOutcome says nothing, and breaks nothing."""
    assert text_of(body) == ""


def test_retry_after_is_seconds_or_a_date() -> None:
    """Both forms of Retry-After become seconds; others are as if there were none."""
    now = datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC)
    assert retry_after_of("3") == 3.0
    assert retry_after_of("Wed, 01 Jul 2026 12:00:30 GMT", now) == 30.0
    assert retry_after_of("Wed, 01 Jul 2026 11:00:00 GMT", now) == 0.0
    assert retry_after_of("Wed, 01 Jul 2026 12:00:30 -0000", now) == 30.0
    assert retry_after_of("soon") is None
    assert retry_after_of(None) is None


def test_codes_are_stable_and_different() -> None:
    """Every error has a code of its own, which interfaces may rely on."""
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, FhirError)]
    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes)) > 15
