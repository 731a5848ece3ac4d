"""Loading bundles into a core by FHIR transactions, each whole or not at all.

Loading twice does no harm: a patient that the core has already is left as it is. References by search
(`Practitioner?identifier=...`) are looked up before sending, for not every core does so; what nothing in the
folder provides gets a stand-in that carries the identifier asked for and the name shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from activities.gateways.fhir import keys
from activities.gateways.fhir.client import FhirClient
from activities.gateways.fhir.errors import FhirError
from activities.gateways.fhir.resource import Reference, Resource
from devcore.bundlefiles import BundleError, read_bundle
from devcore.references import is_conditional, with_references

_PATIENCE = 300.0
"""Seconds that a transaction may take: a long life is a bundle of many megabytes."""
_TRIES = 4


@dataclass(frozen=True)
class Progress:
    """How far loading is, for whoever waits."""

    done: int
    total: int
    text: str


Tell = Callable[[Progress], None]


@dataclass
class Loaded:
    """What loading came to: references of the patients now in the core, in order, and what failed."""

    patients: list[str] = field(default_factory=list)
    failures: list[BundleError] = field(default_factory=list)

    def check(self) -> None:
        """Raise BundleError, naming every file that failed, when one did."""
        if self.failures:
            said = "\n".join(str(failure) for failure in self.failures)
            raise BundleError(f"{len(self.failures)} bundles were not loaded:\n{said}")


class _Missing(Exception):  # noqa: N818 - not an error yet: another bundle may bring it
    """A reference by search that nothing matches so far."""

    def __init__(self, reference: str, display: str) -> None:
        super().__init__(reference)
        self.reference = reference
        self.display = display


class Loader:
    """Loads bundles, from files or as they are, one after the other."""

    def __init__(self, client: FhirClient, tell: Tell, total: int) -> None:
        self._client = client
        self._tell = tell
        self._total = total
        self._done = 0
        self._known: dict[str, str] = {}
        self._loaded = Loaded()

    async def load(self, sources: Iterable[tuple[str, Path | Resource]]) -> Loaded:
        """Load each (name, file or Bundle); what fails is named in the result, the others are in the core."""
        waiting = list(sources)
        for stand_ins in (False, True):  # the second round is for those that referred to a later bundle
            still: list[tuple[str, Path | Resource]] = []
            for name, source in waiting:
                try:
                    await self._load_one(name, source, stand_ins=stand_ins)
                except _Missing:
                    still.append((name, source))
            waiting = still
        return self._loaded

    async def _load_one(self, name: str, source: Path | Resource, *, stand_ins: bool) -> None:
        try:
            bundle = read_bundle(source) if isinstance(source, Path) else source
            patients = await self._send(name, bundle, stand_ins=stand_ins)
        except BundleError as error:
            self._loaded.failures.append(error)
            self._report(f"{name}: {error.message}")
        except FhirError as error:
            failure = BundleError(f"{name} was refused: {error.message}", hint=_advice(error))
            self._loaded.failures.append(failure)
            self._report(failure.message)
        else:
            self._loaded.patients.extend(patients)

    async def _send(self, name: str, bundle: Resource, *, stand_ins: bool) -> list[str]:
        for attempt in range(1, _TRIES + 1):
            here = await self._patients_here(bundle)
            if here:
                self._report(f"{name}: in the core already")
                return here
            settled = await self._settled(_once_only(bundle), stand_ins=stand_ins)
            try:
                response = await self._client.transaction(settled, patience=_PATIENCE)
            except FhirError as error:
                if not error.retryable or attempt == _TRIES:
                    raise
                await asyncio.sleep(error.retry_after or 0.5 * attempt)
            else:
                patients = _outcomes(name, bundle, response)
                self._report(f"{name}: {len(bundle.get('entry', []))} resources")
                return patients
        raise AssertionError("unreachable")

    def _report(self, text: str) -> None:
        self._done += 1
        self._tell(Progress(self._done, self._total, text))

    async def _patients_here(self, bundle: Resource) -> list[str]:
        """Patients of this bundle that the core has, by their first identifier."""
        found = []
        for resource in _resources(bundle, "Patient"):
            for identifier in resource.get("identifier", [])[:1]:
                wanted = f"{identifier.get('system', '')}|{identifier.get('value', '')}"
                async for patient in self._client.search("Patient", {"identifier": wanted}, fresh=True):
                    found.append(Reference.of(patient).unversioned)
                    break
        return found

    async def _settled(self, bundle: Resource, *, stand_ins: bool) -> Resource:
        """The bundle with its references by search replaced. Raises _Missing, unless stand-ins are made."""
        literal = {
            reference: await self._look_up(reference, display, bundle, stand_ins=stand_ins)
            for reference, display in _searches(bundle).items()
        }
        return with_references(bundle, lambda reference: literal.get(reference, reference)) if literal else bundle

    async def _look_up(self, reference: str, display: str, bundle: Resource, *, stand_ins: bool) -> str:
        if reference in self._known:
            return self._known[reference]
        resource_type, _, criteria = reference.partition("?")
        pairs = parse_qsl(criteria)
        for entry in bundle.get("entry", []):
            if _carries(entry.get("resource", {}), resource_type, pairs) and "fullUrl" in entry:
                return str(entry["fullUrl"])
        found = [Reference.of(each).unversioned async for each in self._client.search(resource_type, pairs, fresh=True)]
        if len(found) > 1:
            raise BundleError(
                f"Several {resource_type} resources in the core match {reference}.", hint="Keep one of them."
            )
        if not found:
            if not stand_ins:
                raise _Missing(reference, display)
            found = [await self._stand_in(resource_type, pairs, display)]
        self._known[reference] = found[0]
        return found[0]

    async def _stand_in(self, resource_type: str, pairs: list[tuple[str, str]], display: str) -> str:
        system, _, value = dict(pairs).get("identifier", "").rpartition("|")
        if not value:
            raise BundleError(
                f"A {resource_type} is referred to and is in none of the bundles.",
                hint="Add the bundle that holds it (Synthea: hospitalInformation and practitionerInformation).",
            )
        title = display or f"Unnamed {resource_type}"
        identifier = {"value": value} | ({"system": system} if system else {})
        resource: Resource = {"resourceType": resource_type, "identifier": [identifier]}
        resource["name"] = [{"text": title}] if resource_type == "Practitioner" else title
        made = await self._client.create(resource, key=f"stand-in/{resource_type}/{system}/{value}")
        return Reference.of(made).unversioned


def _resources(bundle: Resource, resource_type: str) -> Iterable[Resource]:
    for entry in bundle.get("entry", []):
        resource = entry.get("resource", {})
        if resource.get("resourceType") == resource_type:
            yield resource


def _once_only(bundle: Resource) -> Resource:
    """The bundle as a transaction; without a patient to know it by, its entries are made once each."""
    entries = bundle.get("entry", [])
    if not any(_resources(bundle, "Patient")):
        entries = [_conditional(entry) for entry in entries]
    return bundle | {"type": "transaction", "entry": entries}


def _conditional(entry: dict[str, Any]) -> dict[str, Any]:
    """A POST that happens once: by an identifier of the resource, or by the entry's own name."""
    request, resource = entry.get("request", {}), entry.get("resource", {})
    if request.get("method") != "POST" or "ifNoneExist" in request:
        return entry
    identifiers = resource.get("identifier", [])
    for identifier in identifiers if isinstance(identifiers, list) else []:
        if "system" in identifier and "value" in identifier:
            criteria = f"identifier={quote(identifier['system'], safe=':/')}|{quote(identifier['value'])}"
            return entry | {"request": request | {"ifNoneExist": criteria}}
    if "fullUrl" not in entry:
        return entry
    key = f"seed/{entry['fullUrl']}"
    criteria = keys.if_none_exist(resource["resourceType"], key)
    return entry | {"resource": keys.stamped(resource, key), "request": request | {"ifNoneExist": criteria}}


def _searches(value: Any) -> dict[str, str]:
    """References by search in a bundle, with the name shown for each."""
    found: dict[str, str] = {}
    if isinstance(value, list):
        for item in value:
            found |= _searches(item)
    elif isinstance(value, dict):
        reference = value.get("reference")
        if isinstance(reference, str) and is_conditional(reference):
            found[reference] = str(value.get("display", ""))
        for item in value.values():
            if isinstance(item, (dict, list)):
                found |= _searches(item)
    return found


def _carries(resource: Resource, resource_type: str, pairs: list[tuple[str, str]]) -> bool:
    if resource.get("resourceType") != resource_type or [name for name, _ in pairs] != ["identifier"]:
        return False
    system, _, value = pairs[0][1].rpartition("|")
    return any(
        each.get("value") == value and each.get("system", "") == system for each in resource.get("identifier", [])
    )


def _outcomes(name: str, bundle: Resource, response: Resource) -> list[str]:
    """References of the patients made. Raises BundleError when an entry of a batch was refused."""
    patients = []
    for sent, answered in zip(bundle.get("entry", []), response.get("entry", []), strict=False):
        said = answered.get("response", {})
        if not str(said.get("status", "")).startswith("2"):
            resource_type = sent.get("resource", {}).get("resourceType", "?")
            raise BundleError(f"{name}: the core refused a {resource_type} ({said.get('status')}).")
        if sent.get("resource", {}).get("resourceType") == "Patient" and "location" in said:
            patients.append(Reference.parse(said["location"]).unversioned)
    return patients


def _advice(error: FhirError) -> str:
    if error.retryable:
        return "The core did not answer well, even when asked again: see that it runs, then load again."
    return "The core's words say what it does not accept; mend the file or leave it out."
