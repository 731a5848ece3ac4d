"""Resources that nobody on this project wrote: they load, they hold to our models, they come back unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from activities.gateways.fhir import FhirClient
from activities.gateways.fhir.models import flaws_of
from activities.gateways.fhir.rawjson import dump, parse
from devcore.bundlefiles import bundle_files, read_bundle
from devcore.seed import load_folder, prepare_referral_cases
from tests.support.core import LiveCore, live_core


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCore]:
    """A core to load them into."""
    with live_core(tmp_path_factory.mktemp("reference") / "core.db") as running:
        yield running


async def test_synthea_patients_load_and_get_cases(reference_data: Path, core: LiveCore) -> None:
    """All bundles load whole; every entry is in the core; each patient gets a referral case."""
    folder = reference_data / "synthea"
    async with FhirClient(core.base_url, timeout=60) as client:
        loaded = await load_folder(client, folder)
        loaded.check()
        sent = sum(len(read_bundle(path)["entry"]) for path in bundle_files(folder))
        assert sum(core.counts()["resources"].values()) == sent
        assert len(loaded.patients) == 12
        cases = await prepare_referral_cases(client, loaded.patients)
        assert len({case.service_request for case in cases}) == 12


async def test_stored_resources_are_those_that_were_sent(reference_data: Path, core: LiveCore) -> None:
    """Apart from id, meta and links, a resource comes back to the last digit."""
    path = bundle_files(reference_data / "synthea")[0]
    async with FhirClient(core.base_url, timeout=60) as client:
        await load_folder(client, path.parent)
        patient = next(each["resource"] for each in read_bundle(path)["entry"])
        identifier = patient["identifier"][0]
        wanted = {"identifier": f"{identifier['system']}|{identifier['value']}"}
        (stored,) = [each async for each in client.search("Patient", wanted)]
    assert _content(stored) == _content(patient)


def test_prior_authorization_examples_are_valid(reference_data: Path) -> None:
    """The examples of the prior authorization guide hold to our models and survive reading and writing."""
    examples = sorted((reference_data / "davinci-pas-2.2.1" / "examples").glob("*.json"))
    assert len(examples) > 40
    for path in examples:
        resource = parse(path.read_bytes())
        assert flaws_of(resource) == [], path.name
        assert parse(dump(resource)) == resource


def test_prior_authorization_examples_can_be_stored(reference_data: Path, core: LiveCore) -> None:
    """The core takes them as single resources too."""
    examples = sorted((reference_data / "davinci-pas-2.2.1" / "examples").glob("Claim*.json"))
    assert examples
    for path in examples:
        resource = parse(path.read_bytes())
        put = httpx.put(f"{core.base_url}/{resource['resourceType']}/{resource['id']}", content=path.read_bytes())
        assert put.status_code in (200, 201), put.text
        assert _content(parse(put.text)) == _content(resource)


def _content(resource: dict[str, Any]) -> str:
    return dump({key: value for key, value in sorted(resource.items()) if key not in ("id", "meta")})
