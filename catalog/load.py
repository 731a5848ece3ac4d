"""Reading the catalog from its files: the installed one, or an author's own beside a definition."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, ClassVar

from pathways.catalog import Action, Catalog, EntryError, read_catalog
from pathways.errors import CarelaneError
from pathways.source import Node, SourceError, read_source
from pathways.time.calendars import Calendar


class CatalogError(CarelaneError):
    """A catalog file cannot be read, or says what no catalog says."""

    code: ClassVar[str] = "bad-catalog"
    exit_status: ClassVar[int] = 2


def installed(actions: Mapping[str, Action] | None = None) -> Catalog:
    """The catalog of this installation; `actions` come from the registry of those who run them."""
    files = resources.files(__package__)
    document = {section: _document(files.joinpath(f"{section}.yaml")) for section in ("events", "queues", "roles")}
    return read_catalog(document, base=Catalog(actions=dict(actions or {}), calendars=calendars()))


def from_file(path: Path) -> Catalog:
    """An author's own catalog, together with the built-in calendars. Raises `CatalogError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"The catalog {path} cannot be read: {_reason(error)}.") from None
    root = _tree(text, str(path))
    try:
        return read_catalog(root.plain, base=Catalog(calendars=calendars()))
    except EntryError as error:
        mark = root.place(error.path)
        raise CatalogError(f"{path}:{mark.line}:{mark.column}: {error.message}", hint=error.hint) from None


def calendars() -> dict[str, Calendar]:
    """The built-in calendars, by name."""
    folder = resources.files(__package__).joinpath("calendars")
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    names = {one.name.removesuffix(".yaml"): one for one in found}
    return {name: Calendar.parse(name, _document(one)) for name, one in names.items()}


def calendar_documents(path: Path | None = None) -> Mapping[str, Any]:
    """The calendars as they were written, by name: the built-in ones, and those of an author's catalog.

    Raises `CatalogError` where that cannot be read.
    """
    folder = resources.files(__package__).joinpath("calendars")
    found = {one.name.removesuffix(".yaml"): _document(one) for one in folder.iterdir() if one.name.endswith(".yaml")}
    if path is not None:
        from_file(path)  # says what is wrong with it
        found |= _tree(path.read_text(encoding="utf-8"), str(path)).plain.get("calendars") or {}
    return found


def entries(section: str) -> Mapping[str, Any]:
    """A section of the installed catalog (`events`, `queues`, `roles`) with everything its file says."""
    document = _document(resources.files(__package__).joinpath(f"{section}.yaml"))
    return document if isinstance(document, Mapping) else {}


def _document(file: Traversable) -> Any:
    return _parsed(file.read_text(encoding="utf-8"), file.name)


def _parsed(text: str, name: str) -> Any:
    return _tree(text, name).plain


def _tree(text: str, name: str) -> Node:
    try:
        return read_source(text)
    except SourceError as error:
        where = f"{name}:{error.mark.line}:{error.mark.column}"
        raise CatalogError(f"{where}: {error.message}", hint=error.hint) from None


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror or str(error)
