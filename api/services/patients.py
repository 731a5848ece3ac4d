"""Who a patient is, asked of the core when a page is rendered, and never kept with the lists."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from pathways.errors import CarelaneError


class PatientsUnavailableError(CarelaneError):
    """The core does not tell now who the patients are."""

    code = "patients-unavailable"


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as banners and lists show them. `allergies` is None where they were not asked for or not given."""

    reference: str
    name: str
    birth_date: date | None = None
    record_number: str | None = None
    allergies: tuple[str, ...] | None = None


class PatientSource(Protocol):
    """Reads patients from the core."""

    async def patients(self, references: frozenset[str]) -> Mapping[str, Patient]:
        """The patients by reference, in one batched read; raises `PatientsUnavailableError`."""
        ...

    async def allergies(self, reference: str) -> tuple[str, ...]:
        """A patient's allergies in words; raises `PatientsUnavailableError`."""
        ...


@dataclass
class Patients:
    """Patients for pages: one batched read for a page, remembered in memory for a minute.

    A core that is slow or away delays a page by `patience` seconds at most; what is missing is simply not there,
    and pages show that the name is unavailable.
    """

    source: PatientSource
    patience: float = 2.0
    remembered_for: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, Patient]] = field(default_factory=dict)

    async def of(self, references: Iterable[str | None]) -> dict[str, Patient]:
        """The patients by reference; those that could not be read are left out."""
        wanted = frozenset(one for one in references if one)
        self._forget_old()
        found = {one: self._kept[one][1] for one in wanted if one in self._kept}
        missing = wanted - found.keys()
        if missing:
            try:
                read = await asyncio.wait_for(self.source.patients(missing), self.patience)
            except (PatientsUnavailableError, TimeoutError):
                return found
            until = self.clock() + self.remembered_for
            self._kept.update({reference: (until, patient) for reference, patient in read.items()})
            found.update(read)
        return found

    async def allergies(self, reference: str) -> tuple[str, ...] | None:
        """A patient's allergies, fresh; None where the core did not tell."""
        try:
            return await asyncio.wait_for(self.source.allergies(reference), self.patience)
        except (PatientsUnavailableError, TimeoutError):
            return None

    def _forget_old(self) -> None:
        now = self.clock()
        for reference in [one for one, (until, _) in self._kept.items() if until <= now]:
            del self._kept[reference]


def patient_of(inputs: Mapping[str, object]) -> str | None:
    """The reference of the patient whom an instance is about: its input `patient`."""
    given = inputs.get("patient")
    reference = given.get("reference") if isinstance(given, Mapping) else None
    return reference if isinstance(reference, str) and reference.startswith("Patient/") else None
