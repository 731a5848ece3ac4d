"""Seeding a core: every patient once, references settled, failures named."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from activities.gateways.fhir import FhirClient
from activities.gateways.fhir.models import flaws_of
from devcore.patients import synthetic_bundles
from devcore.quirks import Quirks
from devcore.seed import BundleError, Progress, load_folder, prepare_referral_cases, seed_synthetic
from tests.support.core import LiveCore, live_core

SYNTHEA, NPI = "https://github.com/synthetichealth/synthea", "http://hl7.org/fhir/sid/us-npi"
LIKE_MEDPLUM = Quirks(resolves_conditional_references=False, next_links=False, stale_if_match_status=409)


@pytest.fixture(params=[None, LIKE_MEDPLUM], ids=["plain", "unresolving"])
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LiveCore]:
    """A core that resolves references by search, and one that does not."""
    with live_core(tmp_path / "core.db", quirks=request.param) as running:
        yield running


@pytest.fixture
async def client(core: LiveCore) -> AsyncIterator[FhirClient]:
    """A client of the core."""
    async with FhirClient(core.base_url) as client:
        yield client


def entry(resource: dict[str, Any], full_url: str) -> dict[str, Any]:
    """A POST entry."""
    return {"fullUrl": full_url, "resource": resource, "request": {"method": "POST", "url": resource["resourceType"]}}


def patient_bundle(number: int, npi: str) -> dict[str, Any]:
    """A patient as newer releases of Synthea write them: practitioners and hospitals are referred to by search."""
    patient = {"resourceType": "Patient", "identifier": [{"system": SYNTHEA, "value": f"p{number}"}]}
    encounter = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": "urn:uuid:p"},
        "participant": [{"individual": {"reference": f"Practitioner?identifier={NPI}|{npi}", "display": "Dr. Shown"}}],
        "serviceProvider": {"reference": f"Organization?identifier={SYNTHEA}|hospital", "display": "A HOSPITAL"},
    }
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [entry(patient, "urn:uuid:p"), entry(encounter, "urn:uuid:e")],
    }


def write(folder: Path, name: str, bundle: dict[str, Any]) -> None:
    """Put a bundle into a folder."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(bundle))


def hospital_bundle() -> dict[str, Any]:
    """Hospitals, as a batch without ifNoneExist."""
    hospital = {"resourceType": "Organization", "identifier": [{"system": SYNTHEA, "value": "hospital"}], "name": "H"}
    return {"resourceType": "Bundle", "type": "batch", "entry": [entry(hospital, "urn:uuid:h")]}


def practitioner_bundle() -> dict[str, Any]:
    """Practitioners and their roles, which refer to an entry of the same bundle by search."""
    practitioner = {
        "resourceType": "Practitioner",
        "identifier": [{"system": NPI, "value": "1"}],
        "name": [{"family": "P"}],
    }
    role = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": f"Practitioner?identifier={NPI}|1"},
        "organization": {"reference": f"Organization?identifier={SYNTHEA}|hospital"},
    }
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [entry(role, "urn:uuid:r"), entry(practitioner, "urn:uuid:d")],
    }


async def first(client: FhirClient, resource_type: str, **params: str) -> dict[str, Any]:
    """The first match of a search."""
    async for found in client.search(resource_type, params, fresh=True):
        return found
    raise AssertionError(f"no {resource_type}")


async def test_synthetic_patients_are_there_once(core: LiveCore, client: FhirClient) -> None:
    """Seeding twice gives the same patients, each with an order; progress counts to its end."""
    told: list[Progress] = []
    loaded = await seed_synthetic(client, tell=told.append)
    assert len(loaded.patients) == 8
    assert (told[-1].done, told[-1].total) == (9, 9)
    counted = core.counts()["resources"]
    assert (await seed_synthetic(client)).patients == loaded.patients
    assert core.counts()["resources"] == counted
    assert (counted["Patient"], counted["ServiceRequest"], counted["Coverage"]) == (8, 8, 7)


def test_synthetic_bundles_are_valid_and_always_the_same() -> None:
    """Every generated resource holds to R4, and two runs give the same."""
    bundles = list(synthetic_bundles(12))
    assert bundles == list(synthetic_bundles(12))
    for _name, bundle in bundles:
        for each in bundle["entry"]:
            assert flaws_of(each["resource"]) == []


async def test_a_folder_of_newer_bundles_is_loaded(core: LiveCore, client: FhirClient, tmp_path: Path) -> None:
    """References by search are settled across files, whatever their order; loading again changes nothing."""
    folder = tmp_path / "fhir"
    write(folder, "Aaron.json", patient_bundle(1, "1"))
    write(folder, "practitionerInformation.json", practitioner_bundle())
    write(folder, "zz-hospital.json", hospital_bundle())
    loaded = await load_folder(client, folder)
    assert loaded.failures == []
    encounter = await first(client, "Encounter")
    practitioner = await first(client, "Practitioner", identifier=f"{NPI}|1")
    hospital = await first(client, "Organization", identifier=f"{SYNTHEA}|hospital")
    assert encounter["participant"][0]["individual"]["reference"] == f"Practitioner/{practitioner['id']}"
    assert encounter["serviceProvider"]["reference"] == f"Organization/{hospital['id']}"
    role = await first(client, "PractitionerRole")
    assert role["practitioner"]["reference"] == f"Practitioner/{practitioner['id']}"
    counted = core.counts()["resources"]
    assert counted["Organization"] == counted["Practitioner"] == 1
    again = await load_folder(client, folder)
    assert again.patients == loaded.patients
    assert core.counts()["resources"] == counted


async def test_what_nobody_provides_gets_a_stand_in(client: FhirClient, tmp_path: Path) -> None:
    """Patients alone can be loaded: who they refer to is made from the name shown, once for all of them."""
    folder = tmp_path / "fhir"
    write(folder, "a.json", patient_bundle(1, "7"))
    write(folder, "b.json", patient_bundle(2, "7"))
    loaded = await load_folder(client, folder)
    assert (len(loaded.patients), loaded.failures) == (2, [])
    found = [each async for each in client.search("Practitioner", {"identifier": f"{NPI}|7"}, fresh=True)]
    assert [each["name"][0]["text"] for each in found] == ["Dr. Shown"]
    assert (await first(client, "Organization", identifier=f"{SYNTHEA}|hospital"))["name"] == "A HOSPITAL"


async def test_bad_files_are_named_and_the_others_loaded(client: FhirClient, tmp_path: Path) -> None:
    """A file that fails keeps none of the others from the core, and all failures are told together."""
    folder = tmp_path / "fhir"
    write(folder, "good.json", patient_bundle(1, "1"))
    (folder / "bad.json").write_text("not json")
    broken = patient_bundle(2, "1")
    broken["entry"][1]["resource"]["subject"]["reference"] = "urn:uuid:none"
    write(folder, "refused.json", broken)
    write(folder, "unknown.json", patient_bundle(3, "1"))
    unknown = json.loads((folder / "unknown.json").read_text())
    unknown["entry"][1]["resource"]["participant"][0]["individual"]["reference"] = "Practitioner?name=x"
    write(folder, "unknown.json", unknown)
    loaded = await load_folder(client, folder)
    said = [str(failure) for failure in loaded.failures]
    assert any("bad.json is not JSON" in each for each in said)
    assert any("in none of the bundles" in each for each in said)
    with pytest.raises(BundleError, match=r"(?s)bundles were not loaded:.*bad\.json"):
        loaded.check()
    assert (await first(client, "Patient", identifier=f"{SYNTHEA}|p1"))["id"] in loaded.patients[0]


async def test_a_refused_bundle_tells_the_cores_words(tmp_path: Path) -> None:
    """What the core refuses is told with the file and its reason."""
    broken = patient_bundle(2, "1")
    broken["entry"][1]["resource"]["subject"]["reference"] = "urn:uuid:none"
    write(tmp_path / "fhir", "refused.json", broken)
    with live_core(tmp_path / "core.db") as core:
        async with FhirClient(core.base_url) as client:
            loaded = await load_folder(client, tmp_path / "fhir")
    (failure,) = loaded.failures
    assert "refused.json was refused" in failure.message
    assert "urn:uuid:none" in failure.message


async def test_a_lost_answer_does_not_load_twice(core: LiveCore, client: FhirClient) -> None:
    """A transaction that took effect and lost its answer is found when it is tried again."""
    core.fail(match={"type": "Bundle"}, when="after", status=503, times=1, skip=1, headers={"Retry-After": "0"})
    core.fail(match={"type": "Bundle"}, status=500, times=1, skip=2)
    loaded = await seed_synthetic(client)
    assert len(loaded.patients) == 8
    assert core.counts()["resources"]["Patient"] == 8


async def test_referral_cases_are_made_for_any_patient(core: LiveCore, client: FhirClient) -> None:
    """Each patient gets one case: the order that is there, or a new one of the next kind; again, the same."""
    seeded = (await seed_synthetic(client, count=2)).patients
    bare = [
        f"Patient/{(await client.create({'resourceType': 'Patient'}, key=f'bare/{number}'))['id']}"
        for number in range(4)
    ]
    cases = await prepare_referral_cases(client, [*seeded, *bare])
    assert [case.patient for case in cases] == [*seeded, *bare]
    assert [case.name for case in cases][:2] == ["Heart failure", "Rheumatoid arthritis"]
    assert [case.coverage is None for case in cases] == [False, False, False, True, False, False]
    assert {case.priority for case in cases} == {"routine", "urgent"}
    for case in cases:
        order = await client.read(case.service_request)
        assert order["subject"]["reference"] == case.patient
        assert flaws_of(order) == []
    counted = core.counts()["resources"]
    assert await prepare_referral_cases(client, [*seeded, *bare]) == cases
    assert core.counts()["resources"] == counted
