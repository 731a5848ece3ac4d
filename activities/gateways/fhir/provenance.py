"""Who wrote what, on what grounds: the Provenance that goes with each write.

It names pathway, version, instance and step, the person on whose behalf it was done, and the versions of what
was read. Versions stand in an extension too, for some cores drop them from references when storing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from activities.gateways.fhir.resource import Reference, Resource

VERSION_EXTENSION = "urn:carelane:fhir:version"
ORIGIN_EXTENSION = "urn:carelane:fhir:origin"
DEVICE = {"system": "urn:carelane:device", "value": "carelane"}
_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"

Act = Literal["CREATE", "UPDATE", "DELETE"]


@dataclass(frozen=True)
class Actor:
    """The person on whose behalf a step writes: a name to show, and a reference where the core knows them."""

    display: str
    reference: str | None = None
    identifier: str | None = None
    """An account name or other id of ours, without a system."""


@dataclass(frozen=True)
class Origin:
    """Where a write comes from: which step of which instance of which pathway, for whom.

    `key` is the action's idempotency key; every write of the step derives its own from it.
    """

    pathway: str
    version: str
    instance: str
    step: str
    key: str
    on_behalf_of: Actor | None = None


@dataclass(frozen=True)
class ReadRecord:
    """One resource as it was read: `reference` is `Type/id`, `at` an aware time."""

    reference: str
    version: str | None
    at: datetime


def provenance_of(
    written: Reference, act: Act, origin: Origin, reads: Iterable[ReadRecord], at: datetime | None = None
) -> Resource:
    """The Provenance of one write, not yet stamped with its key."""
    recorded = (at or datetime.now(UTC)).isoformat(timespec="milliseconds")
    agent: dict[str, Any] = {
        "type": {"coding": [{"system": _PARTICIPANT, "code": "assembler"}]},
        "who": {"identifier": DEVICE, "display": "Carelane"},
    }
    if origin.on_behalf_of is not None:
        agent["onBehalfOf"] = _person(origin.on_behalf_of)
    provenance: Resource = {
        "resourceType": "Provenance",
        "extension": [_origin(origin)],
        "target": [_target(written, act)],
        "recorded": recorded,
        "activity": {"coding": [{"system": _OPERATION, "code": act}], "text": origin.step},
        "agent": [agent],
    }
    sources = [
        {"role": "source", "what": _versioned(read.reference, read.version)}
        for read in reads
        if (read.reference, read.version) != (written.unversioned, written.version)
    ]
    if sources:
        provenance["entity"] = sources
    return provenance


def versions_named(provenance: Resource) -> dict[str, str | None]:
    """The versions of what was read, by reference, whether the core kept them in references or not."""
    return dict(_named(entity.get("what", {})) for entity in provenance.get("entity", []))


def _named(reference: dict[str, Any]) -> tuple[str, str | None]:
    at = Reference.parse(reference["reference"])
    for extension in reference.get("extension", []):
        if extension.get("url") == VERSION_EXTENSION:
            return at.unversioned, extension.get("valueString")
    return at.unversioned, at.version


def _origin(origin: Origin) -> dict[str, Any]:
    parts = {
        "pathway": origin.pathway,
        "version": origin.version,
        "instance": origin.instance,
        "step": origin.step,
    }
    return {
        "url": ORIGIN_EXTENSION,
        "extension": [{"url": name, "valueString": value} for name, value in parts.items()],
    }


def _target(written: Reference, act: Act) -> dict[str, Any]:
    if act == "DELETE":  # a reference to what is gone would be refused, or keep it from going
        identifier = {"system": "urn:carelane:deleted", "value": written.unversioned}
        return {"type": written.type, "identifier": identifier}
    return _versioned(written.unversioned, written.version)


def _versioned(reference: str, version: str | None) -> dict[str, Any]:
    if version is None:
        return {"reference": reference}
    return {
        "reference": f"{reference}/_history/{version}",
        "extension": [{"url": VERSION_EXTENSION, "valueString": version}],
    }


def _person(actor: Actor) -> dict[str, Any]:
    person: dict[str, Any] = {"display": actor.display}
    if actor.reference is not None:
        person["reference"] = actor.reference
    if actor.identifier is not None:
        person["identifier"] = {"system": "urn:carelane:person", "value": actor.identifier}
    return person
