"""No name means two things: none hides an outer one, and no two branches save the same."""

from __future__ import annotations

import pytest

from tests.support.authored import found, one, place

REST = "{wait: {for: 1 day}}"


def setting(name: str, value: str = "1") -> str:
    """A step that saves a name."""
    return f"{{set: {{{name}: {value}}}}}"


def each(step: str = REST, name: str = "x", collect: str = "") -> str:
    """A repeat over a list, whose item has a name."""
    gathered = f"collect: {{{collect}: 1}}, " if collect else ""
    return f"{{repeat: {{for_each: =order, as: {name}, {gathered}steps: {{c: {step}}}}}}}"


def round_and_round(step: str = REST, collect: str = "", carry: str = "") -> str:
    """A repeat without an item."""
    gathered = f"collect: {{{collect}: 1}}, " if collect else ""
    gathered += f"carry: {{{carry}: 1}}, " if carry else ""
    return f"{{repeat: {{while: true, limit: 2, {gathered}steps: {{c: {step}}}}}}}"


def both(left: str, right: str) -> str:
    """Two branches, l and r, of a step each."""
    return f"{{parallel: {{branches: {{l: {{steps: {{d: {left}}}}}, r: {{steps: {{d: {right}}}}}}}}}}}"


def section(step: str = REST) -> str:
    """A section of one step."""
    return f"{{steps: {{e: {step}}}}}"


def steps(*bodies: str) -> str:
    """Steps one after the other, and an end."""
    return "\n".join(f"s{number}: {body}" for number, body in enumerate(bodies)) + "\nz: {end: done}"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (steps(setting("x"), round_and_round(setting("x", "2"))), "x: 2"),
        (steps(round_and_round(setting("order", "2"))), "order: 2"),
        (steps(setting("x"), each()), "x, steps"),
        (steps(each(setting("x", "2"))), "x: 2"),
        (steps(each(each(name="x"))), "x, steps: {c: {wait"),
        (steps(each(round_and_round(collect="x"))), "x: 1"),
        (steps(each(round_and_round(carry="x"))), "x: 1"),
        (steps(round_and_round(setting("x", "2"), carry="x")), "x: 2"),
        (steps(both(round_and_round(setting("y", "1")), setting("y", "2"))), "y: 1"),
        (steps(setting("x"), section(round_and_round(setting("x", "2")))), "x: 2"),
        (steps(setting("x"), round_and_round(section(setting("x", "2")))), "x: 2"),
    ],
)
def test_an_inner_name_may_not_hide_an_outer_one(text: str, at: str) -> None:
    """Whether that is an input, saved outside, or an item of a repeat around."""
    finding = one(found(text), "shadowed-name")
    assert place(text, finding).startswith(at)


def test_a_side_flow_may_not_hide_what_the_pathway_saves() -> None:
    """What it saves is its own."""
    text = """
    side_flows: {call: {steps: {b: {set: {x: 2, y: 3}}}}}
    steps: {a: {set: {x: 1}}, z: {end: done}}
    """
    assert '"x" in the side flow "call"' in one(found(text), "shadowed-name").message


@pytest.mark.parametrize(
    "second",
    [
        setting("x", "2"),
        "{task: {queue: intake}, save: x}",
        both(setting("x"), REST),
        round_and_round(collect="x"),
        round_and_round(carry="x"),
        section(setting("x", "2")),
        section(section(both(setting("x"), REST))),
    ],
)
def test_two_branches_may_not_save_the_same_name(second: str) -> None:
    """However deep in them it is saved, in the same scope."""
    finding = one(found(steps(both(setting("x"), second))), "name-saved-twice")
    assert '"l" and "r" of "s0"' in finding.message


@pytest.mark.parametrize(
    "text",
    [
        steps(setting("x"), setting("x", "2")),
        steps(both(setting("x"), REST), setting("x", "3")),
        steps(section(setting("x")), section(setting("x", "2"))),
        steps(both(section(section(setting("x"))), REST)),
        steps(round_and_round(setting("x")), round_and_round(setting("x", "text"))),
        steps(both(round_and_round(setting("x")), round_and_round(setting("x")))),
        steps(each(collect="gathered"), each(collect="gathered")),
        steps(setting("x"), round_and_round(carry="x"), setting("x", "2")),
    ],
)
def test_elsewhere_a_name_may_be_saved_again(text: str) -> None:
    """One after the other, or in iterations that have nothing to do with each other."""
    assert found(text) == []
