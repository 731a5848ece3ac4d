"""A worker that interprets pathways with actions and a store that the test makes up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker
from ulid import ULID

from activities.liveness import beating
from activities.serving import serving
from pathways.events import MessageReceived, Operation, Retried, TaskCompleted
from pathways.facts import Fact, Recorded
from pathways.messages import (
    ActionRequest,
    ActionResult,
    Answer,
    Description,
    Pace,
    RecordAnswer,
    RecordRequest,
    Refused,
    StartInstance,
    VersionAnswer,
    VersionRequest,
)
from pathways.plan import Plan
from tests.support.interpreted import PlansInMemory
from tests.support.plans import MONDAY
from workflows import plans
from workflows.converter import data_converter
from workflows.names import REFUSED, RESOLVE_VERSION, workflow_id
from workflows.pathway import Pathway
from workflows.sandbox import runner

Action = Callable[[ActionRequest], Awaitable[ActionResult] | ActionResult]


@dataclass
class StoreInMemory:
    """A store as the recorder sees it: accepts the next revision, keeps the first of duplicates, asks on a gap."""

    revs: dict[str, int] = field(default_factory=dict)
    recorded: dict[str, list[Recorded]] = field(default_factory=dict)
    requests: list[RecordRequest] = field(default_factory=list)
    away: bool = False
    refusals: int = 0
    lost_answers: int = 0

    def record(self, request: RecordRequest) -> RecordAnswer:
        """Write what is new."""
        if self.away:
            self.refusals += 1
            raise ConnectionError("The store is away.")
        self.requests.append(request)
        rev = self.revs.get(request.instance, 0)
        kept = self.recorded.setdefault(request.instance, [])
        for one in request.recorded:
            if one.rev == rev + 1 or (request.snapshot is not None and one.rev > rev):
                kept.append(one)
                rev = one.rev
            elif one.rev > rev:
                return RecordAnswer(rev, needs_snapshot=True)
        if request.snapshot is not None:
            rev = request.snapshot["rev"]
        self.revs[request.instance] = rev
        if self.lost_answers:
            self.lost_answers -= 1
            raise ConnectionError("The answer was lost.")
        return RecordAnswer(rev)

    def facts(self, instance: str) -> list[Fact]:
        """Every fact of an instance, in order."""
        return [fact for one in self.recorded.get(instance, ()) for fact in one.facts]

    def names(self, instance: str) -> list[str]:
        """The kinds of facts, in order."""
        return [fact.fact for fact in self.facts(instance)]


class Interpreter:
    """Starts and drives instances; `running()` runs the worker that interprets them."""

    def __init__(
        self,
        client: Client,
        known: Iterable[Plan],
        actions: Mapping[str, Action] | None = None,
        *,
        sandboxed: bool = False,
    ) -> None:
        self.client = client
        self.queue = f"test-{ULID()}".lower()
        self.store = StoreInMemory()
        self.plans = PlansInMemory(known)
        self.actions = dict(actions or {})
        self.ran: list[ActionRequest] = []
        self.sandboxed = sandboxed
        self.wanted: list[VersionRequest] = []
        self.versions_known = asyncio.Event()
        self.versions_known.set()

    @asynccontextmanager
    async def running(self, resolver: plans.PlanResolver | None = None, **options: Any) -> AsyncIterator[Worker]:
        """Run a worker; several may run one after the other."""
        plans.install(resolver or self.plans)
        async with serving(self.worker(**options)) as worker:
            yield worker

    def worker(self, **options: Any) -> Worker:
        """A worker that is not started."""
        return Worker(
            self.client,
            task_queue=self.queue,
            workflows=[Pathway],
            activities=[*(self._activity(name) for name in self.actions), self._record(), self._resolve_version()],
            workflow_runner=runner(sandboxed=self.sandboxed),
            **options,
        )

    def _activity(self, name: str) -> Callable[..., Any]:
        @activity.defn(name=name)
        async def run(request: ActionRequest) -> ActionResult:
            self.ran.append(request)
            work = self._act(name, request)
            return await (beating(work) if request.beats else work)

        return run

    async def _act(self, name: str, request: ActionRequest) -> ActionResult:
        result = self.actions[name](request)
        return result if isinstance(result, ActionResult) else await result

    def _record(self) -> Callable[..., Any]:
        @activity.defn(name="record")
        async def record(request: RecordRequest) -> RecordAnswer:
            return self.store.record(request)

        return record

    def _resolve_version(self) -> Callable[..., Any]:
        @activity.defn(name=RESOLVE_VERSION)
        async def resolve_version(request: VersionRequest) -> VersionAnswer:
            self.wanted.append(request)
            await self.versions_known.wait()
            wanted = request.start.wanted
            assert wanted is not None
            plan = self.plans.newest(wanted.pathway, wanted.range)
            if plan is None:
                return VersionAnswer(message=f"There is no published pathway {wanted.pathway} {wanted.range}.")
            return VersionAnswer(plan.digest, plan.version)

        return resolve_version

    def child(self, instance: str) -> Instance:
        """A child by its id."""
        return Instance(self, instance, self.client.get_workflow_handle_for(Pathway.run, workflow_id(instance)))

    async def start(self, plan: Plan, *, pace: Pace | None = None, site: str | None = None, **inputs: Any) -> Instance:
        """Start an instance."""
        instance = str(ULID())
        handle = await self.client.start_workflow(
            Pathway.run,
            StartInstance(instance, plan.digest, inputs=inputs, by="tester", pace=pace, site=site),
            id=workflow_id(instance),
            task_queue=self.queue,
        )
        return Instance(self, instance, handle)


@dataclass
class Instance:
    """One running instance."""

    interpreter: Interpreter
    id: str
    handle: WorkflowHandle[Any, str]

    @property
    def latest(self) -> WorkflowHandle[Any, str]:
        """The handle of the newest run, whichever that is."""
        return self.interpreter.client.get_workflow_handle_for(Pathway.run, self.handle.id)

    async def complete(self, address: str, outcome: str = "done", *, key: str | None = None, **form: Any) -> Answer:
        """Complete a task."""
        return await self.finish(TaskCompleted(address, outcome, form, by="tester"), key=key)

    async def finish(self, event: TaskCompleted, *, key: str | None = None) -> Answer:
        """Complete a task as somebody."""
        return await self.latest.execute_update(Pathway.complete, event, id=key)

    async def operate(self, event: Operation, *, key: str | None = None) -> Answer:
        """Act as an operator."""
        return await self.latest.execute_update(Pathway.operate, event, id=key)

    async def retry(self, address: str) -> Answer:
        """Have an incident's step tried again."""
        return await self.operate(Retried(address, "operator", "mended"))

    async def deliver(self, event: MessageReceived, *, key: str | None = None) -> Answer:
        """Hand it a domain event."""
        return await self.latest.execute_update(Pathway.deliver, event, id=key)

    async def refusal(self, address: str) -> Refused:
        """With what it refuses the completion of a task."""
        return await refused(self.complete(address))

    async def describe(self) -> Description:
        """Ask the workflow where it stands."""
        return await self.latest.query(Pathway.describe)

    async def snapshot(self) -> Any:
        """Ask the workflow for its snapshot."""
        return await self.latest.query(Pathway.snapshot)

    async def stands_at(self, *addresses: str) -> None:
        """Wait until the instance stands exactly there and all is recorded."""

        async def there() -> bool:
            taken = await self.snapshot()
            recorded = self.interpreter.store.revs.get(self.id) == taken["rev"]
            return recorded and [one["address"] for one in taken["positions"]] == list(addresses)

        await until(there)

    async def is_acknowledged(self) -> bool:
        """Whether the instance knows that the store has everything."""
        described = await self.describe()
        return described.recorded_rev == described.rev

    async def has_fact(self, kind: str) -> None:
        """Wait until the store has a fact of that kind."""
        await until(lambda: kind in self.facts)

    def note(self, key: str) -> MessageReceived:
        """The event that the example pathway waits for."""
        return MessageReceived("e-1", "note.received", key, {})

    async def move_clock(self, to: datetime | None = None, *, key: str | None = None) -> Answer:
        """Move the demonstration clock."""
        return await self.latest.execute_update(Pathway.move_clock, to, id=key)

    async def run_id(self) -> str:
        """The newest run."""
        return (await self.latest.describe()).run_id

    async def has_run_other_than(self, run: str | None) -> None:
        """Wait until a newer run has begun."""

        async def newer() -> bool:
            return await self.run_id() != run

        await until(newer)

    async def renew(self) -> None:
        """Have the instance continue as new, and wait until it has."""
        run = await self.run_id()
        await self.latest.signal(Pathway.drain)
        await self.has_run_other_than(run)

    async def timer_is_armed(self) -> bool:
        """Whether the newest run has started a timer."""
        return "timer_started_event_attributes" in await self.events()

    async def terminate(self) -> None:
        """End the newest run: the test has seen enough."""
        await self.latest.terminate()

    async def settled_events(self) -> int:
        """The length of the newest run's history once its last workflow task is done."""
        while True:
            events = await self.events()
            if events[-1] == "workflow_task_completed_event_attributes":
                return len(events)

    async def has_taken_everything_in(self) -> bool:
        """Whether no workflow task is under way: a query alone may show what no task has committed yet."""
        events = [one for one in await self.events() if one.startswith("workflow_task_")]
        return events[-1] == "workflow_task_completed_event_attributes"

    async def events(self) -> list[str]:
        """The types of the events in the newest run's history."""
        history = await self.latest.fetch_history()
        return [event.WhichOneof("attributes") or "" for event in history.events]

    @property
    def facts(self) -> list[str]:
        """The kinds of facts in the store."""
        return self.interpreter.store.names(self.id)


async def refused(update: Awaitable[Any]) -> Refused:
    """What an update was refused with; fails where it was not."""
    with pytest.raises(WorkflowUpdateFailedError) as raised:
        await update
    cause = raised.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == REFUSED
    return Refused(**cause.details[0])


def pace(factor: float = 0.0) -> Pace:
    """A demonstration clock that shows a Monday morning, and runs by a factor or stands."""
    return Pace(factor, anchor=datetime.now(UTC), shown=MONDAY)


async def until(condition: Callable[[], Awaitable[bool] | bool], *, seconds: float = 20.0) -> None:
    """Wait for a condition, or fail."""
    stop = time.monotonic() + seconds
    while True:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        assert time.monotonic() < stop, "the condition did not come to hold"
        await asyncio.sleep(0.02)


async def connect(address: str) -> Client:
    """A client as Carelane's own."""
    return await Client.connect(address, data_converter=data_converter)
