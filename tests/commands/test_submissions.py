"""Which files go to the registry with a definition."""

from __future__ import annotations

from pathlib import Path

from commands.submissions import submissions


def write(path: Path, text: str) -> None:
    """Write a file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def definition(name: str, version: str, *mentions: str) -> str:
    """The beginnings of a definition that mentions others."""
    children = "".join(f"  {one}: {{pathway: {{name: {one}}}}}\n" for one in mentions)
    return f"language: 1\npathway: {name}\nversion: {version}\nsteps:\n{children}  well: {{end: done}}\n"


def test_scenarios_go_with_the_version_that_they_are_for(tmp_path: Path) -> None:
    """Those that name none with the newest; the older versions come first."""
    folder = tmp_path / "care"
    for version in ("1.10.0", "1.9.0"):
        write(folder / f"{version}.yaml", definition("care", version))
    write(folder / "scenarios" / "old.yaml", "pathway: care\nversion: 1.9.0\nscenarios: {}\n")
    write(folder / "scenarios" / "new.yaml", "pathway: care\nscenarios: {}\n")
    found = [(one.version, [Path(file["file"]).name for file in one.body["scenarios"]]) for one in submissions(folder)]
    assert found == [("1.9.0", ["old.yaml"]), ("1.10.0", ["new.yaml"])]


def test_what_scenarios_may_need_goes_along(tmp_path: Path) -> None:
    """Other versions, children and their children; not what is never mentioned, nor anything twice."""
    write(tmp_path / "care" / "1.0.0.yaml", definition("care", "1.0.0", "check"))
    write(tmp_path / "care" / "1.1.0.yaml", definition("care", "1.1.0", "check"))
    write(tmp_path / "check" / "1.0.0.yaml", definition("check", "1.0.0", "letter"))
    write(tmp_path / "letter" / "2.0.0.yaml", definition("letter", "2.0.0"))
    write(tmp_path / "other" / "1.0.0.yaml", definition("other", "1.0.0"))
    write(tmp_path / "other" / "notes.yaml", "[")
    (one,) = submissions(tmp_path / "care" / "1.0.0.yaml")
    beside = [str(Path(file["file"]).relative_to(tmp_path)) for file in one.body["beside"]]
    assert beside == ["care/1.1.0.yaml", "check/1.0.0.yaml", "letter/2.0.0.yaml"]
