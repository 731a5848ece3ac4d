"""Rules about what is listened for: handlers that could never hear anything, and what starts the pathway."""

from __future__ import annotations

from collections.abc import Iterable

from pathways.lint.analysis.flow import inside
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import (
    Authored,
    HandlerDecl,
    ListeningDecl,
    StepDecl,
    WaitForAnyDecl,
    WaitForEventDecl,
)
from pathways.plan import Handler
from pathways.values import is_expression


def check(subject: Subject) -> Findings:
    """All findings about handlers, waits for events, and starts by events."""
    yield from _handlers(subject, subject.definition.on, subject.plan.handlers, "")
    for placed in subject.definition.placed:
        step = subject.flow.steps[placed.path]
        yield from _handlers(subject, placed.step.on, step.handlers, placed.path)
        for one in _waits(placed.step):
            yield from _key(one, "waits")
    yield from _starts(subject)


def _waits(step: StepDecl) -> Iterable[WaitForEventDecl]:
    if isinstance(step.body, WaitForEventDecl):
        yield step.body
    if isinstance(step.body, WaitForAnyDecl):
        yield from (one.wait for one in step.body.ways if isinstance(one.wait, WaitForEventDecl))


def _key(listening: ListeningDecl, does: str) -> Findings:
    if listening.key is None:
        message = f"Whatever {listening.type} comes, for whichever case, is what it {does} for."
        yield Finding("keyless", listening.mark, message)
    elif _is_null(listening.key):
        yield Finding("never-armed", listening.key.mark, f"Without a key no {listening.type} is heard.")


def _is_null(key: Authored) -> bool:
    return key.source is None or (is_expression(key.source) and key.source[1:].strip() == "null")


def _handlers(
    subject: Subject, declared: tuple[HandlerDecl, ...], handlers: tuple[Handler, ...], path: str
) -> Findings:
    seen: set[tuple[str, str, str]] = set()
    for decl, handler in zip(declared, handlers, strict=True):
        yield from _key(decl, "listens")
        key = str(decl.key.source) if decl.key else ""
        same = (decl.type.value, key, decl.when.value if decl.when else "")
        unless = (decl.type.value, key, "")
        if same in seen or unless in seen:
            message = f"A handler above takes every {decl.type} of that key first."
            yield Finding("handler-behind", decl.mark, message)
        seen.add(same)
        yield from _armed(subject, decl, handler, path)


def _armed(subject: Subject, decl: HandlerDecl, handler: Handler, path: str) -> Findings:
    """Whether the handler's key may have a value anywhere where it listens."""
    needs = subject.flow.needs(handler)
    step = subject.flow.steps.get(path)
    if decl.key is None or not needs or (step is not None and path not in subject.reached):
        return
    if step is None or path in subject.flow.inner:
        armed = inside(path, needs) in subject.reached
    else:
        armed = not subject.names.mask(needs) & ~subject.may[path]
    if not armed:
        names = " and ".join(f'"{one}"' for one in sorted(needs))
        where = f'at "{path}"' if path else "while a case waits anywhere"
        yield Finding("never-armed", decl.key.mark, f"{names} never has a value {where}, so no {decl.type} is heard.")


def _starts(subject: Subject) -> Findings:
    definition = subject.definition
    seen: set[str] = set()
    for start in definition.starts_on:
        if start.type.value in seen:
            message = f"An entry above starts a case by every {start.type} already."
            yield Finding("start-behind", start.mark, message)
        if start.when is None:
            seen.add(start.type.value)
    if definition.unique is None:
        for start in definition.starts_on[:1]:
            message = "Two events about the same thing would start two cases."
            yield Finding("start-without-unique", start.mark, message)
