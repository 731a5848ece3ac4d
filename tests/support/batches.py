"""A pathway for the tests of completing tasks together: one task that may go in bulk, between two that may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pathways.catalog import read_catalog
from pathways.compile import compile_definition
from pathways.parse import parse
from pathways.plan import Plan
from pathways.source import read_source
from tests.support.office import Office

Json = Any

CATALOG = """\
queues: [scheduling, clinical-triage]
roles:
  coordinator: {title: Coordinator}
  nurse-reviewer: {title: Nurse, clinical: true}
"""

SOURCE = """\
language: 1
pathway: letters
version: VERSION
title: Yearly letters
purpose: Each patient hears once a year.
owner: Front desk
success: {measure: done}
review_by: 2099-01-31
inputs:
  patient: {type: Reference, target: [Patient], required: true}
  channel: {type: code, options: [mail, phone], default: mail}
steps:
  prepare: {title: Prepare the letter, task: {title: Prepare the letter, queue: scheduling}}
  send:
    title: Send the letter
    task:
      title: "Send the letter to {{ patient.display }}"
      queue: scheduling
      role: coordinator
      bulk: true
      separate_from: prepare
      form:
        - {name: batch, label: Batch number, type: text, required: true}
        - name: caller
          label: Who calls first
          type: text
          show_when: channel = "phone"
          required_when: channel = "phone"
        - name: why
          label: Why it came back
          type: text
          show_when: outcome = "returned"
          required_when: outcome = "returned"
      outcomes: {sent: Sent, returned: Came back}
    save: sending
    next: {sent: check, returned: check}
  check:
    title: Check the address
    gate: clinical
    task: {title: Check the address, queue: clinical-triage, role: nurse-reviewer, bulk: true}
  fin: {end: done}
outcomes:
  done: {title: Done, kind: success}
"""


def plan(version: str = "1.0.0") -> tuple[Plan, str]:
    """The plan and its text; fails on any finding."""
    source = SOURCE.replace("VERSION", version)
    parsed = parse(source, "letters.yaml")
    assert parsed.definition is not None, parsed.diagnostics
    compiled = compile_definition(parsed.definition, read_catalog(read_source(CATALOG).plain))
    assert compiled.plan is not None, "\n".join(map(str, (*parsed.diagnostics, *compiled.diagnostics)))
    return compiled.plan, source


@dataclass
class Letters:
    """An office in which letters are sent."""

    place: Office

    async def begin(self, patient: str, *, version: str = "1.0.0", **inputs: Json) -> str:
        """Publish the version where it is not, start an instance for a patient; its id. It waits to be prepared."""
        compiled, source = plan(version)
        await self.place.publish(compiled, source)
        wish = {"patient": {"reference": patient, "display": patient.removeprefix("Patient/")}, **inputs}
        async with self.place.client("coordinator") as client:
            body = {"pathway": "letters", "version": version, "inputs": wish}
            answer = await client.post("/instances", json=body)
            assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def ready(self, patient: str, *, by: str = "coordinator-2", version: str = "1.0.0", **inputs: Json) -> str:
        """An instance whose letter was prepared by somebody; the id of the task to send it."""
        ident = await self.begin(patient, version=version, **inputs)
        async with self.place.client(by) as client:
            task = await self.task(ident)
            done = await client.post(f"/tasks/{task['id']}/complete", json={"outcome": "done"})
            assert done.status_code == 200, done.text
        return str((await self.task(ident))["id"])

    async def task(self, instance: str) -> Mapping[str, Json]:
        """The open task of an instance."""
        async with self.place.client("supervisor") as client:
            (found,) = (await client.get("/tasks", params={"instance": instance})).json()["items"]
        return dict(found)

    async def get(self, task: str) -> Mapping[str, Json]:
        """A task, open or closed."""
        async with self.place.client("supervisor") as client:
            return dict((await client.get(f"/tasks/{task}")).json())
