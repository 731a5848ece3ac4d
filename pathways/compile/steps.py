"""Steps, a function per kind; tasks have a module of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pathways.catalog import Action, Retry
from pathways.compile.clocks import verbs_of
from pathways.compile.context import Context
from pathways.compile.flow import child_of, parallel_of, repeat_of
from pathways.compile.tables import table_of
from pathways.compile.tasks import task_of
from pathways.compile.ways import edges_of, handlers_of, listening, timeout_of
from pathways.model import (
    Authored,
    ChildDecl,
    DecideDecl,
    DoDecl,
    EmitDecl,
    EndDecl,
    ParallelDecl,
    Placed,
    RepeatDecl,
    RetryDecl,
    SectionDecl,
    SetDecl,
    TaskDecl,
    Text,
    UndoDecl,
    WaitForAnyDecl,
    WaitForEventDecl,
    WaitForTimeDecl,
    WayDecl,
)
from pathways.plan import (
    Assignment,
    Catch,
    Decide,
    Do,
    Emit,
    End,
    Section,
    Set,
    Step,
    Undo,
    WaitForAny,
    WaitForEvent,
    WaitForTime,
    Way,
)
from pathways.values import Computed

CLINICAL = "clinical"
"""The role that passes a clinical gate where the catalog names none."""


def step_of(context: Context, placed: Placed) -> Step:
    """A step of the plan."""
    body, shared = placed.step.body, _shared(context, placed)
    if placed.step.catch:
        _check_caught(context, placed)
    save = placed.step.save.value if placed.step.save else None
    match body:
        case DoDecl():
            return _do(context, placed, body, shared)
        case TaskDecl():
            return task_of(context, placed, body, shared)
        case DecideDecl():
            table = table_of(context, placed, body.table) if body.table else None
            return Decide(**shared, table=table, save=save, kind="decide")
        case SetDecl():
            assignments = tuple(Assignment(name.value, context.value(value)) for name, value in body.assignments)
            return Set(**shared, assignments=assignments, kind="set")
        case WaitForEventDecl():
            return WaitForEvent(**shared, **listening(context, body), save=save, kind="wait-for-event")
        case WaitForTimeDecl():
            return WaitForTime(**shared, **_time(context, body, f'"{placed.step.id}"'), kind="wait-for-time")
        case WaitForAnyDecl():
            ways = tuple(_way(context, one) for one in body.ways)
            return WaitForAny(**shared, ways=ways, save=save, kind="wait-for-any")
        case ParallelDecl():
            return parallel_of(body, shared)
        case RepeatDecl():
            return repeat_of(context, body, shared)
        case SectionDecl():
            return Section(**shared, kind="section")
        case ChildDecl():
            return child_of(context, placed.step, body, shared)
        case EmitDecl():
            data = context.value(body.data)
            return Emit(**shared, type=body.type.value, data=data, schema=context.event(body.type), kind="emit")
        case EndDecl():
            return End(**shared, outcome=_ended(context, placed, body), kind="end")


def _shared(context: Context, placed: Placed) -> dict[str, Any]:
    """The fields that every step has."""
    step = placed.step
    return {
        "id": placed.path,
        "title": step.title,
        "stage": context.stage(step.stage),
        "next": edges_of(context, placed),
        "timeout": timeout_of(context, placed),
        "handlers": handlers_of(context, step.on, placed.block),
        "clocks": verbs_of(context, step.clocks),
        "undo": _undo(context, placed, step.undo) if step.undo else None,
        "gate": step.gate.value if step.gate else None,
        "gate_roles": _gate_roles(context, placed) if step.gate else (),
    }


def _gate_roles(context: Context, placed: Placed) -> tuple[str, ...]:
    """Who may pass a gate: the task's own role; else the clinical roles of the catalog."""
    body = placed.step.body
    if isinstance(body, TaskDecl) and body.role is not None:
        return (body.role.value,)
    return tuple(sorted(context.catalog.clinical_roles)) or (CLINICAL,)


def _ended(context: Context, placed: Placed, body: EndDecl) -> str:
    if not body.ends_branch:
        return context.outcome(body.outcome)
    if not placed.block:
        message = "Only a branch, a section, an iteration or a side flow ends by itself, and this step stands in none."
        context.reader.note("end-branch", body.outcome.mark, message, "Name an outcome of the pathway.")
    return ""


def _way(context: Context, way: WayDecl) -> Way:
    name = way.name.value
    match way.wait:
        case WaitForEventDecl():
            return Way(name=name, **listening(context, way.wait))
        case WaitForTimeDecl():
            return Way(name=name, **_time(context, way.wait, f'The way "{name}"'))


def _time(context: Context, wait: WaitForTimeDecl, what: str) -> dict[str, Any]:
    """The fields of everything that waits for a time."""
    return {
        "until": context.optional_timing(wait.until, what),
        "duration": context.optional_timing(wait.duration, what),
    }


# -- actions --------------------------------------------------------------------------------------------------------


def _do(context: Context, placed: Placed, body: DoDecl, shared: dict[str, Any]) -> Do:
    step = placed.step
    action, given = _call(context, body.action, body.given)
    return Do(
        **shared,
        action=action.name,
        input=given,
        takes=action.input,
        save=step.save.value if step.save else None,
        output=action.output,
        problems=action.problems,
        catch=tuple(_caught(context, placed, action)),
        accept=tuple(_accepted(context, placed, action)),
        retry=_retry(action.retry, body.retry),
        timeout_seconds=action.timeout_seconds,
        business_key=action.business_key,
        slow=action.slow,
        kind="do",
    )


def _caught(context: Context, placed: Placed, action: Action) -> Iterator[Catch]:
    """What is caught of an action, at its own step and at those around it; what these catch, it need not report."""
    for one, by in context.definition.caught(placed):
        if by is placed:
            yield Catch(context.problem(action, one.problem), context.target(by.block, one.to), one.undo)
        elif _may_report(action, one.problem):
            to = context.layout.resolve(by.block, one.to.value) or one.to.value
            yield Catch(one.problem.value, to, one.undo)


def _accepted(context: Context, placed: Placed, action: Action) -> Iterator[str]:
    for one in placed.step.accept:
        yield context.problem(action, one)
    for around in context.definition.containers(placed.block):
        yield from (one.value for one in around.step.accept if _may_report(action, one))


def _may_report(action: Action, problem: Text) -> bool:
    return not action.problems or problem.value in action.problems


def _check_caught(context: Context, placed: Placed) -> None:
    """What a step catches of the actions inside it: one of them reports it, and there is where it leads."""
    inside = [one.step.body for one in context.definition.inside(placed)]
    known = [context.catalog.actions.get(one.action.value) for one in inside if isinstance(one, DoDecl)]
    problems = {problem for action in known if action is not None for problem in action.problems}
    surely = all(action is not None and action.problems for action in known)
    for one in placed.step.catch:
        context.target(placed.block, one.to)
        if surely and one.problem.value not in problems:
            hint = context.reader.nearest(one.problem.value, problems, plural="Their problems")
            message = f'No action inside "{placed.step.id}" reports a problem "{one.problem}".'
            context.reader.note("unknown-problem", one.problem.mark, message, hint)


def _undo(context: Context, placed: Placed, undo: UndoDecl) -> Undo:
    """What takes a step back; unless it says otherwise it is retried like the step."""
    action, given = _call(context, undo.action, undo.given)
    retry, body = action.retry, placed.step.body
    if isinstance(body, DoDecl):
        own = context.catalog.actions.get(body.action.value)
        retry = _retry(own.retry if own else retry, body.retry)
    until = context.target(placed.block, undo.until) if undo.until else None
    return Undo(action.name, given, action.input, _retry(retry, undo.retry), action.timeout_seconds, until)


def _call(context: Context, name: Text, given: Authored | None) -> tuple[Action, Computed]:
    """An action, and what it is given."""
    action = context.action(name)
    context.inputs(action.name, name, given, action.input)
    return action, context.value(given, {})


def _retry(default: Retry, declared: RetryDecl | None) -> Retry:
    if declared is None:
        return default
    given = {name: getattr(declared, name) for name in ("attempts", "first", "factor", "most")}
    retry = replace(default, **{name: value for name, value in given.items() if value is not None})
    # A first pause that the author asks for is not cut down to a `most` that the author did not write.
    return replace(retry, most=max(retry.first, retry.most))
