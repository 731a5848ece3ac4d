"""Who may know whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.support.source import ROOT, dotted, is_within, modules

# The places that build clients and hand values on; nobody else reads settings.
COMPOSITION_ROOTS = ("cli", "commands", "worker", "relay", "devserver", "api.app")


def test_the_import_contracts_hold() -> None:
    """The layers of the architecture are kept (`[tool.importlinter]` in pyproject.toml)."""
    program = Path(sys.executable).with_name("lint-imports")
    finished = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout


def test_only_composition_roots_read_settings() -> None:
    """Everything else is handed what it needs, and can be tested without an environment."""
    strange = [
        f"{module.place}:{module.imports['settings']}"
        for module in modules()
        if "settings" in module.imports
        and module.name != "settings"
        and not any(is_within(module.name, root) for root in COMPOSITION_ROOTS)
    ]
    assert strange == []


def test_only_the_settings_read_the_environment() -> None:
    """An environment variable that is no setting would be documented nowhere."""
    strange = [
        f"{module.place}:{node.lineno}"
        for module in modules()
        if module.name != "settings"
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv", "os.environb"})
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and any(alias.name in {"environ", "getenv"} for alias in node.names)
        )
    ]
    assert strange == []


def test_no_package_hides_a_library() -> None:
    """A top-level `fhir` of ours would hide fhir.resources."""
    assert not (ROOT / "fhir").exists()
    assert not (ROOT / "fhir.py").exists()
