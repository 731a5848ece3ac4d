"""How values become payloads: JSON by pydantic, so that dataclasses, times and unions arrive as what they were.

The SDK makes a payload converter for every workflow instance, and pydantic's adapters take milliseconds to build.
They are therefore kept for the process.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)


@lru_cache(maxsize=256)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


class _Json(PydanticJSONPlainPayloadConverter):
    """Pydantic's JSON, with adapters shared by all instances of the process."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """The value of the hinted type."""
        return _adapter(Any if type_hint is None else type_hint).validate_json(payload.data)


class PayloadConverter(CompositePayloadConverter):
    """The SDK's own converters, with JSON done by pydantic."""

    def __init__(self) -> None:
        super().__init__(
            *(
                _Json() if isinstance(one, JSONPlainPayloadConverter) else one
                for one in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


data_converter = DataConverter(payload_converter_class=PayloadConverter)
"""What every Temporal client of Carelane uses, in workers and elsewhere."""
