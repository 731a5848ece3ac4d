"""`carelane pathway migrate`: the dry run, doing it, taking it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.support.registry import quiet, wish
from tests.support.served import Served

Run = Callable[..., tuple[int, str, str]]

PASSES = """
language: 1
pathway: {name}
scenarios: {{it-ends: {{then: [{{after: 31 days}}], expect: {{outcome: done}}}}}}
"""


def prepared(machine: Served, name: str) -> list[str]:
    """Two versions that are published, and three instances of the first."""

    async def post() -> list[str]:
        async with machine.office.client("informaticist") as author:
            for version in ("1.0.0", "1.1.0"):
                source = quiet(name, version).replace("  well:", "  rest: {wait: {for: 30 days}}\n  well:")
                answer = await author.post("/pathways", json=wish(source, PASSES.format(name=name)))
                assert answer.is_success, answer.text
        found = []
        async with machine.office.client("coordinator") as client:
            for _ in range(3):
                answer = await client.post("/instances", json={"pathway": name, "version": "1.0.0"})
                assert answer.is_success, answer.text
                found.append(str(answer.json()["id"]))
        return found

    return machine.run(post())


def test_a_dry_run_then_the_move_then_back(machine: Served, run: Run) -> None:
    """Nothing moves without --apply, and a reason is asked for; a run can be taken back by its number."""
    idents = prepared(machine, "moving")
    versions = ("--from", "1.0.0", "--to", "1.1.0")
    status, out, _ = run("pathway", "migrate", "moving", *versions)
    assert status == 0
    assert "3 instances, moves" in out
    assert out.splitlines()[-1] == "3 instances, 0 blocked. Nothing was changed."
    assert run("pathway", "migrate", "moving", *versions, "--apply")[0] == 2
    status, out, _ = run("pathway", "migrate", "moving", *versions, "--apply", "--reason", "newer", "--format", "json")
    found = json.loads(out)
    assert (status, found["counts"], found["run"]["status"]) == (0, {"moved": 3}, "done")
    status, out, _ = run("pathway", "migrate", "moving", "--take-back", found["run"]["id"])
    assert (status, "3 taken-back" in out) == (0, True)
    assert run("pathway", "migrate", "moving")[0] == 2
    assert len(idents) == 3


def test_a_map_that_is_not_right_is_refused_with_its_place(machine: Served, run: Run, tmp_path: Path) -> None:
    """The finding says line and column."""
    prepared(machine, "mapped")
    file = tmp_path / "map.yaml"
    file.write_text("steps:\n  nothing: nowhere\n")
    status, _, err = run("pathway", "migrate", "mapped", "--from", "1.0.0", "--to", "1.1.0", "--map", str(file))
    assert status == 1
    assert "2:3" in err
