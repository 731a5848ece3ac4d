"""Rules about the contract with the core, and about the problems that actions report."""

from __future__ import annotations

from pathways.catalog import Action
from pathways.diagnostics import nearest
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import DoDecl, StepDecl, Text


def check(subject: Subject) -> Findings:
    """All findings about contract and problems."""
    used: dict[str, set[str]] = {"reads": set(), "writes": set()}
    for step in subject.definition.steps:
        if isinstance(step.body, DoDecl):
            action = subject.catalog.actions.get(step.body.action.value)
            if action is not None:
                used["reads"].update(action.reads)
                used["writes"].update(action.writes)
                yield from _inside(subject, step.body.action, action)
                yield from _handled(step, step.body, action)
    yield from _unused(subject, used)


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


def _handled(step: StepDecl, body: DoDecl, action: Action) -> Findings:
    caught = {one.problem.value for one in body.catch}
    accepted = {problem.value for problem in step.accept}
    for problem in action.problems:
        if problem not in caught | accepted:
            message = f'"{step.id}" neither catches nor accepts the problem {problem} of {action.name}.'
            yield Finding("unhandled-problem", body.action.mark, message)
    for one in step.accept:
        if one.value in caught:
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
