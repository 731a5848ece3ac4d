"""Running a scenario: the pure engine, in virtual time, in the world that the scenario describes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pathways.diagnostics import Mark, nearest
from pathways.durations import DurationError, add
from pathways.engine import Refusal, Transition, start_state
from pathways.events import Cancelled, Event, MessageReceived, Retried, Started, TaskCompleted
from pathways.plan import Plan
from pathways.scenarios.expect import Mismatch, check
from pathways.scenarios.model import Happening, Scenario, Start
from pathways.scenarios.world import Moment, ScenarioStopError, World
from pathways.state import State
from pathways.zones import ZoneError, instant_of, zone

INSTANCE = "01J00000000000000000000000"
"""The id of every scenario's instance, so that runs compare."""

DEFAULT_START = "2026-01-05T09:00:00"
"""A Monday morning, where a scenario does not say when it begins."""


@dataclass(frozen=True)
class Failure:
    """What went wrong: the authored place, what happened there, and what may help."""

    mark: Mark
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Result:
    """How a scenario went: its failures (none means passed), and everything that happened, in order."""

    scenario: Scenario
    failures: tuple[Failure, ...]
    zone: str
    moments: tuple[Moment, ...] = ()
    seen: tuple[tuple[State, Event, Transition], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all came out as expected."""
        return not self.failures


def run_scenario(plan: Plan, scenario: Scenario) -> Result:
    """Run one scenario of a plan. Whatever goes wrong is a failure with its authored place, never an exception."""
    zone_name = scenario.start.zone or (plan.default_calendar.zone if plan.default_calendar else "UTC")
    try:
        tz = zone(zone_name)
        at = _moment(scenario.start, tz)
    except (ZoneError, ScenarioStopError) as error:
        return Result(scenario, (Failure(scenario.start.mark, error.message, error.hint),), zone_name)
    world = World(plan, start_state(plan, INSTANCE, zone_name, at), tz, scenario.actions)
    failures = _play(world, scenario)
    return Result(scenario, tuple(failures), zone_name, tuple(world.moments), tuple(world.seen))


def _moment(start: Start, tz: ZoneInfo) -> datetime:
    text = start.at or DEFAULT_START
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ScenarioStopError(f'"{text}" is no time to start at.', "Such as 2026-03-02T09:00:00-05:00.") from None
    return instant_of(found, tz) if found.tzinfo is None else found.astimezone(UTC)


def _play(world: World, scenario: Scenario) -> list[Failure]:
    mark = scenario.start.mark
    try:
        _refused(world.apply(Started(scenario.start.inputs)).refusal)
        world.settle()
        for happening in scenario.then:
            mark = happening.mark
            _happen(world, happening)
        if not scenario.then or scenario.then[-1].verb != "pass":
            world.settle_retries()
    except ScenarioStopError as stop:
        return [Failure(mark, stop.message, stop.hint)]
    return [_failure(one) for one in check(scenario.expect, world)]


def _failure(mismatch: Mismatch) -> Failure:
    return Failure(mismatch.mark, mismatch.message, mismatch.hint)


def _happen(world: World, happening: Happening) -> None:
    """Let time pass as authored, then let one thing happen."""
    if happening.after is None:
        world.settle_retries()
    else:
        try:
            world.pass_until(add(world.now, happening.after, world.zone, world.calendar))
        except DurationError as error:
            raise ScenarioStopError(error.message, error.hint) from None
    match happening.verb:
        case "complete":
            _complete(world, happening)
        case "event":
            _deliver(world, happening)
        case "retry":
            _retry(world, happening)
        case "cancel":
            _refused(world.apply(Cancelled(happening.by, happening.reason)).refusal)
        case "claim":
            _open_task(world, happening.target, "claim")
            world.note(f"{happening.target}: claimed by {happening.by}")
        case "pass":
            pass
    world.settle()


def _refused(refusal: Refusal | None, hint: str = "") -> None:
    if refusal is None:
        return
    detail = refusal.detail
    fields = "; ".join(f"{name} {why}" for name, why in detail.items()) if _by_field(refusal) else ""
    raise ScenarioStopError(f"{refusal.message} ({fields})" if fields else refusal.message, hint)


def _by_field(refusal: Refusal) -> bool:
    return isinstance(refusal.detail, dict) and refusal.code in ("form-invalid", "inputs-invalid", "input-invalid")


def _complete(world: World, happening: Happening) -> None:
    event = TaskCompleted(happening.target, happening.outcome, happening.form, happening.by, happening.roles)
    _refused(world.apply(event).refusal, _open_instead(world, happening.target))


def _open_instead(world: World, address: str) -> str:
    """What to complete instead of an address where no task is open."""
    if world.state.status == "ended":
        return ""
    tasks = [one.address for one in world.state.positions.values() if one.waits == "people"]
    if address in tasks:
        return ""
    if not tasks:
        return f"No task is open; it stands at {standing(world.state) or 'nothing'}."
    return nearest(address, tasks, plural="Open tasks") or f"Open tasks: {', '.join(tasks)}."


def _open_task(world: World, address: str, verb: str) -> None:
    position = world.state.positions.get(address)
    if position is None or position.waits != "people":
        raise ScenarioStopError(f'There is no open task "{address}" to {verb}.', _open_instead(world, address))


def _deliver(world: World, happening: Happening) -> None:
    number = sum(isinstance(event, MessageReceived) for _, event, _ in world.seen) + 1
    event = MessageReceived(f"event-{number}", happening.target, happening.key, happening.data, world.now)
    key = f" for {happening.key}" if happening.key else ""
    world.note(f"event {happening.target}{key}")
    transition = world.apply(event)
    _refused(transition.refusal)
    if isinstance(transition.result, dict) and transition.result.get("verdict") == "ignored":
        world.note(f"event {happening.target}{key}: nobody takes it")


def _retry(world: World, happening: Happening) -> None:
    event = Retried(happening.target, happening.by, happening.reason, happening.given, happening.had_no_effect)
    stuck = [one.address for one in world.state.positions.values() if one.incident is not None]
    hint = nearest(happening.target, stuck, plural="Open incidents at") if happening.target not in stuck else ""
    _refused(world.apply(event).refusal, hint)


def standing(state: State) -> str:
    """Where an instance stands, in words."""
    return ", ".join(sorted(state.positions))


def run_all(plan: Plan, scenarios: Sequence[Scenario]) -> tuple[Result, ...]:
    """Run scenarios one by one; none sees another."""
    return tuple(run_scenario(plan, one) for one in scenarios)
