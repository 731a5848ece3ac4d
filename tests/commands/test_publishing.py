"""`carelane pathway publish` and `approve`, against an API on a real port."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.registry import asking, quiet, wish
from tests.support.served import Served

Run = Callable[..., tuple[int, str, str]]


def folder(where: Path, *sources: str) -> Path:
    """A folder with versions of a pathway, and scenarios for each."""
    (where / "scenarios").mkdir(parents=True)
    for source in sources:
        version = source.split("version: ", 1)[1].split("\n", 1)[0]
        (where / f"{version}.yaml").write_text(source, encoding="utf-8")
        text = wish(source)["scenarios"][0]["text"].replace("\nscenarios:", f"\nversion: {version}\nscenarios:", 1)
        (where / "scenarios" / f"{version}.yaml").write_text(text, encoding="utf-8")
    return where


def test_a_folder_is_published_the_older_versions_first(machine: Served, run: Run, tmp_path: Path) -> None:
    """Each with the scenarios that are for it; once more changes nothing."""
    target = folder(tmp_path / "p", quiet("foldered", "1.10.0"), quiet("foldered", "1.9.0"))
    status, out, _ = run("pathway", "publish", target)
    assert status == 0, out
    assert [line.split(" (")[0] for line in out.splitlines()] == [
        "foldered 1.9.0: published",
        "foldered 1.10.0: published",
    ]
    status, out, _ = run("pathway", "publish", target / "1.9.0.yaml")
    assert (status, "published before; nothing changed" in out) == (0, True)


def test_what_needs_approval_is_shown_and_approved(machine: Served, run: Run, tmp_path: Path) -> None:
    """The author is told what to do; nobody without a clinical role approves, and nobody their own."""
    target = folder(tmp_path / "p", asking("approved"))
    status, out, _ = run("pathway", "publish", target)
    assert status == 0
    assert "kept as a draft" in out
    assert "the first version of this pathway:\n    form ask added" in out
    assert "`carelane pathway approve approved 1.0.0` publishes it." in out
    status, _, err = run("pathway", "approve", "approved", "1.0.0", "--by", "informaticist")
    assert (status, "do not allow" in err) == (1, True)
    status, out, _ = run("pathway", "approve", "approved", "1.0.0")
    assert (status, "form ask added" in out, "approved 1.0.0: published" in out) == (0, True, True)
    run("pathway", "publish", folder(tmp_path / "q", asking("own")), "--by", "medical-director")
    status, _, err = run("pathway", "approve", "own", "1.0.0")
    assert (status, "Whoever wrote a version does not approve it" in err) == (1, True)


def test_what_is_wrong_is_said_with_its_place(machine: Served, run: Run, tmp_path: Path) -> None:
    """Lint's findings as lint writes them; failed scenarios with what happened; what none goes through."""
    target = folder(tmp_path / "p", asking("wrong")) / "1.0.0.yaml"
    text = target.read_text(encoding="utf-8")
    target.write_text(text.replace("go: well", "go: wel"), encoding="utf-8")
    status, out, _ = run("pathway", "publish", target)
    assert (status, f"{target}:18:" in out, 'Did you mean "well"?' in out) == (1, True, True), out
    target.write_text(text, encoding="utf-8")
    scenarios = tmp_path / "p" / "scenarios" / "1.0.0.yaml"
    tried = scenarios.read_text(encoding="utf-8")
    scenarios.write_text(tried.replace("outcome: dropped", "outcome: done"), encoding="utf-8")
    status, out, _ = run("pathway", "publish", target)
    assert (status, "FAILED  stopping" in out, f"{scenarios}:" in out) == (1, True, True)
    scenarios.write_text(tried.split("  stopping:")[0], encoding="utf-8")
    status, out, _ = run("pathway", "publish", target)
    assert (status, "no scenario goes through:\n  step badly" in out) == (1, True)
    status, out, _ = run("pathway", "publish", target, "--format", "json")
    (result,) = json.loads(out)
    assert (status, result["definition"], result["problem"]["code"]) == (1, None, "definition-not-ready")


def test_warnings_are_said_and_keep_nothing(machine: Served, run: Run, tmp_path: Path) -> None:
    """With their place in the file."""
    target = folder(tmp_path / "p", quiet("warned").replace("2099-01-31", "2020-01-31"))
    status, out, _ = run("pathway", "publish", target)
    assert (status, out.splitlines()[1].split(" (")[0]) == (0, "warned 1.0.0: published")
    assert out.startswith(f"{target / '1.0.0.yaml'}:8:12: warning [past-review]")


def test_one_refusal_does_not_keep_the_others(machine: Served, run: Run, tmp_path: Path) -> None:
    """A published version that was changed is refused; the new one beside it goes out; the status says so."""
    target = folder(tmp_path / "p", quiet("mixed"))
    assert run("pathway", "publish", target)[0] == 0
    changed = folder(tmp_path / "q", quiet("mixed", title="Changed"), quiet("mixed", "1.1.0"))
    status, out, _ = run("pathway", "publish", changed)
    assert status == 1
    assert "is published with another content" in out
    assert "mixed 1.1.0: published" in out


def test_options_reach_the_registry(machine: Served, run: Run, tmp_path: Path) -> None:
    """A date from when it is in effect; doing without a second person is for installations that allow it."""
    target = folder(tmp_path / "p", quiet("optional"))
    status, out, _ = run("pathway", "publish", target, "--effective-from", "2098-01-01", "--format", "json")
    assert status == 0
    assert json.loads(out)[0]["definition"]["effective_from"] == "2098-01-01T05:00:00Z"
    status, out, _ = run("pathway", "publish", folder(tmp_path / "q", asking("lonely")), "--alone")
    assert (status, "CARELANE_ONE_PERSON_PUBLISHING" in out) == (1, True)


@pytest.mark.parametrize(
    ("environment", "arguments", "status", "said"),
    [
        ({}, ["--by", "nobody"], 2, "There is nobody called nobody here."),
        ({}, ["--by", "coordinator"], 1, "Your roles do not allow"),
        ({"CARELANE_STATE_DIR": "/nowhere"}, [], 2, "Start `carelane dev` in this folder"),
        ({"CARELANE_WEB_URL": "http://127.0.0.1:9"}, [], 1, "Carelane does not answer at http://127.0.0.1:9"),
        ({"CARELANE_API_TOKEN": "wrong"}, [], 1, "bearer token is not known"),
    ],
)
def test_who_and_where_is_said_when_it_does_not_work(
    machine: Served,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    arguments: list[str],
    status: int,
    said: str,
) -> None:
    """In words, with what to do."""
    target = folder(tmp_path / "p", quiet("unsent"))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found, _, err = run("pathway", "publish", target, *arguments)
    assert found == status, err
    assert said in err
    assert "Traceback" not in err


def test_a_token_acts_for_its_person(
    machine: Served, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are no accounts on the machine; --by then only checks who that is."""
    monkeypatch.setenv("CARELANE_API_TOKEN", machine.run(machine.office.token("informaticist")))
    monkeypatch.setenv("CARELANE_STATE_DIR", "/nowhere")
    target = folder(tmp_path / "p", quiet("tokened"))
    status, _, err = run("pathway", "publish", target, "--by", "medical-director")
    assert (status, "acts for informaticist" in err) == (2, True)
    assert run("pathway", "publish", target, "--by", "informaticist")[0] == 0


def test_what_is_not_there_is_a_wrong_command_line(machine: Served, run: Run, tmp_path: Path) -> None:
    """A folder without definitions, a file that does not exist, nothing at all."""
    for arguments in ([tmp_path / "none"], [tmp_path], []):
        assert run("pathway", "publish", *arguments)[0] == 2
