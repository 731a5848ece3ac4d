"""The world outside: offices send what is missing, payers write, shipments arrive, doses are recorded and charged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from activities.gateways.fhir.client import FhirClient
from activities.gateways.fhir.resource import Reference
from devcore.demo.api import Api
from devcore.demo.authorizations import AuthorizationScript
from devcore.demo.cases import ReferralScript
from devcore.demo.infusions import InfusionScript
from devcore.demo.orders import give_dose
from devcore.demo.referrals import name_patient, supply_information
from devcore.demo.stage import Case

Json = Any

SENDER = "supervisor"
"""Who hands events in: the accounts of a development machine have no integration engine."""

_NUMBERS = re.compile(r"[@#](\d+)")

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
            if position["waits"] in ("event", "time") and place not in self._done:
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
        step = position["step"].rpartition("/")[2]
        match instance["pathway"]:
            case "referral":
                answered = await self._referral(case, instance, position, step)
            case "prior-authorization":
                answered = await self._payer(case, instance, position, step)
            case _:
                answered = await self._clinic(case, instance, position, step)
        if answered:
            self._done.add((case.instance, position["address"]))
        return answered

    async def _referral(
        self, case: Case, instance: Mapping[str, Json], position: Mapping[str, Json], step: str
    ) -> bool:
        script, address = case.script, position["address"]
        if not isinstance(script, ReferralScript):
            return False
        event = f"demo/{case.instance}/{address}"
        match step:
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
        return True

    async def _payer(self, case: Case, instance: Mapping[str, Json], position: Mapping[str, Json], step: str) -> bool:
        """The payer writes: a letter to read, each time it is waited for."""
        if step != "await-answer":
            return False
        event = f"demo/{case.instance}/{position['address']}"
        if isinstance(case.script, AuthorizationScript) and case.script.revoked:
            await self._send(event, "order.revoked", case.order, {"reason": "Treated elsewhere"})
        else:
            await self._send(event, "payer.notice", saved(instance, "claim")["identifier"], {"channel": "portal"})
        return True

    async def _clinic(self, case: Case, instance: Mapping[str, Json], position: Mapping[str, Json], step: str) -> bool:
        """Shipments arrive, doses are recorded and charged, a patient is admitted."""
        script, address = case.script, position["address"]
        if not isinstance(script, InfusionScript):
            return False
        event = f"demo/{case.instance}/{address}"
        match step:
            case "await-shipment":
                await self._send(event, "shipment.received", saved(instance, "shipment", address)["identifier"], {})
            case "await-record":
                given = datetime.fromisoformat(saved(instance, "booking", address)["start"]) + timedelta(hours=1)
                await give_dose(self._core, case.patient, case.order, given, script.product, key=f"{event}/dose")
                await self._send(event, "administration.recorded", case.order, {"status": "completed"})
            case "await-charge":
                await self._send(event, "charge.captured", case.order, {"number": "C-1"})
            case "until-reminder" if script.admitted and (case.instance, "admitted") not in self._done:
                self._done.add((case.instance, "admitted"))
                await self._send(event, "admission.started", case.patient, {"facility": "County Hospital"})
            case _:
                return False
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
    """Which time an address stands for, from 1: the highest of its visits and iterations."""
    return max((int(number) for number in _NUMBERS.findall(address)), default=1)


def saved(instance: Mapping[str, Json], name: str, address: str = "") -> Json:
    """A value that the instance has saved under a name, in the scope nearest to an address."""
    scopes = [scope for scope, values in instance["data"].items() if name in values]
    around = [scope for scope in scopes if address.startswith(scope)] or scopes
    if not around:
        raise KeyError(name)
    return instance["data"][max(around, key=len)][name]["value"]
