"""`repeat`: for each of a list, one by one or all at once; while a condition holds; or until one does.

What an iteration saves belongs to it. When it ends well, what it collects and carries is worked out, all of it
before any is kept outside; then `until` is asked. Where one of these can't be worked out the repeat stands still, with
the iteration's data kept until it is tried again.
"""

from __future__ import annotations

from bisect import bisect
from decimal import Decimal

from pathways.addresses import data_scopes, iteration_of, iteration_scope
from pathways.datatypes import MisfitError, check_size, plain_json
from pathways.engine import moving
from pathways.engine.assigning import Worked, work_out
from pathways.engine.outcomes import Answer, Halt, Pass, Stand
from pathways.engine.run import Run, pending_scopes
from pathways.facts import InnerAwaited
from pathways.plan import Repeat
from pathways.state import Json, Position, altered

MOST_AT_ONCE = 500
"""How many iterations may run side by side: each is entered in the same event."""


def enter(run: Run, step: Repeat, position: Position) -> Answer:
    """Take the list, empty what is collected, and begin."""
    position = altered(position, waits="inner", count=0, done=(), input=None)
    if step.items is not None:
        try:
            items = plain_json(run.value(step.items, run.scope(position)))
        except MisfitError as error:
            return Halt(position, "expression", f"for_each: {error.misfit}.", "enter")
        if not isinstance(items, list):
            why = step.items.why_null(run.scope(position), run.env) if items is None else ""
            message = f'for_each "{step.items.source}" gives {"nothing" if items is None else "no list"}{why}.'
            return Halt(position, "expression", message, "enter")
        position = altered(position, input=items)
    position = _start_collecting(run, step, position)
    run.facts.append(InnerAwaited(run.now, position.address, "inner"))
    if step.mode == "at-once" and step.items is not None:
        return _begin_all(run, step, position)
    return _go(run, step, position)


def _start_collecting(run: Run, step: Repeat, position: Position) -> Position:
    base = 0
    for one in step.collect:
        before = run.scope(position).saved(one.name)
        if step.keep and before is not None and isinstance(before.value, list):
            base = len(before.value)
        else:
            run.save(one.name, [], position.address, scope=_home(run, position, one.name))
    return altered(position, base=base)


def _home(run: Run, position: Position, name: str) -> str | None:
    """The scope that a collected or carried value is kept in: where it is already, else the nearest one outside."""
    return next((scope for scope in data_scopes(position.scope) if name in run.data.get(scope, {})), None)


def _begin_all(run: Run, step: Repeat, position: Position) -> Answer:
    items: list[Json] = position.input or []
    over = _over(run, step, position, len(items))
    if over is not None:
        return over
    if not items:
        return Pass(position)
    if len(items) > MOST_AT_ONCE:
        message = f"{len(items)} iterations at once; at most {MOST_AT_ONCE} may be."
        return _halt(position, "loop-limit", message, "ask", None)
    begun = len(run.agenda)
    for number, item in enumerate(items, 1):
        _begin(run, step, position, number, item)
    run.agenda[begun:] = reversed(run.agenda[begun:])
    return Stand(altered(position, count=len(items), input=None))


def _begin(run: Run, step: Repeat, position: Position, number: int, item: Json) -> None:
    scope = iteration_scope(position.address, number)
    if step.name is not None:
        run.save(step.name, item, position.address, scope=scope)
    moving.enter_scope(run, scope, f"{step.shown} {number}")


def _go(run: Run, step: Repeat, position: Position) -> Answer:
    """Begin the next iteration, if there is to be one."""
    if step.items is not None:
        items: list[Json] = position.input or []
        if not items:
            return Pass(altered(position, input=None))
        over = _over(run, step, position, position.count + 1)
        if over is not None:
            return over
        _begin(run, step, position, position.count + 1, items[0])
        return Stand(altered(position, count=position.count + 1, input=items[1:] or None))
    if step.while_ is not None:
        holds = step.while_.holds(run.scope(position), run.env)
        if holds is None:
            message, detail = run.undecided(step.while_, run.scope(position))
            return _halt(position, "expression", f"{message}.", "ask", detail)
        if not holds:
            return Pass(position)
    over = _over(run, step, position, position.count + 1)
    if over is not None:
        return over
    _begin(run, step, position, position.count + 1, None)
    return Stand(altered(position, count=position.count + 1))


def _over(run: Run, step: Repeat, position: Position, number: int) -> Halt | None:
    """The incident of a repeat that would go past its limit."""
    if step.limit is None:
        return None
    try:
        limit = run.value(step.limit, run.scope(position))
    except MisfitError as error:
        return _halt(position, "expression", f'The limit "{step.limit.source}": {error.misfit}.', "ask", None)
    if not isinstance(limit, int | Decimal) or isinstance(limit, bool):
        message = f'The limit "{step.limit.source}" gives no number.'
        return _halt(position, "expression", message, "ask", None)
    if number <= limit:
        return None
    return _halt(position, "loop-limit", f"The limit of {limit} iterations is reached.", "ask", None)


def _halt(position: Position, kind: str, message: str, pending: str, detail: Json, *scopes: str) -> Halt:
    """Stand still, remembering what of the repeat is still to be done, and for which iterations."""
    stopped = altered(position, result={"pending": pending, "scopes": [*scopes]})
    return Halt(stopped, kind, message, "act", detail)  # type: ignore[arg-type]  # a kind of incident


def iteration_ended(run: Run, step: Repeat, position: Position, scope: str) -> None:
    """Collect and carry from an iteration that ended well, ask `until`, and begin the next or go on.

    Where an iteration beside it could not be collected, the repeat stands still for that one all the while.
    """
    moving.settle(run, _collect(run, step, position, scope))


def again(run: Run, step: Repeat, position: Position) -> Answer:
    """Try again what the repeat stood still at."""
    pending = position.result if isinstance(position.result, dict) else {}
    position = altered(position, waits="inner", result=None)
    match pending.get("pending"):
        case "collect":
            return _collect(run, step, position, *pending_scopes(pending))
        case "until":
            return _ask(run, step, position, *pending_scopes(pending))
        case _ if step.mode == "at-once" and step.items is not None:
            return _begin_all(run, step, position)
        case _:
            return _go(run, step, position)


def _collect(run: Run, step: Repeat, position: Position, scope: str, *others: str) -> Answer:
    """Collect and carry from an iteration, then from the others that ended while the repeat stood still."""
    number = iteration_of(scope) or 0
    where = bisect(position.done, number)
    found: list[Worked] = []
    for verb, one in (*(("collect", one) for one in step.collect), *(("carry", one) for one in step.carry)):
        try:
            worked = work_out(run, one, run.names(scope), position.address)
            found.append(worked if verb == "carry" else _added(run, position, worked, where))
        except MisfitError as error:
            scopes = (*pending_scopes(position.result), scope, *others)
            return _halt(position, "expression", f"{verb} {one.name}: {error.misfit}.", "collect", None, *scopes)
    for worked in found:  # all or none: what was collected once is not collected again by a retry
        home = _home(run, position, worked.name)
        run.save(worked.name, worked.value, position.address, scope=home, type_=worked.type)
    if step.mode == "at-once" or step.collect:
        position = altered(position, done=(*position.done[:where], number, *position.done[where:]))
    return _collect(run, step, position, *others) if others else _ask(run, step, position, scope)


def _added(run: Run, position: Position, worked: Worked, where: int) -> Worked:
    """The list outside with the value of an iteration at its place."""
    saved = run.scope(position).saved(worked.name)
    items = list(saved.value) if saved is not None and isinstance(saved.value, list) else []
    items.insert(position.base + where, worked.value)
    check_size(items)
    return Worked(worked.name, items)


def _ask(run: Run, step: Repeat, position: Position, scope: str) -> Answer:
    if step.mode == "at-once" and step.items is not None:
        run.positions[position.address] = position
        return Pass(position) if len(position.done) == position.count else Stand(position)
    if step.until is not None:
        names = run.names(scope)
        holds = step.until.holds(names, run.env)
        if holds is None:
            message, detail = run.undecided(step.until, names)
            return _halt(position, "expression", f"{message}.", "until", detail, scope)
        if holds:
            return Pass(position)
    return _go(run, step, position)
