"""`parallel`: branches side by side, joined when all, one or a number of them have ended well."""

from __future__ import annotations

from pathways.addresses import branch_scope, local_of, path_of
from pathways.engine import leaving, moving
from pathways.engine.outcomes import Answer, Pass, Stand
from pathways.engine.run import Run
from pathways.facts import InnerAwaited
from pathways.plan import Parallel
from pathways.state import Leaving, Position, altered


def enter(run: Run, step: Parallel, position: Position) -> Answer:
    """Begin every branch, the first authored first."""
    run.facts.append(InnerAwaited(run.now, position.address, "inner"))
    begun = len(run.agenda)
    for branch in step.branches:
        moving.enter_scope(run, branch_scope(position.address, branch), branch)
    run.agenda[begun:] = reversed(run.agenda[begun:])
    return Stand(altered(position, waits="inner"))


def branch_ended(run: Run, step: Parallel, position: Position, scope: str) -> None:
    """Count a branch that ended well; with enough of them, leave the others and go on."""
    done = tuple(sorted({*position.done, step.branches.index(local_of(path_of(scope)))}))
    position = altered(position, done=done)
    run.positions[position.address] = position
    join(run, step, position)


def join(run: Run, step: Parallel, position: Position) -> None:
    """Go on, if enough branches have ended; the others are left, and undone where that is asked."""
    done = position.done
    if position.waits != "inner" or len(done) < step.join:
        return
    rest = tuple(
        branch_scope(position.address, branch) for place, branch in enumerate(step.branches) if place not in done
    )
    if rest:
        leaving.leave_scopes(run, rest, "join")
    if step.undo_rest and rest and leaving.pending(run, rest):
        run.positions[position.address] = altered(
            position, waits="undo", timeout_at=None, leaving=Leaving(None, "completed", rest)
        )
        run.facts.append(InnerAwaited(run.now, position.address, "undo"))
        return
    moving.settle(run, Pass(position))
