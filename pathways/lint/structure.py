"""Rules about the ways between steps: that all are used, lead to an end, and nobody waits for nothing."""

from __future__ import annotations

from pathways.diagnostics import nearest
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import (
    DecideDecl,
    DoDecl,
    EdgeDecl,
    EmitDecl,
    EndDecl,
    SetDecl,
    StepDecl,
    TaskDecl,
    WaitForEventDecl,
)

FOREVER = "forever"
"""What an event wait accepts that has no timeout on purpose."""

_AT_ONCE = (DecideDecl, EmitDecl, EndDecl, SetDecl)
_IDLE = (DecideDecl, EmitDecl, SetDecl)
_MOST_NAMED = 5


def check(subject: Subject) -> Findings:
    """All findings about structure."""
    yield from _reachable(subject)
    yield from _ending(subject)
    for step in subject.definition.steps:
        yield from _default(step)
        yield from _waiting(step)
        yield from _without_effect(step)
    yield from _idle_loops(subject)
    yield from _stages_and_outcomes(subject)


def _reachable(subject: Subject) -> Findings:
    for name, step in subject.flow.steps.items():
        if name not in subject.flow.reachable:
            yield Finding("unreachable-step", step.id.mark, f'No way leads to "{name}".')


def _ending(subject: Subject) -> Findings:
    stuck = [name for name in subject.flow.steps if name in subject.flow.reachable - subject.flow.ending]
    if not stuck:
        return
    mark = subject.flow.steps[stuck[0]].id.mark
    shown = ", ".join(f'"{name}"' for name in stuck[:_MOST_NAMED])
    more = f" and {len(stuck) - _MOST_NAMED} more" if len(stuck) > _MOST_NAMED else ""
    yield Finding("no-way-to-end", mark, f"From {shown}{more} no way leads to an end.")


def _edges(step: StepDecl) -> tuple[EdgeDecl, ...]:
    return step.body.rules if isinstance(step.body, DecideDecl) else step.next or ()


def _default(step: StepDecl) -> Findings:
    edges = _edges(step)
    if isinstance(step.body, DecideDecl) and not edges:
        yield Finding("missing-default", step.body.mark, f'"{step.id}" has no rules to go by.')
    if not edges or edges[0].outcome is not None:
        return
    if (last := edges[-1]).when is not None:
        yield Finding("missing-default", last.to.mark, f'Where nothing of "{step.id}" applies, there is no way on.')
    always = next((place for place, edge in enumerate(edges) if edge.when is None), len(edges))
    for edge in edges[always + 1 :]:
        mark = edge.when.mark if edge.when else edge.to.mark
        yield Finding("dead-way", mark, f'The way of "{step.id}" to "{edge.to}" is never taken.')


def _waiting(step: StepDecl) -> Findings:
    accepted = {one.value for one in step.accept}
    if isinstance(step.body, WaitForEventDecl) and step.timeout is None and FOREVER not in accepted:
        yield Finding("endless-wait", step.body.mark, f'"{step.id}" waits for {step.body.type} for ever.')


def _without_effect(step: StepDecl) -> Findings:
    name, body = step.id, step.body
    if step.timeout is not None and isinstance(body, _AT_ONCE):
        yield Finding("idle-timeout", step.timeout.after.mark, f'"{name}" is over at once, so it never times out.')
    if step.save is not None and not isinstance(body, (DoDecl, TaskDecl, WaitForEventDecl)):
        yield Finding("saves-nothing", step.save.mark, f'"{name}" has no result to save.')
    for accepted in step.accept:
        useful = isinstance(body, DoDecl) or (isinstance(body, WaitForEventDecl) and accepted.value == FOREVER)
        if not useful:
            hint = nearest(accepted.value, [FOREVER]) if isinstance(body, WaitForEventDecl) else ""
            yield Finding("accepts-nothing", accepted.mark, f'"{name}" reports nothing like "{accepted}".', hint)


def _idle_loops(subject: Subject) -> Findings:
    idle = [name for name, step in subject.flow.steps.items() if isinstance(step.body, _IDLE)]
    for group in subject.flow.loops(idle):
        shown = " → ".join([*group, group[0]])
        yield Finding("idle-loop", subject.flow.steps[group[0]].id.mark, f"{shown} goes round without waiting.")


def _stages_and_outcomes(subject: Subject) -> Findings:
    definition = subject.definition
    reached = {step.stage.value for step in definition.steps if step.stage is not None}
    for stage in definition.stages:
        if stage.value not in reached:
            yield Finding("unused-stage", stage.mark, f'No step reaches the stage "{stage}".')
    ended = {step.body.outcome.value for step in definition.steps if isinstance(step.body, EndDecl)}
    for outcome in definition.outcomes:
        if outcome.id.value not in ended:
            yield Finding("unused-outcome", outcome.id.mark, f'No step ends with "{outcome.id}".')
