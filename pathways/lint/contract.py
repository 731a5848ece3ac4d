"""Rules about the contract with the core, and about the problems that actions report."""

from __future__ import annotations

from pathways.catalog import Action
from pathways.diagnostics import nearest
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import DoDecl, Placed, StepDecl, Text
from pathways.plan import Do
from pathways.time.durations import Duration

_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600}
_MOST_ATTEMPTS = 1000
_MOST_FACTORS = 60


def check(subject: Subject) -> Findings:
    """All findings about contract, problems and retries."""
    used: dict[str, set[str]] = {"reads": set(), "writes": set()}
    surely = True
    for placed in subject.definition.placed:
        for name in _actions(placed.step):
            action = subject.catalog.actions.get(name.value)
            surely = surely and action is not None
            if action is not None:
                used["reads"].update(action.reads)
                used["writes"].update(action.writes)
                yield from _inside(subject, name, action)
        body = placed.step.body
        if isinstance(body, DoDecl):
            action = subject.catalog.actions.get(body.action.value)
            if action is not None:
                yield from _handled(subject, placed, body, action)
                yield from _retried(subject, placed, body)
    if surely:
        yield from _unused(subject, used)


def _actions(step: StepDecl) -> list[Text]:
    run = [step.body.action] if isinstance(step.body, DoDecl) else []
    return [*run, step.undo.action] if step.undo is not None else run


def _retried(subject: Subject, placed: Placed, body: DoDecl) -> Findings:
    """Whether the pauses between the attempts alone outlast the step's timeout."""
    step = subject.flow.steps[placed.path]
    after = step.timeout.after.authored if step.timeout is not None else None
    if not isinstance(step, Do) or body.retry is None or placed.step.timeout is None or after is None:
        return
    limit = _seconds(after)
    pauses = 0.0
    for attempt in range(1, min(step.retry.attempts, _MOST_ATTEMPTS)):
        pauses += min(step.retry.first * step.retry.factor ** min(attempt - 1, _MOST_FACTORS), step.retry.most)
    if limit is not None and pauses >= limit:
        message = f'The pauses between its {step.retry.attempts} attempts outlast the timeout of "{placed.step.id}".'
        yield Finding("retry-outlasts-timeout", body.retry.mark, message)


def _seconds(duration: Duration) -> float | None:
    """Seconds of an elapsed duration; None of one that is counted in days, or in business time."""
    if any(unit not in _UNITS for _, unit in duration.parts):
        return None
    return float(sum(amount * _UNITS[unit] for amount, unit in duration.parts))


def _inside(subject: Subject, name: Text, action: Action) -> Findings:
    contract = subject.definition.contract
    for verb, needed, declared in (
        ("reads", action.reads, contract.reads if contract else ()),
        ("writes", action.writes, contract.writes if contract else ()),
    ):
        allowed = {one.value for one in declared}
        for resource in needed:
            if resource not in allowed:
                message = f"{action.name} {verb} {resource}, which the contract does not list."
                yield Finding("outside-contract", name.mark, message, f"Add {resource} to {verb} of the contract.")


def _handled(subject: Subject, placed: Placed, body: DoDecl, action: Action) -> Findings:
    step, definition = placed.step, subject.definition
    caught = {one.problem.value for one, _ in definition.caught(placed)}
    accepted = {problem.value for problem in definition.accepted(placed)}
    for problem in action.problems:
        if problem not in caught | accepted:
            message = f'"{step.id}" neither catches nor accepts the problem {problem} of {action.name}.'
            yield Finding("unhandled-problem", body.action.mark, message)
    for one in step.accept:
        if any(one.value == own.problem.value for own in body.catch):
            yield Finding("handled-twice", one.mark, f'"{step.id}" catches {one}, so it cannot accept it too.')


def _unused(subject: Subject, used: dict[str, set[str]]) -> Findings:
    contract = subject.definition.contract
    if contract is None or not subject.catalog.actions:
        return
    for verb, entries in (("reads", contract.reads), ("writes", contract.writes)):
        for one in entries:
            if one.value not in used[verb]:
                hint = nearest(one.value, used[verb])
                yield Finding("unused-contract", one.mark, f"No step {verb} {one}.", hint)
