"""A pathway for the tests of pages: rounds, side by side, a clock, an offer, a clinical gate, and something to undo."""

from __future__ import annotations

from typing import Any

from pathways.catalog import read_catalog
from pathways.compile import compile_definition
from pathways.parse import parse
from pathways.plan import Plan
from pathways.source import read_source
from store import tables
from store.gone import mark
from tests.support.office import ORDER, PATIENT, Office
from tests.support.played_engine import Failure

Json = Any

CATALOG = """\
actions:
  dosing.book:
    input: {dose: integer, order: Reference}
    output: {chair: {type: text, required: true}, start: date}
  dosing.cancel: {input: {chair: text}, output: {}}
queues: [scheduling, clinical-triage, supervisor]
roles:
  coordinator: {title: Coordinator}
  nurse-reviewer: {title: Nurse, clinical: true}
"""

SOURCE = """\
language: 1
pathway: dosing
version: 1.0.0
title: Infusion series
purpose: Each dose is given in time.
owner: Infusion
success: {measure: done}
review_by: 2099-01-31
inputs:
  patient: {type: Reference, target: [Patient], required: true}
  order: {type: Reference, target: [ServiceRequest], required: true}
stages: [planning, giving]
clocks:
  first-dose:
    title: First dose given
    limit: 3 days
    calendar: none
    warn: 75%
    why: A late first dose is a missed treatment.
    review_by: 2027-06-30
    breach: {queue: supervisor, title: The first dose is late, priority: urgent}
side_flows:
  call:
    title: Call the patient
    offer: {title: Call the patient now, queue: scheduling, role: coordinator}
    steps:
      talk: {title: Talk with the patient, task: {title: Call the patient, queue: scheduling}}
steps:
  plan:
    title: Plan the doses
    stage: planning
    set: {doses: =3, weight: =70}
    clocks: {start: first-dose}
  series:
    title: Give a dose
    stage: giving
    repeat:
      for_each: =[1, 2, 3]
      as: dose
      steps:
        book:
          title: Book a chair
          do: dosing.book
          with: {dose: =dose, order: =order}
          save: booked
          undo: {do: dosing.cancel, with: {chair: =booked.chair}}
        prepare:
          title: Prepare
          parallel:
            branches:
              drug:
                steps:
                  review:
                    title: Review the dose
                    gate: clinical
                    task:
                      title: "Review dose {{ dose }} for {{ weight }} kg"
                      queue: clinical-triage
                      role: nurse-reviewer
                      why: A dose is checked before it is made.
                      form:
                        - {name: note, label: Note, type: text}
                        - name: right_dose
                          label: Right dose
                          type: text
                          show_when: outcome = "wrong"
                          required_when: outcome = "wrong"
                      outcomes: {fine: It is fine, wrong: It is wrong}
                    next: {fine: made, wrong: made}
                  made: {title: Made, end: branch}
              chair:
                steps:
                  confirm:
                    title: Confirm the chair
                    task: {title: "Confirm the chair for dose {{ dose }}", queue: scheduling}
  done: {end: given}
outcomes:
  given: {title: All doses given, kind: success}
"""


WEIGHT = "Observation/w-1"
"""Where the core has the weight."""


def plan() -> Plan:
    """The plan; fails on any finding."""
    parsed = parse(SOURCE, "dosing.yaml")
    assert parsed.definition is not None
    compiled = compile_definition(parsed.definition, read_catalog(read_source(CATALOG).plain))
    assert compiled.plan is not None, "\n".join(map(str, (*parsed.diagnostics, *compiled.diagnostics)))
    return compiled.plan


async def start_dosing(place: Office, *, broken: bool = False) -> str:
    """Publish the pathway where it is not, and start it; its instance's id. `broken`: its first booking fails."""
    await place.publish(plan(), SOURCE)

    def book(given: Json) -> Json:
        return {"chair": f"C-{given['dose']}", "start": "2026-12-01"}

    def fail(_: Json) -> Json:
        raise Failure("The scheduling system answered 500.")

    place.engine.actions["dosing.book"] = fail if broken else book
    async with place.client("coordinator") as client:
        inputs = {"patient": {"reference": PATIENT}, "order": {"reference": ORDER}}
        answer = await client.post("/instances", json={"pathway": "dosing", "inputs": inputs})
        assert answer.status_code < 300, answer.text
    place.engine.actions["dosing.book"] = book
    return str(answer.json()["id"])


async def start_lost(place: Office) -> str:
    """Start it, and have its workflow terminated, which the relay has found; the instance's id."""
    ident = await start_dosing(place)
    place.engine.lose(ident)
    async with place.database.transaction() as unit:
        assert await mark(unit, ident, "terminated")
    return ident


async def weighed_in_core(place: Office, series: str) -> None:
    """Let the weight of a series be one that was read from the core, in version 3, which the core still has."""
    read = {"reference": WEIGHT, "version": "3", "read_at": "2026-03-02T09:00:00Z"}
    async with place.database.transaction() as unit:
        instance = await unit.instances.get(series)
        assert instance is not None
        own = {**instance.data[""], "weight": {**instance.data[""]["weight"], "sources": [read]}}
        row = tables.instance.update().where(tables.instance.c.id == series)
        await unit.connection.execute(row.values(data={**instance.data, "": own}))
    place.versions.known[WEIGHT] = "3"
