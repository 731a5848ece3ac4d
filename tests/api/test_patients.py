"""Patients for pages: one batched read, a short memory, and a core that does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

import pytest

from api.core_patients import CorePatients
from api.services.patients import Patients, PatientsUnavailableError, patient_of
from tests.support.office import KnownPatients

LENA = {
    "resourceType": "Patient",
    "id": "p-1",
    "name": [{"use": "old", "family": "Nobody"}, {"use": "official", "family": "Harper", "given": ["Lena", "M."]}],
    "birthDate": "1961-04-09",
    "identifier": [
        {"system": "urn:ssn", "value": "000"},
        {"type": {"coding": [{"code": "MR"}]}, "value": "MRN-00417"},
    ],
}


class _CoreError(Exception):
    pass


def core(*resources: Mapping[str, Any], fails: bool = False) -> tuple[CorePatients, list[Any]]:
    """A core that answers searches with these resources; and what it was asked."""
    asked: list[Any] = []

    async def search(resource_type: str, params: Mapping[str, str]) -> AsyncIterator[Any]:
        asked.append((resource_type, dict(params)))
        if fails:
            raise _CoreError
        for one in resources:
            yield one

    return CorePatients(search, _CoreError), asked


async def test_many_patients_are_one_search() -> None:
    """With the official name, the birth date and the medical record number."""
    source, asked = core(LENA)
    found = await source.patients(frozenset({"Patient/p-1", "Patient/p-2", "Practitioner/x"}))
    assert [one[1]["_id"] for one in asked] == ["p-1,p-2"]
    patient = found["Patient/p-1"]
    assert (patient.name, patient.birth_date, patient.record_number) == (
        "HARPER, Lena M.",
        date(1961, 4, 9),
        "MRN-00417",
    )


@pytest.mark.parametrize(
    ("changes", "name", "born"),
    [
        ({"name": [{"text": "Lena Harper"}]}, "Lena Harper", date(1961, 4, 9)),
        ({"name": []}, "No name in the core", date(1961, 4, 9)),
        ({"birthDate": "1961"}, "HARPER, Lena M.", None),
    ],
)
async def test_what_r4_leaves_open_is_shown_as_it_is(changes: dict[str, Any], name: str, born: date | None) -> None:
    """Names without parts, birth dates without a day."""
    source, _ = core({**LENA, **changes})
    patient = (await source.patients(frozenset({"Patient/p-1"})))["Patient/p-1"]
    assert (patient.name, patient.birth_date) == (name, born)


async def test_a_core_that_fails_is_unavailable() -> None:
    """As our own error, whatever the client's is."""
    source, _ = core(fails=True)
    with pytest.raises(PatientsUnavailableError):
        await source.patients(frozenset({"Patient/p-1"}))


async def test_allergies_are_the_active_ones() -> None:
    """In words."""

    def allergy(text: str, status: str) -> dict[str, Any]:
        return {
            "resourceType": "AllergyIntolerance",
            "code": {"text": text},
            "clinicalStatus": {"coding": [{"code": status}]},
        }

    source, asked = core(allergy("Penicillin", "active"), allergy("Latex", "resolved"))
    assert await source.allergies("Patient/p-1") == ("Penicillin",)
    assert asked == [("AllergyIntolerance", {"patient": "Patient/p-1"})]


async def test_names_are_remembered_for_a_minute_and_then_asked_again() -> None:
    """A page that is loaded again costs the core nothing; a corrected name shows soon."""
    now = [0.0]
    source = KnownPatients()
    patients = Patients(source, clock=lambda: now[0])
    await patients.of(["Patient/p-1", None])
    await patients.of(["Patient/p-1"])
    assert source.reads == 1
    now[0] = 61.0
    await patients.of(["Patient/p-1"])
    assert source.reads == 2


async def test_a_slow_core_delays_a_page_by_no_more_than_its_patience() -> None:
    """What it did not tell in time is missing."""

    class Slow(KnownPatients):
        async def patients(self, references: frozenset[str]) -> Any:
            await asyncio.Event().wait()
            return await super().patients(references)

    assert await Patients(Slow(), patience=0.05).of(["Patient/p-1"]) == {}


def test_the_patient_is_the_input_of_that_name() -> None:
    """And only a Patient."""
    assert patient_of({"patient": {"reference": "Patient/1"}}) == "Patient/1"
    assert patient_of({"patient": {"reference": "Group/1"}}) is None
    assert patient_of({"order": {"reference": "ServiceRequest/1"}}) is None
