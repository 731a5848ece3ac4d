"""Messages and requests, in approved words only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from activities.steps.messaging import Template, templates
from tests.activities.steps.conftest import Clinic
from tests.support.plans import MONDAY


def _message(clinic: Clinic, **more: Any) -> dict[str, Any]:
    return {
        "recipient": clinic.patient,
        "patient": clinic.patient,
        "order": clinic.order,
        "template": "patient-appointment-booked",
        "occasion": "booked",
        "start": (MONDAY + timedelta(days=1)).isoformat(),
        **more,
    }


async def test_a_message(clinic: Clinic) -> None:
    """A message says its approved words, with the time as the clinic's clocks show it."""
    result = await clinic.run("messaging.notify", _message(clinic))
    message = await clinic.read(result.output["message"])
    assert message["payload"] == [
        {"contentString": "Your visit is booked for Tuesday, 3 March 2026 at 09:00. Please call us if you cannot come."}
    ]
    assert message["recipient"] == [{"reference": clinic.patient["reference"]}]


async def test_the_same_occasion(clinic: Clinic) -> None:
    """One key, one message, also when the first answer was lost."""
    clinic.core.fail(match={"method": "POST", "type": "Communication"}, when="after", drop=True)
    with pytest.raises(Exception, match="core"):
        await clinic.run("messaging.notify", _message(clinic))
    await clinic.run("messaging.notify", _message(clinic))
    assert len(await clinic.all("Communication")) == 1


async def test_without_a_recipient(clinic: Clinic) -> None:
    """A message to nobody known is kept without one."""
    given = _message(clinic, recipient=None, template="referrer-received")
    message = await clinic.read((await clinic.run("messaging.notify", given)).output["message"])
    assert "recipient" not in message


async def test_what_a_template_needs(clinic: Clinic) -> None:
    """A template that needs a reason or a time is not sent without it."""
    result = await clinic.run("messaging.notify", _message(clinic, template="referrer-declined"))
    assert result.problem == "message-incomplete"
    result = await clinic.run("messaging.notify", _message(clinic, start=None))
    assert result.problem == "message-incomplete"


def test_every_template_has_words() -> None:
    """The templates that the action takes are those that are approved."""
    assert set(templates()) == set(get_args(Template))


def test_templates_to_patients_name_nothing_clinical() -> None:
    """Words to patients have no place for a reason, a service or anything else from the order."""
    texts = [text for name, text in templates().items() if name.startswith("patient-")]
    assert all("{" not in text.replace("{start}", "") for text in texts)


async def test_asking_for_information(clinic: Clinic) -> None:
    """A request names what is missing, once per round."""
    given = {
        "recipient": None,
        "patient": clinic.patient,
        "order": clinic.order,
        "items": ["records", "coverage"],
        "round": 1,
    }
    first = await clinic.run("messaging.request_information", given)
    again = await clinic.run("messaging.request_information", given)
    assert first.output == again.output
    request = await clinic.read(first.output["request"])
    assert [coding["code"] for coding in request["category"][0]["coding"]] == ["records", "coverage"]
    assert request["status"] == "active"
