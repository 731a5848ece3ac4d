"""Set the stage: patients in the core, the pathways published, an instance started for each case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from activities.gateways.fhir.client import FhirClient
from devcore.demo.api import Api
from devcore.demo.authorizations import AUTHORIZATION_SCRIPTS
from devcore.demo.cases import SCRIPTS, Script
from devcore.demo.infusions import INFUSION_SCRIPTS
from devcore.demo.orders import infusion_order, patient_covered
from devcore.demo.publishing import publish_pathways
from devcore.demo.referrals import is_received, name_patient, referral_orders, supply_information
from devcore.loading import Progress
from devcore.seed import ReferralCase, load_folder, seed_synthetic
from local.progress import Report

LIBRARY = Path(__file__).resolve().parents[2] / "pathways" / "library"
PATHWAY = LIBRARY / "referral" / "1.0.0.yaml"
"""The version that the demonstration's referrals follow."""
PUBLISHED = (PATHWAY, LIBRARY / "prior-authorization" / "1.0.0.yaml", LIBRARY / "infusion" / "1.0.0.yaml")
"""What the demonstration plays; a child stands before those that start it."""

STARTER = "coordinator"


@dataclass(frozen=True)
class Case:
    """A case of the demonstration, and what it meets. `of`: the case whose child this instance is."""

    number: int
    instance: str
    patient: str
    order: str
    script: Script
    incidents: int = 0
    """How many incidents it must meet."""
    of: str | None = None

    def child(self, instance: str) -> Case:
        """An instance that this case's instance started: the same people work it."""
        return replace(self, instance=instance, incidents=0, of=self.of or self.instance)


async def load_patients(core: FhirClient, folder: Path | None, report: Report) -> list[str]:
    """Load the folder's patients, or synthetic ones; their references."""

    def tell(progress: Progress) -> None:
        report(f"  patients {progress.done}/{progress.total}: {progress.text}")

    if folder is None:
        report("Loading synthetic patients")
        return (await seed_synthetic(core, count=len(SCRIPTS))).patients
    report(f"Loading the patients in {folder} (a large folder takes minutes)")
    loaded = await load_folder(core, folder, tell=tell)
    for failure in loaded.failures:
        report(f"  not loaded: {failure}")
    return loaded.patients


async def start_cases(api: Api, core: FhirClient, patients: Sequence[str]) -> list[Case]:
    """Publish the pathways and start an instance for each script; what was started before goes on."""
    for one in PUBLISHED:
        await publish_pathways(api, one)
    referrals = await referral_orders(core, patients, len(SCRIPTS))
    cases = [await _start_referral(api, core, number, one, patients) for number, one in enumerate(referrals)]
    # A patient is in one series at most: two would come within each other's minimum interval.
    for series, patient in zip(INFUSION_SCRIPTS, patients, strict=False):
        order = await infusion_order(core, patient, series.product, series.doses, name=series.title)
        cases.append(await _start_covered(api, core, len(cases), series, patient, order))
    for number, request in enumerate(AUTHORIZATION_SCRIPTS, len(INFUSION_SCRIPTS)):
        patient = patients[number % len(patients)]
        order = await infusion_order(core, patient, "infliximab", 6, name=request.title)
        cases.append(await _start_covered(api, core, len(cases), request, patient, order))
    return cases


async def _start_referral(
    api: Api, core: FhirClient, number: int, order: ReferralCase, patients: Sequence[str]
) -> Case:
    script = SCRIPTS[number % len(SCRIPTS)]
    other = next((one for one in patients if one != order.patient), None)
    mixed_up = script.mixed_up and other is not None
    if mixed_up and not await is_received(core, order.service_request):
        await name_patient(core, order.service_request, str(other))
    if script.complete:
        await supply_information(core, order.patient, order.service_request)
    inputs = {"patient": {"reference": order.patient}, "order": {"reference": order.service_request}}
    instance = await _started(api, script, order.service_request, inputs)
    return Case(number, instance, order.patient, order.service_request, script, incidents=int(mixed_up))


async def _start_covered(api: Api, core: FhirClient, number: int, script: Script, patient: str, order: str) -> Case:
    """Start what needs a coverage beside patient and order."""
    coverage = await patient_covered(core, patient)
    references = {"patient": patient, "order": order, "coverage": coverage}
    inputs = {name: {"reference": one} for name, one in references.items()}
    return Case(number, await _started(api, script, order, inputs), patient, order, script)


async def _started(api: Api, script: Script, order: str, inputs: dict[str, dict[str, str]]) -> str:
    wish: dict[str, object] = {"pathway": script.pathway, "inputs": inputs}
    if script.pathway == "referral":
        wish["version"] = PATHWAY.stem
    return str((await api.post(STARTER, "/instances", wish, key=f"demo/start/{order}"))["id"])
