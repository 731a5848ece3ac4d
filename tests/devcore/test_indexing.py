"""Dates become the instants that they cover."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcore.indexing import index_of, normalized, period_of


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01T00:00:00.000000", "2026-12-31T23:59:59.999999"),
        ("2024-02", "2024-02-01T00:00:00.000000", "2024-02-29T23:59:59.999999"),
        ("2026-12", "2026-12-01T00:00:00.000000", "2026-12-31T23:59:59.999999"),
        ("2026-07-04", "2026-07-04T00:00:00.000000", "2026-07-04T23:59:59.999999"),
        ("2026-07-04T10:30", "2026-07-04T10:30:00.000000", "2026-07-04T10:30:59.999999"),
        ("2026-07-04T10:30:15Z", "2026-07-04T10:30:15.000000", "2026-07-04T10:30:15.999999"),
        ("2026-07-04T10:30:15.5Z", "2026-07-04T10:30:15.500000", "2026-07-04T10:30:15.599999"),
        ("2026-07-04T23:30:00-05:00", "2026-07-05T04:30:00.000000", "2026-07-05T04:30:00.999999"),
        ("0001", "0001-01-01T00:00:00.000000", "0001-12-31T23:59:59.999999"),
    ],
)
def test_a_date_covers(text: str, first: str, last: str) -> None:
    """A date covers from its first to its last instant, in UTC."""
    assert period_of(text) == (first, last)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 - made aware below
def test_an_instant_covers_itself(at: datetime) -> None:
    """An instant to the microsecond covers exactly itself, and its day covers it."""
    aware = at.replace(tzinfo=UTC)
    text = aware.isoformat(timespec="microseconds").replace("+00:00", "Z")
    first, last = period_of(text)
    assert first == last == text[:-1]
    day_first, day_last = period_of(text[:10])
    assert day_first <= first <= day_last
    assert period_of((aware + timedelta(days=1)).isoformat()[:10])[0] > day_last


@pytest.mark.parametrize("text", ["", "soon", "2026-13", "2026-02-30", "20260101", "2026-01-01T"])
def test_other_texts_are_no_dates(text: str) -> None:
    """What FHIR does not call a date is refused."""
    with pytest.raises(ValueError, match=r"FHIR date|must be in|out of range"):
        period_of(text)


def test_an_unreadable_date_is_stored_and_not_found() -> None:
    """A resource with a broken date is indexed by everything else."""
    index = index_of({"resourceType": "Patient", "birthDate": "unknown", "gender": "male"})
    assert index.dates == []
    assert ("gender", "", "male") in index.tokens


def test_open_periods_reach_to_the_ends_of_time() -> None:
    """A period without an end covers everything after its start."""
    index = index_of({"resourceType": "Encounter", "period": {"start": "2026-01-01"}})
    assert index.dates == [("date", "2026-01-01T00:00:00.000000", "9999")]


def test_text_is_compared_without_case_and_accents() -> None:
    """Names are found however they are typed."""
    assert normalized("Ångström") == normalized("ANGSTROM")


def test_only_patients_are_indexed_as_patients() -> None:
    """`patient` finds a subject that is a Patient, not a Group; contained resources are not references."""
    group = index_of({"resourceType": "Condition", "subject": {"reference": "Group/1"}})
    assert [name for name, _ in group.references] == ["subject"]
    assert index_of({"resourceType": "Condition", "subject": {"reference": "#p"}}).references == []
