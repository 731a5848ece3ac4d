"""The workflow type `Pathway`: an instance of any plan.

It turns updates, signals, results and time into events for the engine; what comes of them is `workflows.instance`.
What it decides itself is only when to begin, when to continue as new, and when to return.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from pathways.engine import next_deadline
from pathways.events import (
    Cancelled,
    ChildFailed,
    ChildStarted,
    Event,
    MessageReceived,
    Operation,
    TaskCompleted,
    TimePassed,
)
from pathways.foresight import Foresight
from pathways.messages import Answer, CancelOrder, ChildReport, Description, Migrate, Refused, StartInstance
from workflows import plans, versions
from workflows.clock import Clock
from workflows.instance import Instance, started
from workflows.messenger import Messenger
from workflows.migration import Migration, migration_of
from workflows.names import CHILD_REPORTED, REFUSED, WORKFLOW

Json = Any

# A third of Temporal's limits of 51,200 events and 50 MiB, in case it does not suggest to go on anew before.
_LONG_HISTORY = 17_000
_LARGE_HISTORY = 16 * 1024 * 1024

_FROM_TEMPORAL = Cancelled("temporal", "Cancelled in Temporal.")


@workflow.defn(name=WORKFLOW)
class Pathway:
    """One instance. Its handlers answer at once and never wait; the package's README says why."""

    @workflow.init
    def __init__(self, start: StartInstance) -> None:
        self._start = start
        self._clock = Clock(start.carried.pace if start.carried else start.pace)
        self._messenger = Messenger()
        self._instance: Instance | None = None
        self._refused: Refused | None = None
        self._cancelled_early: Cancelled | None = None
        self._draining = False
        if start.digest:
            self._begin(start.digest)

    @workflow.run
    async def run(self, start: StartInstance) -> str:
        """Go on until the instance has ended and everybody knows; returns the outcome."""
        if not start.digest:
            await self._begin_as_child(start)
        if self._refused is not None:
            raise _refusal(self._refused)
        instance = self._begun()
        instance.settle()
        while True:
            try:
                await workflow.wait_condition(lambda: instance.finished or (self._should_renew and instance.may_renew))
            except asyncio.CancelledError:
                self._cancel(_FROM_TEMPORAL)
                continue
            if instance.finished:
                return instance.state.outcome or ""
            workflow.continue_as_new(self._carried_on(instance))

    # -- the beginning ----------------------------------------------------------------------------------------

    def _begin(self, digest: str) -> None:
        """Take up the plan, which fails the workflow task where it is not here yet; and begin, unless carried over."""
        instance = Instance(plans.resolve(digest), self._start, self._clock, self._messenger)
        if self._start.carried is None:
            self._refused = instance.apply(started(self._start)).refused
        if self._refused is None:
            self._instance = instance

    async def _begin_as_child(self, start: StartInstance) -> None:
        """Find out which version to run, pin it by having it in history, begin, and tell the parent."""
        looking = asyncio.create_task(versions.find(start, self._clock.now()))
        while not looking.done():
            try:
                await asyncio.shield(looking)
            except asyncio.CancelledError:
                self._cancelled_early = _FROM_TEMPORAL
        found = looking.result()
        if found.digest:
            self._begin(found.digest)
        else:
            self._refused = Refused("no-version", found.message, found.detail)
        self._tell_parent(found.version, found.digest)
        if self._refused is not None:
            await workflow.wait_condition(lambda: self._messenger.idle)
        elif self._cancelled_early is not None:
            self._cancel(self._cancelled_early)

    def _tell_parent(self, version: str, digest: str) -> None:
        wanted = self._start.wanted
        parent = (wanted.told if wanted is not None else None) or self._start.parent  # an older start names only that
        if parent is None or wanted is None:
            return
        event: ChildStarted | ChildFailed = ChildStarted(parent.address, wanted.run, version, digest)
        if self._refused is not None:
            event = ChildFailed(parent.address, self._start.instance, self._refused.message, self._refused.detail)
        self._messenger.send(parent.instance, CHILD_REPORTED, ChildReport(event, self._clock.now()))

    def _begun(self) -> Instance:
        if self._instance is None:
            raise _refusal(Refused("not-started", "The pathway has not begun yet. Please try again in a moment."))
        return self._instance

    # -- updates: they never wait -----------------------------------------------------------------------------

    @workflow.update
    async def complete(self, event: TaskCompleted) -> Answer:
        """A person completed a task."""
        return self._take(event)

    @complete.validator
    def _may_complete(self, event: TaskCompleted) -> None:
        self._check(event)

    @workflow.update
    async def deliver(self, event: MessageReceived) -> Answer:
        """A domain event; the result is the verdict, `consumed` or `ignored`. `deferred` is a refusal."""
        return self._take(event)

    @deliver.validator
    def _may_deliver(self, event: MessageReceived) -> None:
        self._check(event)

    @workflow.update
    async def operate(self, event: Operation) -> Answer:
        """A person or operator acts on the instance."""
        return self._take(event)

    @operate.validator
    def _may_operate(self, event: Operation) -> None:
        self._check(event)

    @workflow.update
    async def migrate(self, order: Migrate) -> Answer:
        """Go on with another plan."""
        instance, key = self._begun(), _request_key()
        answer = instance.recorder.answer_to(key)
        if answer is None:
            instance.catch_up()
            answer = self._migration(order).carry_out(instance, key)
        instance.settle()
        return answer

    @migrate.validator
    def _may_migrate(self, order: Migrate) -> None:
        instance = self._begun()
        if instance.recorder.answer_to(_request_key()) is not None:
            return
        try:
            _unless(self._migration(order).refused or instance.lag())
        except plans.PlanMissing as missing:
            raise _refusal(Refused(missing.code, missing.message)) from None

    @workflow.update
    async def move_clock(self, to: datetime | None = None) -> Answer:
        """Move the demonstration clock to a moment, or to the nearest deadline."""
        instance = self._begun()
        moment = to or next_deadline(instance.state)
        if moment is not None:
            instance.move_clock(moment)
        return self._take(TimePassed())

    @move_clock.validator
    def _may_move_clock(self, to: datetime | None = None) -> None:
        instance = self._begun()
        if self._clock.pace is None:
            raise _refusal(Refused("not-demo", "Time can be moved in demonstrations only."))
        if to is None and next_deadline(instance.state) is None:
            raise _refusal(Refused("no-deadline", "The instance waits for no point in time."))

    def _check(self, event: Event) -> None:
        """Refuse what `advance` would refuse, before it enters history. Changes nothing."""
        _unless(self._begun().check(event, _request_key()))

    def _take(self, event: Event) -> Answer:
        return self._begun().take(event, _request_key())

    # -- signals ----------------------------------------------------------------------------------------------

    @workflow.signal
    def child_reported(self, report: ChildReport) -> None:
        """A child runs, has ended, or could not be started."""
        if self._instance is None:
            return  # nothing has begun here that could have a child
        self._instance.move_clock(report.now)
        self._instance.happens(report.event)

    @workflow.signal
    def cancel_child(self, order: CancelOrder) -> None:
        """The parent tells this child to cancel."""
        if self._instance is not None:
            self._instance.move_clock(order.now)
        self._cancel(Cancelled(order.by, order.reason))

    @workflow.signal
    def resend(self, from_rev: int | None = None) -> None:
        """The store differs: send it what it lacks from that revision on, or a snapshot."""
        if self._instance is not None:
            self._instance.recorder.resend(from_rev)

    @workflow.signal
    def drain(self) -> None:
        """Continue as new as soon as nothing is in flight, so that an old history ends."""
        self._draining = True

    def _cancel(self, event: Cancelled) -> None:
        if self._instance is None:
            self._cancelled_early = event
            return
        self._instance.happens(event)

    # -- queries ----------------------------------------------------------------------------------------------

    @workflow.query
    def describe(self) -> Description:
        """Where the instance stands, in a few words."""
        if self._instance is None:
            return Description(0, 0, "starting", self._clock.now(), None, "", at_rest=True)
        return self._instance.describe()

    @workflow.query
    def snapshot(self) -> Json:
        """Everything that the store can rebuild, as JSON."""
        return self._begun().picture().snapshot()

    @workflow.query
    def foresight(self, event: Operation | TaskCompleted) -> Foresight:
        """What `operate` or `complete` would bring. Changes nothing."""
        return self._begun().foresee(event)

    @workflow.query
    def migration(self, order: Migrate) -> Json:
        """What `migrate` would do: facts, where it would stand, or what is in the way. Changes nothing."""
        return self._migration(order).preview

    def _migration(self, order: Migrate) -> Migration:
        instance = self._begun()
        return migration_of(instance, plans.resolve(order.digest), order, self._clock.now())

    # -- going on anew ----------------------------------------------------------------------------------------

    @property
    def _should_renew(self) -> bool:
        info = workflow.info()
        return (
            self._draining
            or info.is_continue_as_new_suggested()
            or info.get_current_history_length() > _LONG_HISTORY
            or info.get_current_history_size() > _LARGE_HISTORY
        )

    def _carried_on(self, instance: Instance) -> StartInstance:
        return StartInstance(
            instance.state.instance,
            instance.state.digest,
            instance.state.zone,
            by=self._start.by,
            carried=instance.carried(),
            pathway=instance.plan.pathway,
            version=instance.plan.version,
            site=instance.state.site,
        )


def _request_key() -> str:
    info = workflow.current_update_info()
    return info.id if info is not None else ""


def _unless(refused: Refused | None) -> None:
    if refused is not None:
        raise _refusal(refused)


def _refusal(refused: Refused) -> ApplicationError:
    return ApplicationError(refused.message, refused, type=REFUSED, non_retryable=True)
