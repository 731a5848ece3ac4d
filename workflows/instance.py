"""One instance while its workflow runs: what the engine makes of what happens, carried out.

Events go into `advance`; its commands become activities, children and signals; its facts go to the recorder. Nothing
here awaits: what takes time reports back as another event.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from temporalio import workflow

from pathways.addresses import path_of
from pathways.commands import AbandonAction, CancelChild, Command, RunAction, StartChild
from pathways.engine import Refusal, advance, next_deadline, snapshot, snapshot_digest, start_state
from pathways.events import (
    ChildEnded,
    ChildFailed,
    DataChanged,
    Event,
    Moved,
    OfferTaken,
    Released,
    Resumed,
    Retried,
    Skipped,
    Started,
    TaskCompleted,
    TimePassed,
)
from pathways.facts import Fact, Recorded
from pathways.foresight import Foresight, foresee
from pathways.messages import ActionRequest, Answer, Carried, ChildReport, Description, Refused, StartInstance
from pathways.plan import Plan
from pathways.projection import snapshot_to_json
from pathways.state import State
from workflows.actions import Actions
from workflows.children import Children
from workflows.clock import Clock
from workflows.messenger import Messenger
from workflows.names import CHILD_REPORTED, DEFERRED
from workflows.recorder import Picture, Recorder
from workflows.search import SearchAttributes
from workflows.timers import DeadlineTimer

Json = Any


REVISION = "CarelaneRevision"
"""The memo that marks what an event without any other consequence for Temporal led to."""


class Instance:
    """An instance of a plan, new or carried over. A new one has not begun until it is told `Started`."""

    def __init__(self, plan: Plan, start: StartInstance, clock: Clock, messenger: Messenger) -> None:
        carried = start.carried
        self.plan = plan
        self.state: State = carried.state if carried else _new(plan, start, clock.now())
        self._clock = clock
        self._messenger = messenger
        self._commanded = False
        self._actions = Actions(clock, self.happens, self.settle)
        self._children = Children(start.instance, clock, messenger, self._child_is_lost, self.settle)
        self._timer = DeadlineTimer(clock, self._time_passed)
        self._search = SearchAttributes()
        self.recorder = Recorder(
            start.instance,
            self.picture,
            self._may_record,
            carried.tail if carried else (),
            carried.recorded_rev if carried else 0,
        )

    # -- what happens -----------------------------------------------------------------------------------------

    def check(self, event: Event, request: str) -> Refused | None:
        """Why `take` would not take an event. Changes nothing."""
        if self.recorder.answer_to(request) is not None:
            return None
        transition = advance(self.plan, self.state, event, self._clock.now())
        if transition.refusal is not None:
            return _refused(transition.refusal)
        if _is_deferred(transition.result):
            # Refused rather than answered: Temporal would give the same answer to the same id for ever.
            return Refused(DEFERRED, "The pathway is suspended. What happens meanwhile counts when it goes on.")
        return self.lag()

    def lag(self) -> Refused | None:
        """Why nothing more may be taken on, where so much is unrecorded."""
        if not self.recorder.lags:
            return None
        return Refused("store-lag", "The store is far behind. Please try again in a few minutes.")

    def take(self, event: Event, request: str) -> Answer:
        """Apply an event under its idempotency key, or answer as before."""
        answer = self.recorder.answer_to(request) or self.apply(event, request)
        self.settle()
        return answer

    def apply(self, event: Event, request: str | None = None, *, by: str | None = None) -> Answer:
        """Advance, keep what has become true, and start what the engine asks for; on behalf of whoever did this."""
        transition = advance(self.plan, self.state, event, self._clock.now())
        answered = None if transition.refusal else request
        by = by or _person(event)
        self.adopt(transition.state, transition.facts, transition.commands, answered, transition.result, by=by)
        return Answer(self.state.rev, transition.result, _refused(transition.refusal))

    def happens(self, event: Event, by: str | None = None) -> None:
        """Apply an event that nobody waits to have answered: a result, a report, the passing of time.

        It leaves a trace in history whatever comes of it. Temporal's SDK takes workflow tasks without any command for
        one, so that on replay an update could come before the result that came first (sdk-rust 1146).
        """
        before, self._commanded = self.state.rev, False
        self.apply(event, by=by)
        self.settle()
        if self.state.rev != before and not self._commanded:
            workflow.upsert_memo({REVISION: self.state.rev})

    def adopt(
        self,
        state: State,
        facts: tuple[Fact, ...],
        commands: tuple[Command, ...],
        request: str | None = None,
        result: Json = None,
        *,
        by: str | None = None,
    ) -> None:
        """Stand where a transition leads."""
        before, self.state = self.state, state
        if state.rev != before.rev:
            self.recorder.append(Recorded(state.rev, facts, request, result))
        for command in commands:
            self._carry_out(command, by)
        self._commanded |= any(isinstance(one, RunAction) and self._actions.runs(one) for one in commands)
        if state.status == "ended" != before.status:
            self._report_end()

    def _carry_out(self, command: Command, by: str | None) -> None:
        match command:
            case RunAction():
                self._actions.order(command, self._action_request(command, by), self.state.rev)
            case AbandonAction():
                self._actions.abandon(command)
            case StartChild():
                self._commanded = True
                self._children.start(command, self.state.zone, self.state.site)
            case CancelChild():
                self._children.cancel(command)

    def settle(self) -> None:
        """After something happened: keep time, the store and Temporal's own lists in step."""
        armed = self._timer.arm(next_deadline(self.state))
        recording = self.recorder.consider()
        shown = self._search.follow(self.state, self.plan.version)
        self._commanded |= armed or recording or shown

    def catch_up(self) -> None:
        """Let what is due happen."""
        deadline = next_deadline(self.state)
        if deadline is not None and deadline <= self._clock.now():
            self.happens(TimePassed())

    def _time_passed(self) -> None:
        self.catch_up()
        self.settle()

    def move_clock(self, to: datetime) -> None:
        """Set demonstration time forward; what is armed was armed for another time. Nothing outside one."""
        if self._clock.pace is not None:
            self._clock.move(to)
            self._timer.disarm()

    # -- parents and children ---------------------------------------------------------------------------------

    def _report_end(self) -> None:
        parent = self.state.parent
        if parent is not None:
            ended = ChildEnded(parent.address, self.state.instance, self.state.outcome or "", self.state.give)
            self._messenger.send(parent.instance, CHILD_REPORTED, ChildReport(ended, self._clock.now()))

    def _child_is_lost(self, event: ChildFailed) -> None:
        """A child ended without a word. One that did report is awaited no longer, and this changes nothing."""
        places = (*self.state.positions.values(), *self.state.settling.values())
        if any(one.ordered_from == event.address and one.key == event.instance for one in places):
            self.happens(event)

    # -- what others see --------------------------------------------------------------------------------------

    def foresee(self, event: Event) -> Foresight:
        """What an event would bring. Changes nothing."""
        return foresee(self.plan, self.state, event, self._clock.now())

    def describe(self) -> Description:
        """Where the instance stands, in a few words."""
        return Description(
            rev=self.state.rev,
            recorded_rev=self.recorder.recorded_rev,
            status=self.state.status,
            now=self._clock.now(),
            deadline=next_deadline(self.state),
            digest=self.picture().digest,
            at_rest=self._actions.none_running,
        )

    def picture(self) -> Picture:
        """What the store can rebuild of it."""
        taken = snapshot(self.plan, self.state)
        return Picture(self.state.rev, snapshot_digest(taken), lambda: snapshot_to_json(taken))

    def _may_record(self) -> bool:
        """Whether it rests, so that what led here is recorded at once; or somebody waits for an answer to show."""
        since = self._actions.awaited_since({one.ordered_from for one in self.state.settling.values()})
        answered = self.recorder.answered_rev
        return self.state.status == "ended" or since is None or (answered is not None and answered > since)

    def _action_request(self, command: RunAction, by: str | None) -> ActionRequest:
        step = path_of(command.address)
        return ActionRequest(
            instance=self.state.instance,
            pathway=self.plan.pathway,
            version=self.plan.version,
            digest=self.state.digest,
            step=step if step in self.plan.step else step.removesuffix("/undo"),
            address=command.address,
            key=command.key,
            input=command.input,
            contract=self.plan.contract,
            now=self._clock.now(),
            zone=self.state.zone,
            by=by,
        )

    # -- the end, and going on anew ---------------------------------------------------------------------------

    @property
    def finished(self) -> bool:
        """Whether it has ended, and everybody knows who has to."""
        ended = self.state.status == "ended" and self.recorder.done
        return ended and self._messenger.idle and self._children.all_started

    @property
    def may_renew(self) -> bool:
        """Whether nothing is in flight that an empty history would lose.

        A record in flight is no obstacle: its late write changes nothing.
        """
        at_rest = self._actions.none_running and self._children.all_started and self._messenger.idle
        return at_rest and workflow.all_handlers_finished()

    def carried(self) -> Carried:
        """What goes along when it continues as new."""
        return Carried(self.state, self.recorder.tail, self.recorder.recorded_rev, self._clock.pace)


def _new(plan: Plan, start: StartInstance, at: datetime) -> State:
    return start_state(plan, start.instance, start.zone, at, site=start.site)


def started(start: StartInstance) -> Started:
    """The first event of a new instance."""
    return Started(start.inputs, start.by, start.parent)


def _person(event: Event) -> str | None:
    """The person who did something; a parent or Temporal itself is none."""
    match event:
        case Started(by=str(by)) if "/" not in by:
            return by
        case TaskCompleted() | Retried() | Skipped() | Moved() | DataChanged() | OfferTaken() | Resumed() | Released():
            return event.by
        case _:
            return None


def _is_deferred(result: Json) -> bool:
    return isinstance(result, dict) and result.get("verdict") == DEFERRED


def _refused(refusal: Refusal | None) -> Refused | None:
    return None if refusal is None else Refused(refusal.code, refusal.message, refusal.detail)
