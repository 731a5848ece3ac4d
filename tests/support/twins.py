"""One instance twice, in the engine alone and on Temporal, and random events that go to both.

Demonstration time stands, and actions answer only when they are told to, so that both see the same events at the same
times. After each event both stand at the same revision with the same digest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from pathways.commands import AbandonAction, CancelChild, Command, RunAction, StartChild
from pathways.engine import advance, next_deadline, snapshot, snapshot_digest, start_state
from pathways.events import (
    ActionCompleted,
    ActionFailed,
    ActionProblem,
    Cancelled,
    ChildEnded,
    ChildStarted,
    DataChanged,
    Event,
    Held,
    MessageReceived,
    Moved,
    OfferTaken,
    Operation,
    Released,
    Resumed,
    Retried,
    Skipped,
    Started,
    Suspended,
    TaskAdded,
    TaskCompleted,
    TimePassed,
)
from pathways.facts import Recorded, recorded_to_json
from pathways.messages import ActionRequest, ActionResult, Answer, Refused, StartInstance
from pathways.plan import Do, Plan, Step, Task
from pathways.state import State
from tests.support.interpreted import pathway
from tests.support.interpreter import Instance, Interpreter, pace, until
from tests.support.plans import MONDAY
from workflows.converter import data_converter
from workflows.names import REFUSED

Json = Any

CHILD = pathway("  ask: {task: {title: Ask, queue: intake}}\n  finished: {end: completed}\n", name="child")


_DAY = 86_400.0


def patient(plan: Plan) -> Plan:
    """A plan whose actions may take a day, which in standing time is a minute: a busy machine cuts none of them off."""
    return replace(plan, steps=tuple(_patient(step) for step in plan.steps))


def _patient(step: Step) -> Step:
    if not isinstance(step, Do):
        return step
    undo = replace(step.undo, timeout_seconds=_DAY) if step.undo is not None else None
    return replace(step, timeout_seconds=_DAY, undo=undo)


STEPS = """
  prepare:
    do: test.prepare
    with: {order: =order.reference}
    save: prepared
    catch: {gone: lapsed}
    undo: {do: test.close}
    clocks: {start: [answer]}
  both:
    parallel:
      branches:
        stock:
          steps:
            top-up: {do: test.work, undo: {do: test.close}}
            check:
              task: {title: Check, queue: intake, remind: 1 day, escalate: {after: 2 days, queue: later}}
              timeout: {after: 5 days, to: chase}
            stocked: {end: branch}
            chase: {task: {title: Chase, queue: intake}}
        paper:
          steps:
            note:
              wait: {event: note.received, key: =prepared.number}
              timeout: {after: 6 days, to: sign}
              save: note
            sign:
              task: {title: Sign, queue: intake, outcomes: {signed: Signed, refused: Refused}}
              clocks: {pause: [answer]}
              next: {signed: filed, refused: lapsed}
            filed: {do: test.work, clocks: {resume: [answer]}}
      join: all
    on:
      - {event: order.changed, key: =prepared.number, to: again}
  again: {set: {rounds: "=1"}}
  series:
    repeat:
      for_each: =[1, 2, 3]
      as: dose_number
      mode: at-once
      collect: {doses: =dose.outcome}
      steps:
        give: {task: {title: "Give {{ dose_number }}", queue: intake}, save: dose}
        report: {do: test.work}
  visit:
    steps:
      arrive: {do: test.work, undo: {do: test.close, until: visit}}
      stay:
        task: {title: Stay, queue: intake, outcomes: {done: Done, moved: Moved}}
        next: {done: seen, moved: {to: sub, undo: true}}
      seen: {end: branch}
    on:
      - {event: order.changed, key: =prepared.number, to: visit, undo: true}
    timeout: {after: 3 days, to: sub}
  sub: {pathway: {name: child, version: ^1}, save: sub, timeout: {after: 4 days, to: decide, undo: true}}
  decide:
    decide:
      rules:
        - {when: count(doses) > 5, to: lapsed}
        - {to: last}
  last:
    wait: {any: [{answered: {event: note.received, key: =prepared.number}}, {late: {for: 3 days}}]}
    clocks: {stop: [answer]}
    save: last
  finished: {end: completed}
  lapsed: {end: expired}
"""
MORE = """
clocks:
  answer:
    {title: Answer due, limit: 4 days, warn: 50%, breach: {queue: intake, title: Overdue}, why: It was promised}
on:
  - {event: order.revoked, key: =prepared.number, to: lapsed}
  - {event: call.asked, key: =prepared.number, side: call}
side_flows:
  call:
    title: Call
    offer: {title: Call now, queue: intake}
    steps:
      call: {task: {title: Call, queue: intake}, timeout: {after: 1 day, to: hung-up}}
      called: {end: branch}
      hung-up: {do: test.work}
"""


def stormy(steps: str = STEPS, more: str = MORE, version: str = "1.0.0") -> Plan:
    """A plan for storms: a little of everything that the language has."""
    known: Json = {"note.received": {}, "order.changed": {}, "order.revoked": {}, "call.asked": {}}
    return patient(pathway(steps, version=version, more=more, events=known, queues=["intake", "later"]))


STORM = stormy()

ORDER = {"reference": "ServiceRequest/1"}
OUTPUT = {"number": "N-1"}
NAMES = ("test.prepare", "test.close", "test.work")


@dataclass
class Gates:
    """Actions that wait for their word. Each is named by its address and the how-manieth it is there."""

    begun: dict[str, int] = field(default_factory=dict)
    words: dict[tuple[str, int], asyncio.Future[ActionResult]] = field(default_factory=dict)

    async def act(self, request: ActionRequest) -> ActionResult:
        """Wait for the word."""
        number = self.begun[request.address] = self.begun.get(request.address, 0) + 1
        return await self.word(request.address, number)

    def word(self, address: str, number: int) -> asyncio.Future[ActionResult]:
        """What an action waits for."""
        return self.words.setdefault((address, number), asyncio.get_running_loop().create_future())


class Twin:
    """An instance of a plan in both worlds."""

    def __init__(self, interpreter: Interpreter, gates: Gates, instance: Instance, plan: Plan) -> None:
        self.interpreter = interpreter
        self.gates = gates
        self.instance = instance
        self.plan = plan
        self.now: datetime = MONDAY
        self.state: State = start_state(plan, instance.id, "UTC", MONDAY)
        self.recorded: list[Recorded] = []
        self.ordered: dict[str, int] = {}
        self.running: dict[tuple[str, int], int] = {}
        self.children: dict[str, str] = {}
        self.log: list[str] = []

    @classmethod
    async def begin(cls, interpreter: Interpreter, gates: Gates, plan: Plan = STORM) -> Twin:
        """Start it."""
        instance = await interpreter.start(plan, pace=pace(), order=ORDER)
        twin = cls(interpreter, gates, instance, plan)
        await twin.happens(Started({"order": ORDER}, "tester"))
        return twin

    # -- the engine alone -------------------------------------------------------------------------------------

    def apply(self, event: Event, request: str | None = None) -> Answer:
        """What the engine alone makes of an event."""
        found = advance(self.plan, self.state, event, self.now)
        if found.refusal is not None:
            refusal = found.refusal
            return Answer(self.state.rev, None, Refused(refusal.code, refusal.message, refusal.detail))
        if found.state.rev != self.state.rev:
            self.recorded.append(Recorded(found.state.rev, found.facts, request, found.result))
        self.state = found.state
        self._take_orders(found.commands)
        return Answer(found.state.rev, found.result)

    def _take_orders(self, commands: tuple[Command, ...]) -> None:
        orders = [(one.address, one.run) for one in commands if isinstance(one, RunAction)]
        abandoned = {(one.address, one.run) for one in commands if isinstance(one, AbandonAction)}
        for address, run in orders:
            if (address, run) not in abandoned:  # else it never begins
                self.ordered[address] = self.ordered.get(address, 0) + 1
                self.running[address, run] = self.ordered[address]
        for command in commands:
            match command:
                case StartChild():
                    self.children[command.instance] = command.address
                    self.apply(ChildStarted(command.address, command.run, CHILD.version, CHILD.digest))
                case CancelChild():
                    self.children.pop(command.instance, None)
                    self.apply(ChildEnded(command.address, command.instance, "cancelled"))
                case _:
                    pass

    # -- both -------------------------------------------------------------------------------------------------

    async def happens(self, event: Event) -> None:
        """Let something happen that nobody has to be told of: in Temporal it happens by itself."""
        self.log.append(str(event))
        self.apply(event)
        await self.agree()

    async def update(self, event: TaskCompleted | MessageReceived | Operation) -> None:
        """Send an event to both; the answers are the same."""
        key = f"key-{len(self.log)}"
        self.log.append(str(event))
        alone = self.apply(event, key)
        send: Callable[..., Any] = self.instance.operate
        if isinstance(event, MessageReceived):
            send = self.instance.deliver
            if alone.result is not None and alone.result["verdict"] == "deferred":
                alone = Answer(alone.rev, None, Refused("deferred", ""))
        if isinstance(event, TaskCompleted):
            send = self.instance.finish
        answer = await outcome_of(send(event, key=key), alone.rev)
        assert comparable(answer) == comparable(alone), self.told
        await self.agree()

    async def release(self, address: str, run: int, how: str) -> None:
        """Let an action answer."""
        word = self.gates.word(address, self.running.pop((address, run)))
        match how:
            case "completed":
                word.set_result(ActionResult(OUTPUT))
                event: Event = ActionCompleted(address, run, OUTPUT)
            case "problem":
                word.set_result(ActionResult(problem="gone", message="It is gone."))
                event = ActionProblem(address, run, "gone", "It is gone.")
            case _:
                word.set_exception(ApplicationError("It broke.", 1, None, non_retryable=True))
                event = ActionFailed(address, run, "It broke.", 1)
        await self.happens(event)

    async def move_clock(self, to: datetime) -> None:
        """Move the time of both."""
        key = f"clock-{len(self.log)}"
        self.log.append(f"clock to {to}")
        self.now = to
        alone = self.apply(TimePassed(), key)
        assert await self.instance.move_clock(to, key=key) == alone, self.told
        await self.agree()

    async def child_ends(self, child: str) -> None:
        """Let a child end."""
        address = self.children.pop(child)
        await self.interpreter.child(child).complete("ask")
        await self.happens(ChildEnded(address, child, "completed"))

    async def renew(self) -> State:
        """Have it continue as new; the state that it took along."""
        self.log.append("renew")
        await self.instance.renew()
        await self.agree()
        history = await self.instance.latest.fetch_history()
        payloads = history.events[0].workflow_execution_started_event_attributes.input.payloads
        (start,) = await data_converter.decode(payloads, [StartInstance])
        assert start.carried is not None
        state: State = start.carried.state
        return state

    async def agree(self) -> None:
        """Wait until both stand at the same revision, and everything ordered has begun; they are then the same."""

        async def same_rev() -> bool:
            return (await self.instance.describe()).rev >= self.state.rev

        if self.state.rev:
            await until(same_rev)
            await until(self.instance.has_taken_everything_in)
            await until(lambda: all(self.gates.begun.get(one, 0) >= count for one, count in self.ordered.items()))
        described = await self.instance.describe()
        assert described.digest == snapshot_digest(snapshot(self.plan, self.state)), self.told

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.state.status == "ended"

    @property
    def told(self) -> str:
        """What has happened so far, for a failure's message."""
        return "\n".join(self.log)

    async def conclude(self) -> None:
        """Let what runs answer; the whole state and every fact are then the same in both worlds."""
        while self.running:
            address, run = next(iter(self.running))
            await self.release(address, run, "completed")
        if not self.ended:
            assert await self.renew() == self.state, self.told
        store = self.interpreter.store
        await until(lambda: store.revs.get(self.instance.id) == self.state.rev)
        stored = recorded_to_json(tuple(store.recorded[self.instance.id]))
        assert stored == recorded_to_json(tuple(self.recorded)), self.told


async def outcome_of(sent: Awaitable[Answer], rev: int) -> Answer:
    """What Temporal answered, a refusal included."""
    try:
        return await sent
    except WorkflowUpdateFailedError as error:
        if not isinstance(error.cause, ApplicationError) or error.cause.type != REFUSED:
            raise
        return Answer(rev, None, Refused(**error.cause.details[0]))


def comparable(answer: Answer) -> Json:
    """What has to be the same of two answers."""
    return (answer.rev, answer.result, answer.refused.code if answer.refused is not None else None)


class Storm:
    """Random events for a twin."""

    def __init__(self, twin: Twin, seed: int) -> None:
        self.twin = twin
        self.random = Random(seed)  # noqa: S311 - the same storm for the same seed
        self.count = 0

    async def blow(self, events: int) -> None:
        """Let about so many things happen, or until it has ended."""
        while len(self.twin.log) < events and not self.twin.ended:
            await self.one()

    async def one(self) -> None:
        """Let one thing happen."""
        self.count += 1
        twin, random = self.twin, self.random
        match random.choices(("task", "action", "event", "time", "operate", "child", "renew"), (8, 8, 4, 4, 3, 3, 1))[
            0
        ]:
            case "task" if tasks := list(self._tasks()):
                await twin.update(random.choice(tasks))
            case "action" if twin.running:
                address, run = random.choice(list(twin.running))
                names = ("completed",) * 14 + ("failed",) * 3 + (("problem",) if address == "prepare" else ())
                await twin.release(address, run, random.choice(names))
            case "event":
                kind = random.choice(("note.received",) * 12 + ("order.changed", "call.asked") * 3 + ("order.revoked",))
                key = random.choice(("N-1", "N-1", "N-2"))
                await twin.update(MessageReceived(f"e-{self.count}", kind, key, {"n": self.count}))
            case "time":
                await self._time()
            case "operate":
                await twin.update(self._operation())
            case "child" if twin.children:
                await twin.child_ends(random.choice(list(twin.children)))
            case "renew" if not twin.running:
                assert await twin.renew() == twin.state, twin.told
            case _:
                pass

    async def _time(self) -> None:
        deadline = next_deadline(self.twin.state)
        ahead = self.twin.now + timedelta(hours=self.random.choice((1, 7, 30)))
        await self.twin.move_clock(deadline if deadline is not None and self.random.random() < 0.5 else ahead)

    def _tasks(self) -> Iterator[TaskCompleted]:
        state, plan = self.twin.state, self.twin.plan
        for position in state.positions.values():
            step = plan.step[position.step]
            if position.waits == "people" and isinstance(step, Task):
                outcomes = [one.id for one in step.outcomes] or ["done"]
                last = self.random.random() < 0.1  # the outcome that ends it all
                yield TaskCompleted(position.address, outcomes[-1 if last else 0], {}, "nurse-1")
        for name, clock in state.clocks.items():
            if clock.task_at is not None:
                yield TaskCompleted(f"!{name}", "done", {}, "nurse-2")
        for address in state.added:
            yield TaskCompleted(address, "done", {}, "nurse-3")
        if self.random.random() < 0.1:
            yield TaskCompleted("nowhere", "done", {}, "nurse-4")

    def _operation(self) -> Operation:
        random, state = self.random, self.twin.state
        addresses = [*state.positions, "nowhere"]
        address = random.choice(addresses)
        stuck = [one.address for one in state.positions.values() if one.incident is not None] or addresses
        by, reason = "operator", "a storm"
        steps = list(self.twin.plan.step)
        away = random.choice([one for one in steps if one not in ("lapsed", "finished")])
        return random.choice(
            (
                Retried(random.choice(stuck), by, reason),
                Retried(random.choice(stuck), by, reason, input={"changed": True}, had_no_effect=True),
                Skipped(address, by, reason, output={}),
                Moved(address, away, by, reason, undo=random.random() < 0.5),
                DataChanged("prepared", {"number": random.choice(("N-1", "N-2"))}, by, reason),
                Suspended(by, reason, pause_clocks=random.random() < 0.5),
                Resumed(by, reason),
                Resumed(by, reason),
                Held(tuple(random.sample(steps, 3)), by, reason),
                Released(by, reason),
                Held(tuple(random.sample(steps, 2)), by, reason, own=True),
                Released(by, reason),
                Released(by, reason, own=True),
                OfferTaken("call", by),
                TaskAdded("Look again", "intake", by),
                Cancelled(by, reason) if random.random() < 0.1 else Resumed(by, reason),
            )
        )
