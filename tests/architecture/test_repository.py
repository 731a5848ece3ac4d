"""What holds of every file in the repository."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source import PACKAGES, ROOT, modules

LONGEST_MODULE = 600

# Run by Alembic inside of a migration, never imported.
SCRIPTS = {"store.migrations.env"}

# Folders of one machine; `/home/somebody` and the like say nothing on any other.
MACHINE_PATHS = re.compile(rb"(?<![\w.])/(?:root|work/(?:main|shared)|home/\w+|Users/\w+)/")


def tracked_files() -> Iterator[Path]:
    """Every file of the repository: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    for name in listing.split(b"\0"):
        path = ROOT / name.decode()
        if name and path.is_file():
            yield path


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_when_one_would_touch_it(package: str) -> None:
    """A README at its top helps who looks for the place to change."""
    readme = ROOT / package / "README.md"
    assert readme.is_file(), f"{package} has no README.md"
    assert readme.read_text(encoding="utf-8").startswith("# ")


def test_every_part_of_the_language_is_on_its_map() -> None:
    """The README of `pathways` says for each module and package what one would look there for."""
    map_ = (ROOT / "pathways" / "README.md").read_text(encoding="utf-8")
    parts = {one.name.split(".")[1] for one in modules("pathways") if "." in one.name}
    assert [part for part in sorted(parts) if f"`{part}.py" not in map_ and f"`{part}/" not in map_] == []


def test_no_module_outgrows_reading() -> None:
    """A module has one subject and fits in the head."""
    lengths = {module.place: len(module.path.read_text(encoding="utf-8").splitlines()) for module in modules()}
    assert {place: length for place, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_file_names_a_folder_of_one_machine() -> None:
    """What works in one clone works in every other."""
    strange = [
        f"{path.relative_to(ROOT)}: {match.group().decode()}"
        for path in tracked_files()
        for match in [MACHINE_PATHS.search(path.read_bytes())]
        if match is not None and path != Path(__file__).resolve()
    ]
    assert strange == []


# Run in a fresh interpreter with the names of modules; ends with 1 and says what it saw.
WATCHED_IMPORT = """
import importlib, os, sys, threading

OURS = os.getcwd()
WATCHED = {
    "socket.connect", "socket.bind", "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn",
    "os.remove", "os.rename", "os.mkdir", "os.putenv", "os.unsetenv", "sqlite3.connect", "shutil.rmtree",
}
faults = []


def by_us():
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib"):  # what a library does when imported is its own affair
            return None
        if name.startswith(OURS) and ".venv" not in name:
            return f"{name}:{frame.f_lineno}"
        frame = frame.f_back
    return None


def hook(event, arguments):
    written = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if event in WATCHED or written:
        place = by_us()
        if place is not None:
            faults.append(f"{event} {arguments!r} at {place}")


sys.addaudithook(hook)
threads = threading.active_count()
for name in sys.argv[1:]:
    importlib.import_module(name)
if threading.active_count() != threads:
    faults.append(f"threads were started: {threading.enumerate()}")
sys.stderr.write("\\n".join(faults))
sys.stderr.flush()
os._exit(1 if faults else 0)
"""


def test_importing_a_module_has_no_effects() -> None:
    """Importing everything opens no file for writing, no connection, no process and no thread, prints nothing.

    Python's audit events tell what really happens, in a fresh interpreter.
    """
    names = [module.name for module in modules() if module.name not in SCRIPTS and "__main__" not in module.name]
    finished = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED_IMPORT, *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == ""
