"""The core fails on demand: before or after the effect, by status, delay or a cut connection."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.support.core import LiveCore, live_core

TASK = {"resourceType": "Task", "status": "requested", "intent": "order"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCore]:
    """A core on a socket: a connection can only be cut where there is one."""
    with live_core(tmp_path_factory.mktemp("faults") / "core.db") as core:
        yield core


@pytest.fixture
def core(running: LiveCore) -> Iterator[LiveCore]:
    """The core without faults, with its counts at zero."""
    httpx.delete(f"{running.root}/$counts")
    yield running
    running.heal()


def post(core: LiveCore) -> httpx.Response:
    """Create a Task."""
    return httpx.post(f"{core.base_url}/Task", json=TASK)


def tasks(core: LiveCore) -> int:
    """How many Tasks the core holds."""
    return int(core.counts()["resources"].get("Task", 0))


def test_a_fault_meets_only_what_it_matches(core: LiveCore) -> None:
    """Method, type and path narrow a fault; it ends after its times and passes over what it skips."""
    core.fail(match={"method": "POST", "type": "Task"}, status=503, times=2, skip=1, headers={"Retry-After": "9"})
    assert httpx.get(f"{core.base_url}/Task").status_code == 200
    answers = [post(core) for _ in range(4)]
    assert [each.status_code for each in answers] == [201, 503, 503, 201]
    assert answers[1].headers["Retry-After"] == "9"
    assert answers[1].json()["resourceType"] == "OperationOutcome"
    core.fail(match={"path": "/Task/x$"}, status=500, times=None)
    assert [httpx.get(f"{core.base_url}/Task/x").status_code for _ in range(2)] == [500, 500]
    assert httpx.get(f"{core.base_url}/Task/y").status_code == 404


def test_before_the_effect_nothing_happens(core: LiveCore) -> None:
    """A request that fails before its effect leaves nothing."""
    before = tasks(core)
    core.fail(status=500, body={"resourceType": "OperationOutcome", "issue": []})
    assert post(core).json()["issue"] == []
    assert tasks(core) == before


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}])
def test_after_the_effect_only_the_answer_is_lost(core: LiveCore, fault: dict[str, object]) -> None:
    """The effect stays though the answer is an error or no answer at all."""
    before = tasks(core)
    core.fail(when="after", **fault)
    if "drop" in fault:
        with pytest.raises(httpx.RemoteProtocolError):
            post(core)
    else:
        assert post(core).status_code == 500
    assert tasks(core) == before + 1


async def test_a_delay_holds_up_only_what_it_meets(core: LiveCore) -> None:
    """A delayed request is carried out in the end; others are answered meanwhile."""
    core.fail(match={"method": "POST"}, delay_ms=1000)
    async with httpx.AsyncClient(base_url=core.base_url) as http:
        slow = asyncio.ensure_future(http.post("/Task", json=TASK))
        while (await http.get(f"{core.root}/$fault")).json()["faults"]:  # until the slow one has met it
            pass
        assert (await http.get("/Task")).status_code == 200
        assert not slow.done()
        assert (await slow).status_code == 201


def test_faults_are_listed_and_cleared(core: LiveCore) -> None:
    """What is in force can be seen and taken back; a malformed fault is refused."""
    core.fail(status=500, times=3)
    assert httpx.get(f"{core.root}/$fault").json()["faults"][0]["times"] == 3
    core.heal()
    assert httpx.get(f"{core.root}/$fault").json()["faults"] == []
    assert httpx.post(f"{core.root}/$fault", json={"stat": 500}).status_code == 400


def test_requests_are_counted(core: LiveCore) -> None:
    """Counts tell method, type and status, failures on demand included."""
    post(core)
    core.fail(match={"type": "Task"}, status=429)
    post(core)
    counted = core.counts()["requests"]
    assert (counted["POST Task 201"], counted["POST Task 429"]) == (1, 1)
