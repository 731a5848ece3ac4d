"""The workflow type `Pathway`: an instance of any plan.

It turns updates, results and time into events for the engine, and the engine's commands into activities and one
timer. What it decides itself is only when to record, when to continue as new, and when to return.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from pathways.commands import RunAction
from pathways.engine import Refusal, advance, next_deadline, snapshot, snapshot_digest, start_state
from pathways.events import Cancelled, Event, MessageReceived, Retried, Started, TaskCompleted, TimePassed
from pathways.facts import Recorded
from pathways.messages import ActionRequest, Answer, Carried, Description, Refused, StartInstance
from pathways.projection import snapshot_to_json
from workflows import plans
from workflows.actions import Actions
from workflows.clock import Clock
from workflows.recorder import Picture, Recorder
from workflows.search import SearchAttributes
from workflows.timers import DeadlineTimer

Json = Any

WORKFLOW = "Pathway"
"""The name of the workflow type."""

REFUSED = "refused"
"""The type of the failure with which an update is refused; its detail is a `Refused`."""

# A third of Temporal's limits of 51,200 events and 50 MiB, in case it does not suggest to go on anew before.
_LONG_HISTORY = 17_000
_LARGE_HISTORY = 16 * 1024 * 1024


def workflow_id(instance: str) -> str:
    """The id of the workflow that runs an instance."""
    return f"pathway/{instance}"


@workflow.defn(name=WORKFLOW)
class Pathway:
    """One instance. Its handlers answer at once and never wait; the package's README says why."""

    @workflow.init
    def __init__(self, start: StartInstance) -> None:
        self._plan = plans.resolve(start.digest)
        carried = start.carried
        self._clock = Clock(carried.pace if carried else start.pace)
        self._actions = Actions(self._clock, self._action_request, self._happened, self._settle)
        self._timer = DeadlineTimer(self._clock, self._time_passed)
        self._recorder = Recorder(
            start.instance,
            self._picture,
            self._may_record,
            carried.tail if carried else (),
            carried.recorded_rev if carried else 0,
        )
        self._search = SearchAttributes()
        self._start = start
        self._draining = False
        self._refused: Refused | None = None
        if carried:
            self._state = carried.state
        else:
            self._state = start_state(self._plan, start.instance, start.zone, self._clock.now())
            self._refused = self._apply(Started(start.inputs, start.by)).refused

    @workflow.run
    async def run(self, start: StartInstance) -> str:  # noqa: ARG002 - `__init__` has taken it in
        """Go on until the instance has ended and the store knows; returns the outcome."""
        if self._refused is not None:
            raise _refusal(self._refused)
        self._settle()
        while True:
            try:
                await workflow.wait_condition(lambda: self._finished or self._may_renew)
            except asyncio.CancelledError:
                self._happened(Cancelled("temporal", "Cancelled in Temporal."))
                self._settle()
                continue
            if self._finished:
                return self._state.outcome or ""
            workflow.continue_as_new(self._carried_on())

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
        """A domain event; the result is the verdict, `consumed` or `ignored`."""
        return self._take(event)

    @deliver.validator
    def _may_deliver(self, event: MessageReceived) -> None:
        self._check(event)

    @workflow.update
    async def operate(self, event: Retried | Cancelled) -> Answer:
        """An operator acts on the instance."""
        return self._take(event)

    @operate.validator
    def _may_operate(self, event: Retried | Cancelled) -> None:
        self._check(event)

    @workflow.update
    async def move_clock(self, to: datetime | None = None) -> Answer:
        """Move the demonstration clock to a moment, or to the nearest deadline."""
        moment = to or next_deadline(self._state)
        if moment is not None:
            self._clock.move(moment)
            self._timer.disarm()
        return self._take(TimePassed())

    @move_clock.validator
    def _may_move_clock(self, to: datetime | None = None) -> None:
        if self._clock.pace is None:
            raise _refusal(Refused("not-demo", "Time can be moved in demonstrations only."))
        if to is None and next_deadline(self._state) is None:
            raise _refusal(Refused("no-deadline", "The instance waits for no point in time."))

    def _check(self, event: Event) -> None:
        """Refuse what `advance` would refuse, before it enters history. Changes nothing."""
        if self._recorder.answer_to(_request_key()) is not None:
            return
        refused = _refused(advance(self._plan, self._state, event, self._clock.now()).refusal)
        if refused is None and self._recorder.lags:
            refused = Refused("store-lag", "The store is far behind. Please try again in a few minutes.")
        if refused is not None:
            raise _refusal(refused)

    def _take(self, event: Event) -> Answer:
        key = _request_key()
        answer = self._recorder.answer_to(key) or self._apply(event, key)
        self._settle()
        return answer

    # -- signals and queries ----------------------------------------------------------------------------------

    @workflow.signal
    def resend(self, from_rev: int | None = None) -> None:
        """The store differs: send it what it lacks from that revision on, or a snapshot."""
        self._recorder.resend(from_rev)

    @workflow.signal
    def drain(self) -> None:
        """Continue as new as soon as nothing is in flight, so that an old history ends."""
        self._draining = True

    @workflow.query
    def describe(self) -> Description:
        """Where the instance stands, in a few words."""
        return Description(
            rev=self._state.rev,
            recorded_rev=self._recorder.recorded_rev,
            status=self._state.status,
            now=self._clock.now(),
            deadline=next_deadline(self._state),
            digest=self._picture().digest,
            at_rest=self._actions.none_running,
        )

    @workflow.query
    def snapshot(self) -> Json:
        """Everything that the store can rebuild, as JSON."""
        return self._picture().snapshot()

    # -- what happens -----------------------------------------------------------------------------------------

    def _apply(self, event: Event, request: str | None = None) -> Answer:
        """Advance, keep what has become true, and start what the engine asks for."""
        transition = advance(self._plan, self._state, event, self._clock.now())
        changed = transition.state.rev != self._state.rev
        self._state = transition.state
        if changed:
            answered = None if transition.refusal else request
            self._recorder.append(Recorded(self._state.rev, transition.facts, answered, transition.result))
        self._actions.carry_out(transition.commands)
        return Answer(self._state.rev, transition.result, _refused(transition.refusal))

    def _happened(self, event: Event) -> None:
        self._apply(event)

    def _time_passed(self) -> None:
        deadline = next_deadline(self._state)
        if deadline is not None and deadline <= self._clock.now():
            self._apply(TimePassed())
        self._settle()

    def _settle(self) -> None:
        """After something happened: keep time, the store and Temporal's own lists in step."""
        self._timer.arm(next_deadline(self._state))
        self._recorder.consider()
        self._search.follow(self._state)

    def _may_record(self) -> bool:
        return self._state.status == "ended" or self._actions.at_rest

    def _picture(self) -> Picture:
        taken = snapshot(self._plan, self._state)
        return Picture(self._state.rev, snapshot_digest(taken), lambda: snapshot_to_json(taken))

    def _action_request(self, command: RunAction) -> ActionRequest:
        return ActionRequest(
            instance=self._state.instance,
            pathway=self._plan.pathway,
            version=self._plan.version,
            digest=self._state.digest,
            step=command.address.partition("@")[0],
            address=command.address,
            key=command.key,
            input=command.input,
            contract=self._plan.contract,
            now=self._clock.now(),
            zone=self._state.zone,
        )

    # -- the end, and going on anew ---------------------------------------------------------------------------

    @property
    def _finished(self) -> bool:
        return self._state.status == "ended" and self._recorder.done

    @property
    def _may_renew(self) -> bool:
        """Whether to go on with an empty history. A record in flight is no obstacle: its late write changes nothing."""
        return self._should_renew and self._actions.none_running and workflow.all_handlers_finished()

    @property
    def _should_renew(self) -> bool:
        info = workflow.info()
        return (
            self._draining
            or info.is_continue_as_new_suggested()
            or info.get_current_history_length() > _LONG_HISTORY
            or info.get_current_history_size() > _LARGE_HISTORY
        )

    def _carried_on(self) -> StartInstance:
        carried = Carried(self._state, self._recorder.tail, self._recorder.recorded_rev, self._clock.pace)
        return StartInstance(
            self._start.instance, self._start.digest, self._start.zone, by=self._start.by, carried=carried
        )


def _request_key() -> str:
    info = workflow.current_update_info()
    return info.id if info is not None else ""


def _refused(refusal: Refusal | None) -> Refused | None:
    return None if refusal is None else Refused(refusal.code, refusal.message, refusal.detail)


def _refusal(refused: Refused) -> ApplicationError:
    return ApplicationError(refused.message, refused, type=REFUSED, non_retryable=True)
