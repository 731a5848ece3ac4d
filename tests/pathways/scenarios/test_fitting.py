"""What a scenario gives is what the world could give: else it is an error of the scenario, with its line."""

from __future__ import annotations

import pytest

from pathways.catalog import read_catalog
from pathways.datatypes.reading import read_object
from pathways.scenarios import Known, Plans, Result, run_all
from pathways.scenarios.fitting import misspelt
from tests.support.pathways import CATALOG, plan_of, scenarios_of

PATHWAY = """
starts_on: [{event: note.filed, when: event.data.final, inputs: {text: =event.data.text}}]
inputs: {text: {type: text}}
outcomes: {done: {title: Done}, missed: {title: Missed}}
steps:
  book: {do: visits.book}
  call: {pathway: child, save: called}
  wait: {wait: {event: note.filed, key: K}, timeout: {after: 1 day, to: gone}}
  over: {end: done}
  gone: {end: missed}
"""
CHILD = """
pathway: child
inputs: {n: {type: integer}}
outcomes: {ok: {title: Ok, give: {ready: =n}}, no: {title: No}}
steps:
  check: {wait: {for: 1 day}}
  over: {end: ok}
  off: {end: no}
"""
GIVES = read_catalog(
    {
        "actions": {"visits.book": {"output": {"appointment": "text"}}, "post.send": {"output": {"sent": "boolean"}}},
        "events": {"note.filed": {"schema": {"text": "text", "final": "boolean"}}, "case.closed": {"schema": {}}},
        "pathways": {"child": {"outcomes": {"ok": {"give": {"ready": "integer"}}, "no": {}}}},
    }
)
WELL = """
one:
  start: {inputs: {}}
  actions:
    visits.book: {give: {appointment: A}}
    post.send: {give: {sent: true}}
  children:
    child: {outcome: ok, give: {ready: 1}}
  then:
    - {event: note.filed, key: K, data: {text: a}}
  expect: {outcome: done}
"""


def play(text: str, *, known: bool = True) -> Result:
    """The result of a scenario; what children give is known from the catalog, or from their definition."""
    plan = plan_of(PATHWAY, GIVES if known else CATALOG)
    (result,) = run_all(plan, scenarios_of(text).scenarios, Plans([plan_of(CHILD)]), Known.of(GIVES))
    return result


def said(result: Result) -> list[tuple[int, str]]:
    """What is wrong, with its line."""
    return [(one.mark.line, f"{one.message} {one.hint}".strip()) for one in result.failures]


@pytest.mark.parametrize("known", [True, False])
def test_what_fits_is_well(known: bool) -> None:
    """Whoever says what a child gives."""
    assert said(play(WELL, known=known)) == []


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("written", "instead", "line", "words"),
    [
        ("data: {text: a}", "data: {txet: a}", 11, '"txet" is not in the data of note.filed. Did you mean "text"?'),
        ("{appointment: A}", "{apointment: A}", 6, 'does not give "apointment". Did you mean "appointment"?'),
        ("{sent: true}", "{snet: true}", 7, 'post.send does not give "snet". Did you mean "sent"?'),
        ("outcome: ok, give: {ready: 1}", "outcome: okay", 9, 'child has no outcome "okay". Did you mean "ok"?'),
        ("{ready: 1}", "{redy: 1}", 9, 'child, ended as "ok", does not give "redy". Did you mean "ready"?'),
    ],
)
def test_what_does_not_fit_is_an_error_where_it_stands(
    known: bool, written: str, instead: str, line: int, words: str
) -> None:
    """Nothing is run: what would be tried is nothing that happens."""
    text = WELL.replace(written, instead)
    result = play(text, known=known)
    ((at, message),) = said(result)
    assert (at, words in message) == (line, True), message
    assert result.seen == ()


def test_a_child_that_is_ended_by_hand_ends_as_it_can() -> None:
    """An entry `child` is held to the same as a stub."""
    text = WELL.replace("{outcome: ok, give: {ready: 1}}", "{running: true}").replace(
        "{event: note.filed, key: K, data: {text: a}}", "{child: call, outcome: ok, give: {redy: 1}}"
    )
    assert said(play(text))[0][1].startswith('child, ended as "ok", does not give "redy"')


def test_what_is_brought_beyond_what_is_declared_is_dropped() -> None:
    """Of an action's output, an event's data and a child's give; a scenario may show that."""
    text = WELL.replace("{appointment: A}", "{appointment: A, room: 7}").replace("{ready: 1}", "{ready: 1, z: 1}")
    text = text.replace("data: {text: a}", "data: {text: a, pages: 3}")
    text = text.replace("{outcome: done}", "{outcome: done, data: {called: {ready: 1, z: null}}}")
    assert said(play(text)) == []


def test_an_event_that_does_not_fit_opens_its_incident() -> None:
    """As it does where it happens; a scenario may show that."""
    text = WELL.replace("data: {text: a}", "data: {text: 5}")
    text = text.replace("{outcome: done}", "{incidents: [invalid-output]}")
    assert said(play(text)) == []


def test_data_that_starts_it_is_spelt_as_declared() -> None:
    """`start: {event}` is an event like any other."""
    text = WELL.replace("{inputs: {}}", "{event: note.filed, data: {text: a, finall: true}}")
    assert said(play(text))[0] == (4, '"finall" is not in the data of note.filed. Did you mean "final"?')


def test_fields_are_looked_at_at_any_depth() -> None:
    """In lists and objects inside objects; an open object has any."""
    item = {"type": "object", "fields": {"body": "text"}}
    declared = read_object({"a": {"type": "list", "item": item}, "o": "object", "other": "text"})
    value = {"a": [{"body": "x"}, {"bdoy": 1}], "o": {"any": 1}, "otehr": None}
    assert [place for place, _ in misspelt(declared, value)] == ["a[1].bdoy", "otehr"]


@pytest.mark.parametrize(
    ("start", "refused"),
    [
        ("{event: note.filed, data: {text: a, final: false}", "unwanted"),
        ("{event: note.filed, data: {text: a}", "dead-letter"),
        ("{event: note.filed, data: {text: a, final: false}", "true"),
        ("{inputs: {text: 5}", "inputs-invalid"),
    ],
)
def test_that_nothing_starts_may_be_expected(start: str, refused: str) -> None:
    """By an event that `starts_on` does not want, or of which that cannot be said, or by inputs that do not fit."""
    assert said(play(f"one: {{start: {start}, refused: {refused}}}}}")) == []


def test_a_start_that_is_expected_to_be_refused_must_be() -> None:
    """In that way, and by that scenario alone."""
    text = "one: {start: {event: note.filed, data: {text: a, final: %s}, refused: %s}}"
    ((_, done),) = said(play(text % ("true", "unwanted") + "\n"))
    assert done == "Expected that this is refused as unwanted; it was done."
    ((_, other),) = said(play(text % ("false", "dead-letter")))
    assert "refused as dead-letter; it was as unwanted" in other
