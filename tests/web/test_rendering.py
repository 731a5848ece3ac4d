"""Templates are strict, and the theme is what its sources make."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from web.rendering import HERE, STATIC, environment, static

BUILD = HERE / "build"


def test_a_misspelt_name_in_our_templates_is_an_error() -> None:
    """Though nhsuk-frontend's macros need the opposite."""
    with pytest.raises(UndefinedError):
        environment().from_string("{{ patiant.name }}").render()
    assert "<button" in environment().from_string('{{ nhsuk.button({"text": "Go"}) }}').render()


def test_macros_escape_what_they_are_given() -> None:
    """A value that looks like HTML is text."""
    shown = environment().from_string("{{ nhsuk.input({'id': 'a', 'name': 'a', 'label': {'text': t}, 'value': t}) }}")
    html = shown.render(t="<script>alert(1)</script>\"'")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_every_template_can_be_compiled() -> None:
    """Also those that no test renders."""
    ours = environment()
    for name in ours.list_templates():
        ours.get_template(name)


def test_the_theme_has_no_logo_no_font_and_nothing_from_elsewhere() -> None:
    """It is our own: no NHS logo, no Frutiger, no address of another site."""
    for name in ("nhsuk-light.css", "nhsuk-dark.css", "carelane.css"):
        css = (STATIC / name).read_text(encoding="utf-8")
        assert "Frutiger" not in css
        assert not re.search(r"url\([\"']?https?:", css)
        assert static(name).startswith(f"/static/{name}?v=")


@pytest.mark.skipif(
    not (BUILD / "node_modules").exists() or shutil.which("npx") is None,
    reason="the theme's sources are fetched by `make css` only",
)
def test_the_committed_theme_is_what_its_sources_make(tmp_path: Path) -> None:
    """`make css` was run after the last change."""
    for name in ("light", "dark"):
        made = tmp_path / f"{name}.css"
        command = ["npx", "--no-install", "sass", "--no-source-map", "--style=compressed", "--quiet-deps"]
        paths = ["--load-path=node_modules/nhsuk-frontend/dist/nhsuk", f"{name}.scss", str(made)]
        subprocess.run([*command, "--silence-deprecation=import", *paths], cwd=BUILD, check=True, capture_output=True)
        assert made.read_bytes() == (STATIC / f"nhsuk-{name}.css").read_bytes()
