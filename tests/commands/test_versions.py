"""`carelane pathway list`, `show`, `deprecate`, `retire`, `pause`, `unpause`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import settings
from commands import known_names
from tests.support.registry import asking, quiet, wish
from tests.support.served import Served

Run = Callable[..., tuple[int, str, str]]


def publish(machine: Served, *sources: str) -> None:
    """Publish definitions past the command line."""

    async def post() -> None:
        async with machine.office.client("informaticist") as client:
            for source in sources:
                answer = await client.post("/pathways", json=wish(source))
                assert answer.is_success, answer.text

    machine.run(post())


def test_versions_are_listed_with_their_states(machine: Served, run: Run) -> None:
    """The newest first; by name; as JSON too."""
    publish(machine, quiet("listed"), quiet("listed", "1.10.0"), quiet("listed", "1.9.0"), asking("waiting"))
    status, out, _ = run("pathway", "list", "listed")
    assert status == 0
    assert [line.split()[:3] for line in out.splitlines()] == [
        ["pathway", "version", "state"],
        ["listed", "1.10.0", "published"],
        ["listed", "1.9.0", "published"],
        ["listed", "1.0.0", "published"],
    ]
    assert "by Ines Calder" in out
    status, out, _ = run("pathway", "list", "--format", "json")
    items = {(one["name"], one["version"]): one["state"] for one in json.loads(out)["items"]}
    assert items["waiting", "1.0.0"] == "draft"
    assert items["referral", "1.0.0"] == "published"
    status, _, err = run("pathway", "list", "lised")
    assert (status, "There is no pathway lised." in err) == (1, True)


def test_a_version_is_shown_with_its_history(machine: Served, run: Run) -> None:
    """The highest, by number or by range; its source as it was published; all of it as JSON."""
    publish(machine, quiet("shown"), quiet("shown", "1.2.0"))
    status, out, _ = run("pathway", "show", "shown")
    assert (status, out.splitlines()[0]) == (0, "shown 1.2.0: Quiet")
    assert "publish by Ines Calder" in out
    assert run("pathway", "show", "shown@1.0.x", "--source")[1] == quiet("shown")
    status, out, _ = run("pathway", "show", "shown@1.0.0", "--format", "json")
    found = json.loads(out)
    assert (found["plan"]["pathway"], found["source"], found["state"]) == ("shown", quiet("shown"), "published")
    status, _, err = run("pathway", "show", "shown@9")
    assert (status, "There are 1.2.0, 1.0.0." in err) == (1, True)
    assert run("pathway", "show", "neverheard")[0] == 1


def test_a_draft_shows_what_its_approval_is_about(machine: Served, run: Run) -> None:
    """As whoever approves it will see."""
    publish(machine, asking("drafted"))
    out = run("pathway", "show", "drafted@1.0.0")[1]
    assert "state: draft" in out
    assert "it waits for approval:\n    the first version of this pathway:\n      form ask added" in out


def test_a_version_goes_through_its_states(machine: Served, run: Run) -> None:
    """Paused and taken back, deprecated, retired; each on record with its reason."""
    publish(machine, quiet("living"))
    assert run("pathway", "pause", "living", "1.0.0", "--reason", "Recall.", "--hold", "well")[1] == (
        "living 1.0.0: published, paused; instances hold at well\n"
    )
    assert run("pathway", "unpause", "living", "1.0.0")[1] == "living 1.0.0: published\n"
    assert run("pathway", "deprecate", "living", "1.0.0", "--reason", "Old.")[1] == "living 1.0.0: deprecated\n"
    status, out, _ = run("pathway", "retire", "living", "1.0.0", "--format", "json")
    assert (status, json.loads(out)["state"]) == (0, "retired")
    shown = run("pathway", "show", "living@1.0.0")[1]
    for done in ("publish by", "pause by Ines Calder: Recall.", "unpause by", "deprecate by Ines Calder: Old."):
        assert done in shown
    status, _, err = run("pathway", "pause", "living", "1.0.0", "--reason", "x")
    assert (status, "living 1.0.0 is retired." in err) == (1, True)


@pytest.mark.parametrize("verb", ["deprecate", "retire", "unpause"])
def test_only_those_who_may_change_a_version(machine: Served, run: Run, verb: str) -> None:
    """Others are told so; a missing version is named with what there is."""
    publish(machine, quiet("guarded"))
    status, _, err = run("pathway", verb, "guarded", "1.0.0", "--by", "coordinator")
    assert (status, "do not allow" in err) == (1, True)
    status, _, err = run("pathway", verb, "guarded", "7.0.0")
    assert (status, "There are 1.0.0." in err) == (1, True)
    assert run("pathway", verb, "guarded")[0] == 2


def test_names_are_remembered_for_the_shell(machine: Served, run: Run) -> None:
    """What was listed is completed without asking again; what is gone from the list is forgotten."""
    publish(machine, quiet("remembered"), quiet("remembered", "1.1.0"))
    assert known_names.complete_name("rem") == []
    run("pathway", "list")
    assert known_names.complete_name("rem") == ["remembered"]
    assert known_names.complete_name("remembered@1.1") == ["remembered@1.1.0"]
    configured = settings.load()
    known_names.remember(configured, [{"name": "other", "version": "1.0.0"}])
    assert {"other", "remembered"} <= set(known_names.complete_name(""))
    known_names.remember(configured, [], whole=True)
    assert known_names.complete_name("") == []
    (configured.cache_dir / "pathways.json").write_text("[1", encoding="utf-8")
    assert known_names.complete_name("") == []


def test_nothing_is_completed_where_nothing_can_be_kept(machine: Served, tmp_path: Path) -> None:
    """A cache that cannot be written is done without."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    unwritable = settings.load(cache_dir=tmp_path / "file" / "cache")
    known_names.remember(unwritable, [{"name": "lost", "version": "1.0.0"}])
    assert known_names.complete_name("lost") == []
