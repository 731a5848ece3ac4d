"""Sub-commands that are imported when they are used, and what the shell may complete."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands.pathway_group import PathwayCommands

CARELANE = Path(sys.executable).with_name("carelane")


def completed(*words: str, shell: str = "bash", cache: Path | None = None) -> str:
    """What a shell is told, as its own script would ask; the last word is the one that is being typed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARELANE_")}
    if cache is not None:
        environment["CARELANE_CACHE"] = str(cache)
    line = " ".join(["carelane", *words])
    environment |= {"_CARELANE_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line}
    environment |= {"COMP_WORDS": line, "COMP_CWORD": str(len(words)), "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    found = subprocess.run([CARELANE], env=environment, capture_output=True, text=True, check=False)
    assert found.stderr == ""
    return found.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_sub_commands_are_completed(shell: str) -> None:
    """Of the program and of its groups, in each shell."""
    assert "pathway" in completed("pat", shell=shell)
    said = completed("pathway", "re", shell=shell)
    assert "retire" in said
    assert "publish" not in said


def test_options_are_completed() -> None:
    """Of the program and of a sub-command."""
    assert completed("--show").split() == ["--show-completion"]
    assert completed("pathway", "publish", "--ef").split() == ["--effective-from"]


def test_names_and_versions_are_completed(tmp_path: Path) -> None:
    """From what this machine has seen; versions of the pathway that stands before."""
    (tmp_path / "pathways.json").write_text('{"referral": ["1.0.0", "1.1.0"], "infusion": ["2.0.0"]}', "utf-8")
    assert completed("pathway", "show", "ref", cache=tmp_path).split() == ["referral"]
    assert completed("pathway", "retire", "referral", "1.1", cache=tmp_path).split() == ["1.1.0"]
    assert completed("pathway", "show", "zzz", cache=tmp_path).strip() == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_shown(shell: str) -> None:
    """To be read or kept; it calls the program by its name."""
    environment = {**os.environ, "_CARELANE_COMPLETE": f"source_{shell}"}
    found = subprocess.run([CARELANE], env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0
    assert f"complete_{shell}" in found.stdout
    assert "carelane" in found.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash on this machine")
def test_a_real_shell_completes() -> None:
    """bash with the script in force fills in what is meant, and leaves files to itself."""
    script = """
        eval "$(_CARELANE_COMPLETE=source_bash carelane)"
        complete -p carelane
        COMP_WORDS=(carelane pathway dep) COMP_CWORD=2
        _carelane_completion carelane
        echo "${COMPREPLY[@]}"
    """
    path = f"{CARELANE.parent}{os.pathsep}{os.environ['PATH']}"
    found = subprocess.run(
        ["bash", "-c", script], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    )
    first, second = found.stdout.splitlines()
    assert "-o default" in first, "what is no sub-command is completed as a file"
    assert second == "deprecate"


def test_completion_is_installed_into_a_home(tmp_path: Path) -> None:
    """For the shell that is named; no other file of the person's is touched."""
    environment = {**os.environ, "HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    found = subprocess.run(
        [CARELANE, "--install-completion", "fish"], env=environment, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    (script,) = (one for one in tmp_path.rglob("*") if one.is_file())
    assert script.name == "carelane.fish"


def test_every_command_of_the_group_explains_itself() -> None:
    """Each in the table is in the module that the table names, with a help text of its own."""
    group = PathwayCommands(name="pathway")
    for name in PathwayCommands.modules:
        command = group.get_command(None, name)
        assert command.name == name
        assert command.help, name
    assert group.get_command(None, "no-such") is None
