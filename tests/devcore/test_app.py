"""The core's interactions answer as FHIR R4 says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from devcore.quirks import Quirks

TASK = {"resourceType": "Task", "status": "requested", "intent": "order"}
Open = Callable[..., httpx.AsyncClient]


async def make(http: httpx.AsyncClient, resource: dict[str, Any], **headers: str) -> httpx.Response:
    """Create a resource."""
    return await http.post(resource["resourceType"], json=resource, headers=headers)


def outcome(response: httpx.Response) -> str:
    """The diagnostics of an OperationOutcome."""
    body = response.json()
    assert body["resourceType"] == "OperationOutcome"
    assert response.headers["Content-Type"].startswith("application/fhir+json")
    return str(body["issue"][0]["diagnostics"])


async def test_create_says_where_and_which_version(http: httpx.AsyncClient) -> None:
    """A create answers 201 with Location, ETag, Last-Modified and the resource with its meta."""
    made = await make(http, TASK)
    resource = made.json()
    assert made.status_code == 201
    assert made.headers["Location"] == f"http://core/fhir/Task/{resource['id']}/_history/1"
    assert made.headers["ETag"] == 'W/"1"'
    assert made.headers["Last-Modified"].endswith("GMT")
    assert resource["meta"]["versionId"] == "1"
    assert resource["meta"]["lastUpdated"].endswith("Z")
    read = await http.get(f"Task/{resource['id']}")
    assert (read.status_code, read.json(), read.headers["ETag"]) == (200, resource, 'W/"1"')


async def test_json_is_stored_as_it_came(http: httpx.AsyncClient) -> None:
    """Decimals, letters and the order of elements are those that were sent."""
    body = (
        '{"resourceType":"Observation","status":"final","code":{"text":"Gewicht \u00e4\u5c71"},'
        '"valueQuantity":{"value":1.10,"unit":"mg"},"id":"1"}'
    )
    made = await http.post("Observation", content=body.encode())
    assert '"value":1.10' in made.text
    assert "\u00e4\u5c71" in made.text
    assert made.json()["id"] != "1", "the id of a create is the core's to choose"


async def test_versions_and_history(http: httpx.AsyncClient) -> None:
    """Every version can be read; the history lists them, the latest first, deletion included."""
    resource = (await make(http, TASK)).json()
    path = f"Task/{resource['id']}"
    await http.put(path, json=resource | {"status": "accepted"})
    assert (await http.get(f"{path}/_history/1")).json()["status"] == "requested"
    assert (await http.get(f"{path}/_history/9")).status_code == 404
    await http.delete(path)
    history = (await http.get(f"{path}/_history")).json()
    methods = [entry["request"]["method"] for entry in history["entry"]]
    assert (history["type"], methods) == ("history", ["DELETE", "PUT", "POST"])
    assert (await http.get(f"{path}/_history/3")).status_code == 410
    assert (await http.get("Task/none/_history")).status_code == 404


async def test_update_needs_the_version_it_changes(http: httpx.AsyncClient) -> None:
    """A stale If-Match is refused and changes nothing; the right one makes the next version."""
    resource = (await make(http, TASK)).json()
    path = f"Task/{resource['id']}"
    updated = await http.put(path, json=resource | {"status": "accepted"}, headers={"If-Match": 'W/"1"'})
    assert (updated.status_code, updated.headers["ETag"]) == (200, 'W/"2"')
    stale = await http.put(path, json=resource | {"status": "rejected"}, headers={"If-Match": 'W/"1"'})
    assert stale.status_code == 412
    assert "current version is 2" in outcome(stale)
    assert (await http.get(path)).json()["status"] == "accepted"


async def test_update_creates_under_the_callers_id(http: httpx.AsyncClient) -> None:
    """A PUT to a new id makes the resource; with If-Match it is refused instead."""
    made = await http.put("Task/mine", json=TASK | {"id": "mine"})
    assert (made.status_code, made.json()["id"]) == (201, "mine")
    refused = await http.put("Task/other", json=TASK | {"id": "other"}, headers={"If-Match": 'W/"1"'})
    assert refused.status_code == 412
    assert (await http.put("Task/mine", json=TASK | {"id": "yours"})).status_code == 400
    assert (await http.put("Task/a_b", json=TASK | {"id": "a_b"})).status_code == 422


async def test_deleted_is_gone_until_written_again(http: httpx.AsyncClient) -> None:
    """A deleted resource answers 410, deleting is repeatable, and a PUT brings it back as a new version."""
    await http.put("Task/mine", json=TASK | {"id": "mine"})
    assert [(await http.delete("Task/mine")).status_code for _ in range(2)] == [204, 204]
    assert (await http.get("Task/mine")).status_code == 410
    assert (await http.get("Task")).json()["total"] == 0
    back = await http.put("Task/mine", json=TASK | {"id": "mine"})
    assert (back.status_code, back.json()["meta"]["versionId"]) == (201, "3")
    assert (await http.delete("Task/mine", headers={"If-Match": 'W/"1"'})).status_code == 412
    assert (await http.delete("Task/never")).status_code == 204


async def test_what_is_referred_to_is_kept(http: httpx.AsyncClient) -> None:
    """Deleting a patient that a Task is for is a conflict that names who refers to it."""
    await http.put("Patient/p", json={"resourceType": "Patient", "id": "p"})
    await make(http, TASK | {"for": {"reference": "Patient/p"}})
    refused = await http.delete("Patient/p")
    assert refused.status_code == 409
    assert "Task/" in outcome(refused)


async def test_conditional_create(http: httpx.AsyncClient) -> None:
    """If-None-Exist gives the one match (200), makes it when there is none (201), and refuses several (412)."""
    task = TASK | {"identifier": [{"system": "urn:s", "value": "1"}]}
    condition = {"If-None-Exist": "identifier=urn:s|1"}
    first = await make(http, task, **condition)
    second = await make(http, task, **condition)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    await make(http, task)
    assert (await make(http, task, **condition)).status_code == 412
    assert (await make(http, task, **{"If-None-Exist": "nonsense=1"})).status_code == 400


async def test_patch_changes_one_element(http: httpx.AsyncClient) -> None:
    """JSON Patch makes a version; what does not fit is 422, a stale version 412, another type 415."""
    path = f"Task/{(await make(http, TASK)).json()['id']}"
    kind = {"Content-Type": "application/json-patch+json"}
    change = json.dumps([{"op": "replace", "path": "/status", "value": "accepted"}])
    patched = await http.patch(path, content=change, headers=kind | {"If-Match": 'W/"1"'})
    assert (patched.status_code, patched.json()["status"]) == (200, "accepted")
    assert (await http.patch(path, content=change, headers=kind | {"If-Match": 'W/"1"'})).status_code == 412
    missing = json.dumps([{"op": "remove", "path": "/nothing"}])
    assert (await http.patch(path, content=missing, headers=kind)).status_code == 422
    assert (await http.patch(path, content="[]", headers={"Content-Type": "text/plain"})).status_code == 415


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{oops", 400, "not JSON"),
        (b'{"resourceType":"Task","x":"\xff"}', 400, "not JSON"),
        (b"[]", 400, "must be a resource"),
        (b"{}", 400, "must be a resource"),
        (b'{"resourceType":"Patient"}', 400, "the URL says Task"),
        (b'{"resourceType":"Task","meta":1}', 400, "meta must be an object"),
        (b'{"resourceType":"Task","status":"requested"}', 422, "Task.intent"),
        (b'{"resourceType":"Task","status":"requested","intent":"order","x":1}', 422, "Task.x"),
    ],
)
async def test_what_cannot_be_stored_is_refused(http: httpx.AsyncClient, body: bytes, status: int, said: str) -> None:
    """A body that is no such resource is refused with an OperationOutcome that says why."""
    refused = await http.post("Task", content=body)
    assert refused.status_code == status
    assert said in outcome(refused)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "Nonsense/1", 404), ("GET", "Task/1/2/3/4", 404), ("PUT", "Task", 404), ("GET", "Task/none", 404)],
)
async def test_what_is_not_there_is_an_outcome(http: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    """Unknown types, paths and ids answer with an OperationOutcome as well."""
    response = await http.request(method, path)
    assert response.status_code == status
    assert outcome(response)


async def test_the_capability_statement_matches_what_is_done(http: httpx.AsyncClient) -> None:
    """The statement says R4, and every search parameter it lists is accepted."""
    statement = (await http.get("metadata")).json()
    assert (statement["fhirVersion"], statement["kind"]) == ("4.0.1", "instance")
    for resource in statement["rest"][0]["resource"]:
        for parameter in resource["searchParam"]:
            value = "2026" if parameter["type"] == "date" else "x"
            answered = await http.get(resource["type"], params={parameter["name"]: value})
            assert answered.status_code == 200, (resource["type"], parameter)


async def test_preferences_are_honoured(http: httpx.AsyncClient) -> None:
    """`return=minimal` gives no body; `handling=lenient` lets unknown parameters pass."""
    made = await make(http, TASK, Prefer="return=minimal")
    assert (made.status_code, made.content) == (201, b"")
    assert (await http.get("Task", params={"nonsense": "1"})).status_code == 400
    lenient = await http.get("Task", params={"nonsense": "1"}, headers={"Prefer": "handling=lenient"})
    assert lenient.json()["total"] == 1


async def test_an_error_of_the_core_is_an_outcome_too(http: httpx.AsyncClient, open_core: Open) -> None:
    """A fault of the program itself answers 500 with an OperationOutcome."""
    await make(http, TASK)
    broken = open_core()
    broken._transport.app.state.storage.close()  # type: ignore[attr-defined]
    failed = await broken.get("Task/1")
    assert failed.status_code == 500
    assert "ProgrammingError" in outcome(failed)


async def test_versions_survive_reopening(http: httpx.AsyncClient, open_core: Open) -> None:
    """Another process on the same file finds everything."""
    resource = (await make(http, TASK)).json()
    assert (await open_core().get(f"Task/{resource['id']}")).json() == resource


async def test_quirks_change_only_what_they_say(open_core: Open) -> None:
    """Each way of behaving like another server can be switched on."""
    odd = open_core(
        quirks=Quirks(
            etag="strong",
            stale_if_match_status=409,
            refuses_dangling_references=True,
            refuses_absolute_references=True,
            refuses_numeric_ids=True,
            identical_update_makes_version=False,
            update_merges_tags=True,
            keeps_reference_versions=False,
        )
    )
    tagged = TASK | {"id": "t", "meta": {"tag": [{"system": "urn:s", "code": "c"}]}}
    assert (await odd.put("Task/t", json=tagged)).headers["ETag"] == '"1"'
    assert (await odd.put("Task/t", json=tagged)).headers["ETag"] == '"1"'
    merged = await odd.put("Task/t", json=TASK | {"id": "t", "status": "accepted"})
    assert merged.json()["meta"]["tag"] == tagged["meta"]["tag"]  # type: ignore[index]
    assert (await odd.put("Task/t", json=tagged, headers={"If-Match": 'W/"1"'})).status_code == 409
    assert (await odd.put("Task/7", json=TASK | {"id": "7"})).status_code == 400
    assert (await make(odd, TASK | {"for": {"reference": "Patient/none"}})).status_code == 400
    assert (await make(odd, TASK | {"for": {"reference": "http://other/Patient/1"}})).status_code == 400
    unversioned = await make(odd, TASK | {"focus": {"reference": "Task/t/_history/1"}})
    assert unversioned.json()["focus"]["reference"] == "Task/t"
