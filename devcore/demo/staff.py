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

PEOPLE = {
    "coordinator": "coordinator",
    "nurse-reviewer": "nurse-reviewer",
    "prior-authorization-specialist": "prior-authorization-specialist",
    "financial-counselor": "financial-counselor",
    "prescriber": "prescriber",
    "pharmacist": "pharmacist",
    "pharmacist-2": "pharmacist",
    "pharmacy-technician": "pharmacy-technician",
    "infusion-nurse": "infusion-nurse",
    "scheduler": "scheduler",
    "medical-director": "medical-director",
    "charge-capture": "charge-capture",
    "supervisor": "supervisor",
}
"""Who works, and in which role."""

SECOND_PAIR_OF_EYES = "second-check"
"""The step that the second pharmacist does, who leaves all others to the first."""


class Staff:
    """Works the tasks of the demonstration's cases; `to_the_end` also those that are left to whoever tries it."""

    def __init__(self, api: Api, *, to_the_end: bool) -> None:
        self._api = api
        self._to_the_end = to_the_end

    async def act(self, cases: Mapping[str, Case]) -> bool:
        """Complete what is open and scripted; whether something was."""
        acted = False
        for who, role in PEOPLE.items():
            for task in await self._api.tasks(who):
                case = cases.get(task["instance"])
                if case is not None and _is_for(who, role, task) and self._is_ours(case.script, task):
                    acted |= await self._complete(who, case, task)
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
        return self._to_the_end or local(task) != script.leave_at

    async def _looked_at(self, who: str, ident: str) -> Mapping[str, Json]:
        """What a person has seen who opens a decision now."""
        task = await self._api.get(who, f"/tasks/{ident}")
        return {"seen": task["rev"], "core": task["core"]}

    async def _complete(self, who: str, case: Case, task: Mapping[str, Json]) -> bool:
        answer = case.script.answer(local(task), visit_of(task["address"]))
        if answer is None:
            return False
        ident = task["id"]
        await self._api.post(who, f"/tasks/{ident}/claim", {}, key=f"demo/claim/{ident}")
        form = answer.values(datetime.fromisoformat(task["opened_at"]))
        body: dict[str, Json] = {"outcome": answer.outcome, "form": dict(form)}
        if task["gate"] is not None:  # what the decision rests on, as it is now
            body |= await self._looked_at(who, ident)
        await self._api.post(who, f"/tasks/{ident}/complete", body, key=f"demo/complete/{ident}")
        return True


def local(task: Mapping[str, Json]) -> str:
    """The step of a task, without the steps around it."""
    return str(task["step"]).rpartition("/")[2]


def _is_for(who: str, role: str, task: Mapping[str, Json]) -> bool:
    if task["role"] not in {role, None}:
        return False
    return role != "pharmacist" or (who == "pharmacist-2") == (local(task) == SECOND_PAIR_OF_EYES)
