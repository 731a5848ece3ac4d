"""The contract of a FHIR core holds for the development core, also when it behaves as others do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from activities.gateways.fhir import Auth, FhirClient
from activities.gateways.fhir.auth import SmartBackendAuth, generate_key
from activities.gateways.fhir.contract import Bench, Check, all_checks
from activities.gateways.fhir.contract.runner import outcome_of
from activities.gateways.fhir.transport import Transport
from devcore.app import Client
from devcore.quirks import Quirks
from tests.support.core import LiveCore, live_core

# How two real servers were seen to behave, as far as the development core can take after them.
LIKE_HAPI = Quirks(
    search_cache_seconds=60,
    keeps_reference_versions=False,
    refuses_dangling_references=True,
    refuses_absolute_references=True,
    refuses_numeric_ids=True,
    update_merges_tags=True,
    identical_update_makes_version=False,
    etag_on_patch=False,
    validates=False,
    lost_races=1,
)
LIKE_MEDPLUM = Quirks(
    stale_if_match_status=409,
    next_links=False,
    deleted_status=404,
    unknown_parameters="match-nothing",
    resolves_conditional_references=False,
)
MISSING = {
    "plain": set[str](),
    "signed-in": set[str](),
    "like-hapi": {"versioned-references", "validation"},
    "like-medplum": {"paging", "strict-search", "deleted-answers-410", "conditional-references"},
}


@dataclass(frozen=True)
class Subject:
    """A core to hold to the contract."""

    name: str
    core: LiveCore
    auth: Auth | None = None


@pytest.fixture(scope="module", params=list(MISSING))
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    """Each kind of core in turn."""
    database: Path = tmp_path_factory.mktemp("contract") / "core.db"
    if request.param == "signed-in":
        private, public = generate_key()
        clients = {"carelane": Client("carelane", public)}
        with live_core(database, auth="smart", clients=clients) as core:
            auth = SmartBackendAuth(base_url=core.base_url, client_id="carelane", private_key=private)
            yield Subject(request.param, core, auth)
        return
    quirks = {"like-hapi": LIKE_HAPI, "like-medplum": LIKE_MEDPLUM}.get(request.param)
    with live_core(database, quirks=quirks) as core:
        yield Subject(request.param, core)


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.name)
async def test_the_core_meets_the_contract(subject: Subject, check: Check) -> None:
    """Every required check passes on every core; exactly the capabilities that it lacks are missing."""
    if check.needs_sign_in and subject.auth is None:
        return
    base_url = subject.core.base_url
    async with FhirClient(base_url, auth=subject.auth) as client:
        raw = Transport(base_url, auth=subject.auth, http=None, timeout=10)
        unsigned = Transport(base_url, auth=None, http=None, timeout=10)
        bench = Bench(client, raw, unsigned)
        unmet = await outcome_of(check, bench)
        await bench.tidy()
        await raw.aclose()
        await unsigned.aclose()
    if check.capability in MISSING[subject.name]:
        assert unmet is not None
    else:
        assert unmet is None, unmet
