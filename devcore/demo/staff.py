"""The people at the work list: they take tasks and complete them as the case's script says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from devcore.demo.api import Api
from devcore.demo.cases import Script
from devcore.demo.stage import Case
from devcore.demo.world import visit_of

Json = Any

PEOPLE = ("coordinator", "nurse-reviewer")


class Staff:
    """Works the tasks of the demonstration's cases; `to_the_end` also those that are left to whoever tries it."""

    def __init__(self, api: Api, *, to_the_end: bool) -> None:
        self._api = api
        self._to_the_end = to_the_end

    async def act(self, cases: Mapping[str, Case]) -> bool:
        """Complete what is open and scripted; whether something was."""
        acted = False
        for who in PEOPLE:
            for task in await self._api.tasks(who):
                case = cases.get(task["instance"])
                if case is not None and task["role"] in {who, None} and self._is_ours(case.script, task):
                    await self._complete(who, case, task)
                    acted = True
        return acted

    async def repair(self, case: Case, instance: Mapping[str, Json]) -> bool:
        """Have the supervisor try again what the case's trouble stopped; whether something was."""
        if not case.incidents or all(position["waits"] != "operator" for position in instance["positions"]):
            return False
        for incident in instance["open_incidents"]:
            wish = {"reason": "The sender has corrected the order"}
            await self._api.post("supervisor", f"/incidents/{incident}/retry", wish, key=f"demo/retry/{incident}")
        return True

    def _is_ours(self, script: Script, task: Mapping[str, Json]) -> bool:
        if task["assignee"] is not None and not self._to_the_end:
            return False  # somebody tries it out
        return self._to_the_end or task["step"] != script.leave_at

    async def _complete(self, who: str, case: Case, task: Mapping[str, Json]) -> None:
        answer = case.script.answer(task["step"], visit_of(task["address"]))
        if answer is None:
            return
        ident = task["id"]
        await self._api.post(who, f"/tasks/{ident}/claim", {}, key=f"demo/claim/{ident}")
        form = answer.values(datetime.fromisoformat(task["opened_at"]))
        body = {"outcome": answer.outcome, "form": dict(form)}
        await self._api.post(who, f"/tasks/{ident}/complete", body, key=f"demo/complete/{ident}")
