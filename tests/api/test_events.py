"""CloudEvents in: stored first, each source's id once."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

EVENT = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "https://clinic.example/fax",
    "type": "referral.information-received",
    "subject": "ServiceRequest/o-1",
    "time": "2026-03-02T14:00:00Z",
    "data": {"items": ["records"], "channel": "fax"},
}
STRUCTURED = {"Content-Type": "application/cloudevents+json"}


async def test_a_structured_event_is_stored_once(supervisor: httpx.AsyncClient) -> None:
    """202 both times; the second says that it is a duplicate of the first."""
    first = await supervisor.post("/events", content=json.dumps(EVENT), headers=STRUCTURED)
    second = await supervisor.post("/events", content=json.dumps(EVENT), headers=STRUCTURED)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert (first.json()["duplicate"], second.json()["duplicate"]) == (False, True)
    stored = (await supervisor.get(f"/events/{first.json()['id']}")).json()
    assert (stored["key"], stored["status"], stored["deliveries"]) == ("ServiceRequest/o-1", "waiting", [])


async def test_a_binary_event_is_the_same(supervisor: httpx.AsyncClient) -> None:
    """Attributes come as headers, the data as body."""
    headers = {f"ce-{name}": str(value) for name, value in EVENT.items() if name != "data"}
    answer = await supervisor.post("/events", json=EVENT["data"], headers=headers)
    assert answer.status_code == 202, answer.text
    again = await supervisor.post("/events", content=json.dumps(EVENT), headers=STRUCTURED)
    assert again.json()["duplicate"] is True


async def test_an_event_reaches_those_who_listen(supervisor: httpx.AsyncClient) -> None:
    """Data in base64 is data too."""
    wrapped = {**EVENT, "data_base64": base64.b64encode(b'{"items": []}').decode()}
    del wrapped["data"]
    assert (await supervisor.post("/events", content=json.dumps(wrapped), headers=STRUCTURED)).status_code == 202


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**EVENT, "specversion": "0.3"}, "specversion"),
        ({**EVENT, "id": ""}, "id"),
        ({**EVENT, "source": None}, "source"),
        ({**EVENT, "type": 7}, "type"),
        ({**EVENT, "time": "yesterday"}, "time"),
        ({**EVENT, "time": "2026-03-02T14:00:00"}, "time"),
        ({**EVENT, "subject": ""}, "subject"),
    ],
)
async def test_what_is_no_event_is_refused_by_attribute(
    supervisor: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    """Each attribute at fault is named."""
    answer = await supervisor.post("/events", content=json.dumps(body), headers=STRUCTURED)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b'{"id": NaN}', b"\xff"])
async def test_what_is_no_json_is_refused(supervisor: httpx.AsyncClient, content: bytes) -> None:
    """With a problem, never a traceback."""
    answer = await supervisor.post("/events", content=content, headers=STRUCTURED)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


async def test_sending_events_belongs_to_roles(coordinator: httpx.AsyncClient) -> None:
    """A coordinator sends none."""
    assert (await coordinator.post("/events", content=json.dumps(EVENT), headers=STRUCTURED)).status_code == 403
