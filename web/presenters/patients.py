"""Who a patient is, as lists and banners print it."""

from __future__ import annotations

from dataclasses import dataclass

from api.services.patients import Patient

UNAVAILABLE = "Name unavailable"


@dataclass(frozen=True, slots=True)
class PatientView:
    """A patient for a page. `known` is false where the core did not tell who it is."""

    known: bool
    name: str
    born: str
    record_number: str
    allergies: str


def patient_view(patient: Patient | None) -> PatientView:
    """A patient, or that the name is unavailable."""
    if patient is None:
        return PatientView(False, UNAVAILABLE, "", "", "Not available")
    born = ""
    if patient.birth_date is not None:
        born = f"{patient.birth_date.day} {patient.birth_date:%b %Y}"
    return PatientView(True, patient.name, born, patient.record_number or "", _allergies(patient.allergies))


def _allergies(allergies: tuple[str, ...] | None) -> str:
    if allergies is None:
        return "Not available"
    return ", ".join(allergies) if allergies else "None recorded"
