"""Histories of instances for the store: the engine plays, and every revision is kept with its picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pathways.commands import RunAction
from pathways.engine import advance, next_deadline, snapshot, snapshot_digest, start_state
from pathways.events import (
    ActionCompleted,
    ActionFailed,
    Cancelled,
    Event,
    MessageReceived,
    Retried,
    Started,
    TaskCompleted,
    TimePassed,
)
from pathways.facts import Recorded
from pathways.messages import RecordRequest
from pathways.plan import Plan
from pathways.projection import snapshot_to_json
from tests.support.plans import MONDAY, make_plan

CATALOG = {
    "actions": {"fetch": {"output": {"found": "boolean"}}, "tell": {}},
    "events": {"note.arrived": {"schema": {"text": "text"}}, "case.done": {"schema": {"how": "text"}}},
}

EXAMPLE = """
purpose: Something of everything that is recorded.
inputs:
  order: {type: text, required: true}
attributes: {found: "=fetched.found", urgent: "=urgent"}
outcomes:
  done: {title: Done, kind: success}
  given-up: {title: Given up}
stages: [look, work, wait]
steps:
  judge: {set: {urgent: '=order = "urgent"'}}
  look:
    stage: look
    do: fetch
    with: {order: =order}
    save: fetched
  check:
    stage: work
    task:
      title: Check the order
      queue: intake
      priority: '=if urgent then "urgent" else "routine"'
      due: 2 hours
      form:
        - {name: note, label: Note, type: text, required: true}
      outcomes: {ok: Fine, stop: Stop}
    save: checked
    next: {ok: note, stop: stopped}
  note:
    stage: wait
    wait: {event: note.arrived, key: =order}
    timeout: {after: 3 days, to: rest}
    save: noted
  rest: {wait: {for: 1 day}}
  tell: {do: tell}
  say: {emit: {type: case.done, data: {how: well}}}
  well: {end: done}
  stopped: {end: given-up}
"""


def example_plan() -> Plan:
    """A plan with an action, a task, both waits and an event out."""
    return make_plan(EXAMPLE, CATALOG)


@dataclass
class History:
    """One instance, played by hand. `digests` and `pictures` hold what it was like after each revision."""

    plan: Plan
    instance: str
    order: str = "routine"
    at: datetime = MONDAY
    recorded: list[Recorded] = field(default_factory=list)
    digests: dict[int, str] = field(default_factory=dict)
    pictures: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin."""
        self.state = start_state(self.plan, self.instance, "America/New_York", self.at)
        self.orders: dict[str, RunAction] = {}
        self.play(Started({"order": self.order}, by="tester"))

    def play(self, event: Event, *, request: str | None = None) -> History:
        """Let an event happen, a minute after the one before."""
        self.at += timedelta(minutes=1)
        found = advance(self.plan, self.state, event, self.at)
        self.orders |= {one.address: one for one in found.commands if isinstance(one, RunAction)}
        if found.state.rev != self.state.rev:
            self.recorded.append(Recorded(found.state.rev, found.facts, request, found.result))
        self.state = found.state
        taken = snapshot(self.plan, self.state)
        self.digests[self.state.rev] = snapshot_digest(taken)
        self.pictures[self.state.rev] = snapshot_to_json(taken)
        return self

    def give(self, address: str, output: Any = None) -> History:
        """An action answers."""
        return self.play(ActionCompleted(address, self.orders[address].run, output or {}))

    def fail(self, address: str, message: str = "The core is away.") -> History:
        """An action fails for good."""
        return self.play(ActionFailed(address, self.orders[address].run, message, attempts=3))

    def retry(self, address: str) -> History:
        """An operator tries an incident's step again."""
        return self.play(Retried(address, "supervisor", "Repaired."))

    def complete(self, address: str, outcome: str = "ok", **form: Any) -> History:
        """A person completes a task."""
        values = form or {"note": "Seen."}
        return self.play(TaskCompleted(address, outcome, values, "coordinator"), request=f"click-{address}")

    def deliver(self, key: str, ident: str = "e-1") -> History:
        """A note arrives."""
        return self.play(MessageReceived(ident, "note.arrived", key, {"text": "Hello."}))

    def wait(self) -> History:
        """Let time pass up to the nearest deadline."""
        deadline = next_deadline(self.state)
        assert deadline is not None
        self.at = deadline
        return self.play(TimePassed())

    def cancel(self) -> History:
        """An operator cancels."""
        return self.play(Cancelled("supervisor", "No longer needed."))

    def to_task(self) -> History:
        """Go on to the open task."""
        return self.give("look", {"found": True})

    def to_listening(self) -> History:
        """Go on to the wait for a note."""
        return self.to_task().complete("check")

    def to_end(self) -> History:
        """Go the whole way, with an incident on it."""
        self.fail("look").retry("look").fail("look").retry("look")
        return self.to_listening().deliver(self.order).wait().give("tell")

    @property
    def rev(self) -> int:
        """The last revision."""
        return self.state.rev

    def request(self, first: int = 1, last: int | None = None, *, with_snapshot: bool = False) -> RecordRequest:
        """The request that records the revisions from `first` to `last`."""
        last = self.rev if last is None else last
        chunk = tuple(one for one in self.recorded if first <= one.rev <= last)
        picture = self.pictures[last] if with_snapshot else None
        return RecordRequest(self.instance, chunk, self.digests[last], picture)
