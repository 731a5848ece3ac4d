"""Gates: decisions that are some people's alone. Which an operator would pass, and whether they may.

A gate counts as passed where its decision stands open and is left, and where the way on was going to come to it and no
longer does: it lies between the step that is left and the target, or inside what is left and was not decided yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from pathways.addresses import block_of, is_inside, local_of, path_of, scope_of
from pathways.engine.run import Run
from pathways.engine.transition import Refusal
from pathways.plan import Parallel, Repeat, Step, Task
from pathways.state import Position


def passed_by_move(run: Run, position: Position, target: str) -> list[Step]:
    """The gates that moving a position to a step would pass."""
    top = position.address
    while scope_of(top) and path_of(scope_of(top)) != block_of(target):
        top = run.plan.container_of(scope_of(top))
    order, path = run.plan.order, path_of(top)
    between = range(order[path] + 1, order[target])
    return [
        step
        for step in _gates(run)
        if step.id == path
        or (_lies_in(step.id, path) and _pends(run, step, top))
        or (order[step.id] in between and not _lies_in(step.id, path))
    ]


def passed_by_skip(run: Run, position: Position) -> list[Step]:
    """The gates that skipping what stands at a position would pass: itself, or those that lie in it."""
    at = position.step
    return [
        step for step in _gates(run) if step.id == at or (_lies_in(step.id, at) and _pends(run, step, position.address))
    ]


def reading(run: Run, name: str) -> list[Step]:
    """The gates that were shown a value, or are now."""
    reached = {path_of(key) for key in run.visits}
    return [step for step in _gates(run) if isinstance(step, Task) and name in step.reads and step.id in reached]


def refusal(gates: list[Step], roles: tuple[str, ...] | None) -> Refusal | None:
    """Refuse what touches a gate to a person without its role. Without `roles` it is not asked."""
    for step in gates:
        needed = step.gate_roles
        if roles is not None and needed and not set(needed) & set(roles):
            words = " or ".join(needed)
            return Refusal("gate-role", f'"{step.shown}" is a {step.gate} gate: this needs {words}.', {"roles": needed})
    return None


def _gates(run: Run) -> Iterator[Step]:
    return (step for step in run.plan.steps if step.gate)


def _lies_in(step: str, container: str) -> bool:
    return step.startswith(f"{container}/")


def _pends(run: Run, gate: Step, top: str) -> bool:
    """Whether a gate inside a position that is left is still to be decided: open now, to come, or to come again."""
    path, outermost = gate.id, path_of(top)
    owners = list(_owners(run, path, outermost))
    if any(isinstance(run.plan.step[one], Repeat) for one in owners):
        return True
    for owner in owners:
        if _standing(run, path, top) is not None:
            return True
        if _was_entered(run, path, top):
            return False
        around = run.positions[top] if owner == outermost else _standing(run, owner, top)
        if around is not None:
            step, branch = run.plan.step[owner], local_of(block_of(path))
            return not (isinstance(step, Parallel) and step.branches.index(branch) in around.done)
        path = owner
    return True


def _owners(run: Run, path: str, outermost: str) -> Iterator[str]:
    """The containers around a step, from the inside out, up to one of them."""
    while path != outermost:
        path = run.plan.blocks[block_of(path)].owner
        yield path


def _standing(run: Run, path: str, top: str) -> Position | None:
    inside = (one for address, one in run.positions.items() if is_inside(address, top))
    return next((one for one in inside if one.step == path and one.role == "step"), None)


def _was_entered(run: Run, path: str, top: str) -> bool:
    return any(is_inside(key, top) and path_of(key) == path for key in run.visits)
