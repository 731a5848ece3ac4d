"""`carelane pathway lint` and `carelane pathway test`, as an author and as CI use them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
import commands.pathway

CATALOG = """
actions:
  visits.book: {input: {order: Reference}, output: {appointment: text}, problems: [slot-taken]}
queues: [intake]
"""
DEFINITION = """
language: 1
pathway: example
version: 1.0.0
title: Example
purpose: To be tried
owner: The team
success: {measure: tried}
review_by: 2027-01-31
inputs: {order: {type: Reference, required: true}}
outcomes: {done: {title: Done, kind: success}}
steps:
  ask: {task: {title: Ask, queue: intake}}
  book: {do: visits.book, with: {order: =order}, catch: {slot-taken: ask}}
  finish: {end: done}
"""
SCENARIOS = """
language: 1
pathway: example
scenarios:
  booked:
    start: {inputs: {order: {reference: ServiceRequest/1}}}
    actions: {visits.book: {give: {appointment: A}}}
    then: [{after: 1 hour, complete: ask}]
    expect: {outcome: done, visited: [ask, book, finish]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pathway with its catalog and scenarios."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
    (tmp_path / "1.0.0.yaml").write_text(DEFINITION, encoding="utf-8")
    (tmp_path / "scenarios" / "main.yaml").write_text(SCENARIOS, encoding="utf-8")
    return tmp_path


def carelane(*arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit status, output and error output of a command line."""
    status = cli.run([str(one) for one in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def edit(path: Path, old: str, new: str) -> None:
    """Change a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_good_definition_lints_without_findings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By file and by folder; the last line counts."""
    for target in (folder, folder / "1.0.0.yaml"):
        status, out, _ = carelane(
            "pathway", "lint", target, "--catalog", folder / "catalog.yaml", "--today", "2026-03-02", capsys=capsys
        )
        assert (status, out) == (0, "0 errors, 0 warnings in 1 definition\n")


def test_warnings_alone_do_not_fail(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A review date that is past is said, and no more."""
    status, out, _ = carelane(
        "pathway", "lint", folder, "--catalog", folder / "catalog.yaml", "--today", "2027-02-01", capsys=capsys
    )
    assert status == 0
    assert "1.0.0.yaml:9:12: warning [past-review] The review was due by 2027-01-31." in out
    assert out.endswith("0 errors, 1 warning in 1 definition\n")


def test_an_error_fails_with_file_line_column_rule_and_hint(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything that an author needs to find and mend it."""
    edit(folder / "1.0.0.yaml", "queue: intake", "queue: intak")
    status, out, _ = carelane("pathway", "lint", folder, "--catalog", folder / "catalog.yaml", capsys=capsys)
    assert status == 1
    expected = f'{folder}/1.0.0.yaml:13:35: error [unknown-queue] There is no queue "intak". (Did you mean "intake"?)'
    assert expected in out.splitlines()


def test_findings_are_there_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For editors and CI."""
    edit(folder / "1.0.0.yaml", "queue: intake", "queue: intak")
    status, out, _ = carelane(
        "pathway", "lint", folder, "--catalog", folder / "catalog.yaml", "--format", "json", capsys=capsys
    )
    document = json.loads(out)
    assert status == 1
    assert (document["definitions"], document["errors"]) == (1, 1)
    found = next(one for one in document["findings"] if one["severity"] == "error")
    assert (found["rule"], found["line"], found["hint"]) == ("unknown-queue", 13, 'Did you mean "intake"?')


def test_what_cannot_be_read_is_a_wrong_question(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there or is no text, or a catalog where scenarios run: exit status 2, and no traceback."""
    (folder / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    (folder / "empty").mkdir()
    for target in ("nowhere.yaml", "bytes.yaml", "empty", "catalog.yaml"):
        for command in ("lint", "test") if target != "catalog.yaml" else ("test",):
            status, out, err = carelane("pathway", command, folder / target, capsys=capsys)
            assert (status, out) == (2, ""), target
            assert err.startswith("error: ")
    for catalog in ("nowhere.yaml", "bytes.yaml"):
        status, _, err = carelane(
            "pathway", "lint", folder / "1.0.0.yaml", "--catalog", folder / catalog, capsys=capsys
        )
        assert status == 2
        assert "catalog" in err


@pytest.mark.parametrize(
    "text", ["actions: 3", "actions: {x: {input: {a: nothing}}}", "a: [", "calendars: {x: {zone: Mars}}"]
)
def test_a_catalog_that_is_none_is_named(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As findings, each with its place; scenarios can't run with it."""
    (folder / "other.yaml").write_text(text, encoding="utf-8")
    given = (folder / "1.0.0.yaml", "--catalog", folder / "other.yaml")
    status, out, err = carelane("pathway", "lint", *given, capsys=capsys)
    assert (status, err) == (1, "")
    assert re.search(r"other\.yaml:[12]:\d+: error \[[a-z-]+\] ", out)
    status, _, err = carelane("pathway", "test", *given, capsys=capsys)
    assert (status, "other.yaml" in err) == (2, True)


def test_a_catalog_is_linted_with_a_definition_and_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is unwise in it does not keep the definition from being looked at; in every format."""
    (folder / "catalog.yaml").write_text(CATALOG + "roles: {nurse: {colour: green}}\n", encoding="utf-8")
    (folder / "1.0.0.yaml").write_text(DEFINITION.replace("queue: intake", "queue: intaek"), encoding="utf-8")
    given = ("--catalog", folder / "catalog.yaml")
    status, out, _ = carelane("pathway", "lint", folder / "1.0.0.yaml", *given, capsys=capsys)
    assert status == 1
    assert "catalog.yaml:5:17: warning [unread-key]" in out
    assert "[unknown-queue]" in out
    assert "1 error, 1 warning in 1 definition" in out
    status, out, _ = carelane("pathway", "lint", folder / "catalog.yaml", capsys=capsys)
    assert (status, "0 errors, 1 warning in the catalog" in out) == (0, True)
    (folder / "catalog.yaml").write_text("queues: [a, a]\n", encoding="utf-8")
    status, out, _ = carelane("pathway", "lint", folder / "catalog.yaml", "--format", "sarif", capsys=capsys)
    assert (status, json.loads(out)["runs"][0]["results"][0]["ruleId"]) == (1, "stands-twice")
    status, out, _ = carelane("pathway", "lint", folder / "catalog.yaml", "--format", "json", capsys=capsys)
    assert (status, json.loads(out)["findings"][0]["column"]) == (1, 13)


def test_the_library_is_well_with_its_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    """Every time that data moves is moved by some scenario, earlier and later, besides all else."""
    folder = Path(__file__).parents[2] / "pathways" / "library"
    status, out, _ = carelane("pathway", "lint", folder, "--today", "2026-06-01", capsys=capsys)
    assert (status, out) == (0, "0 errors, 0 warnings in 4 definitions\n")


def test_the_installed_catalog_is_linted_by_its_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """Events, queues, roles, calendars and governed tables."""
    folder = Path(__file__).parents[2] / "catalog"
    status, out, _ = carelane("pathway", "lint", folder, capsys=capsys)
    assert (status, out) == (0, "0 errors, 0 warnings in the catalog\n")


def test_a_definition_that_is_no_yaml_is_a_finding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its line and column, as any other error of an author."""
    (folder / "1.0.0.yaml").write_text("steps:\n  a: {end: [}\n", encoding="utf-8")
    status, out, _ = carelane("pathway", "lint", folder, "--catalog", folder / "catalog.yaml", capsys=capsys)
    assert status == 1
    assert "1.0.0.yaml:2:13: error [yaml]" in out
    status, out, _ = carelane("pathway", "test", folder, "--catalog", folder / "catalog.yaml", capsys=capsys)
    assert status == 1
    assert "[yaml]" in out


def test_scenarios_pass(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By folder, by definition, by scenario file and by the folder of scenarios: the same."""
    for target in (folder, folder / "1.0.0.yaml", folder / "scenarios" / "main.yaml", folder / "scenarios"):
        status, out, _ = carelane("pathway", "test", target, "--catalog", folder / "catalog.yaml", capsys=capsys)
        assert (status, out) == (0, "passed  booked\n1 of 1 scenario passed\n"), target


def test_a_scenario_that_fails_says_where(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The authored line, what happened, and the timeline."""
    edit(folder / "scenarios" / "main.yaml", "outcome: done", "outcome: cancelled")
    status, out, _ = carelane("pathway", "test", folder, "--catalog", folder / "catalog.yaml", capsys=capsys)
    assert status == 1
    assert "FAILED  booked" in out
    assert "main.yaml:9:14: expect: {outcome: cancelled, visited: [ask, book, finish]}" in out
    assert "expected the outcome cancelled; it ended as done" in out
    assert "Mon 2026-01-05 10:00:00  ask: completed by somebody, done" in out
    assert out.endswith("0 of 1 scenario passed\n")


def test_results_are_there_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With coverage where it is asked for."""
    status, out, _ = carelane(
        "pathway", "test", folder, "--catalog", folder / "catalog.yaml", "--coverage", "--format", "json", capsys=capsys
    )
    document = json.loads(out)
    assert status == 0
    assert (document["passed"], document["failed"]) == (1, 0)
    (coverage,) = document["coverage"].values()
    assert coverage["counts"]["step"] == {"covered": 3, "of": 3}
    assert coverage["missing"] == [{"kind": "catch", "step": "book", "what": "problem slot-taken to ask"}]


def test_coverage_names_what_no_scenario_went_through(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It informs, and does not fail."""
    status, out, _ = carelane(
        "pathway", "test", folder, "--catalog", folder / "catalog.yaml", "--coverage", capsys=capsys
    )
    assert status == 0
    assert "    steps: 3 of 3\n" in out
    assert "      catch book: problem slot-taken to ask\n" in out


def test_a_slip_in_a_scenario_file_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its scenarios do not run as something else than was meant."""
    edit(folder / "scenarios" / "main.yaml", "complete: ask", "complet: ask")
    status, out, _ = carelane("pathway", "test", folder, "--catalog", folder / "catalog.yaml", capsys=capsys)
    assert status == 1
    assert 'main.yaml:8:28: error [unknown-key] "complet" is not a key of an entry of then.' in out
    assert out.endswith("No scenario ran.\n")


def test_a_definition_with_errors_runs_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its errors are said instead."""
    edit(folder / "1.0.0.yaml", "slot-taken: ask", "slot-taken: aks")
    status, out, _ = carelane("pathway", "test", folder, "--catalog", folder / "catalog.yaml", capsys=capsys)
    assert status == 1
    assert "[unknown-step]" in out


def test_without_scenarios_there_is_nothing_to_pass(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An untested pathway is not reported as well."""
    (folder / "scenarios" / "main.yaml").unlink()
    status, out, _ = carelane("pathway", "test", folder, "--catalog", folder / "catalog.yaml", capsys=capsys)
    assert status == 1
    assert "There are no scenarios" in out


def test_scenarios_that_are_for_something_else_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a file has none of its own: whoever misspelt its name or version in them learns so."""
    edit(folder / "scenarios" / "main.yaml", "pathway: example", "pathway: exmaple")
    one, known = folder / "1.0.0.yaml", folder / "catalog.yaml"
    status, out, _ = carelane("pathway", "test", one, "--catalog", known, capsys=capsys)
    assert status == 1
    assert 'These scenarios are for exmaple, and not for example 1.0.0. (Did you mean "example"?)' in out
    edit(folder / "scenarios" / "main.yaml", "pathway: exmaple", "pathway: example\nversion: 2.0.0")
    _, out, _ = carelane("pathway", "test", one, "--catalog", known, capsys=capsys)
    assert "These scenarios are for example 2.0.0, and not for example 1.0.0." in out


def test_scenarios_of_another_version_stay_with_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a version they are for the newest; with one for that; without its definition they are an error."""
    newer = DEFINITION.replace("version: 1.0.0", "version: 1.10.0").replace("finish: {end", "over: {end")
    (folder / "1.10.0.yaml").write_text(newer, encoding="utf-8")
    old = SCENARIOS.replace("pathway: example", "pathway: example\nversion: 1.0.0")
    (folder / "scenarios" / "main.yaml").write_text(old, encoding="utf-8")
    new = SCENARIOS.replace("finish", "over").replace("booked", "booked-newer")
    (folder / "scenarios" / "newer.yaml").write_text(new, encoding="utf-8")
    status, out, _ = carelane("pathway", "test", folder, "--catalog", folder / "catalog.yaml", capsys=capsys)
    assert (status, out) == (0, "passed  booked\npassed  booked-newer\n2 of 2 scenarios passed\n")
    status, out, _ = carelane(
        "pathway", "test", folder / "1.10.0.yaml", "--catalog", folder / "catalog.yaml", capsys=capsys
    )
    assert (status, out) == (0, "passed  booked-newer\n1 of 1 scenario passed\n")
    (folder / "1.0.0.yaml").unlink()
    status, out, _ = carelane("pathway", "test", folder, "--catalog", folder / "catalog.yaml", capsys=capsys)
    assert status == 1
    assert "These scenarios are for example 1.0.0, which does not lie beside them (there: example 1.10.0)." in out


def test_folders_of_pathways_are_walked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A library is checked at once; each pathway keeps to its own scenarios."""
    (folder / "sub").mkdir()
    (folder / "sub" / "2.0.0.yaml").write_text(DEFINITION.replace("example", "other"), encoding="utf-8")
    status, out, _ = carelane("pathway", "lint", folder, "--catalog", folder / "catalog.yaml", capsys=capsys)
    assert status == 0
    assert out.endswith("in 2 definitions\n")
    status, out, _ = carelane("pathway", "test", folder, "--catalog", folder / "catalog.yaml", capsys=capsys)
    assert (status, out) == (0, "passed  booked\n1 of 1 scenario passed\n")


def test_the_installed_registries_are_the_catalog_where_none_is_named(folder: Path) -> None:
    """What is not installed is unknown there."""
    result = CliRunner().invoke(cli.app, ["pathway", "lint", str(folder / "1.0.0.yaml")])
    assert result.exit_code == 1
    assert "[unknown-action]" in result.output
    assert "[unknown-queue]" in result.output


def test_a_wrong_option_is_a_wrong_question() -> None:
    """As everywhere on the command line."""
    result = CliRunner().invoke(cli.app, ["pathway", "lint", ".", "--format", "yaml"])
    assert result.exit_code == 2


def test_the_page_of_rules_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    """It is made from the table; `carelane pathway rules > docs/lint-rules.md` makes it anew."""
    status, out, _ = carelane("pathway", "rules", capsys=capsys)
    page = Path(__file__).parents[2] / "docs" / "lint-rules.md"
    assert (status, out) == (0, page.read_text(encoding="utf-8"))


def test_what_lies_beside_a_definition_is_none_of_its_lints_business(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file is linted by itself, but for its children; in a folder, one that is no text is a finding like others."""
    (folder / "bytes.yaml").write_bytes(b"steps:\n  caf\xe9: {}\n")
    (folder / "scenarios" / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    options = ("--catalog", folder / "catalog.yaml", "--today", "2026-03-02")
    assert carelane("pathway", "lint", folder / "1.0.0.yaml", *options, capsys=capsys)[0] == 0
    status, out, _ = carelane("pathway", "lint", folder, *options, capsys=capsys)
    assert status == 1
    assert f"{folder}/bytes.yaml:2:6: error [yaml] This is not UTF-8 text." in out
    status, out, _ = carelane("pathway", "test", folder, *options[:2], capsys=capsys)
    assert status == 1
    assert f"{folder}/scenarios/bytes.yaml:1:1: error [yaml] This is not UTF-8 text." in out
    assert "1 of 1 scenario passed" in out


CHILD = """
language: 1
pathway: payer-approval
version: 1.2.0
title: Approval
inputs: {number: {type: text, required: true}}
steps: {ask: {set: {x: =number}}, good: {end: approved}}
outcomes: {approved: {title: Approved, kind: success}}
"""
PARENT = """
language: 1
pathway: parent
version: 1.0.0
title: Parent
steps:
  ask: {pathway: {name: payer-approval, version: ^1, inputs: {nmber: A}}, next: {approved: over, cancelled: over}}
  over: {end: done}
outcomes: {done: {title: Done, kind: success}}
"""


@pytest.mark.parametrize("place", ["payer-approval/1.2.0.yaml", "parent/child.yaml", "parent/children/1.2.0.yaml"])
def test_a_single_file_is_checked_by_the_children_beside_it(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the folder next to it, in its own, or in one inside; what is broken there says nothing, nor do very many."""
    parent, child, empty = tmp_path / "parent" / "1.0.0.yaml", tmp_path / place, tmp_path / "empty.yaml"
    for file, text in ((parent, PARENT), (child, CHILD), (empty, "actions: {}\n")):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    options = (parent, "--catalog", empty)
    assert "[unknown-input]" in carelane("pathway", "lint", *options, capsys=capsys)[1]
    with monkeypatch.context() as patched:
        patched.setattr(commands.pathway, "MOST_BESIDE", 1)
        assert "[unknown-input]" not in carelane("pathway", "lint", *options, capsys=capsys)[1]
    for broken in (b"\xff\xfe", b"a: [}", b"pathway: payer-approval\nversion: 1.2.0\nsteps: 3\n"):
        child.write_bytes(broken)
        out = carelane("pathway", "lint", *options, capsys=capsys)[1]
        assert "[unknown-input]" not in out
        assert child.name not in out


def test_a_definition_from_a_pipe_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    """What is no regular file and no folder is a file without neighbours: `carelane pathway lint <(make it)`."""
    assert carelane("pathway", "lint", "/dev/null", capsys=capsys)[0] == 1


def test_a_link_back_to_its_own_folder_is_not_walked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every definition is looked at once."""
    (folder / "again").symlink_to(folder, target_is_directory=True)
    _, out, _ = carelane("pathway", "lint", folder, "--catalog", folder / "catalog.yaml", capsys=capsys)
    assert out.endswith("in 1 definition\n")
