"""Events in: CloudEvents 1.0 over HTTP, in structured and in binary mode."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter, Request

from api.problems import responses
from api.routes.dependencies import ActorHere, ServicesHere
from api.schemas.pathways import Accepted, Delivery, Event
from api.services.errors import InvalidRequestError
from api.services.events import MOST_BYTES, cloud_event
from store.inbox import NewEvent

router = APIRouter(prefix="/events", tags=["events"])

STRUCTURED = "application/cloudevents+json"

_BODY = {
    "required": True,
    "content": {
        STRUCTURED: {
            "schema": {
                "type": "object",
                "required": ["specversion", "id", "source", "type"],
                "properties": {
                    "specversion": {"const": "1.0"},
                    "id": {"type": "string", "minLength": 1},
                    "source": {"type": "string", "minLength": 1},
                    "type": {"type": "string", "minLength": 1},
                    "subject": {"type": "string", "minLength": 1, "description": "The correlation key."},
                    "time": {"type": "string", "format": "date-time"},
                    "data": {},
                },
            }
        }
    },
}


@router.post(
    "",
    status_code=202,
    summary="Send an event",
    responses=responses(400, 403),
    openapi_extra={"requestBody": _BODY},
)
async def receive_event(request: Request, services: ServicesHere, actor: ActorHere) -> Accepted:
    """Accept a CloudEvent: structured (`application/cloudevents+json`), or binary (`ce-…` headers, data as body).

    `subject` is the correlation key. 202 means that it is stored; a source's id is taken once, however often it comes.
    """
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise InvalidRequestError(f"An event has {MOST_BYTES} bytes at most.")
    event, new = await services.events.receive(actor, _event(request, body))
    return Accepted(id=event.id, source=event.source, event_id=event.event_id, duplicate=not new)


@router.get("/{ident}", summary="One event", responses=responses(403, 404))
async def get_event(services: ServicesHere, actor: ActorHere, ident: str) -> Event:
    """An event that came in, and what became of it. Its data is not shown."""
    found = await services.events.get(actor, ident)
    event = Event.model_validate(found.event)
    event.deliveries = [Delivery.model_validate(one) for one in found.deliveries]
    return event


def _event(request: Request, body: bytes) -> NewEvent:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if "ce-specversion" in request.headers:  # binary mode (CloudEvents HTTP binding, § 3.1)
        attributes = {name[3:]: unquote(value) for name, value in request.headers.items() if name.startswith("ce-")}
        return cloud_event(attributes, _json(body) if body else None)
    if media_type not in (STRUCTURED, "application/json", ""):
        raise InvalidRequestError(
            f"{media_type} is no CloudEvent.", hint=f"Send {STRUCTURED}, or `ce-…` headers with JSON data."
        )
    envelope = _json(body)
    if not isinstance(envelope, dict):
        raise InvalidRequestError("A CloudEvent is a JSON object.")
    data = envelope.get("data")
    if "data_base64" in envelope:
        try:
            data = _json(base64.b64decode(envelope["data_base64"], validate=True))
        except (ValueError, TypeError) as error:
            raise InvalidRequestError("data_base64 is not base64.", fields={"data_base64": "is not base64"}) from error
    return cloud_event(envelope, data)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError("The body is not JSON.", fields={"body": "is not JSON"}) from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
