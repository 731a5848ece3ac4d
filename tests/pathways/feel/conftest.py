"""What the tests of FEEL share: an environment, and a way to evaluate text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pathways.feel import Environment, parse_expression

Evaluate = Callable[..., Any]


@pytest.fixture(scope="session")
def environment() -> Environment:
    """Monday 2 March 2026, 09:00 in New York."""
    return Environment(datetime(2026, 3, 2, 14, tzinfo=UTC), ZoneInfo("America/New_York"))


@pytest.fixture(scope="session")
def evaluate(environment: Environment) -> Evaluate:
    """Evaluate a text with the given names in scope."""

    def run(text: str, **scope: Any) -> Any:
        return parse_expression(text).evaluate(scope, environment)

    return run


@pytest.fixture(scope="session")
def reasons(environment: Environment) -> Evaluate:
    """Give the reasons for which a text gives no boolean."""

    def run(text: str, **scope: Any) -> list[str]:
        return parse_expression(text).explain(scope, environment)

    return run
