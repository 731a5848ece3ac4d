"""The offices outside: they send what is missing, cancel visits, file notes and acknowledge endings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from activities.gateways.fhir.client import FhirClient
from activities.gateways.fhir.resource import Reference
from devcore.demo.api import Api
from devcore.demo.stage import Case, name_patient, supply_information

Json = Any

SENDER = "supervisor"
"""Who hands events in: the accounts of a development machine have no integration engine."""

CONSULT_NOTE = {"coding": [{"system": "http://loinc.org", "code": "11488-4", "display": "Consult note"}]}


class World:
    """Plays what happens outside; each thing once for each place that waits for it."""

    def __init__(self, api: Api, core: FhirClient) -> None:
        self._api = api
        self._core = core
        self._done: set[tuple[str, str]] = set()
        self._under_way: set[str] = set()

    async def act(self, case: Case, instance: Mapping[str, Json]) -> bool:
        """Do what the positions of an instance wait for, if the script has it happen; whether something was."""
        acted = False
        for position in instance["positions"]:
            place = (case.instance, position["address"])
            if position["waits"] == "event" and place not in self._done:
                acted |= await self._answer(case, instance, position)
            elif position["waits"] == "operator" and case.incidents and place not in self._done:
                await name_patient(self._core, case.order, case.patient)  # the sender corrects the order
                self._done.add(place)
                acted = True
        return acted

    async def is_heard(self) -> bool:
        """Whether every event that was sent has reached the case that it is for."""
        for event in tuple(self._under_way):
            if (await self._api.get(SENDER, f"/events/{event}"))["status"] == "consumed":
                self._under_way.discard(event)
        return not self._under_way

    async def _answer(self, case: Case, instance: Mapping[str, Json], position: Mapping[str, Json]) -> bool:
        script, address = case.script, position["address"]
        event = f"demo/{case.instance}/{address}"
        match position["step"]:
            case "await-information" if script.information != "silent":
                if script.information == "later" and visit_of(address) == 1:
                    return False
                await supply_information(self._core, case.patient, case.order)
                await self._send(event, "referral.information-received", case.order, {"items": ["records"]})
            case "until-reminder" if script.cancels_visit and visit_of(address) == 1:
                booking = saved(instance, "booking")
                data = {"by": "patient", "reason": "Travelling that week"}
                await self._send(event, "appointment.cancelled", booking["appointment"]["reference"], data)
            case "await-note":
                note = await self._file_note(case, saved(instance, "booking")["start"])
                if script.note != "announced":
                    self._done.add((case.instance, address))
                    return False
                await self._send(event, "note.filed", case.order, {"note": {"reference": note}})
            case "await-acknowledgement" if script.acknowledges:
                await self._send(event, "referral.acknowledged", case.order, {"by": "Dr. Calloway"})
            case _:
                return False
        self._done.add((case.instance, address))
        return True

    async def _send(self, ident: str, type_: str, key: str, data: Json) -> None:
        self._under_way.add(await self._api.event(SENDER, ident, type_, key, data))

    async def _file_note(self, case: Case, visit: str) -> str:
        """The consult note, dated an hour after the visit began."""
        date = datetime.fromisoformat(visit) + timedelta(hours=1)
        note = {
            "resourceType": "DocumentReference",
            "status": "current",
            "type": CONSULT_NOTE,
            "subject": {"reference": case.patient},
            "date": date.isoformat(timespec="seconds"),
            "content": [{"attachment": {"contentType": "text/plain", "title": "Consult note", "data": "Tm90ZQ=="}}],
        }
        made = await self._core.create(note, key=f"demo/{case.instance}/note")
        return Reference.of(made).unversioned


def visit_of(address: str) -> int:
    """Which visit of its step an address is, from 1."""
    _, _, visit = address.rpartition("/")[2].partition("@")
    return int(visit) if visit.isdecimal() else 1


def saved(instance: Mapping[str, Json], name: str) -> Json:
    """A value that the instance has saved under a name."""
    for scope in instance["data"].values():
        if name in scope:
            return scope[name]["value"]
    raise KeyError(name)
