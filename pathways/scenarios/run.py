"""Running a scenario: the pure engine, in virtual time, in the world that the scenario describes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pathways.diagnostics import Mark
from pathways.engine import Refusal, Transition, start_state
from pathways.events import Event, Started
from pathways.inputs import conform_inputs
from pathways.plan import Plan
from pathways.scenarios.case import Moment, ScenarioStopError
from pathways.scenarios.checking import unknown_names
from pathways.scenarios.expect import check
from pathways.scenarios.fitting import Known
from pathways.scenarios.library import Library, Plans
from pathways.scenarios.model import DEAD_LETTER, UNWANTED, Happening, Scenario, Start
from pathways.scenarios.people import happen, judge
from pathways.scenarios.world import World
from pathways.starting import KeylessError, Unsure, starts, unique_key
from pathways.state import State
from pathways.time.arithmetic import add
from pathways.time.durations import DurationError
from pathways.time.zones import ZoneError, instant_of, zone

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
    """How a scenario went: its failures (none means passed), and everything that happened, in order.

    `seen` are the transitions of the scenario's own instance; each state names its plan by digest.
    """

    scenario: Scenario
    failures: tuple[Failure, ...]
    zone: str
    moments: tuple[Moment, ...] = ()
    seen: tuple[tuple[State, Event, Transition], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all came out as expected."""
        return not self.failures


def run_scenario(plan: Plan, scenario: Scenario, library: Library | None = None, known: Known | None = None) -> Result:
    """Run one scenario of a plan. Whatever goes wrong is a failure with its authored place, never an exception.

    `library` has the definitions of real children and the versions to migrate to; `known` is what a catalog has.
    """
    library = library or Plans()
    zone_name = scenario.start.zone or (plan.default_calendar.zone if plan.default_calendar else "UTC")
    try:
        tz = zone(zone_name)
        at = _moment(scenario.start, tz)
    except (ZoneError, ScenarioStopError) as error:
        return Result(scenario, (Failure(scenario.start.mark, error.message, error.hint),), zone_name)
    unknown = unknown_names(plan, scenario, library, known or Known())
    if unknown:
        failures = [Failure(one.mark, one.message, one.hint) for one in unknown]
        return Result(scenario, tuple(failures), zone_name)
    world = World(
        plan, start_state(plan, INSTANCE, zone_name, at, site=scenario.start.site), tz, scenario.stubs, library
    )
    failures = _play(world, scenario)
    return Result(scenario, tuple(failures), zone_name, tuple(world.moments), tuple(world.seen))


def _moment(start: Start, tz: ZoneInfo) -> datetime:
    text = start.at or DEFAULT_START
    try:
        found = datetime.fromisoformat(text)
        return instant_of(found, tz) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ScenarioStopError(f'"{text}" is no time to start at.', "Such as 2026-03-02T09:00:00-05:00.") from None


def _play(world: World, scenario: Scenario) -> list[Failure]:
    mark, failures = scenario.start.mark, list[Failure]()
    try:
        judge(Happening(mark, "pass", refused=scenario.start.refused), _start(world, scenario.start), world=world)
        if scenario.start.refused is not None:
            return []
        world.settle()
        for happening in scenario.then:
            mark = happening.mark
            _pass_time(world, happening)
            happen(world, happening)
            world.settle()
            failures += [Failure(one.mark, one.message, one.hint) for one in check(happening.expect, world)]
        if not scenario.then or scenario.then[-1].verb != "pass":
            world.settle_retries()
    except ScenarioStopError as stop:
        return [*failures, Failure(mark, stop.message, stop.hint)]
    return failures + [Failure(one.mark, one.message, one.hint) for one in check(scenario.expect, world)]


def _start(world: World, start: Start) -> Refusal | None:
    """Start the instance, by an event where it says so; gives why nothing starts."""
    started = Started(start.inputs)
    if start.event is not None:
        event = world.messages.new(start.event, start.key, start.data)
        wanted = starts(world.plan, event, zone=world.state.zone, at=world.now)
        if wanted is None:
            return Refusal(UNWANTED, f"The event {start.event} does not start the pathway.")
        if isinstance(wanted, Unsure):
            return Refusal(DEAD_LETTER, f"The event {start.event} does not start the pathway: {wanted.reason}")
        started = Started({**wanted.inputs, **start.inputs}, event.id)
    if not conform_inputs(world.plan, started.inputs)[1]:
        try:
            unique_key(world.plan, started.inputs, zone=world.state.zone, at=world.now)
        except KeylessError as error:
            return Refusal(error.code, f"{error.message} {error.hint}")
    return world.apply(started).refusal


def _pass_time(world: World, happening: Happening) -> None:
    """Let time pass as authored; without a time, what is tried again comes to its end first."""
    if happening.after is None:
        world.settle_retries()
        return
    try:
        world.pass_until(add(world.now, happening.after, world.zone, world.calendar))
    except DurationError as error:
        raise ScenarioStopError(error.message, error.hint) from None


def run_all(
    plan: Plan, scenarios: Sequence[Scenario], library: Library | None = None, known: Known | None = None
) -> tuple[Result, ...]:
    """Run scenarios one by one; none sees another."""
    return tuple(run_scenario(plan, one, library, known) for one in scenarios)
