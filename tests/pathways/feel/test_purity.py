"""The package stands alone: no part of the project, no outside world."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pathways.feel

FOLDER = Path(pathways.feel.__file__).parent
ALLOWED = {
    "__future__", "collections", "dataclasses", "datetime", "decimal", "difflib", "functools", "json", "lark",
    "fractions", "itertools", "operator", "pathways", "re", "re2", "typing", "zoneinfo", "bisect", "unicodedata",
}  # fmt: skip
FORBIDDEN_CALLS = {"open", "print", "input", "eval", "exec", "now", "today", "utcnow", "getcontext", "localcontext"}


def test_only_calculation_is_imported() -> None:
    """Modules import a short list of the standard library, Lark, RE2 and each other."""
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                assert name.split(".")[0] in ALLOWED, f"{path.name} imports {name}"
                assert not name.startswith("pathways") or name.startswith("pathways.feel"), f"{path.name}: {name}"


def test_nothing_asks_the_machine() -> None:
    """No file, clock, or decimal context of the thread is used."""
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                assert called not in FORBIDDEN_CALLS, f"{path.name} calls {called}"


def test_the_threads_decimal_context_does_not_matter() -> None:
    """Results have 34 digits also where the host has set another precision."""
    program = (
        "import decimal; decimal.getcontext().prec = 3; decimal.getcontext().traps[decimal.Inexact] = True\n"
        "from datetime import datetime, UTC\n"
        "from pathways.feel import Environment, parse_expression as p\n"
        "env = Environment(datetime(2026, 3, 2, tzinfo=UTC), UTC)\n"
        "for t in ('1/3', '-x', 'abs(-x)', 'modulo(-x, 0.7)', 'stddev(1, 2.5, 4)', 'round half up(x, 4)', 'sqrt(2)',\n"
        "          'x > 1.23456788', 'string(x)', '@\"PT1.123456789S\" * x', 'median(x, 1/3)', 'exp(1)',\n"
        "          'number(\"1.23456789\")'):\n"
        "    v = p(t).evaluate({'x': decimal.Decimal('1.23456789')}, env)\n"
        "    assert v is not None, (t, p(t).explain({'x': decimal.Decimal('1.23456789')}, env))\n"
        "    print(p('string(v)').evaluate({'v': v}, env))\n"
    )
    plain = program.replace("decimal.getcontext().prec = 3; decimal.getcontext().traps[decimal.Inexact] = True", "pass")
    runs = [
        subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
        for text in (program, plain)
    ]
    assert runs[0] == runs[1]
    assert "0.3333333333333333333333333333333333" in runs[0]
