"""Finding definitions and their scenarios on disk, and which belong together."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import ClassVar

from pathways.errors import CarelaneError
from pathways.publishing.author_files import SCENARIOS, Kind, definition_for, what_holds

MIGRATIONS = "migrations"
"""The folder beside definitions that holds the maps from one version to another."""

MOST_BYTES = 64 << 20
"""How large a file may be that is read whole."""

PATIENCE_SECONDS = 10
"""How long a pipe may be silent."""

_SUFFIXES = (".yaml", ".yml")


class UnreadableError(CarelaneError):
    """A file or folder that was asked for is not there, or is not text."""

    code: ClassVar[str] = "unreadable"
    exit_status: ClassVar[int] = 2


class UnwritableError(CarelaneError):
    """A file that was asked for can't be written."""

    code: ClassVar[str] = "unwritable"
    exit_status: ClassVar[int] = 2


@dataclass(frozen=True)
class Source:
    """A file with its text."""

    path: Path
    text: str
    kind: Kind
    pathway: str | None = None
    version: str | None = None


@dataclass(frozen=True)
class Group:
    """Definitions that stand together, with the scenarios beside them. `chosen` is one that was asked for by name."""

    definitions: tuple[Source, ...]
    scenarios: tuple[Source, ...]
    chosen: bool = False


def read(path: Path) -> str:
    """The text of a file, or of a pipe that is being written. Raises `UnreadableError`."""
    try:
        return _lines(_bytes(path).decode("utf-8"))
    except UnicodeDecodeError:
        raise UnreadableError(f"{path} is not UTF-8 text.") from None


def write(path: Path, text: str) -> None:
    """Write what a command was asked to put into a file. Raises `UnwritableError`."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnwritableError(f"{path} cannot be written: {error.strerror}.") from None


def _bytes(path: Path) -> bytes:
    """What a file holds. Nothing is waited for without end, and nothing without end is read.

    Raises `UnreadableError`.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(number, "rb", buffering=0) as file:
            return b"".join(_pieces(path, file))
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read: {error.strerror}.") from None


def _pieces(path: Path, file: FileIO) -> Iterator[bytes]:
    left = MOST_BYTES
    while True:
        if not select.select([file], [], [], PATIENCE_SECONDS)[0]:
            raise UnreadableError(f"Nothing came from {path} for {PATIENCE_SECONDS} seconds.")
        piece = file.read(1 << 20)
        if piece is None:
            continue
        if not piece:
            return
        left -= len(piece)
        if left < 0:
            raise UnreadableError(f"{path} is larger than {MOST_BYTES >> 20} MB, or has no end.")
        yield piece


def _read_any(path: Path) -> str:
    """The text of a file; bytes that are no text stand in it as what no YAML may hold."""
    return _lines(_bytes(path).decode("utf-8", errors="surrogateescape"))


def _lines(text: str) -> str:
    """Text whose lines end as everything here expects."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def source(path: Path, *, chosen: bool = False) -> Source:
    """A file, and what it holds as far as its keys tell. What is no YAML counts by where it lies.

    Raises `UnreadableError`; that a file is no text is for its reader to say, unless it is the `chosen` one.
    """
    text = read(path) if chosen else _read_any(path)
    holds = what_holds(path.as_posix(), text)
    return Source(path, text, holds.kind, holds.pathway, holds.version)


def groups(target: Path) -> list[Group]:
    """What a file or folder holds, folders below it included. Raises `UnreadableError` where nothing is found."""
    found = list(_of_folder(target)) if _is_folder(target) else [_of_file(source(target, chosen=True))]
    if not found:
        raise UnreadableError(f"No definition lies in {target}.", hint="A definition is a file such as 1.0.0.yaml.")
    return found


def definitions(target: Path) -> list[Source]:
    """The definitions of a file or folder; beside a single one nothing else is looked at. Raises `UnreadableError`."""
    if not _is_folder(target):
        one = source(target, chosen=True)
        if one.kind == "definition":
            return [one]
    return [one for group in groups(target) for one in group.definitions]


def _is_folder(target: Path) -> bool:
    if not target.exists():
        raise UnreadableError(f"There is no file or folder {target}.")
    return target.is_dir()


def _of_file(one: Source) -> Group:
    folder = one.path.parent
    match one.kind:
        case "catalog":
            raise UnreadableError(f"{one.path} is a catalog.", hint="Name it by --catalog, beside a definition.")
        case "map":
            raise UnreadableError(f"{one.path} is a map from one version to another.", hint="Name the definition.")
        case "simulation":
            raise UnreadableError(f"{one.path} says what a simulation draws from.", hint="Name the definition.")
        case "definition":
            return Group((one,), _scenarios(folder), chosen=True)
        case "scenarios":
            above = folder.parent if folder.name == SCENARIOS else folder
            return Group(tuple(_definitions(above)), (one,), chosen=False)


def _of_folder(folder: Path) -> Iterator[Group]:
    if folder.name == SCENARIOS and not any(_definitions(folder)):
        yield Group(tuple(_definitions(folder.parent)), _scenarios(folder))
        return
    definitions = tuple(_definitions(folder))
    if definitions:
        yield Group(definitions, _scenarios(folder))
    for below in _inside(folder):
        if below.is_dir() and not _passed_over(below):
            yield from _of_folder(below)


def _passed_over(folder: Path) -> bool:
    """Scenarios and maps belong to what lies beside them; a link may lead back to where it lies."""
    return folder.name in (SCENARIOS, MIGRATIONS) or folder.name.startswith((".", "_")) or folder.is_symlink()


def _inside(folder: Path, *, deep: bool = False) -> list[Path]:
    try:
        return sorted(folder.rglob("*") if deep else folder.iterdir())
    except OSError as error:
        raise UnreadableError(f"{folder} cannot be read: {error.strerror}.") from None


def _files(folder: Path, *, deep: bool = False) -> list[Path]:
    return [path for path in _inside(folder, deep=deep) if path.suffix in _SUFFIXES and path.is_file()]


def _definitions(folder: Path) -> Iterator[Source]:
    return (one for path in _files(folder) if (one := source(path)).kind == "definition")


def _scenarios(folder: Path) -> tuple[Source, ...]:
    beside = [one for path in _files(folder) if (one := source(path)).kind == "scenarios"]
    below = folder / SCENARIOS
    if below.is_dir():
        beside += [source(path) for path in _files(below, deep=True)]
    return tuple(beside)


def definition_of(scenarios: Source, group: Group) -> Source | None:
    """The definition that a scenario file is for: of its name and version, else the newest of its name."""
    return definition_for(scenarios, group.definitions)
