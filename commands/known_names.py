"""Names of pathways that this machine has seen, so that the shell can complete them without asking anybody."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

import settings
from pathways.errors import CarelaneError

Json = Any

_FILE = "pathways.json"


def remember(configured: settings.Settings, items: Iterable[Json], *, whole: bool = False) -> None:
    """Keep names and versions; `whole`: there are no others. What cannot be kept is done without."""
    known = {} if whole else _known(configured.cache_dir)
    for one in items:
        known.setdefault(one["name"], [])
        known[one["name"]] = sorted({*known[one["name"]], one["version"]})
    with suppress(OSError):
        configured.cache_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=configured.cache_dir, suffix=".part", delete=False) as draft:
            json.dump(known, draft)
        Path(draft.name).replace(configured.cache_dir / _FILE)


def complete_name(incomplete: str) -> list[str]:
    """Names that begin so; behind an @, that pathway's versions."""
    known = _here()
    name, at, _ = incomplete.partition("@")
    if at:
        return [f"{name}@{one}" for one in known.get(name, ()) if f"{name}@{one}".startswith(incomplete)]
    return [one for one in sorted(known) if one.startswith(incomplete)]


def complete_version(context: typer.Context, incomplete: str) -> list[str]:
    """Versions of the pathway that is named before."""
    name = context.params.get("name") or ""
    return [one for one in _here().get(name, ()) if one.startswith(incomplete)]


def _here() -> dict[str, list[str]]:
    try:
        return _known(settings.load().cache_dir)
    except CarelaneError:
        return {}


def _known(cache_dir: Path) -> dict[str, list[str]]:
    try:
        known = json.loads((cache_dir / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
