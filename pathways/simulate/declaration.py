"""What a simulation draws from, as `simulation.yaml` beside a version declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from random import Random
from typing import Literal

from pathways.simulate.distributions import Distribution, fixed, lognormal
from pathways.simulate.samples import EMPTY, NOTHING, Sample, pick

TASK_TIME = lognormal(2 * 3600, 8 * 3600, working=True)
"""How long a task takes where nothing is declared and the pathway has a calendar: from opening to completion."""

TASK_TIME_ELAPSED = lognormal(4 * 3600, 24 * 3600)
"""The same for a pathway without a calendar."""

ACTION_TIME = fixed(2)
"""How long an action takes where nothing is declared."""

EVENT_TIME = lognormal(2 * 86_400, 6 * 86_400)
"""When an awaited event arrives where nothing is declared."""

CHILD_TIME = lognormal(3 * 86_400, 9 * 86_400)
"""How long a child takes where nothing is declared."""


@dataclass(frozen=True)
class Answer:
    """What an action answers, a task ends with or a child comes to, and how often among others.

    `name` is the problem, the technical reason, or the outcome; `value` the output, the form or what is given.
    """

    kind: Literal["give", "problem", "fail", "outcome"]
    name: str = ""
    value: Sample = EMPTY
    takes: Distribution | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Behaviour:
    """How an action, a task or a child goes: its answers, how long it takes, in which calendar."""

    answers: tuple[Answer, ...]
    takes: Distribution
    calendar: str | None = None
    choices: tuple[tuple[float, Answer], ...] = field(init=False)
    sums: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Add up the weights once."""
        choices = tuple((one.weight, one) for one in self.answers)
        object.__setattr__(self, "choices", choices)
        object.__setattr__(self, "sums", tuple(accumulate(one.weight for one in self.answers)))

    def draw(self, random: Random) -> Answer:
        """One of the answers."""
        found: Answer = pick(random, self.choices, self.sums)
        return found


@dataclass(frozen=True)
class Arrival:
    """When an awaited event comes, in what share of cases, with what data. `at` is the step that waits; any if None."""

    share: float
    takes: Distribution
    data: Sample = EMPTY
    at: str | None = None
    calendar: str | None = None


@dataclass(frozen=True)
class Offered:
    """In what share of cases a person takes an offer, and how long after it is there."""

    share: float
    takes: Distribution
    calendar: str | None = None


@dataclass(frozen=True)
class Simulation:
    """All of it, by name: actions and children by theirs, tasks by their step's path, events by type.

    `start` is when the first case may come, `per_day` how many do on a day on which `calendar` is open; `zone` and
    `site` are where they live.
    """

    actions: Mapping[str, Behaviour] = field(default_factory=dict)
    tasks: Mapping[str, Behaviour] = field(default_factory=dict)
    children: Mapping[str, Behaviour] = field(default_factory=dict)
    events: Mapping[str, tuple[Arrival, ...]] = field(default_factory=dict)
    offers: Mapping[str, Offered] = field(default_factory=dict)
    inputs: Sample = NOTHING
    start: datetime | None = None
    zone: str | None = None
    site: str | None = None
    per_day: float | None = None
    calendar: str | None = None
    source: str = ""
