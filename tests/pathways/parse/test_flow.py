"""Parallel, repeat and child pathways are read with all they may say."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pathways.model import ChildDecl, ParallelDecl, RepeatDecl, SectionDecl
from tests.support.authored import noted, place, read

STEPS = "steps: {c: {wait: {for: 1 day}}}"


def body(step: str) -> object:
    """The body of a step that is read without findings."""
    return read(f"a: {step}\nb: {{end: done}}").steps[0].body


@pytest.mark.parametrize(
    ("join", "read_as"),
    [("", "all"), ("join: all, ", "all"), ("join: any, ", "any"), ("join: {count: 2}, ", 2), ("join: 2, ", 2)],
)
def test_how_many_branches_are_enough(join: str, read_as: str | int) -> None:
    """All, unless it says otherwise."""
    found = body(f"{{parallel: {{{join}branches: {{l: {{{STEPS}}}, r: {{title: Right, {STEPS}}}}}}}}}")
    assert isinstance(found, ParallelDecl)
    assert found.join == read_as
    assert [(branch.id.value, branch.title) for branch in found.branches] == [("l", None), ("r", "Right")]


def test_a_branch_may_be_its_steps_alone() -> None:
    """Then it has no title; a step may be called title, and both forms stand side by side."""
    rest = "{wait: {for: 1 day}}"
    found = body(f"{{parallel: {{branches: {{l: {{c: {rest}, title: {rest}}}, r: {{title: Right, {STEPS}}}}}}}}}")
    assert isinstance(found, ParallelDecl)
    shown = [(one.id.value, one.title, [step.id.value for step in one.steps]) for one in found.branches]
    assert shown == [("l", None, ["c", "title"]), ("r", "Right", ["c"])]


def test_a_repeat_over_a_list() -> None:
    """With the name of its item, its mode, and what it collects."""
    found = body(
        f"{{repeat: {{for_each: =items, as: one, mode: at-once, keep: true, collect: {{ids: =one.id}}, {STEPS}}}}}"
    )
    assert isinstance(found, RepeatDecl)
    assert (str(found.name), found.mode, found.keep) == ("one", "at-once", True)
    assert [(str(name), value.source) for name, value in found.collect] == [("ids", "=one.id")]


def test_what_is_carried_is_named_and_worked_out() -> None:
    """Beside what is collected."""
    found = body(f"{{repeat: {{for_each: =items, as: one, carry: {{last: =one.id, n: 1}}, {STEPS}}}}}")
    assert isinstance(found, RepeatDecl)
    assert [(str(name), value.source) for name, value in found.carry] == [("last", "=one.id"), ("n", 1)]


@pytest.mark.parametrize("way", ["while", "until"])
def test_a_repeat_by_a_condition(way: str) -> None:
    """Its condition takes no =, and a truth value stands for itself; its limit is a number or an expression."""
    for condition, limit in (("x < 3", "5"), ("true", "=x + 1")):
        found = body(f"{{repeat: {{{way}: {condition}, limit: {limit}, {STEPS}}}}}")
        assert isinstance(found, RepeatDecl)
        assert str(found.while_ if way == "while" else found.until) == condition


def test_a_section_is_its_steps_alone() -> None:
    """They stand in the step itself, beside what every step may have."""
    step = read(f"a: {{title: Visit, {STEPS}, timeout: {{after: 1 day, to: b}}}}\nb: {{end: done}}").steps[0]
    assert isinstance(step.body, SectionDecl)
    assert [one.id.value for one in step.body.steps] == ["c"]
    assert (step.title, step.timeout is not None) == ("Visit", True)


def test_steps_beside_what_they_should_stand_in_are_a_mistake_with_a_hint() -> None:
    """A repeat's steps stand in the repeat."""
    found = noted(f"a: {{repeat: {{while: x, limit: 3, {STEPS}}}, {STEPS}}}\nb: {{end: done}}")
    assert [(one.rule, one.hint) for one in found] == [
        ("two-kinds", "The steps of a repeat stand inside it, those of a parallel in its branches.")
    ]


def test_a_child_by_its_name_alone_and_with_all_it_may_say() -> None:
    """The short form takes no inputs."""
    assert body("{pathway: transport}") == body("{pathway: transport}")
    short = body("{pathway: transport}")
    assert isinstance(short, ChildDecl)
    assert (str(short.name), short.range, short.inputs, short.detached) == ("transport", None, None, False)
    full = body("{pathway: {name: transport, version: ^1.2, inputs: {patient: =patient}, detached: true}}")
    assert isinstance(full, ChildDecl)
    assert (str(full.range), full.detached) == ("^1.2", True)
    for beside in ("pathway: transport, detached: true", "pathway: {name: transport}, detached: true"):
        detached = body(f"{{{beside}}}")
        assert isinstance(detached, ChildDecl)
        assert detached.detached is True


@pytest.mark.parametrize(
    ("step", "rule", "at"),
    [
        ("{parallel: []}", "shape", "[]"),
        ("{parallel: {}}", "missing-key", "{}"),
        ("{parallel: {branches: {}}}", "shape", "{}"),
        ("{parallel: {branches: {L: {%s}}}}", "bad-id", "L"),
        ("{parallel: {branches: {l: {steps: {}}}}}", "shape", "{}"),
        ("{parallel: {branches: {l: {}}}}", "missing-key", "{}"),
        ("{parallel: {join: some, branches: {l: {%s}}}}", "shape", "some"),
        ("{parallel: {join: {count: 2}, branches: {l: {%s}}}}", "shape", "2"),
        ("{parallel: {join: {count: true}, branches: {l: {%s}}}}", "shape", "true"),
        ("{steps: []}", "shape", "[]"),
        ("{steps: {}}", "shape", "{}"),
        ("{steps: {undo: {wait: {for: 1 day}}}}", "bad-id", "undo"),
        ("{%s, with: {x: 1}}", "unknown-key", "with"),
        ("{repeat: {%s}}", "repeat-how", "{steps"),
        ("{repeat: {for_each: [], as: one, %s}}", "shape", "[]"),
        ("{pathway: {name: other, version: '>=2.0.0 <1.0.0'}}", "bad-version", "'>=2"),
        ("{repeat: {while: x, until: y, limit: 2, %s}}", "repeat-how", "until"),
        ("{repeat: {for_each: =x, %s}}", "missing-key", "{for_each"),
        ("{repeat: {while: x, %s}}", "missing-key", "{while"),
        ("{repeat: {while: x, limit: 0, %s}}", "shape", "0"),
        ("{repeat: {while: x, limit: often, %s}}", "shape", "often"),
        ("{repeat: {while: x, limit: 3, as: y, %s}}", "shape", "as"),
        ("{repeat: {while: x, limit: 3, mode: at-once, %s}}", "shape", "mode"),
        ("{repeat: {for_each: =x, as: event, %s}}", "bad-name", "event"),
        ("{repeat: {for_each: =x, as: y, mode: at-onec, %s}}", "shape", "at-onec"),
        ("{repeat: {for_each: =x, as: y, collect: {Z: 1}, %s}}", "bad-name", "Z"),
        ("{repeat: {for_each: =x, as: y, carry: {Z: 1}, %s}}", "bad-name", "Z"),
        ("{repeat: {for_each: =x, as: y, mode: at-once, carry: {z: 1}, %s}}", "carry-at-once", "carry"),
        ("{repeat: {for_each: =x, as: y, collect: {z: 1}, carry: {w: 1, z: 2}, %s}}", "name-saved-twice", "z: 2"),
        ("{repeat: {for_each: =x, as: y, steps: {}}}", "shape", "{}"),
        ("{pathway: {version: ^1}}", "missing-key", "{version"),
        ("{pathway: {name: transport, version: newest}}", "bad-version", "newest"),
        ("{pathway: {name: transport, inputs: [x]}}", "shape", "[x]"),
        ("{pathway: {name: transport, detached: yes}}", "shape", "yes"),
        ("{pathway: {name: transport}, detached: yes}", "shape", "yes"),
        ("{do: x.y, detached: true}", "unknown-key", "detached"),
        ("{pathway: null}", "missing-key", "pathway"),
    ],
)
def test_what_they_may_not_say_is_noted_where_it_stands(step: str, rule: str, at: str) -> None:
    """The place is that of the thing itself."""
    text = f"a: {step % STEPS if '%' in step else step}\nb: {{end: done}}"
    findings = [one for one in noted(text) if one.rule == rule]
    assert findings, [str(one) for one in noted(text)]
    assert place(text, findings[0]).startswith(at)


def test_the_section_of_the_language_page_can_be_read() -> None:
    """It stands in the reference as it would in a file."""
    page = Path(__file__).parents[3].joinpath("docs", "language.md").read_text()
    example = page.partition("### Steps of a step")[2].partition("```yaml\n")[2].partition("```")[0]
    assert isinstance(read(f"{dedent(example)}moved: {{end: done}}\ncharge: {{end: done}}").steps[0].body, SectionDecl)
