"""Reading YAML: what is text stays text, and what the language leaves out is refused where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from pathways.source import SourceError, read_source


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on: yes", {"on": "yes"}),
        ("no: off", {"no": "off"}),
        ("at: 2026-03-02T09:00:00-05:00", {"at": "2026-03-02T09:00:00-05:00"}),
        ("day: 2026-03-02", {"day": "2026-03-02"}),
        ("time: 9:30", {"time": "9:30"}),
        ("12: ~", {"12": None}),
        ("a: 0o17\nb: 017\nc: 1.50\nd: 1e3", {"a": 15, "b": 17, "c": 1.5, "d": 1000.0}),
        ("<<: {a: true}", {"<<": {"a": True}}),
        ("", {}),
    ],
)
def test_values_are_of_the_core_schema(text: str, expected: Any) -> None:
    """Keys are text, times stay text, and yes, no, on and off are words like others."""
    assert read_source(text).plain == expected


@pytest.mark.parametrize("written", ["01", "1.10", "0x1F", "1e3", "007", "true", "~"])
def test_a_scalar_keeps_how_it_was_written(written: str) -> None:
    """Where a text is wanted, a code such as 01 is not made 1."""
    assert read_source(f"a: {written}").value["a"].written == written


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: !!python/object:os.system x", (2, 4), "Tags"),
        ("a: !mine {b: 1}", (1, 4), "Tags"),
        ("a: !!str 5", (1, 4), "Tags"),
        ("!!str a: 5", (1, 1), "tags"),
        ("&k a: 5", (1, 1), "Anchors"),
        ("a: &x {b: 1}", (1, 4), "Anchors"),
        ("a: 1\nb: *a", (2, 4), "Anchors"),
        ("a: 1\na: 2", (2, 1), "twice"),
        ("a: 1e999", (1, 4), "larger"),
        ("a: 1\nb: [2, -.inf]", (2, 8), "-.inf is no number"),
        ("a: {b: .NaN}", (1, 8), ".NaN is no number"),
        ("a: " + "9" * 5000, (1, 4), "longer"),
        ("a: " + "0" * 5000 + ".5", (1, 4), "longer"),
        ("a:\n\tb: 1", (2, 1), "YAML"),
        ("a: 1\n---\nb: 2", (2, 1), "one document"),
        ("a: 1\nb: \udce9", (2, 4), "UTF-8"),
        ("a: " + "[" * 200, (1, 183), "180 levels"),
        ("[a]: 1", (1, 1), "key"),
    ],
)
def test_what_the_language_leaves_out_is_refused_where_it_stands(text: str, place: tuple[int, int], words: str) -> None:
    """The place is that of the thing itself, and the message says what it is."""
    with pytest.raises(SourceError) as raised:
        read_source(text)
    assert words in raised.value.message
    assert (raised.value.mark.line, raised.value.mark.column) == place
