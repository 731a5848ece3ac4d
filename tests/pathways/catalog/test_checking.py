"""Checking a catalog: each finding where it stands, with its rule and the nearest name; what is well is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.catalog import EntryError, read_catalog
from pathways.catalog.checking import check_calendar, check_catalog, check_section
from pathways.source import SourceError, read_source

WELL = """
actions:
  visits.book:
    title: Book a visit
    input: {order: {type: Reference, required: true}, minutes: integer}
    output: {type: object, properties: {start: {type: string, format: date-time}}, required: [start]}
    problems: [slot-taken]
    reads: Slot
    business_key: order
    slow: true
  visits.cancel:
events: {note.filed: {schema: {note: {fields: {text: text, at: instant}}}}, order.placed: {data: [order]}}
queues: {intake: {title: Intake, roles: [nurse], calendar: clinic}, desk: }
roles: {nurse: {clinical: true}, clerk: {}}
calendars:
  clinic:
    title: Clinic
    zone: America/New_York
    hours: {mon: ["08:00-12:00", "13:00-17:00"], tue: []}
    closed: [2026-12-25]
value_sets: {colours: [red, green], sizes: {codes: [s, m], source: By hand}}
pathways: {visit: {inputs: {order: Reference}, outcomes: {seen: {give: {note: Reference}}, missed: {}}}}
"""


def told(text: str) -> list[tuple[str, int, int, str]]:
    """What is found: rule, line, column and words."""
    return [(one.rule, one.line, one.column, f"{one.message} {one.hint}") for one in check_catalog(text, "c.yaml")]


def test_a_catalog_that_is_well_has_no_findings() -> None:
    """All sections, in all forms that they may have."""
    assert told(WELL) == []
    everything = Path(__file__).parents[1] / "everything.catalog.yaml"
    found = check_catalog(everything.read_text(encoding="utf-8"), "e")
    assert [str(one) for one in found if one.severity == "error"] == []


@pytest.mark.parametrize(
    ("text", "rule", "place", "words"),
    [
        ("queues: [mine\nroles: x\n", "yaml", (2, 6), ""),
        ("queues: [mine]\nqueues: [other]\n", "yaml", (2, 1), "twice"),
        ("- a\n", "shape", (1, 1), "mapping"),
        ("actoins: {}\n", "unknown-key", (1, 1), '"actions"'),
        ("queues: mine\n", "shape", (1, 9), "list of names"),
        ("queues: [mine, other, mine]\n", "stands-twice", (1, 23), "twice in queues"),
        ("actions:\n  a.b: {problms: [x]}\n", "unknown-key", (2, 9), '"problems"'),
        ("actions:\n  a.b: {output: {n: integr}}\n", "unknown-type", (2, 21), "integer"),
        ("actions:\n  a.b: {output: {n: {m: {type: integr}}}}\n", "unknown-type", (2, 32), "integer"),
        ("actions:\n  a.b: {output: {n: {type: list, of: {type: txet}}}}\n", "unknown-type", (2, 45), "text"),
        ("actions:\n  a.b: {output: {n: {type: list, itme: text}}}\n", "unknown-key", (2, 34), '"item"'),
        ("actions:\n  a.b: {output: {n: {type: text, required: 1}}}\n", "shape", (2, 34), "true or false"),
        ("actions:\n  a.b: {output: {n: {fields: {x: txt}}}}\n", "unknown-type", (2, 34), "text"),
        ("actions:\n  a.b: {input: {n: text}, business_key: m}\n", "unknown-field", (2, 41), "no input"),
        ("actions:\n  a.b: {slow: 1}\n", "shape", (2, 15), "true or false"),
        ("actions:\n  a.b: {reads: [[Slot]]}\n", "shape", (2, 16), "list of texts"),
        ("actions:\n  a.b: text\n", "shape", (2, 8), "is a map"),
        ("actions:\n  a.b: {input: 7}\n", "shape", (2, 16), "JSON Schema"),
        ("events:\n  e.f: {shema: {n: integer}}\n", "unknown-key", (2, 9), '"schema"'),
        (
            "events:\n  e.f: {schema: {type: object, properties: {n: {type: strng}}}}\n",
            "unknown-type", (2, 55), "string",
        ),
        (
            "events:\n  e.f: {schema: {type: object, properties: {note: {}}, required: [nota]}}\n",
            "unknown-field",
            (2, 67),
            '"note"',
        ),
        (
            "events:\n  e.f: {schema: {properties: {n: {x-carelane-type: Refrence}}}}\n",
            "unknown-type", (2, 52), "Reference",
        ),
        ("roles: {nurse: {clinical: yes please}}\n", "shape", (1, 27), "true or false"),
        ("queues: {desk: {roles: [nurs]}}\nroles: [nurse]\n", "unknown-role", (1, 25), '"nurse"'),
        (
            "queues: {desk: {calendar: clinc}}\ncalendars: {clinic: {zone: UTC, hours: {mon: ['08:00-17:00']}}}\n",
            "unknown-calendar",
            (1, 27),
            '"clinic"',
        ),
        (
            "calendars:\n  c: {zone: America/New_Yorkk, hours: {mon: ['08:00-17:00']}}\n",
            "bad-calendar", (2, 13), "New_York",
        ),
        ("calendars:\n  c: {zone: UTC, hours: {mno: ['08:00-17:00']}}\n", "bad-calendar", (2, 26), '"mon"'),
        ("calendars:\n  c: {zone: UTC, hours: {mon: ['8-17']}}\n", "bad-calendar", (2, 31), "no opening time"),
        ("calendars:\n  c: {zone: UTC, hours: {mon: []}}\n", "bad-calendar", (2, 3), "never open"),
        (
            "calendars:\n  c: {zone: UTC, hours: {mon: ['08:00-17:00']}, closed: [2026-02-30]}\n",
            "bad-calendar", (2, 58), "no date",
        ),
        ("calendars:\n  c: {zone: UTC, hours: {mon: ['08:00-17:00']}, holidays: XX}\n", "bad-calendar", (2, 59), "XX"),
        ("calendars:\n  c: {zone: UTC, huors: {mon: ['08:00-17:00']}}\n", "unknown-key", (2, 18), '"hours"'),
        ("calendars: [clinic]\n", "shape", (1, 12), "map of names"),
        ("value_sets: {colours: {codes: red}}\n", "shape", (1, 31), "list of codes"),
        ("value_sets: {colours: [red, red]}\n", "stands-twice", (1, 29), "twice"),
        ("actions:\n  a.b: {problems: [late, late]}\n", "stands-twice", (2, 26), "twice"),
        ("actions:\n  a.b: {reads: [Slot, Pateint]}\n", "unknown-resource", (2, 23), '"Patient"'),
        ("actions:\n  a.b: {writes: Tsk}\n", "unknown-resource", (2, 17), '"Task"'),
        (
            "actions:\n  a.b: {input: {o: {type: Reference, target: [Ordr]}}}\n",
            "unknown-resource", (2, 47), "no resource",
        ),
        (
            "events:\n  e.f: {schema: {properties: {n: {x-carelane-type: Reference, x-carelane-target: [Tsk]}}}}\n",
            "unknown-resource", (2, 83), '"Task"',
        ),
        ("events:\n  e.f: {schema: {n: {type: code, options: [a, b, a]}}}\n", "stands-twice", (2, 50), "twice"),
        ("events:\n  e.f: {schema: {n: {type: text, target: Task}}}\n", "unknown-key", (2, 34), "Reference"),
        ("pathways: {visit: {inputs: {order: Refrence}}}\n", "unknown-type", (1, 36), "Reference"),
        ("pathways: {visit: {outcomes: {seen: {give: {n: integr}}}}}\n", "unknown-type", (1, 48), "integer"),
        ("pathways: {visit: {outcomes: seen}}\n", "shape", (1, 30), "map of outcomes"),
        ("actions:\n  a.b: {colour: green}\n", "unread-key", (2, 9), "Nothing reads"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_where_it_stands(text: str, rule: str, place: tuple[int, int], words: str) -> None:
    """One finding, by its rule, at its line and column, with what to do."""
    found = told(text)
    assert [(one[0], (one[1], one[2])) for one in found] == [(rule, place)], found
    assert words in found[0][3]


def test_everything_is_found_at_once() -> None:
    """Reading stops at the first; an author sees all."""
    text = "actions:\n  a.b: {problms: [x], output: {n: integr}}\n  c.d: {inputt: {}}\nqueues: mine\n"
    assert [one[:2] for one in told(text)] == [
        ("unknown-key", 2), ("unknown-type", 2), ("unknown-key", 3), ("shape", 4),
    ]  # fmt: skip


def test_a_section_and_a_calendar_of_their_own() -> None:
    """As they lie in an installed catalog: the file is the section, the file's name the calendar's."""
    (found,) = check_section("desk: {roles: [nurs]}\n", "queues.yaml", "queues", ["nurse"])
    assert (found.rule, found.file, found.line, found.column) == ("unknown-role", "queues.yaml", 1, 16)
    (found,) = check_calendar("zone: UTC\nhours: {mon: x}\n", "c.yaml", "c")
    assert (found.rule, found.line, found.column) == ("bad-calendar", 2, 14)
    assert [one.rule for one in check_calendar("- x\n", "c.yaml", "c")] == ["bad-calendar"]


_SCALAR = st.sampled_from(["text", "integr", "a", "1", "true", "null", "object", "list", "2026-01-01", "[]", "{}"])
_KEY = st.sampled_from(
    ["actions", "events", "queues", "roles", "calendars", "value_sets", "pathways", "input", "output", "schema", "type",
     "fields", "item", "properties", "required", "zone", "hours", "mon", "closed", "holidays", "outcomes", "give",
     "codes"]
)  # fmt: skip


def _written(made: dict[str, str]) -> str:
    return f"{{{', '.join(f'{key}: {value}' for key, value in made.items())}}}"


_TREE = st.recursive(
    _SCALAR,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda rows: f"[{', '.join(rows)}]")
        | st.dictionaries(_KEY, inner, max_size=4).map(_written)
    ),
    max_leaves=12,
)


@given(_TREE)
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_nothing_is_raised_and_what_is_refused_is_found(text: str) -> None:
    """A catalog that cannot be read has an error; one that has none can be read."""
    found = check_catalog(text, "c.yaml")
    try:
        read_catalog(read_source(text).plain)
    except (EntryError, SourceError):
        assert [one for one in found if one.severity == "error"], text
