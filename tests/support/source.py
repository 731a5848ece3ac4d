"""The source of Carelane as data: which modules there are, and what each imports and calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PACKAGES = (
    "activities", "api", "catalog", "commands", "devcore", "local", "pathways", "relaying", "store", "web", "workflows",
)  # fmt: skip
MODULES = ("cli", "devserver", "relay", "settings", "worker")


@dataclass(frozen=True)
class Module:
    """A module of the product, by its dotted name."""

    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.path.read_text(encoding="utf-8"), filename=str(self.path))

    @cached_property
    def imports(self) -> dict[str, int]:
        """Dotted names that it imports, wherever in it, with the line of the first such import."""
        found: dict[str, int] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [self._absolute(node)]
                names += [f"{names[0]}.{alias.name}" for alias in node.names]
            else:
                continue
            for name in names:
                found.setdefault(name, node.lineno)
        return found

    def _absolute(self, node: ast.ImportFrom) -> str:
        if node.level == 0:
            return node.module or ""
        package = self.name.split(".") if self.path.name == "__init__.py" else self.name.split(".")[:-1]
        base = package[: len(package) - node.level + 1]
        return ".".join([*base, *([node.module] if node.module else [])])

    @property
    def place(self) -> str:
        """Its path as people name it in this repository."""
        return str(self.path.relative_to(ROOT))


def modules(*packages: str) -> Iterator[Module]:
    """Every module of these packages, or of the whole product."""
    for package in packages or PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield Module(".".join(parts[:-1] if parts[-1] == "__init__" else parts), path)
    if not packages:
        for name in MODULES:
            yield Module(name, ROOT / f"{name}.py")


def is_within(name: str, package: str) -> bool:
    """Whether a dotted name is a package or lies in it."""
    return name == package or name.startswith(f"{package}.")


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an expression that is one; otherwise nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""
