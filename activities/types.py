"""The types that actions declare beyond Python's own, as pydantic models whose JSON Schema the language understands.

Text, numbers, booleans, dates, instants (`datetime`) and lists of them need nothing from here; a code is a `Literal`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Reference(BaseModel):
    """A reference to a resource of the core, `Type/id`; `display` names no patient."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"x-carelane-type": "Reference"})

    reference: str
    display: str | None = None

    @classmethod
    def to(cls, resource: dict[str, Any]) -> Self:
        """The reference of a resource that the core gave."""
        return cls(reference=f"{resource['resourceType']}/{resource['id']}")


class Quantity(BaseModel):
    """A number with its UCUM unit."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"x-carelane-type": "quantity"})

    value: Decimal
    unit: str


class Attachment(BaseModel):
    """A document's content on its way to the core, base64, with its media type."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"x-carelane-type": "attachment"})

    content_type: str
    data: str
    title: str | None = None


class Targets:
    """What a `Reference` may refer to: `Annotated[Reference, Targets("Patient")]`."""

    def __init__(self, *types: str) -> None:
        self.types = types

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The reference's own schema, in place, with its targets."""
        found: dict[str, Any] = dict(handler.resolve_ref_schema(handler(schema)))
        return found | {"x-carelane-target": list(self.types)}


Span = Annotated[str, WithJsonSchema({"type": "string", "x-carelane-type": "duration"})]
"""A duration with its authored unit: `72 hours`, `6 months`, `1 business day`."""

Units = Annotated[int, WithJsonSchema({"type": "integer", "x-carelane-type": "billing_units"})]
"""Billing units, which are no amount of a drug."""


class Period(BaseModel):
    """From a day to a day, both inside; a missing end is open."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"x-carelane-type": "period"})

    start: date | None = None
    end: date | None = None
