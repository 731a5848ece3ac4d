"""The text of a PlanDefinition, for those who read the resource without a program that knows it (FHIR's narrative)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pathways import wording
from pathways.diagram.markup import escaped
from pathways.plan import End, Plan

Json = Any

XHTML = "http://www.w3.org/1999/xhtml"


def narrative(plan: Plan) -> Json:
    """Title, purpose, and the steps in authored order; ends by their outcomes."""
    return {"status": "generated", "div": f'<div xmlns="{XHTML}">{"".join(_parts(plan))}</div>'}


def _parts(plan: Plan) -> Iterator[str]:
    yield f"<h1>{escaped(plan.title)} {escaped(plan.version)}</h1>"
    if plan.purpose:
        yield f"<p>{escaped(plan.purpose)}</p>"
    steps = [f"{wording.KIND_WORDS[one.kind]}: {wording.step_title(one)}" for one in plan.steps if one.kind != "end"]
    yield f"<h2>Steps</h2>{_list(steps)}" if steps else ""
    reached = {one.outcome for one in plan.steps if isinstance(one, End)}
    yield f"<h2>Outcomes</h2>{_list([one.title for one in plan.outcomes if one.id in reached])}"


def _list(items: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{escaped(one)}</li>' for one in items)}</ul>"
