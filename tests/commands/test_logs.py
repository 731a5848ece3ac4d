"""What processes log, and what they never log."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog

import settings
from commands.logs import configure_logging


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Logging as it was before, for the tests that follow."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_the_address_of_a_request_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """A search by record number leaves no trace of it, at the most talkative level either."""
    configure_logging(settings.load(log_level="debug"))
    transport = httpx.MockTransport(lambda _request: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        client.get("http://core.example/fhir/Patient", params={"identifier": "MRN-4711"})
    logging.getLogger("carelane.worker").debug("asked the core")
    said = capsys.readouterr().err
    assert "asked the core" in said
    assert "MRN-4711" not in said


@pytest.mark.parametrize("form", ["console", "json"])
def test_an_exception_is_told_without_the_values_of_variables(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What failed and where, and nothing of whom it was about."""
    configure_logging(settings.load(log_format=form))
    number = "MRN-" + "4711"
    try:
        raise ValueError(f"{len(number)} letters are too few")
    except ValueError:
        logging.getLogger("carelane.worker").exception("the record was refused")
    said = capsys.readouterr().err
    assert "8 letters are too few" in said
    assert "test_logs.py" in said
    assert "MRN-4711" not in said


def test_collectors_get_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Both ways of logging end in the same form, with time, level and logger."""
    configure_logging(settings.load(log_format="json"))
    logging.getLogger("carelane.relay").info("delivered %s", "three")
    structlog.get_logger("carelane.api").info("answered", status=200)
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["event"], first["level"], first["logger"]) == ("delivered three", "info", "carelane.relay")
    assert (second["event"], second["status"]) == ("answered", 200)
    assert "timestamp" in first
