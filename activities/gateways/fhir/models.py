"""What the R4 models know about resources: which types there are, and what is wrong with one.

Cores validate little by default (a missing required element may be answered 201), so resources are held to
the models on our side before they are sent. The models are those of R4B, which agree with R4 for the types
that Carelane uses; the JSON itself is never taken from a model, whose round trips change decimals and
instants.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import get_args, get_origin

from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.resource import Resource as ResourceModel
from pydantic import BaseModel, ValidationError

from activities.gateways.fhir.resource import Resource


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with a resource: where (a FHIRPath-like path) and what."""

    path: str
    message: str


@cache
def _model(resource_type: str) -> type[BaseModel] | None:
    try:
        model = get_fhir_model_class(resource_type)
    except (ValueError, ImportError):
        return None
    return model if issubclass(model, ResourceModel) else None


def is_resource_type(name: str) -> bool:
    """Whether R4 has a resource type of that name."""
    return name.isalpha() and _model(name) is not None


@cache
def has_identifiers(resource_type: str) -> bool:
    """Whether the type has `identifier` with any number of values (Provenance, for one, has none)."""
    model = _model(resource_type)
    if model is None or "identifier" not in model.model_fields:
        return False
    return _holds_list(model.model_fields["identifier"].annotation)


def _holds_list(annotation: object) -> bool:
    return get_origin(annotation) is list or any(_holds_list(inner) for inner in get_args(annotation))


def flaws_of(resource: Resource) -> list[Flaw]:
    """What the models find wrong; an empty list is a valid resource."""
    resource_type = resource.get("resourceType")
    model = _model(resource_type) if isinstance(resource_type, str) and resource_type.isalpha() else None
    if model is None:
        return [Flaw("resourceType", f"{resource_type!r} is no FHIR R4 resource type")]
    try:
        model.model_validate(resource)
    except ValidationError as error:
        return [
            Flaw(".".join([str(resource_type), *(str(part) for part in found["loc"])]), found["msg"])
            for found in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    return []
