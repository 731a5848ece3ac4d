"""Deadlines fire once, by one timer; demonstration time maps to it."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import Client

from tests.support.interpreted import ACTIONS, SPINE, pathway
from tests.support.interpreter import Interpreter, pace, refused
from tests.support.plans import MONDAY

WAITS = pathway("""
  short: {wait: {for: 2 hours}}
  ask: {task: {title: Ask, queue: intake}, timeout: {after: 5 days, to: lapsed}}
  ask-again: {task: {title: Ask again, queue: intake}, timeout: {after: 6 days, to: lapsed}}
  finished: {end: completed}
  lapsed: {end: expired}
""")


async def test_a_deadline_fires(client: Client) -> None:
    """Pathway time at 100,000 times real time ends three days' wait within seconds."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE, pace=pace(100_000))
        assert await instance.handle.result() == "expired"


async def test_one_timer(client: Client) -> None:
    """A later deadline leaves the armed timer alone; it is armed again when it finds nothing due."""
    interpreter = Interpreter(client, [WAITS], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(WAITS, pace=pace(7200))
        await instance.stands_at("ask")
        await instance.complete("ask")
        await instance.stands_at("ask-again")
        events = await instance.events()
        await instance.handle.terminate()
    assert events.count("timer_started_event_attributes") == 2
    assert events.count("timer_fired_event_attributes") == 1
    assert events.count("timer_canceled_event_attributes") == 0


async def test_an_earlier_deadline(client: Client) -> None:
    """The timer is set anew when an earlier deadline appears."""
    plan = pathway("""
  ask: {task: {title: Ask, queue: intake}, timeout: {after: 5 days, to: lapsed}}
  short: {wait: {for: 1 hour}}
  finished: {end: completed}
  lapsed: {end: expired}
""")
    interpreter = Interpreter(client, [plan], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(plan, pace=pace(3600))
        await instance.stands_at("ask")
        await instance.complete("ask")
        assert await instance.handle.result() == "completed"
        events = await instance.events()
    assert events.count("timer_canceled_event_attributes") == 1


async def test_time_that_stands(client: Client) -> None:
    """Standing time arms no timer, and moves to the nearest deadline when it is told to."""
    interpreter = Interpreter(client, [WAITS], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(WAITS, pace=pace(0))
        await instance.stands_at("short")
        described = await instance.describe()
        assert described.now == MONDAY
        assert described.deadline == MONDAY + timedelta(hours=2)
        await instance.move_clock()
        await instance.stands_at("ask")
        assert (await instance.describe()).now == MONDAY + timedelta(hours=2)
        await instance.move_clock(MONDAY + timedelta(days=1))
        assert (await instance.describe()).now == MONDAY + timedelta(days=1)
        await instance.move_clock()
        assert await instance.handle.result() == "expired"
        events = await instance.events()
    assert "timer_started_event_attributes" not in events


async def test_nothing_to_move_to(client: Client) -> None:
    """Moving to the nearest deadline is refused where there is none."""
    plan = pathway("  ask: {task: {title: Ask, queue: intake}}\n  finished: {end: completed}\n")
    interpreter = Interpreter(client, [plan], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(plan, pace=pace(0))
        assert (await refused(instance.move_clock())).code == "no-deadline"
        await instance.handle.terminate()


async def test_pace_survives_continuing_as_new(client: Client) -> None:
    """Demonstration time goes on where it was in the next run."""
    interpreter = Interpreter(client, [WAITS], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(WAITS, pace=pace(0))
        await instance.move_clock()
        await instance.stands_at("ask")
        await instance.renew()
        assert (await instance.describe()).now == MONDAY + timedelta(hours=2)
        await instance.move_clock()
        assert await instance.handle.result() == "expired"
