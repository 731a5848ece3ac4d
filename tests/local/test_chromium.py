"""Where Chromium comes from, and words when it comes from nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.chromium import find_chromium, obtain_chromium
from local.errors import ProgramMissingError


def browser(path: Path) -> Path:
    """A program that starts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine without a browser."""
    return {"PATH": str(tmp_path / "bin"), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "playwright")}


def test_the_setting_comes_first(tmp_path: Path) -> None:
    """Who names a Chromium gets that one."""
    environment = bare(tmp_path)
    browser(tmp_path / "bin" / "chromium")
    named = browser(tmp_path / "mine")
    assert find_chromium(named, environment=environment) == named


def test_a_setting_that_names_no_program_is_an_error(tmp_path: Path) -> None:
    """A misspelt CHROMIUM is not passed over for another browser."""
    with pytest.raises(ProgramMissingError, match="CHROMIUM is set to"):
        find_chromium(tmp_path / "nothing", environment=bare(tmp_path))


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_each_usual_name_on_path_is_found(tmp_path: Path, name: str) -> None:
    """Systems call the same browser differently."""
    program = browser(tmp_path / "bin" / name)
    assert find_chromium(None, environment=bare(tmp_path)) == program


def test_playwrights_own_download_is_found(tmp_path: Path) -> None:
    """What Playwright has downloaded earlier is used."""
    program = browser(tmp_path / "playwright" / "chromium-1255" / "chrome-linux64" / "chrome")
    assert find_chromium(None, environment=bare(tmp_path)) == program


def test_when_nothing_works_the_command_to_type_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run without a browser fails with what was tried and what to type; it does not skip."""
    failing = ["/bin/sh", "-c", "echo no route to host >&2; exit 1"]
    monkeypatch.setattr(
        "local.chromium._ways", lambda: [("Downloading Chromium by Playwright", "seconds", [failing], 20.0)]
    )
    said: list[str] = []
    with pytest.raises(ProgramMissingError, match="no route to host") as caught:
        obtain_chromium(None, environment=bare(tmp_path), report=said.append)
    assert "apt-get install chromium" in caught.value.hint
    assert said[0].startswith("Downloading Chromium by Playwright")
