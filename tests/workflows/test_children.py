"""Child pathways on a real server: started, pinned, cancelled, and across continue-as-new of either side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError

from pathways.events import Cancelled, ChildEnded, Resumed, Suspended
from pathways.facts import ChildOrdered, ChildReported, ChildRuns, IncidentOpened, InstanceEnded, InstanceStarted
from pathways.messages import ChildReport, Migrate
from pathways.state import Parent
from tests.support.interpreted import ACTIONS, pathway
from tests.support.interpreter import Instance, Interpreter, pace, until
from tests.support.plans import MONDAY
from workflows.pathway import Pathway

CHILD = pathway(
    """
  ask: {task: {title: Ask, queue: intake}, save: asked, timeout: {after: 3 days, to: lapsed}}
  finished: {end: completed}
  lapsed: {end: expired}
""",
    name="child",
    version="1.1.0",
)
PARENT = pathway("""
  sub: {pathway: {name: child, version: ^1, inputs: {order: =order}}, save: sub}
  after: {task: {title: After, queue: intake}, timeout: {after: 30 days, to: lapsed}}
  finished: {end: completed}
  lapsed: {end: expired}
""")
UNDER_A_TIMEOUT = pathway("""
  sub: {pathway: {name: child, version: ^1}, timeout: {after: 1 day, to: lapsed}}
  finished: {end: completed}
  lapsed: {end: expired}
""")
DETACHED = pathway("""
  sub: {pathway: {name: child, version: ^1, detached: true}}
  finished: {end: completed}
""")
ORDER = {"reference": "ServiceRequest/1"}


def interpreter_of(client: Client, *known: Any) -> Interpreter:
    """An interpreter of the parent and these children."""
    return Interpreter(client, [PARENT, UNDER_A_TIMEOUT, DETACHED, *known], ACTIONS)


def fact(instance: Instance, kind: type) -> Any:
    """The only fact of a kind."""
    (found,) = (one for one in instance.interpreter.store.facts(instance.id) if isinstance(one, kind))
    return found


async def child_of(instance: Instance) -> Instance:
    """The child that an instance has ordered, once it is known to run."""
    await instance.has_fact("child-runs")
    child = instance.interpreter.child(fact(instance, ChildOrdered).instance)
    await child.stands_at("ask")
    return child


@pytest.mark.parametrize("sandboxed", [False, True])
async def test_a_child_runs_and_reports(client: Client, sandboxed: bool) -> None:
    """A child runs the highest version of its range, gets its inputs, and its outcome takes the parent on."""
    older = pathway("  finished: {end: expired}\n", name="child", version="1.0.9")
    newer = pathway("  finished: {end: expired}\n", name="child", version="2.0.0")
    interpreter = interpreter_of(client, CHILD, older, newer)
    interpreter.sandboxed = sandboxed
    async with interpreter.running():
        parent = await interpreter.start(PARENT, order=ORDER)
        child = await child_of(parent)
        await child.complete("ask")
        assert await child.handle.result() == "completed"
        await parent.stands_at("after")
        await parent.complete("after")
        assert await parent.handle.result() == "completed"
    begun = fact(child, InstanceStarted)
    assert (begun.version, begun.parent) == ("1.1.0", Parent(parent.id, "sub"))
    assert fact(parent, ChildRuns).digest == CHILD.digest
    assert fact(parent, ChildReported).outcome == "completed"


async def test_a_child_lives_at_its_parents_site(client: Client) -> None:
    """It sees the site of the instance that started it, and so do both after they have gone on anew."""
    asks = pathway("""
  ask: {task: {title: '="Ask at " + instance.site', queue: intake}}
  again: {task: {title: '="Again at " + instance.site', queue: intake}}
  finished: {end: completed}
""", name="child")  # fmt: skip
    interpreter = Interpreter(client, [PARENT, asks], ACTIONS)
    async with interpreter.running():
        parent = await interpreter.start(PARENT, site="main-street", order=ORDER)
        child = await child_of(parent)
        await child.renew()
        await parent.renew()
        await child.complete("ask")
        await child.stands_at("again")
        titles = [one["title"] for one in (await child.snapshot())["tasks"]]
        sites = [(await one.snapshot())["site"] for one in (parent, child)]
        await parent.terminate()
        await child.terminate()
    assert titles == ["Again at main-street"]
    assert sites == ["main-street", "main-street"]
    assert (fact(parent, InstanceStarted).site, fact(child, InstanceStarted).site) == ("main-street", "main-street")


async def test_the_version_is_pinned(client: Client) -> None:
    """A version that is published after a child has asked changes nothing for it, whatever is replayed."""
    interpreter = interpreter_of(client, CHILD)
    async with interpreter.running(max_cached_workflows=0):
        parent = await interpreter.start(PARENT, order=ORDER)
        child = await child_of(parent)
        interpreter.plans.add(pathway("  finished: {end: expired}\n", name="child", version="1.2.0"))
        await child.complete("ask")
        assert await child.handle.result() == "completed"
        await parent.stands_at("after")
        await parent.terminate()
    assert len(interpreter.wanted) == 1


async def test_no_version_fits(client: Client) -> None:
    """A child without a version is an incident of its parent; retried once there is one, it runs."""
    interpreter = interpreter_of(client)
    async with interpreter.running():
        parent = await interpreter.start(PARENT, order=ORDER)
        await parent.has_fact("incident-opened")
        incident = fact(parent, IncidentOpened)
        assert (incident.kind, incident.address) == ("child-failed", "sub")
        assert "no published pathway child" in incident.message
        failed = interpreter.child(fact(parent, ChildOrdered).instance)
        with pytest.raises(WorkflowFailureError):
            await failed.handle.result()
        interpreter.plans.add(CHILD)
        await parent.retry("sub")
        await until(lambda: parent.facts.count("child-runs") == 1)
        await parent.terminate()
    assert parent.facts.count("incident-opened") == 1


RENAMED = pathway(
    """
  below: {pathway: {name: child, version: ^1, inputs: {order: =order}}, save: below}
  after: {task: {title: After, queue: intake}, timeout: {after: 30 days, to: lapsed}}
  finished: {end: completed}
  lapsed: {end: expired}
""",
    version="1.1.0",
)


async def _migrate(parent: Instance) -> str:
    order = Migrate(RENAMED.digest, {"steps": {"sub": {"to": "below"}}}, "operator", "a better version")
    await parent.latest.execute_update(Pathway.migrate, order)
    return "below"


async def _suspend(parent: Instance) -> str:
    await parent.operate(Suspended("operator", "the patient is away"))
    return "sub"


async def _renew(parent: Instance) -> str:
    await parent.renew()
    return "sub"


@pytest.mark.parametrize("meanwhile", [_migrate, _suspend, _renew])
@pytest.mark.parametrize("cached", [0, 100])
async def test_a_child_fails_while_something_happens_to_its_parent(
    client: Client, meanwhile: Callable[[Instance], Awaitable[str]], cached: int
) -> None:
    """Its word finds the step, whatever that is called by now; when the parent goes on it starts another."""
    interpreter = interpreter_of(client, RENAMED)
    interpreter.versions_known.clear()
    async with interpreter.running(max_cached_workflows=cached):
        parent = await interpreter.start(PARENT, order=ORDER)
        await until(lambda: len(interpreter.wanted) == 1)
        address = await meanwhile(parent)
        interpreter.versions_known.set()
        await parent.has_fact("incident-opened")
        incident = fact(parent, IncidentOpened)
        assert (incident.kind, incident.address) == ("child-failed", address)
        interpreter.plans.add(CHILD)
        if meanwhile is _suspend:
            await parent.operate(Resumed("operator", "the patient is back"))
        await parent.retry(address)
        child = interpreter.child((await child_ids(parent))[-1])
        await child.stands_at("ask")
        await child.complete("ask")
        await parent.stands_at("after")
        await parent.terminate()


async def child_ids(parent: Instance) -> list[str]:
    """The children that an instance has ordered, once the last is known to run."""
    await until(lambda: parent.facts.count("child-runs") == 1)
    return [one.instance for one in parent.interpreter.store.facts(parent.id) if isinstance(one, ChildOrdered)]


async def test_inputs_are_refused(client: Client) -> None:
    """A child that refuses its inputs is an incident of its parent that names them."""
    picky = pathway("  finished: {end: completed}\n", name="child")
    plan = pathway("""
  sub: {pathway: {name: child, version: ^1, inputs: {colour: red}}}
  finished: {end: completed}
""")
    interpreter = Interpreter(client, [picky, plan], ACTIONS)
    async with interpreter.running():
        parent = await interpreter.start(plan)
        await parent.has_fact("incident-opened")
        incident = fact(parent, IncidentOpened)
        await parent.terminate()
    assert incident.kind == "child-failed"
    assert "colour" in incident.detail


async def test_before_it_has_begun(client: Client) -> None:
    """A child that still looks for its version takes nothing, says so, and holds its parent up in nothing."""
    interpreter = interpreter_of(client, CHILD)
    interpreter.versions_known.clear()
    async with interpreter.running():
        parent = await interpreter.start(PARENT, order=ORDER)
        await until(lambda: len(interpreter.wanted) == 1)
        child = interpreter.child(fact(parent, ChildOrdered).instance)
        described = await child.describe()
        assert (described.status, described.rev) == ("starting", 0)
        assert (await child.refusal("ask")).code == "not-started"
        await parent.renew()
        interpreter.versions_known.set()
        await until(lambda: "task-opened" in child.facts)
        await child.complete("ask")
        await parent.stands_at("after")
        await parent.terminate()


async def test_a_parent_that_is_cancelled(client: Client) -> None:
    """Cancelling a parent cancels its child; the parent ends when the child has said so."""
    interpreter = interpreter_of(client, CHILD)
    async with interpreter.running():
        parent = await interpreter.start(PARENT, order=ORDER)
        child = await child_of(parent)
        await parent.operate(Cancelled("operator", "not needed"))
        assert await parent.handle.result() == "cancelled"
        assert await child.handle.result() == "cancelled"
    ended = fact(child, InstanceEnded)
    assert ended.by == f"parent/{parent.id}"
    assert parent.facts.index("child-reported") < parent.facts.index("instance-ended")


async def test_cancelled_before_it_has_begun(client: Client) -> None:
    """A child that is cancelled while it looks for its version begins, is cancelled at once, and says so."""
    interpreter = interpreter_of(client, CHILD)
    interpreter.versions_known.clear()
    async with interpreter.running():
        parent = await interpreter.start(PARENT, order=ORDER)
        await until(lambda: len(interpreter.wanted) == 1)
        child = interpreter.child(fact(parent, ChildOrdered).instance)
        await parent.operate(Cancelled("operator", "not needed"))
        await child.handle.cancel()
        interpreter.versions_known.set()
        assert await parent.handle.result() == "cancelled"
        assert await child.handle.result() == "cancelled"


async def test_a_step_that_is_left(client: Client) -> None:
    """A timeout of the parent's step cancels the child; its late report is noted."""
    interpreter = interpreter_of(client, CHILD)
    async with interpreter.running():
        parent = await interpreter.start(UNDER_A_TIMEOUT, pace=pace())
        child = await child_of(parent)
        await parent.move_clock()
        assert await parent.handle.result() == "expired"
        assert await child.handle.result() == "cancelled"
    assert fact(parent, ChildReported).late
    assert fact(child, InstanceEnded).at == fact(parent, InstanceEnded).at


async def test_a_parent_that_continues_as_new(client: Client) -> None:
    """A child outlives its parent's runs, and its own, and reports to whichever is the parent's newest."""
    interpreter = interpreter_of(client, CHILD)
    async with interpreter.running():
        parent = await interpreter.start(PARENT, order=ORDER)
        child = await child_of(parent)
        await parent.renew()
        await child.renew()
        await parent.renew()
        await child.complete("ask")
        await parent.stands_at("after")
        await parent.complete("after")
        assert await parent.latest.result() == "completed"
        assert await child.latest.result() == "completed"


async def test_a_detached_child(client: Client) -> None:
    """A detached child is started and outlives its parent, which waits for nothing."""
    interpreter = interpreter_of(client, CHILD)
    async with interpreter.running():
        parent = await interpreter.start(DETACHED)
        assert await parent.handle.result() == "completed"
        child = interpreter.child(fact(parent, ChildOrdered).instance)
        await until(lambda: "task-opened" in child.facts)
        await child.complete("ask")
        assert await child.handle.result() == "completed"


async def test_a_detached_child_that_cannot_start(client: Client) -> None:
    """It is an incident of the step that asked for it; retried once there is a version, it runs and the parent ends."""
    interpreter = interpreter_of(client)
    async with interpreter.running():
        parent = await interpreter.start(DETACHED)
        await parent.has_fact("incident-opened")
        incident = fact(parent, IncidentOpened)
        assert (incident.kind, incident.address) == ("child-failed", "sub")
        interpreter.plans.add(CHILD)
        await parent.retry("sub")
        assert await parent.handle.result() == "completed"
        child = interpreter.child(interpreter.wanted[-1].start.instance)
        await child.stands_at("ask")
        await child.terminate()
    assert fact(child, InstanceStarted).parent is None


async def test_a_parent_that_is_gone(client: Client) -> None:
    """A child whose parent was terminated ends all the same: nobody is left who could want its report."""
    interpreter = interpreter_of(client, CHILD)
    async with interpreter.running():
        parent = await interpreter.start(PARENT, order=ORDER)
        child = await child_of(parent)
        await parent.terminate()
        await child.complete("ask")
        assert await child.handle.result() == "completed"


async def test_a_child_that_is_terminated(client: Client) -> None:
    """A child that is ended from outside can't report: its parent has an incident."""
    interpreter = interpreter_of(client, CHILD)
    async with interpreter.running():
        parent = await interpreter.start(PARENT, order=ORDER)
        child = await child_of(parent)
        await child.terminate()
        await parent.has_fact("incident-opened")
        await parent.terminate()
    assert "ended from outside" in fact(parent, IncidentOpened).message


async def test_a_report_that_comes_twice(client: Client) -> None:
    """A report that is sent again, after the child's end, changes nothing."""
    interpreter = interpreter_of(client, CHILD)
    async with interpreter.running():
        parent = await interpreter.start(PARENT, order=ORDER)
        child = await child_of(parent)
        await child.complete("ask")
        await parent.stands_at("after")
        before = await parent.snapshot()
        again = ChildReport(ChildEnded("sub", child.id, "completed"), MONDAY)
        await parent.handle.signal(Pathway.child_reported, again)
        assert await parent.snapshot() == before
        assert (await parent.handle.describe()).status == WorkflowExecutionStatus.RUNNING
        await parent.terminate()


async def test_demonstration_time_is_shared(client: Client) -> None:
    """A child runs on its parent's demonstration clock, and takes its parent along to the time of its report."""
    interpreter = interpreter_of(client, CHILD)
    async with interpreter.running():
        parent = await interpreter.start(PARENT, pace=pace(), order=ORDER)
        child = await child_of(parent)
        assert (await child.describe()).now == MONDAY
        await child.move_clock()
        assert await child.handle.result() == "expired"
        await parent.stands_at("after")
        assert (await parent.describe()).now == fact(child, InstanceEnded).at
        await parent.terminate()
