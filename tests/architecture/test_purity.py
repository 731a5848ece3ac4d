"""The language and the workflows compute and nothing else, so that a history replays to the same end."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest

from tests.support.source import Module, dotted, is_within, modules

PURE = ("pathways", "workflows")

# Of the standard library, what computes. Everything else (clock, files, network, processes, chance) stays out.
STANDARD = frozenset(
    {
        "__future__", "abc", "base64", "bisect", "calendar", "collections", "contextlib", "copy", "dataclasses",
        "datetime", "decimal", "difflib", "enum", "fractions", "functools", "hashlib", "heapq", "importlib",
        "itertools", "json", "math", "numbers", "operator", "re", "string", "textwrap", "types", "typing",
        "unicodedata", "zoneinfo",
    }
)  # fmt: skip

# Of the libraries, those that compute only.
LIBRARIES = {
    "pathways": {"holidays", "lark", "pydantic", "pydantic_core", "re2", "yaml"},
    # The SDK's own event loop takes the place of asyncio's; all that waits in it is in the history.
    "workflows": {"asyncio", "pydantic", "pydantic_core", "temporalio"},
}

# Calls that read a clock, take chances or touch the world though their module computes otherwise.
CALLS = frozenset(
    {
        "open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint", "id", "hash",
        "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now",
        "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
        "importlib.import_module", "asyncio.run", "asyncio.to_thread", "asyncio.create_subprocess_exec",
    }
)  # fmt: skip

METHODS = frozenset({"read_text", "write_text", "read_bytes", "write_bytes", "open", "unlink", "mkdir"})

# What may be excused, by module and name, with the reason.
EXCUSED = {
    ("pathways.time.zones", "read_text"): "the list of zones comes with the pinned tzdata, the same everywhere",
    ("pathways.time.zones", "open"): "the rules of a zone come with the pinned tzdata, the same everywhere",
}

EXCUSED_IMPORTS = {
    ("pathways.simulate", "random"): "a simulation draws from generators that are given their seed, and no other",
}


def imported_roots(module: Module) -> Iterator[tuple[str, int]]:
    """The top-level names that a module imports, with lines."""
    for name, line in module.imports.items():
        yield name.split(".")[0], line


@pytest.mark.parametrize("package", PURE)
def test_only_what_computes_is_imported(package: str) -> None:
    """No clock, file, network, process, chance, database or HTTP library comes in by import."""
    allowed = LIBRARIES[package] | STANDARD | {"pathways", package}
    strange = [
        f"{module.place}:{line} imports {name}"
        for module in modules(package)
        for name, line in imported_roots(module)
        if name not in allowed
        and not any(is_within(module.name, part) and name == one for part, one in EXCUSED_IMPORTS)
    ]
    assert strange == []


@pytest.mark.parametrize("package", PURE)
def test_nothing_that_is_called_reads_a_clock_or_touches_the_world(package: str) -> None:
    """What a harmless module can still do to the world is not called."""
    strange = []
    for module in modules(package):
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            name = dotted(node.func)
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if (name in CALLS or method in METHODS) and (module.name, method or name) not in EXCUSED:
                strange.append(f"{module.place}:{node.lineno} calls {name or method}")
    assert strange == []


def test_every_excuse_is_still_needed() -> None:
    """An exception whose reason is gone goes too."""
    by_name = {module.name: module for module in modules(*PURE)}
    for name, method in EXCUSED:
        called = {
            dotted(node.func).rpartition(".")[2] or getattr(node.func, "attr", "")
            for node in ast.walk(by_name[name].tree)
            if isinstance(node, ast.Call)
        }
        assert method in called, f"{name} calls no {method} any more"


def test_the_expression_language_stands_alone() -> None:
    """`pathways.feel` could be taken out and used elsewhere: it imports nothing of ours but itself."""
    strange = [
        f"{module.place}:{line} imports {name}"
        for module in modules("pathways/feel")
        for name, line in module.imports.items()
        if is_within(name, "pathways") and not is_within(name, "pathways.feel")
    ]
    assert strange == []


def test_the_list_of_what_computes_names_real_modules() -> None:
    """A misspelt name in the list above would excuse nothing, unseen."""
    assert sys.stdlib_module_names >= STANDARD
