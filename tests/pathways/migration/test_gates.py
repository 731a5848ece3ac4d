"""Gates and migration: a map, which moves many at once, passes none of them."""

from __future__ import annotations

import pytest

from pathways.migration import Migration, MigrationMap, map_from_json, migrate
from pathways.plan import Plan
from tests.support.plans import Player, make_plan

HEAD = "language: 1\npathway: care\ntitle: Care\nversion: %s\n"
CATALOG = {"roles": {"pharmacist": {"clinical": True}}}
GATE = "gate: clinical, task: {title: Check, queue: q, role: pharmacist}"
FIRST = f"""
steps:
  ask: {{task: {{title: A, queue: q}}}}
  check: {{{GATE}}}
  give: {{task: {{title: G, queue: q}}}}
  fin: {{end: ok}}
outcomes: {{ok: {{kind: success}}}}
"""
SECOND = FIRST.replace("  give:", "  again: {task: {title: A, queue: q}}\n  give:")


def plan(text: str, version: str) -> Plan:
    """A version of the pathway."""
    return make_plan(HEAD % version + text, CATALOG)


def migrated(mapping: MigrationMap, *done: str, second: str = SECOND) -> Migration:
    """An instance in which these tasks are completed, migrated by a map."""
    run = Player(plan(FIRST, "1.0.0"))
    for address in done:
        run.complete(address)
    return migrate(run.plan, plan(second, "1.1.0"), run.state, mapping, run.at, "ines", "a better way")


def mapping(**steps: object) -> MigrationMap:
    """A map of steps."""
    return map_from_json({"steps": steps})


@pytest.mark.parametrize(
    ("ways", "done"),
    [
        ({"check": {"to": "give", "enter": True}}, ("ask",)),
        ({"ask": {"to": "give", "enter": True}}, ()),
        ({"ask": {"to": "again"}}, ()),
    ],
    ids=["left", "jumped over", "jumped over by a rename"],
)
def test_a_gate_that_both_versions_have_is_not_passed(ways: dict[str, object], done: tuple[str, ...]) -> None:
    """Neither the one that is open, nor the one to come."""
    found = migrated(mapping(**ways), *done)
    assert [why for why in found.blocked if "a gate is passed one by one" in why]


def test_a_gate_behind_and_one_that_is_gone_are_in_nobodys_way() -> None:
    """What was decided is decided; what the approved version has no more is decided by nobody."""
    assert migrated(mapping(give={"to": "again", "enter": True}), "ask", "check").blocked == ()
    gone = FIRST.replace(f"  check: {{{GATE}}}\n", "")
    assert migrated(mapping(check={"to": "give", "enter": True}), "ask", second=gone).blocked == ()
    assert migrated(mapping(check={"to": "ask", "enter": True}), "ask").blocked == ()
