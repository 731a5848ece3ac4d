"""Transactions are all or nothing, and their links become what the core knows things by."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from devcore.quirks import Quirks

TASK: dict[str, Any] = {"resourceType": "Task", "status": "requested", "intent": "order"}
PATIENT: dict[str, Any] = {"resourceType": "Patient"}
A, B = "urn:uuid:aaaaaaaa-0000-4000-8000-000000000000", "urn:uuid:bbbbbbbb-0000-4000-8000-000000000000"


def entry(resource: dict[str, Any] | None, method: str, url: str, full_url: str | None = None, **request: str) -> Any:
    """An entry of a bundle."""
    made: dict[str, Any] = {"request": {"method": method, "url": url} | request}
    if resource is not None:
        made["resource"] = resource
    if full_url is not None:
        made["fullUrl"] = full_url
    return made


async def send(http: httpx.AsyncClient, *entries: Any, kind: str = "transaction", **headers: str) -> httpx.Response:
    """Send a bundle of entries."""
    return await http.post("", json={"resourceType": "Bundle", "type": kind, "entry": list(entries)}, headers=headers)


async def made_by(http: httpx.AsyncClient, response: httpx.Response, index: int) -> dict[str, Any]:
    """The resource that an entry made."""
    assert response.status_code == 200, response.text
    location = response.json()["entry"][index]["response"]["location"]
    resource: dict[str, Any] = (await http.get(location)).json()
    return resource


async def test_links_among_entries_are_replaced_everywhere(http: httpx.AsyncClient) -> None:
    """References however deep, uris and links in narrative become literal; identifiers do not."""
    task = TASK | {
        "for": {"reference": A},
        "contained": [
            {"resourceType": "Group", "type": "person", "actual": True, "member": [{"entity": {"reference": A}}]}
        ],
        "input": [
            {"type": {"text": "x"}, "valueReference": {"reference": A}},
            {"type": {"text": "x"}, "valueUri": A},
        ],
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": A}],
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{A}">p</a></div>'},
    }
    response = await send(http, entry(task, "POST", "Task", B), entry(PATIENT, "POST", "Patient", A))
    stored = await made_by(http, response, 0)
    patient = f"Patient/{(await made_by(http, response, 1))['id']}"
    assert stored["for"]["reference"] == patient
    assert stored["contained"][0]["member"][0]["entity"]["reference"] == patient
    assert [each.get("valueUri", each.get("valueReference", {}).get("reference")) for each in stored["input"]] == [
        patient,
        patient,
    ]
    assert stored["identifier"][0]["value"] == A
    assert f'href="{patient}"' in stored["text"]["div"]
    assert response.json()["type"] == "transaction-response"


async def test_links_to_absolute_entries_are_replaced(http: httpx.AsyncClient) -> None:
    """An entry known by a URL is found by that URL and by a reference relative to it."""
    url = "http://elsewhere/fhir/Patient/7"
    response = await send(
        http,
        entry(PATIENT | {"id": "7"}, "POST", "Patient", url),
        entry(TASK | {"for": {"reference": "Patient/7"}, "focus": {"reference": url}}, "POST", "Task", B),
    )
    task = await made_by(http, response, 1)
    patient = f"Patient/{(await made_by(http, response, 0))['id']}"
    assert (task["for"]["reference"], task["focus"]["reference"]) == (patient, patient)


async def test_a_bad_entry_undoes_the_others(http: httpx.AsyncClient) -> None:
    """Nothing of a refused transaction stays, and the answer names the entry."""
    response = await send(http, entry(PATIENT, "POST", "Patient", A), entry(TASK, "POST", "Patient", B))
    assert response.status_code == 400
    assert response.json()["issue"][0]["expression"] == ["Bundle.entry[1]"]
    assert (await http.get("Patient")).json()["total"] == 0


@pytest.mark.parametrize("reference", [B, "Practitioner?identifier=urn:s|none", "Practitioner?nonsense=1"])
async def test_a_reference_to_nothing_undoes_all(http: httpx.AsyncClient, reference: str) -> None:
    """A link that leads nowhere refuses the transaction."""
    response = await send(
        http, entry(PATIENT, "POST", "Patient", A), entry(TASK | {"owner": {"reference": reference}}, "POST", "Task")
    )
    assert response.status_code in (400, 412)
    assert (await http.get("Patient")).json()["total"] == 0


async def test_conditional_references_are_resolved(http: httpx.AsyncClient) -> None:
    """What a reference searches for is found in the core and among the entries, wherever they stand."""
    here = {"resourceType": "Practitioner", "id": "here", "identifier": [{"system": "urn:npi", "value": "1"}]}
    await http.put("Practitioner/here", json=here)
    new = {"resourceType": "Practitioner", "identifier": [{"system": "urn:npi", "value": "2"}]}
    task = TASK | {
        "owner": {"reference": "Practitioner?identifier=urn:npi|1"},
        "requester": {"reference": "Practitioner?identifier=urn:npi|2"},
    }
    response = await send(http, entry(task, "POST", "Task", B), entry(new, "POST", "Practitioner", A))
    stored = await made_by(http, response, 0)
    second = await made_by(http, response, 1)
    assert stored["owner"]["reference"] == "Practitioner/here"
    assert stored["requester"]["reference"] == f"Practitioner/{second['id']}"
    found = (await http.get("Task?owner=Practitioner/here")).json()
    assert found["total"] == 1, "the index follows the resolved reference"
    assert stored["meta"]["versionId"] == "1"


async def test_an_ambiguous_reference_is_refused(http: httpx.AsyncClient) -> None:
    """A reference that several resources match names none of them."""
    twin = {"resourceType": "Practitioner", "identifier": [{"system": "urn:npi", "value": "1"}]}
    for _ in range(2):
        await http.post("Practitioner", json=twin)
    task = TASK | {"owner": {"reference": "Practitioner?identifier=urn:npi|1"}}
    response = await send(http, entry(task, "POST", "Task"))
    assert response.status_code == 412
    assert "several" in response.json()["issue"][0]["diagnostics"]


async def test_entries_are_made_once(http: httpx.AsyncClient) -> None:
    """`ifNoneExist` finds what the core has, and what an earlier entry of the same bundle makes."""
    patient = PATIENT | {"identifier": [{"system": "urn:s", "value": "1"}]}
    once = {"ifNoneExist": "identifier=urn:s|1"}
    task = TASK | {"for": {"reference": B}}
    entries = [
        entry(patient, "POST", "Patient", A, **once),
        entry(patient, "POST", "Patient", B, **once),
        entry(task, "POST", "Task"),
    ]
    first, second = await send(http, *entries), await send(http, *entries)
    assert (await http.get("Patient")).json()["total"] == 1
    assert [each["response"]["status"][:3] for each in first.json()["entry"]] == ["201", "200", "201"]
    assert [each["response"]["status"][:3] for each in second.json()["entry"]] == ["200", "200", "201"]
    stored = await made_by(http, first, 2)
    assert stored["for"]["reference"] == f"Patient/{(await made_by(http, first, 0))['id']}"


async def test_every_kind_of_entry(http: httpx.AsyncClient) -> None:
    """Deletions come first, then creates, updates, patches and reads, whatever their order in the bundle."""
    for name in ("old", "mine", "patched"):
        await http.put(f"Task/{name}", json=TASK | {"id": name})
    patch = base64.b64encode(json.dumps([{"op": "replace", "path": "/status", "value": "accepted"}]).encode())
    binary = {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": patch.decode()}
    response = await send(
        http,
        entry(None, "GET", "Task/mine"),
        entry(None, "GET", "Task?status=accepted"),
        entry(binary, "PATCH", "Task/patched"),
        entry(TASK | {"id": "mine", "status": "accepted"}, "PUT", "Task/mine", ifMatch='W/"1"'),
        entry(PATIENT | {"identifier": [{"value": "c"}]}, "PUT", "Patient?identifier=c"),
        entry(None, "DELETE", "Task/old"),
    )
    entries = response.json()["entry"]
    assert entries[0]["resource"]["status"] == "accepted"
    assert entries[1]["resource"]["total"] == 2
    assert [each["response"]["status"][:3] for each in entries] == ["200", "200", "200", "200", "201", "204"]
    assert (await http.get("Task/old")).status_code == 410


async def test_a_stale_entry_undoes_all(http: httpx.AsyncClient) -> None:
    """`ifMatch` holds inside a transaction."""
    await http.put("Task/mine", json=TASK | {"id": "mine"})
    stale = entry(TASK | {"id": "mine"}, "PUT", "Task/mine", ifMatch='W/"9"')
    response = await send(http, entry(PATIENT, "POST", "Patient"), stale)
    assert response.status_code == 412
    assert (await http.get("Patient")).json()["total"] == 0


async def test_a_batch_carries_out_what_it_can(http: httpx.AsyncClient) -> None:
    """Each entry of a batch stands for itself."""
    response = await send(
        http,
        entry(TASK, "POST", "Patient"),
        entry(PATIENT, "POST", "Patient"),
        entry(None, "GET", "Task/x"),
        kind="batch",
    )
    statuses = [each["response"]["status"][:3] for each in response.json()["entry"]]
    assert (response.status_code, statuses) == (200, ["400", "201", "404"])
    assert response.json()["entry"][0]["response"]["outcome"]["resourceType"] == "OperationOutcome"


async def test_a_representation_on_request(http: httpx.AsyncClient) -> None:
    """`Prefer: return=representation` puts the resources into the response."""
    response = await send(http, entry(TASK, "POST", "Task"), Prefer="return=representation")
    assert response.json()["entry"][0]["resource"]["resourceType"] == "Task"


@pytest.mark.parametrize(
    "bundle",
    [
        [],
        {"resourceType": "Patient"},
        {"resourceType": "Bundle", "type": "collection"},
        {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": PATIENT}]},
        {"resourceType": "Bundle", "type": "transaction", "entry": [entry(None, "POST", "Patient")]},
        {"resourceType": "Bundle", "type": "transaction", "entry": [entry(PATIENT, "BREW", "Patient")]},
        {"resourceType": "Bundle", "type": "transaction", "entry": [entry(PATIENT, "PATCH", "Patient/1")]},
        {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [entry(TASK | {"id": "a"}, "PUT", "Task/a"), entry(TASK | {"id": "a"}, "PUT", "Task/a")],
        },
    ],
)
async def test_other_bundles_are_refused(http: httpx.AsyncClient, bundle: Any) -> None:
    """What is no well-formed transaction or batch is the sender's fault."""
    response = await http.post("", json=bundle)
    assert 400 <= response.status_code < 500
    assert response.json()["resourceType"] == "OperationOutcome"


async def test_entries_may_refer_to_each_other_on_a_strict_core(open_core: Callable[..., httpx.AsyncClient]) -> None:
    """A core that refuses dangling references judges a transaction when all of it is in place."""
    strict = open_core(quirks=Quirks(refuses_dangling_references=True))
    task = TASK | {"for": {"reference": A}}
    assert (await send(strict, entry(task, "POST", "Task"), entry(PATIENT, "POST", "Patient", A))).status_code == 200
    dangling = TASK | {"for": {"reference": "Patient/none"}}
    assert (await send(strict, entry(dangling, "POST", "Task"))).status_code == 400
    assert (await strict.get("Task")).json()["total"] == 1
