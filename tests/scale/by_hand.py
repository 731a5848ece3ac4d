"""The pathway of `subject.py` as somebody would write it for Temporal by hand, recording the same rows.

This is what Carelane is held against. It does no more than it must: no snapshots, no going on anew, no incidents;
its actions and its store are Carelane's own, and it tells the store when Carelane would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from pathways import facts, ids
from pathways.events import TaskCompleted
from pathways.facts import Fact, Recorded
from pathways.messages import ActionRequest, ActionResult, Answer, RecordAnswer, RecordRequest, StartInstance
from pathways.plan import Contract
from tests.scale.subject import FILE, PREPARE, WAIT

Json = Any

WORKFLOW = "ByHand"

_PATHWAY, _VERSION, _TITLE = "bench", "1.0.0", "A small referral"
_RECORDING = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=20))
_ACTING = RetryPolicy(maximum_attempts=5, maximum_interval=timedelta(minutes=5))


@dataclass
class _OpenTask:
    """A task that stands open: what completing it is checked against."""

    id: str
    address: str
    outcomes: tuple[str, ...]
    required: tuple[str, ...]
    completed: TaskCompleted | None = None


@workflow.defn(name=WORKFLOW)
class ByHand:
    """The small referral."""

    @workflow.init
    def __init__(self, start: StartInstance) -> None:
        self._instance = start.instance
        self._rev = 0
        self._facts: list[Fact] = []
        self._tail: list[Recorded] = []
        self._open: _OpenTask | None = None
        self._request: str | None = None

    @workflow.run
    async def run(self, start: StartInstance) -> str:
        """From the order to its end."""
        order = start.inputs["order"]
        self._begin(start, order)
        prepared = await self._act("prepare", PREPARE, {"order": order["reference"]}, "review")
        attributes = {"service": prepared["service"], "urgent": prepared["urgent"]}
        self._enter("review", "task", "review")
        self._open_review(prepared)
        self._note(facts.AttributesChanged(workflow.now(), attributes))
        self._commit()
        await self._record()
        review = await self._completion("review")
        accepted = review["outcome"] == "accept"
        if not accepted:
            return await self._end("declined", "Declined", "unsuccessful", "sent-back")
        self._leave("review", "settle")
        self._enter("settle", "wait-for-time", "Let the day pass")
        self._note(facts.WaitStarted(workflow.now(), "settle", workflow.now() + WAIT))
        self._answered("review", review["outcome"])
        timer = asyncio.create_task(workflow.sleep(WAIT + timedelta(milliseconds=1)))
        await self._record()
        await timer
        self._leave("settle", "confirm")
        self._enter("confirm", "task", "Confirm the visit", stage="scheduling")
        self._open_confirmation(prepared)
        self._commit()
        await self._record()
        confirmation = await self._completion("confirmation")
        self._leave("confirm", "how")
        self._enter("how", "decide", "How is it filed?")
        self._leave("how", "file")
        self._enter("file", "do", "File the note")
        given = {"number": prepared["number"], "note": review["note"]}
        await self._act("file", FILE, given, "finished", answers=("confirm", confirmation["outcome"]))
        return await self._end("completed", "Completed", "success", "finished")

    # -- completing a task ------------------------------------------------------------------------------------

    @workflow.update
    def complete(self, event: TaskCompleted) -> Answer:
        """A person completed the open task."""
        info = workflow.current_update_info()
        self._request = info.id if info is not None else None
        if self._open is not None:
            self._open.completed = event
        return Answer(self._rev + 1, {"address": event.address, "outcome": event.outcome})

    @complete.validator
    def _may_complete(self, event: TaskCompleted) -> None:
        task = self._open
        if task is None or task.address != event.address or task.completed is not None:
            raise ApplicationError("The task is no longer open.", type="refused", non_retryable=True)
        if event.outcome not in task.outcomes:
            raise ApplicationError("That is not an outcome of this task.", type="refused", non_retryable=True)
        if not all(event.form.get(name) for name in task.required):
            raise ApplicationError("A required field is missing.", type="refused", non_retryable=True)

    async def _completion(self, save: str) -> dict[str, Json]:
        """Wait for the open task's completion, which may be there already, and state it; what was saved of it."""
        task = self._open
        if task is None:
            raise RuntimeError("No task is open.")
        await workflow.wait_condition(lambda: task.completed is not None)
        event, self._open = task.completed, None
        if event is None:
            raise RuntimeError("The completion was lost.")
        now = workflow.now()
        self._note(facts.TaskClosed(now, task.id, task.address, "completed", event.outcome, event.by, dict(event.form)))
        saved = {**event.form, "outcome": event.outcome, "by": event.by, "at": now.isoformat()}
        self._save(save, saved, task.address, event.by)
        return saved

    # -- what happens -----------------------------------------------------------------------------------------

    def _begin(self, start: StartInstance, order: Json) -> None:
        now = workflow.now()
        self._note(
            facts.InstanceStarted(now, _PATHWAY, _VERSION, start.digest, _TITLE, start.zone, start.by),
            facts.DataSaved(now, "", "order", {"reference": order["reference"], "display": None}, "", start.by),
        )
        self._enter("prepare", "do", "Read the order", stage="review")

    async def _act(
        self, step: str, action: str, given: Json, following: str, *, answers: tuple[str, str] | None = None
    ) -> Json:
        """Run an action and save what it gives."""
        key = f"{self._instance}/{step}"
        self._note(facts.ActionStarted(workflow.now(), step, action, 1, key))
        if answers is not None:
            self._answered(*answers)
        else:
            self._note(facts.AttributesChanged(workflow.now(), {"service": None, "urgent": None}))
            self._commit()
        result: ActionResult = await workflow.execute_activity(
            action,
            ActionRequest(
                self._instance, _PATHWAY, _VERSION, "", step, step, key, given, Contract((), ()), workflow.now()
            ),
            result_type=ActionResult,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_ACTING,
        )
        self._note(facts.ActionEnded(workflow.now(), step, 1, "completed"))
        self._save({"prepare": "prepared", "file": "filed"}[step], result.output, step, action)
        self._leave(step, following)
        return result.output

    async def _end(self, outcome: str, title: str, kind: Any, step: str) -> str:
        self._enter(step, "end", step)
        self._leave(step, None)
        self._note(facts.InstanceEnded(workflow.now(), outcome, title, kind))
        self._commit()
        await self._record()
        return outcome

    def _open_review(self, prepared: Mapping[str, Json]) -> None:
        self._open_task(
            "review",
            f"Review order {prepared['number']}",
            queue="triage",
            role="nurse-reviewer",
            priority="urgent" if prepared["urgent"] else "routine",
            due=timedelta(days=2),
            form=[_text("decision", "Decision", required=True), _text("note", "Note")],
            outcomes={"accept": "Accept", "decline": "Decline"},
        )

    def _open_confirmation(self, prepared: Mapping[str, Json]) -> None:
        self._open_task(
            "confirm",
            f"Confirm {prepared['service']}",
            queue="scheduling",
            role="coordinator",
            priority="routine",
            due=timedelta(days=1),
            form=[_text("spoke_with", "Spoke with", required=True)],
            outcomes={"confirmed": "Confirmed"},
        )

    def _open_task(
        self,
        step: str,
        title: str,
        *,
        queue: str,
        role: str,
        priority: str,
        due: timedelta,
        form: list[dict[str, Json]],
        outcomes: Mapping[str, str],
    ) -> None:
        now: datetime = workflow.now()
        ident = ids.task_id(self._instance, step, now)
        shown = [{"id": one, "title": text, "role": None} for one, text in outcomes.items()]
        stage = "scheduling" if step == "confirm" else "review"
        self._note(
            facts.TaskOpened(now, ident, step, step, title, queue, priority, role, None, now + due, stage, form, shown)
        )
        required = tuple(field["name"] for field in form if field.get("required"))
        self._open = _OpenTask(ident, step, tuple(outcomes), required)

    # -- what the store is told -------------------------------------------------------------------------------

    def _note(self, *stated: Fact) -> None:
        self._facts.extend(stated)

    def _save(self, name: str, value: Json, address: str, by: str) -> None:
        self._note(facts.DataSaved(workflow.now(), "", name, value, address, by))

    def _enter(self, step: str, kind: str, title: str, *, stage: str | None = None) -> None:
        self._note(facts.StepEntered(workflow.now(), step, step, kind, title))
        if stage is not None:
            self._note(facts.StageReached(workflow.now(), stage))

    def _leave(self, step: str, to: str | None) -> None:
        self._note(facts.StepLeft(workflow.now(), step, step, "completed", to))

    def _answered(self, address: str, outcome: str) -> None:
        self._commit(self._request, {"address": address, "outcome": outcome})

    def _commit(self, request: str | None = None, result: Json = None) -> None:
        self._rev += 1
        self._tail.append(Recorded(self._rev, tuple(self._facts), request, result))
        self._facts.clear()

    async def _record(self) -> None:
        sent, self._tail = tuple(self._tail), []
        await workflow.execute_activity(
            "record",
            RecordRequest(self._instance, sent, digest=""),
            result_type=RecordAnswer,
            start_to_close_timeout=timedelta(seconds=10),
            retry_policy=_RECORDING,
        )


def _text(name: str, label: str, *, required: bool = False) -> dict[str, Json]:
    field: dict[str, Json] = {"name": name, "label": label, "type": {"kind": "text"}}
    return {**field, "required": True} if required else field
