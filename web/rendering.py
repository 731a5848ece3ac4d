"""Templates: ours are strict, nhsuk-frontend's macros are not.

The macros ask for parameters that nobody gave, so they live in an environment of their own that forgives it; ours get
them as functions. A misspelt name in a template of ours is an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader, PackageLoader, StrictUndefined

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"

MACROS = {
    "button": "button",
    "checkboxes": "checkboxes",
    "details": "details",
    "error-summary": "errorSummary",
    "input": "input",
    "inset-text": "insetText",
    "radios": "radios",
    "select": "select",
    "skip-link": "skipLink",
    "summary-list": "summaryList",
    "textarea": "textarea",
}
"""The components that pages use, with the names of their macros."""


def environment() -> Environment:
    """The environment of our own templates."""
    ours = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    ours.globals["nhsuk"] = SimpleNamespace(**_macros())
    ours.globals["static"] = static
    return ours


@cache
def static(name: str) -> str:
    """The address of a static file; it changes with its content, so that browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def _macros() -> dict[str, Callable[..., Any]]:
    theirs = Environment(
        loader=PackageLoader("nhsuk_frontend_jinja"),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return {
        name: getattr(theirs.get_template(f"nhsuk/components/{folder}/macro.jinja").module, name)
        for folder, name in MACROS.items()
    }
