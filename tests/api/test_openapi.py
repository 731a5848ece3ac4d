"""The description holds: generated requests meet no server error and no answer that it does not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.served import Served, served

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def opened(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An office with a referral in it."""
    with served(module_database_url, tmp_path_factory.mktemp("office")) as place:
        yield place


def test_whatever_is_sent_is_answered_as_described(opened: Served) -> None:
    """No server error, no undescribed status, no undescribed body: for every operation, by generated requests."""
    described = schemathesis.openapi.from_url(f"{opened.url}/api/v1/openapi.json")
    headers = {"Authorization": f"Bearer {opened.run(opened.office.token('supervisor'))}"}
    for found in described.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()

        @hypothesis_settings(
            max_examples=10, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def answers(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        answers()
