"""The banner of a page about one patient."""

from __future__ import annotations

from dataclasses import replace

from web.presenters.patients import PatientView, patient_view
from web.visit import Visit


async def banner(visit: Visit, reference: str | None) -> PatientView | None:
    """Who the page is about, with allergies; None for a page that is about no patient."""
    if reference is None:
        return None
    found = (await visit.services.patients.of([reference])).get(reference)
    if found is None:
        return patient_view(None)
    return patient_view(replace(found, allergies=await visit.services.patients.allergies(reference)))
