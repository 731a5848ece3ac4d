"""Checking a catalog: an author's file, or the folder of an installed one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from catalog.tables.checking import check_table
from pathways.catalog.checking import check_calendar, check_catalog, check_section
from pathways.diagnostics import Diagnostic
from pathways.source import SourceError, read_source

_SECTIONS = ("events", "queues", "roles")


def is_catalog_folder(folder: Path) -> bool:
    """Whether a folder is laid out as an installed catalog is."""
    return all((folder / f"{one}.yaml").is_file() for one in _SECTIONS)


def check_file(path: Path) -> tuple[Diagnostic, ...]:
    """All findings about an author's catalog. Raises `OSError` and `UnicodeDecodeError` where it can't be read."""
    return check_catalog(path.read_text(encoding="utf-8"), str(path))


def check_folder(folder: Path) -> Iterator[Diagnostic]:
    """All findings about a folder's events, queues, roles, calendars and governed tables."""
    roles = _names(folder / "roles.yaml")
    for section in _SECTIONS:
        path = folder / f"{section}.yaml"
        yield from check_section(path.read_text(encoding="utf-8"), str(path), section, roles)
    for path in sorted((folder / "calendars").glob("*.yaml")):
        yield from check_calendar(path.read_text(encoding="utf-8"), str(path), path.stem)
    for path in sorted((folder / "tables").glob("*.yaml")):
        yield from check_table(path.read_text(encoding="utf-8"), str(path))


def _names(path: Path) -> tuple[str, ...]:
    try:
        return tuple(read_source(path.read_text(encoding="utf-8")).keys)
    except SourceError:
        return ()
