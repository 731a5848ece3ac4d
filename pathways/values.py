"""Values as authors write them: literals, `=` expressions, texts with `{{ … }}`, and structures of these.

Each is kept as it was written (its JSON source) and compiled once when the plan is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

from pathways import feel
from pathways.time.durations import Duration, DurationError, parse_duration

Json = Any
Scope = Mapping[str, Any]
Evaluate = Callable[[Scope, feel.Environment], Any]
HowToEvaluate = Callable[[feel.Expression, Scope, feel.Environment], Any]

_PATH = re.compile(r"[a-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\Z")
_LIMIT = "limit: "
"""How a reason begins that is a limit of FEEL."""

PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class _Authored:
    """What is common to the three: `source` as written, serialized as such."""

    source: Json

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """The JSON form is the source; reading it compiles it."""
        return core_schema.no_info_plain_validator_function(
            lambda given: given if isinstance(given, cls) else cls(given),  # type: ignore[call-arg]
            serialization=core_schema.plain_serializer_function_ser_schema(lambda one: one.source),
        )


@dataclass(frozen=True)
class Computed(_Authored):
    """A value that may hold expressions at any depth; `evaluate` gives FEEL values, null where one fails.

    Where null for want of time would be taken for an answer, `work_out` raises instead.
    """

    source: Json

    @cached_property
    def expressions(self) -> tuple[feel.Expression, ...]:
        """Every expression in it, in the order written."""
        return tuple(_expressions(self.source))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that it reads."""
        return frozenset().union(*(one.names for one in self.expressions))

    @cached_property
    def evaluate(self) -> Evaluate:
        """The compiled form."""
        return _compile(self.source, feel.Expression.evaluate)

    @cached_property
    def work_out(self) -> Evaluate:
        """The compiled form that raises `FeelLimitError` where a limit keeps an expression from being worked out."""
        return _compile(self.source, feel.Expression.work_out)

    def why_null(self, scope: Scope, env: feel.Environment) -> str:
        """Why it gives null, in brackets, where evaluation can tell; else empty."""
        return _why_null(self.expressions, scope, env)

    @cached_property
    def is_literal(self) -> bool:
        """Whether it holds no expression at all."""
        return not self.expressions


@dataclass(frozen=True)
class Condition(_Authored):
    """A condition, always FEEL without `=`. `holds` is None where it gives null or no boolean."""

    source: str

    @cached_property
    def expression(self) -> feel.Expression:
        """The compiled expression."""
        return feel.parse_expression(self.source)

    @property
    def names(self) -> frozenset[str]:
        """The names that it reads."""
        return self.expression.names

    def holds(self, scope: Scope, env: feel.Environment) -> bool | None:
        """Whether it holds, in the strict mode of conditions."""
        return self.expression.condition(scope, env)

    def work_out(self, scope: Scope, env: feel.Environment) -> bool | None:
        """Whether it holds; raises `FeelLimitError` where a limit keeps that from being worked out."""
        holds = self.holds(scope, env)
        if holds is None:
            reasons = self.expression.explain(scope, env)
            limit = next((one.removeprefix(_LIMIT) for one in reasons if one.startswith(_LIMIT)), None)
            if limit is not None:
                raise feel.FeelLimitError(limit)
        return holds

    def why_null(self, scope: Scope, env: feel.Environment) -> str:
        """Why it gives null, in brackets, where evaluation can tell; else empty."""
        return _why_null([self.expression], scope, env)


@dataclass(frozen=True)
class UnaryTests(_Authored):
    """A cell of a decision table: FEEL unary tests; `-` matches all."""

    source: str

    @cached_property
    def tests(self) -> feel.UnaryTests:
        """The compiled tests."""
        return feel.parse_unary_tests(self.source)

    @property
    def names(self) -> frozenset[str]:
        """The names that they read."""
        return self.tests.names


@dataclass(frozen=True)
class Timing(_Authored):
    """A time or duration: authored text such as `1 business day`, or an expression that gives one."""

    source: str

    @cached_property
    def computed(self) -> Computed:
        """The text or expression as a value."""
        return Computed(self.source)

    @cached_property
    def authored(self) -> Duration | None:
        """The duration, where the text is one; None for an expression, a date or an instant."""
        if not self.computed.is_literal:
            return None
        try:
            return parse_duration(self.source)
        except DurationError:
            return None

    @cached_property
    def path(self) -> tuple[str, ...] | None:
        """The names along a plain path such as `=claim.limit`, whose declared value keeps its units; else None."""
        text = self.source[1:].strip() if is_expression(self.source) else ""
        return tuple(text.split(".")) if _PATH.match(text) else None

    @property
    def names(self) -> frozenset[str]:
        """The names that it reads."""
        return self.computed.names


def _why_null(expressions: Iterable[feel.Expression], scope: Scope, env: feel.Environment) -> str:
    reasons = [reason.removeprefix(_LIMIT) for one in expressions for reason in one.explain(scope, env)]
    told = [reason for reason in reasons if reason != "the result is null"]
    return f" ({'; '.join(told[:3])})" if told else ""


@lru_cache(maxsize=4096)
def _template(text: str) -> tuple[str | feel.Expression, ...]:
    parts: list[str | feel.Expression] = []
    end = 0
    for found in PLACEHOLDER.finditer(text):
        if found.start() > end:
            parts.append(text[end : found.start()])
        parts.append(feel.parse_expression(found.group(1).strip()))
        end = found.end()
    if end < len(text):
        parts.append(text[end:])
    return tuple(parts)


def is_expression(source: Json) -> bool:
    """Whether an authored value is an expression (`=…`)."""
    return isinstance(source, str) and source.startswith("=")


def is_template(source: Json) -> bool:
    """Whether an authored value is a text with expressions inside."""
    return isinstance(source, str) and not source.startswith("=") and PLACEHOLDER.search(source) is not None


def _expressions(source: Json) -> list[feel.Expression]:
    if is_expression(source):
        return [feel.parse_expression(source[1:])]
    if is_template(source):
        return [part for part in _template(source) if not isinstance(part, str)]
    if isinstance(source, Mapping):
        return [one for value in source.values() for one in _expressions(value)]
    if isinstance(source, list):
        return [one for value in source for one in _expressions(value)]
    return []


def _compile(source: Json, how: HowToEvaluate) -> Evaluate:
    if is_expression(source):
        return partial(how, feel.parse_expression(source[1:]))
    if is_template(source):
        return _compile_template(_template(source), how)
    if isinstance(source, Mapping):
        members = [(name, _compile(value, how)) for name, value in source.items()]
        return lambda scope, env: {name: value(scope, env) for name, value in members}
    if isinstance(source, list):
        items = [_compile(value, how) for value in source]
        return lambda scope, env: [value(scope, env) for value in items]
    return lambda _scope, _env: source


def _compile_template(parts: tuple[str | feel.Expression, ...], how: HowToEvaluate) -> Evaluate:
    def render(scope: Scope, env: feel.Environment) -> str:
        return "".join(part if isinstance(part, str) else _shown(how(part, scope, env)) for part in parts)

    return render


def _shown(value: Any) -> str:
    """A value inside a text: nothing for null, so that a missing display leaves a gap and not the word null."""
    if value is None:
        return ""
    if isinstance(value, (bool, feel.Quantity, feel.BillingUnits)):
        return str(feel.scalar_text(value))
    shown = feel.to_json(value)
    return shown if isinstance(shown, str) else str(shown)
