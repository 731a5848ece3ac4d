"""The command line: sub-commands by name, plain words for what goes wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

import cli
from settings import SettingsError


def test_every_sub_command_is_there() -> None:
    """Each name in the table leads to a command that explains itself."""
    for name in cli.Commands.modules:
        assert cli.run([name, "--help"]) == 0


@pytest.mark.parametrize("group", [[], ["pathway"], ["feel"], ["calendar"]])
def test_what_each_command_does_is_said_in_a_line(
    group: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whole, and on a terminal of 80 columns: nothing is cut off."""
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.run([*group, "--help"]) == 0
    page = capsys.readouterr().out
    lines = page.partition("Commands:")[2].splitlines()[1:]
    assert lines
    assert [one for one in lines if not one.endswith(".")] == []
    assert [one for one in lines if one.endswith("...") or len(one) > 80 or one.startswith("    ")] == []


@pytest.mark.parametrize("arguments", [["no-such-command"], ["dev", "--no-such-option"], ["core"]])
def test_a_wrong_command_line_is_refused_without_a_traceback(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """What is typed wrongly is said in a line, with the status for it."""
    assert cli.run(arguments) == 2
    assert "Error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["wrker"], "'carelane worker'?"),
        (["lnt"], "'carelane pathway lint'?"),
        (["test", "x"], "'carelane pathway test'?"),
        (["pathway", "simulat", "x"], "'carelane pathway simulate'?"),
        (["feel", "evl"], "'eval'?"),
        (["pathway", "lint", "--formt", "json"], "--format"),
    ],
)
def test_a_misspelt_command_or_option_is_shown_what_is_near(
    typed: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also a command of pathways, typed without saying so."""
    assert cli.run(typed) == 2
    assert meant in capsys.readouterr().err


def test_a_wrong_setting_is_refused_with_its_hint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error of ours is its message, then what to do; never a traceback."""
    monkeypatch.setenv("CARELANE_WEB_PORT", "many")
    assert cli.run(["settings"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: Settings are not right: CARELANE_WEB_PORT")
    assert "docs/settings.md" in said
    assert "Traceback" not in said


def test_debug_shows_where_it_arose(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who develops Carelane gets the traceback by asking for it."""
    monkeypatch.setenv("CARELANE_WEB_PORT", "many")
    with pytest.raises(SettingsError):
        cli.run(["--debug", "settings"])


def test_what_nobody_foresaw_is_still_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault of the program is said in a line too, with the way to its place."""

    def broken(**_: object) -> None:
        raise RuntimeError("the moon is full")

    monkeypatch.setattr("settings.load", broken)
    assert cli.run(["settings"]) == 1
    said = capsys.readouterr().err
    assert "RuntimeError: the moon is full" in said
    assert "--debug" in said


def test_help_comes_quickly_because_nothing_heavy_is_imported() -> None:
    """A sub-command pays for its own imports only."""
    code = "import sys, cli; cli.run(['settings']); print('temporalio' in sys.modules, file=sys.stderr)"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stderr.strip() == "False"
