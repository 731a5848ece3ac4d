"""Expressions and unary tests, ready to be evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pathways.feel import free
from pathways.feel.compiled.builders import compile_expression, compile_tests
from pathways.feel.compiled.logic import Test
from pathways.feel.compiled.place import Code
from pathways.feel.environment import Environment, Run
from pathways.feel.errors import FeelLimitError
from pathways.feel.functions import BUILTINS
from pathways.feel.nodes import Name, Node, Tests
from pathways.feel.operators import article
from pathways.feel.parser import parse, parse_tests
from pathways.feel.rendering import weigh
from pathways.feel.tokens import line_and_column
from pathways.feel.values import Value, kind, read

_PARSED = 4096
"""How many different texts are kept parsed and compiled."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an expression's text: its line and column from 1, and its offsets."""

    line: int
    column: int
    start: int
    end: int


class Expression:
    """A parsed expression. It is immutable, and evaluating it twice on the same data gives the same."""

    def __init__(self, text: str, tree: Node) -> None:
        self.text = text
        self.tree = tree
        self._code = compile_expression(tree, text)
        self._free = free.find(tree)
        self._makes_values = free.makes_values(tree)
        self._bare = tree.name if isinstance(tree, Name) and tree.name not in BUILTINS else None

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    @property
    def names(self) -> frozenset[str]:
        """The names that are looked up in the scope.

        A name inside a filter (`items[status = "open"]`) may be a field of the items and is counted too; those that
        stand nowhere else are in `field_names`. Names of functions that are called are in `functions`.
        """
        return self._free.names

    @property
    def field_names(self) -> frozenset[str]:
        """Those of `names` that stand only inside filters, where a field of the item comes first."""
        return self._free.names - self._free.sure

    @property
    def functions(self) -> frozenset[str]:
        """The names of called functions that FEEL does not have: the host's, or functions in the scope."""
        return self._free.functions

    @property
    def builtins(self) -> frozenset[str]:
        """The names of FEEL's own functions that are used (so a caller sees whether `now` or `today` is read)."""
        return self._free.builtins

    @property
    def paths(self) -> frozenset[tuple[str, ...]]:
        """The longest dotted paths from names of the scope, such as `("claim", "decision", "final")`."""
        return self._free.paths

    @property
    def spans(self) -> Mapping[tuple[str, ...], tuple[Span, ...]]:
        """Where each name or dotted path of the scope stands in the text, longest forms only at each place."""
        return {
            path: tuple(Span(*line_and_column(self.text, start), start, end) for start, end in places)
            for path, places in self._free.spans.items()
        }

    @cached_property
    def _strict(self) -> Code:
        return compile_expression(self.tree, self.text, strict=True)

    def evaluate(self, scope: Mapping[str, Value], env: Environment) -> Value:
        """Give the value, or None where FEEL's answer is null or a limit is reached. Never raises."""
        if self._bare is not None:
            try:
                return read(scope.get(self._bare))
            except Exception:  # noqa: BLE001 - evaluation never raises
                return None
        return self._run(self._code, Run(scope, env))

    def work_out(self, scope: Mapping[str, Value], env: Environment) -> Value:
        """Give the value as `evaluate` does, but raise FeelLimitError where a limit keeps it from being worked out."""
        try:
            if self._bare is not None:
                return read(scope.get(self._bare))
            value = read(self._code({}, Run(scope, env)))
            return weigh(value) if self._makes_values else value
        except FeelLimitError:
            raise
        except RecursionError:
            raise FeelLimitError("values nest too deep") from None
        except Exception:  # noqa: BLE001 - what a host's value did is FEEL's null
            return None

    def condition(self, scope: Mapping[str, Value], env: Environment) -> bool | None:
        """Give the value as `when` reads it: true, false, or None for anything else. Never raises.

        Stricter than FEEL: an `=`, `!=` or `in` with a null operand is null unless the other side is the literal
        null.
        """
        value = self._run(self._strict, Run(scope, env))
        return value if value is True or value is False else None

    def explain(self, scope: Mapping[str, Value], env: Environment) -> list[str]:
        """Say in words why `condition` gives None (or `evaluate` null): `["requirement.status is null"]`."""
        reasons: list[str] = []
        run = Run(scope, env, reasons)
        value = self._run(self._strict, run)
        if value is not None and not isinstance(value, bool):
            reasons.append(f"the result is {article(kind(value))}")
        elif value is None and not reasons:
            reasons.append("the result is null")
        return reasons if not isinstance(value, bool) else []

    def _run(self, code: Code, run: Run) -> Value:
        try:
            value = read(code({}, run))
            return weigh(value) if self._makes_values else value
        except FeelLimitError as error:
            return run.fail(f"limit: {error}")
        except RecursionError:
            return run.fail("limit: values nest too deep")
        except Exception as error:  # noqa: BLE001 - evaluation never raises; what a host's value did is a reason
            return run.fail(f"unforeseen {type(error).__name__}: {error}")


class UnaryTests:
    """Parsed unary tests, such as a cell of a decision table."""

    def __init__(self, text: str, tree: Tests) -> None:
        self.text = text
        self.tree = tree
        self._test: Test = compile_tests(tree, text)
        self._free = free.find(tree)

    def __repr__(self) -> str:
        return f"UnaryTests({self.text!r})"

    @property
    def names(self) -> frozenset[str]:
        """The names that are looked up in the scope (`?`, the value under test, is none)."""
        return self._free.names

    @property
    def paths(self) -> frozenset[tuple[str, ...]]:
        """The longest dotted paths from names of the scope."""
        return self._free.paths

    def matches(self, value: Value, scope: Mapping[str, Value], env: Environment) -> bool | None:
        """Say whether a value passes, or None where that cannot be decided. Never raises.

        Null passes a test for null, `not(…)` without one, and `-`, and no other.
        """
        return self._run(value, Run(scope, env))

    def explain(self, value: Value, scope: Mapping[str, Value], env: Environment) -> list[str]:
        """Say in words why `matches` gives None."""
        reasons: list[str] = []
        found = self._run(value, Run(scope, env, reasons))
        return [] if found is not None else reasons or ["the test gives null"]

    def _run(self, value: Value, run: Run) -> bool | None:
        try:
            found = self._test(read(value), {}, run)
        except FeelLimitError as error:
            return run.fail(f"limit: {error}")
        except RecursionError:
            return run.fail("limit: values nest too deep")
        except Exception as error:  # noqa: BLE001 - evaluation never raises; what a host's value did is a reason
            return run.fail(f"unforeseen {type(error).__name__}: {error}")
        return found if found is True or found is False else None


@lru_cache(maxsize=_PARSED)
def parse_expression(text: str) -> Expression:
    """Read an expression; raises FeelSyntaxError. The same text gives the same object."""
    return Expression(text, parse(text))


@lru_cache(maxsize=_PARSED)
def parse_unary_tests(text: str) -> UnaryTests:
    """Read unary tests such as `< 5, [10..20)`, `not("a")`, `-` or `any`; raises FeelSyntaxError."""
    return UnaryTests(text, parse_tests("-" if text.strip() == "any" else text))
