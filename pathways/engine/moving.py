"""How positions move: entering steps, settling what they answer, finding the way on, and what ends inside of them."""

from __future__ import annotations

from dataclasses import replace

from pathways.addresses import PATHWAY, path_of, step_address
from pathways.engine import clocks, leaving, listening, undo
from pathways.engine.listening import UnkeyedError
from pathways.engine.outcomes import Answer, EndScope, Finish, Go, Halt, Pass, Stand
from pathways.engine.run import Ended, Run, Target
from pathways.facts import ScopeEntered, StageReached, StepEntered, StepHeld
from pathways.plan import Edge, Step
from pathways.state import Json, Position, altered
from pathways.timing import TimingError

MOST_MOVES = 1000
"""Moves that one event may cause; one more is the incident `runaway`."""


def drive(run: Run) -> None:
    """Enter what is to be entered, each as far as it can, then what waits for settling and undo; until all stands."""
    while True:
        while run.agenda and run.status != "ended":
            item = run.agenda.pop()
            run.now = item.nominal
            if isinstance(item, Ended):
                leaving.close_scope(run, item.scope, "ended")
                run.kinds.scope_ended(run, item.scope)
            else:
                _arrive(run, item)
        if run.ending is not None:
            leaving.conclude(run)
            return
        if not _undo_done(run):
            return


def _undo_done(run: Run) -> bool:
    """Move on a position that waited for undo, if one has got it."""
    for position in list(run.positions.values()):
        departing = position.leaving
        if position.waits != "undo" or departing is None or not leaving.undone(run, departing.within):
            continue
        if departing.to is None:
            settle(run, Pass(altered(position, leaving=None, waits="inner")))
        else:
            leaving.leave(run, position, departing.how, to=departing.to, detail=departing.detail)
            run.enter(departing.to, position.scope, dict(departing.bound), position.via)
        return True
    return False


# -- entering -------------------------------------------------------------------------------------------------


def _arrive(run: Run, target: Target) -> None:
    step = run.plan.step[target.path]
    if step.asks:
        run.now = run.at
    key = f"{target.scope}{step.local}"
    visit = run.visits.get(key, 0) + 1
    run.visits[key] = visit
    via = target.via if target.scope == PATHWAY and (visit == 1 or target.bound) else ()
    address = step_address(target.scope, step.local, visit)
    position = Position(address, step.id, run.now, "operator", scope=target.scope, bound=target.bound, via=via)
    held = run.holds(step.id)
    if held or run.suspension is not None:
        held_at = target.nominal if held else None
        position = altered(position, waits="resume", entered_at=target.nominal, held_at=held_at)
        run.positions[address] = position
        run.facts.append(StepHeld(target.nominal, address, step.id, step.shown))
        return
    _begin_visit(run, step, position)


def resume(run: Run, position: Position) -> None:
    """Enter the step at which a position was held, or that it reached while the instance was suspended."""
    step = run.step_of(position)
    run.now = run.at if step.asks or position.held_at is not None else max(position.entered_at, run.floor)
    held_at = position.held_at if step.listenings else None
    _begin_visit(run, step, altered(position, waits="operator", entered_at=run.now, held_at=held_at))


def _begin_visit(run: Run, step: Step, position: Position) -> None:
    run.facts.append(StepEntered(run.now, position.address, step.id, step.kind, step.shown))
    if step.stage is not None and step.stage != run.stage:
        run.stage = step.stage
        run.facts.append(StageReached(run.now, step.stage))
    run.moves += 1
    if run.moves > MOST_MOVES:
        message = f"More than {MOST_MOVES} moves without waiting for anything."
        settle(run, Halt(position, "runaway", message, "enter"))
        return
    _with_clocks(run, step, position)


_CLOCKS_PENDING = "clocks"


def _with_clocks(run: Run, step: Step, position: Position) -> None:
    trouble = clocks.act(run, step, position, "entry") if step.clocks else None
    if trouble is not None:
        pending = altered(position, result={"pending": _CLOCKS_PENDING})
        settle(run, Halt(pending, "expression", trouble, "enter"))
        return
    begin(run, step, position)


def begin_again(run: Run, position: Position) -> None:
    """Try a step's entry again, from where it stopped: what it did to clocks is not done twice."""
    if isinstance(position.result, dict) and position.result.get("pending") == _CLOCKS_PENDING:
        _with_clocks(run, run.step_of(position), altered(position, result=None))
    else:
        begin(run, run.step_of(position), position)


def begin(run: Run, step: Step, position: Position) -> None:
    """Do what a step does on entry, and go on from it where it passes."""
    if run.now != position.entered_at:
        position = altered(position, since=run.now)
    if step.timeout is not None:
        try:
            timeout_at = run.moment(step.timeout.after, run.scope(position), run.now)
        except TimingError as error:
            settle(run, Halt(position, "expression", f"timeout: {error}", "enter"))
            return
        position = altered(position, timeout_at=timeout_at)
    run.fresh.add(position.address)
    settle(run, run.kinds.enter_step(run, step, position))


# -- what a step answers --------------------------------------------------------------------------------------


def settle(run: Run, answer: Answer) -> None:
    """Do as a step answered, on entry or later (its event came, its action ended); the agenda takes what follows."""
    match answer:
        case Pass():
            _route(run, answer)
        case Stand():
            _stand(run, answer.position)
        case Halt():
            _halt(run, answer)
        case Go():
            _leave_by(run, run.step_of(answer.position), answer.position, Edge(answer.to), answer)
        case EndScope():
            _leave_by(run, run.step_of(answer.position), answer.position, Edge(""), answer)
        case Finish():
            trouble = leaving.finish(run, answer.outcome, answer.position)
            if trouble is not None:
                _halt(run, trouble)


def _stand(run: Run, position: Position) -> None:
    try:
        run.positions[position.address] = listening.arm(run, position)
    except UnkeyedError as error:
        _halt(run, Halt(position, "expression", str(error), "enter"))


def _halt(run: Run, halt: Halt) -> None:
    """Let a position stand still; its handlers go on listening. What it did before stays done."""
    position = halt.position
    timeout_at = position.timeout_at if halt.phase == "act" else None
    position = altered(position, timeout_at=timeout_at, alerts={}, wake_at=None)
    position = run.open_incident(position, halt.kind, halt.message, halt.phase, halt.detail)
    run.positions[position.address] = listening.arm(run, position, own=False)


def _route(run: Run, answer: Pass) -> None:
    """Find the way on: the first that applies."""
    position = answer.position
    step = run.step_of(position)
    for edge in step.next:
        if edge.outcome is not None and edge.outcome != answer.result:
            continue
        if edge.when is not None:
            names = run.scope(position)
            holds = edge.when.holds(names, run.env)
            if holds is None:
                message, detail = run.undecided(edge.when, names)
                _stuck(run, answer, Halt(position, "expression", f"{message}.", "leave", detail))
                return
            if not holds:
                continue
        _leave_by(run, step, position, edge, answer)
        return
    _stuck(run, answer, Halt(position, "no-branch", f'No way on from "{step.local}" applies.', "leave"))


def _stuck(run: Run, answer: Answer, halt: Halt) -> None:
    """Stand still behind a step whose own work is done: only the way on is missing, so no time limit is left."""
    result = answer.result if isinstance(answer, Pass) else halt.position.result
    _halt(run, replace(halt, position=replace(halt.position, result=result, timeout_at=None, due_at=None)))


def _leave_by(run: Run, step: Step, position: Position, edge: Edge, answer: Answer) -> None:
    """Leave a step whose work is done: its undo is armed, its clocks are told, then the target is entered."""
    skipped = isinstance(answer, Pass) and answer.by is not None
    unmade = skipped and answer.result is None  # type: ignore[union-attr]
    armed = None if unmade or step.undo is None else undo.prepare(run, step, position)
    if isinstance(armed, Halt):
        _stuck(run, answer, armed)
        return
    trouble = clocks.act(run, step, position, "completion") if step.clocks else None
    if trouble is not None:
        _stuck(run, answer, Halt(position, "expression", trouble, "leave"))
        return
    undo.give_up(run, step, position)
    undo.arm(run, armed)
    how = "skipped" if skipped else "completed"
    by, reason = (answer.by, answer.reason) if isinstance(answer, Pass) else (None, None)
    run.positions[position.address] = position
    if not edge.to:
        leaving.leave(run, position, how, detail=reason, by=by)  # type: ignore[arg-type]  # one of two
        run.end_scope(position.scope)
        return
    leaving.depart(run, position, edge.to, how, undo_=edge.undo, detail=reason, by=by)  # type: ignore[arg-type]  # one of two


# -- scopes ---------------------------------------------------------------------------------------------------


def enter_scope(
    run: Run, scope: str, title: str, *, bound: dict[str, Json] | None = None, by: str | None = None
) -> None:
    """Begin a branch, a section, an iteration or a side flow's run at its first step."""
    block = run.plan.blocks[path_of(scope)]
    run.facts.append(ScopeEntered(run.now, scope, block.kind, title, by))  # type: ignore[arg-type]  # never the pathway's
    run.enter(block.first, scope, bound)


def start_side(run: Run, name: str, *, bound: dict[str, Json] | None = None, by: str | None = None) -> str | None:
    """Start a side flow's run; None where it runs already and may not run twice. Gives the run's scope."""
    if not may_start_side(run, name):
        return None
    side = run.plan.side_flow[name]
    key = f"~{name}"
    number = run.visits.get(key, 0) + 1
    run.visits[key] = number
    scope = f"~{name}#{number}/"
    enter_scope(run, scope, side.title, bound=bound, by=by)
    return scope


def may_start_side(run: Run, name: str) -> bool:
    """Whether a run of a side flow may begin now: one that is to run once at a time waits for its end."""
    return not (run.plan.side_flow[name].once and side_runs(run, name))


def side_runs(run: Run, name: str) -> bool:
    """Whether a run of a side flow stands somewhere."""
    return any(one.scope.startswith(f"~{name}#") for one in (*run.positions.values(), *run.agenda))
