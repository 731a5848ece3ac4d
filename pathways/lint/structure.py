"""Rules about the ways between steps: that all are used, lead to an end, and nobody waits for nothing."""

from __future__ import annotations

from pathways.addresses import block_of, local_of
from pathways.diagnostics import nearest
from pathways.lint.analysis.flow import DONE
from pathways.lint.analysis.graph import reach
from pathways.lint.analysis.loops import idle_loops
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import (
    ChildDecl,
    DecideDecl,
    DoDecl,
    EdgeDecl,
    ParallelDecl,
    Placed,
    RepeatDecl,
    StepDecl,
    TaskDecl,
    WaitForAnyDecl,
    WaitForEventDecl,
    WaitForTimeDecl,
    gives_something,
    is_over_at_once,
)
from pathways.plan import CANCELLED, Container, End, Parallel

FOREVER = "forever"
"""What an event wait accepts that has no timeout on purpose."""

_MOST_NAMED = 5
_NEVER = "Say when it is taken, or leave it out."


def check(subject: Subject) -> Findings:
    """All findings about structure."""
    yield from _reachable(subject)
    yield from _ending(subject)
    for placed in subject.definition.placed:
        step = placed.step
        yield from _default(step)
        if not _is_limited(subject, placed):
            yield from _waiting(step)
        yield from _without_effect(step)
        yield from _staying(subject, placed)
        yield from _choosing(subject, placed)
        yield from _going_round(step)
    yield from _settled(subject)
    yield from _joins(subject)
    yield from _idle_loops(subject)
    yield from _stages_and_outcomes(subject)
    yield from _side_flows(subject)


def _reachable(subject: Subject) -> Findings:
    """Steps that no way leads to; of those inside one that no way leads to, and of unused side flows, nothing."""
    unused = {f"~{one}" for one in _unused_side_flows(subject)}
    for placed in subject.definition.placed:
        block = subject.plan.blocks.get(placed.block)
        if placed.path in subject.reached or block is None:
            continue
        if (block.owner and block.owner not in subject.reached) or placed.block in unused:
            continue
        yield Finding("unreachable-step", placed.step.id.mark, f'No way leads to "{placed.path}".')


def _ending(subject: Subject) -> Findings:
    flow = subject.flow
    reached = [path for path in flow.steps if path in subject.reached]
    stuck = [path for path in reached if path not in flow.ending]
    if stuck:
        yield _stuck(subject, stuck, "no-way-to-end", "no way leads to an end.")
    waiting = [path for path in reached if path in flow.ending and path not in flow.ending_by_itself]
    if waiting:
        yield _stuck(subject, waiting, "ends-by-event", "only an event of the pathway leads to an end.")


def _stuck(subject: Subject, paths: list[str], rule: str, what: str) -> Finding:
    shown = ", ".join(f'"{path}"' for path in paths[:_MOST_NAMED])
    more = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
    return Finding(rule, subject.flow.declared[paths[0]].id.mark, f"From {shown}{more} {what}")


def _default(step: StepDecl) -> Findings:
    edges = step.edges
    if isinstance(step.body, DecideDecl) and step.body.table is None and not edges:
        yield Finding("missing-default", step.body.mark, f'"{step.id}" has no rules to go by.')
    if not edges or edges[0].outcome is not None:
        return
    if not _asks_nothing(last := edges[-1]):
        yield Finding("missing-default", last.to.mark, f'Where nothing of "{step.id}" applies, there is no way on.')
    always = next((place for place, edge in enumerate(edges) if _asks_nothing(edge)), len(edges))
    for edge in edges[always + 1 :]:
        mark = edge.when.mark if edge.when else edge.to.mark
        yield Finding("dead-way", mark, f'The way of "{step.id}" to "{edge.to}" is never taken.')
    seen: set[str] = set()
    for edge in edges[:always]:
        if edge.when is not None and edge.when.value.strip() == "false":
            yield Finding("dead-way", edge.when.mark, f'The way of "{step.id}" to "{edge.to}" is never taken.', _NEVER)
        elif edge.when is not None and (said := " ".join(edge.when.value.split())) in seen:
            yield Finding("dead-way", edge.when.mark, f'"{step.id}" has asked {said[:60]} before.')
        elif edge.when is not None:
            seen.add(said)


def _is_limited(subject: Subject, placed: Placed) -> bool:
    """Whether a step is left at some time anyway, for something around it has a time limit, or accepts waiting."""
    around = [one.step for one in subject.definition.containers(placed.block)]
    return any(one.timeout is not None or FOREVER in {text.value for text in one.accept} for one in around)


def _asks_nothing(edge: EdgeDecl) -> bool:
    """Whether a way is always taken when it is come to: it has no condition, or one that always holds."""
    return edge.when is None or edge.when.value.strip() == "true"


def _waiting(step: StepDecl) -> Findings:
    if step.timeout is not None or FOREVER in {one.value for one in step.accept}:
        return
    match step.body:
        case WaitForEventDecl(mark=mark, type=event):
            yield Finding("endless-wait", mark, f'"{step.id}" waits for {event} for ever.')
        case WaitForAnyDecl(mark=mark, ways=ways) if not any(isinstance(one.wait, WaitForTimeDecl) for one in ways):
            events = " or ".join(one.wait.type.value for one in ways if isinstance(one.wait, WaitForEventDecl))
            yield Finding("endless-wait", mark, f'"{step.id}" waits for {events} for ever.')
        case _:
            pass


def _without_effect(step: StepDecl) -> Findings:
    name, body = step.id, step.body
    if is_over_at_once(body):
        if step.timeout is not None:
            yield Finding("idle-timeout", step.timeout.after.mark, f'"{name}" is over at once, so it never times out.')
        for handler in step.on:
            yield Finding("idle-handler", handler.mark, f'"{name}" is over at once, so no event finds it there.')
    if step.save is not None and not gives_something(body):
        yield Finding("saves-nothing", step.save.mark, f'"{name}" has no result to save.')
    if step.save is not None and isinstance(body, ChildDecl) and body.detached:
        yield Finding("saves-nothing", step.save.mark, f'"{name}" does not wait, so there is no result to save.')
    if step.save is not None and isinstance(body, DecideDecl) and not _gives(body):
        yield Finding("saves-nothing", step.save.mark, f'No row of "{name}" gives anything to save.')
    waits = isinstance(body, WaitForEventDecl | WaitForAnyDecl)
    for accepted in () if step.inner else step.accept:
        if not (isinstance(body, DoDecl) or (waits and accepted.value == FOREVER)):
            hint = nearest(accepted.value, [FOREVER]) if waits else ""
            yield Finding("accepts-nothing", accepted.mark, f'"{name}" reports nothing like "{accepted}".', hint)


def _staying(subject: Subject, placed: Placed) -> Findings:
    """Ways that are to undo something and leave no scope: they lead to a step beside theirs."""
    step = placed.step
    if step.inner:
        return
    ways = [one.to for one in step.edges if one.undo]
    ways += [one.to for one in step.body.catch if one.undo] if isinstance(step.body, DoDecl) else []
    if not ways:
        return
    beside = {one.step.id.value for one in subject.definition.placed if one.block == placed.block}
    for to in ways:
        if to.value in beside:
            yield Finding(
                "stays-inside", to.mark, f'The way of "{step.id}" to "{to}" leaves nothing, so it undoes nothing.'
            )


def _gives(body: DecideDecl) -> bool:
    return body.table is not None and any(row.give is not None for row in body.table.rows)


def _choosing(subject: Subject, placed: Placed) -> Findings:
    """What people chose, or how a child ended, is asked for: by next, or by what reads it."""
    step, body = placed.step, placed.step.body
    if step.save is not None or any(edge.outcome is not None for edge in step.next or ()):
        return
    if isinstance(body, TaskDecl) and len(body.outcomes) > 1:
        outcomes = ", ".join(one.id.value for one in body.outcomes)
        yield Finding("ignored-outcome", body.mark, f'Whichever of {outcomes} is chosen for "{step.id}", nothing asks.')
    if isinstance(body, ChildDecl) and not body.detached:
        known = subject.catalog.pathways.get(body.name.value)
        if known is None or known.outcomes is None or len(known.outcomes) > 0:
            message = f'However {body.name} ends, cancelled included, "{step.id}" goes on the same way.'
            yield Finding("ignored-child", body.mark, message)


def _going_round(step: StepDecl) -> Findings:
    body = step.body
    if isinstance(body, RepeatDecl) and body.for_each is not None and body.limit is not None:
        mark = body.limit.mark
        yield Finding("idle-limit", mark, f'"{step.id}" goes through a list, whose end is its limit.')
    if isinstance(body, ParallelDecl) and body.undo_rest and body.join in ("all", len(body.branches)):
        yield Finding("idle-undo", body.mark, f'"{step.id}" waits for all its branches, so none is left to be undone.')


def _settled(subject: Subject) -> Findings:
    """What can be undone until a step that is never completed after it can be undone for good."""
    flow = subject.flow
    for placed in subject.definition.placed:
        undo, declared = subject.plan.step[placed.path].undo, placed.step.undo
        if undo is None or undo.until is None or declared is None or declared.until is None:
            continue
        until = subject.plan.step.get(undo.until)
        if until is None or placed.path not in subject.reached:
            continue
        over = until.id + DONE if isinstance(until, Container) else until.id
        after = reach([placed.path], lambda node: (way.to for way in flow.ways.get(node, ())))
        ends = isinstance(until, End) and until.outcome
        if over not in after or ends or over == placed.path:
            what = "ends the pathway" if ends else f'never follows "{placed.path}"'
            message = f'"{declared.until}" {what}, so what "{placed.path}" did can be undone to the end.'
            yield Finding("undo-never-settled", declared.until.mark, message)


def _joins(subject: Subject) -> Findings:
    """A parallel whose branches never end well waits for its join for good."""
    for step in subject.plan.steps:
        if not isinstance(step, Parallel) or step.id not in subject.reached or step.id + DONE in subject.reached:
            continue
        ending = {way.source.rstrip("#$") for ways in subject.flow.ways.values() for way in ways if way.kind == "well"}
        reached = {path for path in ending if path in subject.reached}
        able = [
            block for block in subject.flow.inner.get(step.id, ()) if any(block_of(one) == block for one in reached)
        ]
        missing = [local_of(one) for one in subject.flow.inner.get(step.id, ()) if one not in able]
        if able and len(able) < step.join:
            named = " and ".join(f'"{one}"' for one in missing)
            mark = subject.flow.declared[step.id].id.mark
            message = f'"{step.id}" waits for branches that never end well: {named}.'
            yield Finding("join-never-met", mark, message)


def _idle_loops(subject: Subject) -> Findings:
    for group in idle_loops(subject.flow):
        named = [*group[:_MOST_NAMED], *(["…"] if len(group) > _MOST_NAMED else []), group[0]]
        mark = subject.flow.declared[group[0]].id.mark
        yield Finding("idle-loop", mark, f"{' → '.join(named)} goes round without waiting.")


def _stages_and_outcomes(subject: Subject) -> Findings:
    definition = subject.definition
    reached = {one.step.stage.value for one in definition.placed if one.step.stage is not None}
    for stage in definition.stages:
        if stage.value not in reached:
            yield Finding("unused-stage", stage.mark, f'No step reaches the stage "{stage}".')
    ended = {one.outcome for one in subject.plan.steps if isinstance(one, End)} | {CANCELLED.id}
    for outcome in definition.outcomes:
        if outcome.id.value not in ended:
            yield Finding("unused-outcome", outcome.id.mark, f'No step ends with "{outcome.id}".')


def _unused_side_flows(subject: Subject) -> set[str]:
    handlers = [*subject.plan.handlers, *(one for step in subject.plan.steps for one in step.handlers)]
    started = {one.side for one in handlers}
    return {flow.id for flow in subject.plan.side_flows if flow.offer is None and flow.id not in started}


def _side_flows(subject: Subject) -> Findings:
    unused = _unused_side_flows(subject)
    for flow in subject.definition.side_flows:
        if flow.id.value in unused:
            yield Finding("unused-side-flow", flow.id.mark, f'Nothing starts "{flow.id}", and it is not offered.')
        if flow.offer is not None and flow.offer.queue is None and flow.offer.role is None:
            yield Finding("offer-to-all", flow.offer.mark, f'"{flow.id}" is offered to everybody.')
