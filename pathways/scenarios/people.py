"""What people and operators do in a scenario, and what reaches the instance from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pathways.diagnostics import nearest
from pathways.engine import Refusal
from pathways.engine.clocks import task_address
from pathways.engine.kinds.task import separated
from pathways.engine.transition import role_refusal
from pathways.events import (
    Cancelled,
    DataChanged,
    Event,
    Held,
    Moved,
    OfferTaken,
    Released,
    Resumed,
    Retried,
    Skipped,
    Suspended,
    TaskAdded,
    TaskCompleted,
)
from pathways.facts import TaskOpened
from pathways.plan import Task
from pathways.scenarios.case import Case, ScenarioStopError
from pathways.scenarios.migrating import migrate
from pathways.scenarios.model import ANY_REFUSAL, Happening
from pathways.scenarios.places import candidates
from pathways.scenarios.world import World
from pathways.state import State
from pathways.time.arithmetic import add
from pathways.time.durations import DurationError

_BY_FIELD = ("form-invalid", "inputs-invalid", "input-invalid", "output-invalid", "value-invalid")
_GONE = ("task-closed", "unknown-task", "no-position", "no-incident")


def happen(world: World, happening: Happening) -> None:
    """Let one thing happen. Raises `ScenarioStopError` where it can't, or is refused otherwise than expected."""
    _DEEDS[happening.verb](world, happening)


def judge(happening: Happening | None, refusal: Refusal | None, hint: str = "", world: World | None = None) -> None:
    """Stop where a refusal is not the expected one, or is missing."""
    wanted = happening.refused if happening is not None else None
    if refusal is None:
        if wanted is not None:
            words = "refused" if wanted == ANY_REFUSAL else f"refused as {wanted}"
            raise ScenarioStopError(f"Expected that this is {words}; it was done.")
        return
    fields = _by_field(refusal)
    message = f"{refusal.message} ({fields})" if fields else refusal.message
    if wanted in (ANY_REFUSAL, refusal.code):
        if world is not None:
            world.note(f"refused ({refusal.code}): {message}")
        return
    if wanted is not None:
        raise ScenarioStopError(f"Expected that this is refused as {wanted}; it was as {refusal.code}: {message}", hint)
    raise ScenarioStopError(message, hint)


def _by_field(refusal: Refusal) -> str:
    """What is wrong with each field, where the message does not say so itself."""
    detail = refusal.detail
    if not isinstance(detail, dict) or refusal.code not in _BY_FIELD:
        return ""
    return "; ".join(f"{name} {why}" for name, why in detail.items() if f"{name}: {why}" not in refusal.message)


# -- whom it happens to ---------------------------------------------------------------------------------------


def cases_of(world: World, happening: Happening) -> list[Case]:
    """The instances that an entry may be about: those that run, the scenario's own first; or the one it names."""
    if not happening.within:
        return [world.root, *(one for one in world.running() if one is not world.root)]
    return [child(world, happening.within)]


def child(world: World, name: str) -> Case:
    """The child that runs its own definition, by the address of the step that started it, or by its pathway's name."""
    children = [one for one in world.cases if one is not world.root]
    found = [one for one in children if one.label in candidates(name, [one.label for one in children])]
    found = found or [one for one in children if one.plan.pathway == name]
    live = [one for one in found if one.running] or found
    if len(live) == 1 or (live and not live[0].running):
        return live[-1]
    there = ", ".join(one.label for one in children) or "none"
    if live:
        raise ScenarioStopError(
            f'"{name}" may be {" or ".join(one.label for one in live)}.', "Write its whole address."
        )
    raise ScenarioStopError(f'No child "{name}" runs its own definition.', f"Children that do: {there}.")


def open_tasks(case: Case) -> list[str]:
    """The addresses of the tasks that are open: those of steps, of breached clocks, and added ones."""
    state = case.state
    return [
        *(one.address for one in state.positions.values() if one.waits == "people"),
        *(task_address(name, one.number) for name, one in state.clocks.items() if one.task_at is not None),
        *state.added,
    ]


def incidents(case: Case) -> list[str]:
    """The addresses at which an incident is open."""
    state = case.state
    return [one.address for one in (*state.positions.values(), *state.settling.values()) if one.incident is not None]


def positions(case: Case) -> list[str]:
    """Where an instance stands, what lies deepest first; what settles included."""
    state = case.state
    found = [*state.positions, *(one.address for one in state.settling.values() if one.incident is not None)]
    return sorted(found, key=lambda one: -one.count("/"))


def _find(world: World, happening: Happening, what: str, known: Callable[[Case], list[str]]) -> tuple[Case, str]:
    """The instance and the address that an entry means; what it says itself where nothing fits."""
    cases = cases_of(world, happening)
    literal = happening.refused in _GONE
    for group in (cases[:1], cases[1:]):
        found = [(case, one) for case in group for one in candidates(happening.target, known(case))]
        if literal:
            found = [(case, one) for case, one in found if one == happening.target]
        if len(found) == 1:
            return found[0]
        if found:
            shown = ", ".join(f"{one} in {case.label}" if case.label else one for case, one in found)
            raise ScenarioStopError(f'Several {what} fit "{happening.target}": {shown}.', "Write the whole address.")
    return _below(cases[1:], happening.target, known) or (cases[0], happening.target)


def _below(children: list[Case], target: str, known: Callable[[Case], list[str]]) -> tuple[Case, str] | None:
    """What a child has at an address that begins with the step it was started from: `kid/ask`, `kid > ask`."""
    found = {one.from_parent(address): (one, address) for one in children for address in known(one)}
    fits = candidates(target.replace(" > ", "/"), found)
    return found[fits[0]] if len(fits) == 1 else None


def _instead(world: World, cases: Iterable[Case], address: str, what: str, known: Callable[[Case], list[str]]) -> str:
    """What there is instead of an address that does not fit."""
    if not world.root.running:
        return ""
    there = [one for case in cases for one in known(case)]
    if address in there:
        return ""
    if not there:
        return f"There is no {what.removesuffix('s')}; it stands at {standing(world.state) or 'nothing'}."
    inner = {one.rpartition("/")[2]: one for one in there}
    near = nearest(address, there) or nearest(address, inner)
    return near or f"{what.capitalize()}: {', '.join(there[:30])}."


def standing(state: State) -> str:
    """Where an instance stands, in words."""
    return ", ".join(sorted(state.positions))


# -- people ---------------------------------------------------------------------------------------------------


def _apply(world: World, happening: Happening, case: Case, event: Event, hint: str = "") -> None:
    judge(happening, world.apply(event, case).refusal, hint, world)


def _complete(world: World, happening: Happening) -> None:
    case, address = _find(world, happening, "open tasks", open_tasks)
    claimed = case.claims.get(address)
    seen = claimed[1] if happening.seen and claimed is not None else None
    event = TaskCompleted(address, happening.outcome, happening.form, happening.by, happening.roles, seen)
    _apply(
        world, happening, case, event, _instead(world, cases_of(world, happening), address, "open tasks", open_tasks)
    )


def _claim(world: World, happening: Happening) -> None:
    case, address = _find(world, happening, "open tasks", open_tasks)
    if address not in open_tasks(case):
        hint = _instead(world, cases_of(world, happening), address, "open tasks", open_tasks)
        judge(happening, Refusal("unknown-task", f'There is no open task "{address}" to claim.'), hint, world)
        return
    refusal = _not_theirs(case, address, happening)
    judge(happening, refusal, "", world)
    if refusal is None:
        case.claims[address] = happening.by, case.state.rev
        world.note(f"{address}: claimed by {happening.by}", case)


def _not_theirs(case: Case, address: str, happening: Happening) -> Refusal | None:
    """Why a person can't take a task: another has it, it asks for a role, or they did what it must be separate from."""
    holder = case.claims.get(address, ("", 0))[0]
    if holder and holder != happening.by:
        return Refusal("task-held", f"{holder} has taken this task.")
    opened = (one for one in reversed(case.facts) if isinstance(one, TaskOpened) and one.address == address)
    refusal = role_refusal(next((one.role for one in opened), None), happening.roles)
    position = case.state.positions.get(address)
    step = case.plan.step.get(position.step) if position is not None else None
    if refusal is not None or not isinstance(step, Task):
        return refusal
    return separated(case.plan, case.state.completed_by, step, address, happening.by)


def _offer(world: World, happening: Happening) -> None:
    case, name = _find(world, happening, "offers", _offered)
    hint = nearest(name, case.plan.side_flow) or f"Offered are: {', '.join(case.state.offers) or 'none'}."
    _apply(world, happening, case, OfferTaken(name.removeprefix("~"), happening.by, happening.roles), hint)


def _offered(case: Case) -> list[str]:
    return [spelling for name in case.state.offers for spelling in (name, f"~{name}")]


def _add_task(world: World, happening: Happening) -> None:
    case = cases_of(world, happening)[0]
    try:
        due = add(world.now, happening.due, world.zone, case.plan.default_calendar) if happening.due else None
    except DurationError as error:
        raise ScenarioStopError(error.message, error.hint) from None
    role = str(happening.given) if happening.given is not None else None
    event = TaskAdded(happening.target, happening.queue, happening.by, happening.priority, role, happening.help, due)
    _apply(world, happening, case, event)


# -- operators ------------------------------------------------------------------------------------------------


def _retry(world: World, happening: Happening) -> None:
    case, address = _find(world, happening, "open incidents", incidents)
    event = Retried(address, happening.by, happening.reason, happening.given, happening.had_no_effect)
    stuck = incidents(case)
    hint = nearest(address, stuck, plural="Open incidents at") if address not in stuck else ""
    _apply(world, happening, case, event, hint)


def _skip(world: World, happening: Happening) -> None:
    case, address = _find(world, happening, "positions", positions)
    event = Skipped(address, happening.by, happening.reason, happening.given, happening.roles)
    _apply(world, happening, case, event, _instead(world, [case], address, "positions", positions))


def _move(world: World, happening: Happening) -> None:
    case, address = _find(world, happening, "positions", positions)
    event = Moved(address, happening.to, happening.by, happening.reason, happening.undo, happening.roles)
    hint = _instead(world, [case], address, "positions", positions)
    _apply(world, happening, case, event, hint or nearest(happening.to, case.plan.step))


def _set(world: World, happening: Happening) -> None:
    case = cases_of(world, happening)[0]
    for name, value in happening.data.items():
        inner, slash, plain = name.rpartition("/")
        scope = inner + slash if slash else _scope(case, happening.scope)
        event = DataChanged(plain, value, happening.by, happening.reason, scope, happening.roles)
        refusal = world.apply(event, case).refusal
        hint = "" if plain in case.plan.types else nearest(plain, case.plan.types)
        judge(happening, refusal, hint, world)


def _scope(case: Case, text: str) -> str:
    if not text:
        return ""
    found = candidates(text.rstrip("/"), [one.rstrip("/") for one in case.state.data if one])
    if len(found) > 1:
        raise ScenarioStopError(f'Several scopes fit "{text}": {", ".join(found)}.', "Write the whole scope.")
    return f"{found[0] if found else text.rstrip('/')}/"


def _suspend(world: World, happening: Happening) -> None:
    event = Suspended(happening.by, happening.reason, happening.pause_clocks)
    _apply(world, happening, cases_of(world, happening)[0], event)


def _resume(world: World, happening: Happening) -> None:
    _apply(world, happening, cases_of(world, happening)[0], Resumed(happening.by, happening.reason))


def _hold(world: World, happening: Happening) -> None:
    case = cases_of(world, happening)[0]
    unknown = [one for one in happening.steps if one not in case.plan.step]
    hint = nearest(unknown[0], case.plan.step) if unknown else ""
    event = Held(happening.steps, happening.by, happening.reason, own=happening.own)
    judge(happening, world.apply(event, case).refusal, hint, world)


def _release(world: World, happening: Happening) -> None:
    event = Released(happening.by, happening.reason, own=happening.own)
    _apply(world, happening, cases_of(world, happening)[0], event)


def _cancel(world: World, happening: Happening) -> None:
    _apply(world, happening, cases_of(world, happening)[0], Cancelled(happening.by, happening.reason))


# -- from outside ---------------------------------------------------------------------------------------------


def _event(world: World, happening: Happening) -> None:
    event = world.messages.new(happening.target, happening.key, happening.data)
    refusal = world.messages.deliver(event, cases_of(world, happening))
    if refusal is not None and refusal.code == "ended" and happening.refused is None:
        world.note("nobody takes it: the instance has ended")  # the relay finds no listener, and keeps it
        return
    judge(happening, refusal, "", world)


def _child(world: World, happening: Happening) -> None:
    """A child that is a stub ends, or fails."""
    running = world.children.stubbed
    by_address = {address: instance for instance, (address, _) in running.items()}
    found = candidates(happening.target, by_address)
    found = found or [address for address, pathway in running.values() if pathway == happening.target]
    if len(found) != 1:
        there = ", ".join(by_address) or "none"
        what = "Several children fit" if found else "No child runs as a stub at"
        raise ScenarioStopError(f'{what} "{happening.target}".', f"Children that do: {there}.")
    failed = happening.message or None
    world.children.end(by_address[found[0]], happening.outcome, happening.given, failed)


def _pass(_world: World, _happening: Happening) -> None:
    return


_DEEDS: dict[str, Callable[[World, Happening], None]] = {
    "pass": _pass,
    "complete": _complete,
    "claim": _claim,
    "offer": _offer,
    "add_task": _add_task,
    "retry": _retry,
    "skip": _skip,
    "move": _move,
    "set": _set,
    "suspend": _suspend,
    "resume": _resume,
    "hold": _hold,
    "release": _release,
    "cancel": _cancel,
    "event": _event,
    "child": _child,
    "migrate": migrate,
}
