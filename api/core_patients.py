"""Patients of the core, for lists and banners: the `PatientSource` on a FHIR R4 client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from datetime import date
from typing import Any, Protocol

from api.services.patients import Patient, PatientsUnavailableError

Json = Any

_RECORD_NUMBER = "MR"
"""HL7 v2 table 0203: medical record number."""

_AT_ONCE = 100


class Search(Protocol):
    """A FHIR client's search: everything that matches, page after page."""

    def __call__(self, resource_type: str, params: Mapping[str, str], /) -> AsyncIterator[Any]:
        """The resources."""
        ...


class CorePatients:
    """Reads patients by batched search. `failure` is the client's root error."""

    def __init__(self, search: Callable[..., AsyncIterator[Any]], failure: type[Exception]) -> None:
        self._search = search
        self._failure = failure

    async def patients(self, references: frozenset[str]) -> Mapping[str, Patient]:
        """The patients by reference; raises `PatientsUnavailableError`."""
        ids = sorted(one.removeprefix("Patient/") for one in references if one.startswith("Patient/"))
        found: dict[str, Patient] = {}
        for start in range(0, len(ids), _AT_ONCE):
            wanted = ",".join(ids[start : start + _AT_ONCE])
            for resource in await self._all("Patient", {"_id": wanted, "_count": str(_AT_ONCE)}):
                reference = f"Patient/{resource.get('id')}"
                found[reference] = _patient(reference, resource)
        return found

    async def allergies(self, reference: str) -> tuple[str, ...]:
        """A patient's active allergies in words; raises `PatientsUnavailableError`."""
        found = await self._all("AllergyIntolerance", {"patient": reference})
        return tuple(sorted({_words(one) for one in found if _is_active(one)}))

    async def _all(self, resource_type: str, params: Mapping[str, str]) -> list[Mapping[str, Json]]:
        try:
            async with aclosing(self._search(resource_type, params)) as resources:  # type: ignore[type-var]
                return [one async for one in resources if one.get("resourceType") == resource_type]
        except self._failure as error:
            raise PatientsUnavailableError("The core does not tell now who the patients are.") from error


def _patient(reference: str, resource: Mapping[str, Json]) -> Patient:
    return Patient(reference, _name(resource), _birth_date(resource), _record_number(resource))


def _name(resource: Mapping[str, Json]) -> str:
    names = [one for one in resource.get("name") or [] if isinstance(one, dict)]
    ranked = sorted(names, key=lambda one: {"official": 0, "usual": 1}.get(str(one.get("use")), 2))
    for one in ranked:
        given = " ".join(str(part) for part in one.get("given") or [])
        family = str(one.get("family") or "")
        if family or given:
            return f"{family.upper()}, {given}" if family and given else family.upper() or given
        if one.get("text"):
            return str(one["text"])
    return "No name in the core"


def _birth_date(resource: Mapping[str, Json]) -> date | None:
    try:
        return date.fromisoformat(str(resource.get("birthDate")))
    except ValueError:
        return None  # R4 allows a year, or a year and month, alone


def _record_number(resource: Mapping[str, Json]) -> str | None:
    identifiers = [one for one in resource.get("identifier") or [] if isinstance(one, dict) and one.get("value")]
    for one in identifiers:
        codings = (one.get("type") or {}).get("coding") or []
        if any(coding.get("code") == _RECORD_NUMBER for coding in codings):
            return str(one["value"])
    return str(identifiers[0]["value"]) if identifiers else None


def _is_active(allergy: Mapping[str, Json]) -> bool:
    codings = (allergy.get("clinicalStatus") or {}).get("coding") or []
    return not codings or any(coding.get("code") == "active" for coding in codings)


def _words(allergy: Mapping[str, Json]) -> str:
    code = allergy.get("code") or {}
    codings = code.get("coding") or [{}]
    return str(code.get("text") or codings[0].get("display") or codings[0].get("code") or "Unnamed")
