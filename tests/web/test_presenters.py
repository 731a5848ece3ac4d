"""Words for times and values, and forms between browsers and JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways import feel, forms
from pathways.datatypes import DataType
from web.form_values import Typed, typed_from, typed_from_draft, typed_from_values, values_of
from web.presenters.times import due_of, length, time_of
from web.presenters.values import in_words, words

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("moment", "kind", "text"),
    [
        (None, "undated", "No due time"),
        (NOW - timedelta(days=3), "overdue", "Overdue by 3 days"),
        (NOW, "overdue", "Overdue by less than a minute"),
        (NOW + timedelta(hours=1), "soon", "Due in 1 hour"),
        (NOW + timedelta(days=2), "later", "Due in 2 days"),
    ],
)
def test_due_times_are_said_in_words_and_kind(moment: datetime | None, kind: str, text: str) -> None:
    """Never by colour alone."""
    due = due_of(moment, NEW_YORK, NOW)
    assert (due.kind, due.words) == (kind, text)


def test_times_are_exact_in_the_sites_zone() -> None:
    """With the zone's name, on both sides of a clock change."""
    assert time_of(NOW, NEW_YORK, NOW).exact == "Mon 2 Mar 2026, 09:00 EST"
    assert time_of(NOW + timedelta(days=7), NEW_YORK, NOW).exact == "Mon 9 Mar 2026, 10:00 EDT"


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=4000)))
def test_lengths_never_say_more_than_there_is(duration: timedelta) -> None:
    """The largest unit, rounded down, with its plural."""
    text = length(duration)
    if text != "less than a minute":
        count, unit = text.split()
        size = {"day": 86_400, "hour": 3_600, "minute": 60}[unit.rstrip("s")]
        assert int(count) * size <= duration.total_seconds() < (int(count) + 1) * size
        assert unit.endswith("s") == (int(count) != 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "Yes"),
        ("2026-03-09", "Mon 9 Mar 2026"),
        ("2026-03-09T14:00:00Z", "Mon 9 Mar 2026, 10:00 EDT"),
        ("2026-99-99", "2026-99-99"),
        ({"reference": "Patient/1", "display": None}, "Patient 1"),
        (
            {"reference": "MedicationRequest/94700005-a625-4224-9f68-8a9206425000/_history/2"},
            "Medication request …06425000",
        ),
        ("ServiceRequest/o-1", "Service request o-1"),
        ("regimens/infliximab@2026.1", "regimens/infliximab@2026.1"),
        ("buy-and-bill", "buy and bill"),
        ("A-20417", "A-20417"),
        ({"reference": "Practitioner/1", "display": "Dr Abara"}, "Dr Abara"),
        ([1, 2], "1, 2"),
        ({"complete": True, "missing": []}, "Complete: Yes"),
        ({"value": 410, "unit": "mg"}, "410 mg"),
        ({"start": "2026-03-09", "end": None}, "Mon 9 Mar 2026 to –"),
        ({}, "–"),
    ],
)
def test_values_are_told_in_words(value: Any, text: str) -> None:
    """What the store has as JSON."""
    assert in_words(value, NEW_YORK) == text


def test_identifiers_become_words() -> None:
    """For people who do not write pathways."""
    assert words("left-message") == "Left message"
    assert words("no_shows") == "No shows"


FIELDS = forms.from_json(
    [
        {"name": "note", "label": "Note", "type": {"kind": "text"}},
        {"name": "decision", "label": "Decision", "type": {"kind": "code", "options": ["accept", "decline"]}},
        {"name": "flagged", "label": "Flagged", "type": {"kind": "boolean"}},
        {"name": "count", "label": "Count", "type": {"kind": "integer"}},
        {"name": "weight", "label": "Weight", "type": {"kind": "decimal"}},
        {"name": "day", "label": "Day", "type": {"kind": "date"}},
        {"name": "start", "label": "Start", "type": {"kind": "instant"}},
        {"name": "order", "label": "Order", "type": {"kind": "Reference", "target": ["ServiceRequest"]}},
        {"name": "papers", "label": "Papers", "type": {"kind": "list", "item": {"kind": "Reference"}}},
        {"name": "ways", "label": "Ways", "type": {"kind": "list", "item": {"kind": "code", "options": ["a", "b"]}}},
    ]
)
VALUES = {
    "note": "Two\nlines",
    "decision": "accept",
    "flagged": False,
    "count": 3,
    "weight": 71.5,
    "day": "2026-03-09",
    "start": "2026-03-09T10:30:00-04:00",
    "order": {"reference": "ServiceRequest/1", "display": "Consult"},
    "papers": [{"reference": "DocumentReference/1", "display": None}],
    "ways": ["a", "b"],
}


def test_what_is_shown_is_sent_back_as_it_was() -> None:
    """Every type of field survives the way into inputs and back."""
    assert values_of(FIELDS, typed_from_values(FIELDS, VALUES, NEW_YORK), NEW_YORK) == VALUES


def test_a_draft_is_kept_as_typed() -> None:
    """Invalid or not; only what belongs to the form, not its tokens."""
    typed = typed_from([("f.count", "three"), ("f.note", "a\r\nb"), ("csrf", "x"), ("outcome", "done"), ("f.day", "")])
    kept = typed.fields()
    assert kept == {"f.count": ["three"], "f.note": ["a\nb"], "outcome": ["done"]}
    again = typed_from_draft(kept)
    assert again.one("f.count") == "three"
    assert typed_from_draft("nonsense") == Typed()


@pytest.mark.parametrize("text", ["three", "1e999", "nan", "1,5", "0x10"])
def test_what_is_no_number_stays_text(text: str) -> None:
    """So that the form's rules can say what is wrong with it."""
    assert values_of(FIELDS, Typed({"f.weight": (text,)}), NEW_YORK)["weight"] == text


@given(st.dictionaries(st.sampled_from([f"f.{one.name}" for one in FIELDS]), st.lists(st.text(max_size=20)).map(tuple)))
def test_whatever_is_typed_can_be_checked(raw: dict[str, tuple[str, ...]]) -> None:
    """Nothing that a browser may send raises; it conforms or is refused by name."""
    values = values_of(FIELDS, Typed(raw), NEW_YORK)
    env = feel.Environment(now=NOW, zone=UTC)
    kept, errors = forms.check(FIELDS, values, None, {}, env)
    assert set(kept) == set(VALUES)
    assert set(errors) <= set(VALUES)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": '])
def test_json_that_is_none_or_too_deep_is_refused_by_its_field(text: str) -> None:
    """Where a field takes JSON, whatever is typed there is for its type to judge."""
    fields = forms.from_json([{"name": "plan", "label": "Plan", "type": {"kind": "object", "fields": []}}])
    values = values_of(fields, Typed({"f.plan": (text,)}), NEW_YORK)
    assert "plan" in forms.check(fields, values, None, {}, feel.Environment(now=NOW, zone=UTC))[1]


def test_a_local_time_that_does_not_exist_moves_forward() -> None:
    """The night of the clock change has no half past two."""
    values = values_of(FIELDS, Typed({"f.start": ("2026-03-08T02:30",)}), NEW_YORK)
    assert values["start"] == "2026-03-08T03:30:00-04:00"
    assert DataType("instant").conform(values["start"])
