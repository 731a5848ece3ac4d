"""The page of all settings, made from their registry."""

from __future__ import annotations

from typing import Any, Final

from pydantic import SecretStr

from settings import Settings, spelled, variables

_HEAD: Final = """\
# Settings

Read once from the environment. This page is generated from `settings.py`
(`carelane settings --markdown > docs/settings.md`).

| variable | default | what it is for |
|---|---|---|
"""


def settings_page() -> str:
    """The page, docs/settings.md: a row for each setting, in the registry's order."""
    return _HEAD + "".join(_row(name, field) for name, field in variables().items())


def _row(name: str, field: str) -> str:
    info = Settings.model_fields[field]
    default = "" if info.default is None else f"`{_shown(info.default)}`"
    return f"| `{name}` | {default} | {info.description} |\n"


def _shown(value: Any) -> str:
    """A default as people read it; secrets stay out of the page."""
    return "(development only)" if isinstance(value, SecretStr) else spelled(value)
