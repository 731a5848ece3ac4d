"""A scenario as its author wrote it: what happens, and what is expected, each with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pathways.diagnostics import Mark
from pathways.time.durations import Duration

Json = Any

Verb = Literal[
    "pass",
    "complete",
    "event",
    "claim",
    "offer",
    "add_task",
    "retry",
    "skip",
    "move",
    "set",
    "suspend",
    "resume",
    "hold",
    "release",
    "cancel",
    "child",
    "migrate",
]

Expected = Literal[
    "outcome",
    "give",
    "at",
    "stage",
    "attributes",
    "visited",
    "data",
    "open_tasks",
    "clocks",
    "emitted",
    "actions_run",
    "actions_order",
    "children_cancelled",
    "children",
    "incidents",
    "no_incidents",
    "offers",
]

ANY_REFUSAL = "any"
"""What `refused: true` expects: a refusal, whatever its code."""

UNWANTED = "unwanted"
"""How a start is refused by an event that no entry of `starts_on` wants."""

DEAD_LETTER = "dead-letter"
"""How a start is refused by an event of which that cannot be said: a person has to look at it."""


@dataclass(frozen=True)
class Start:
    """How the instance begins: `at` is an ISO text as written, None where none is.

    `site` is what expressions see as `instance.site`.
    `event` is the type of the domain event that starts it (`starts_on`), with its `key` and `data`. `refused` is why
    nothing starts, where that is expected.
    """

    mark: Mark
    at: str | None = None
    zone: str | None = None
    site: str | None = None
    inputs: Mapping[str, Json] = field(default_factory=dict)
    event: str | None = None
    key: str | None = None
    data: Json = None
    refused: str | None = None


@dataclass(frozen=True)
class Answer:
    """What an action answers once: it gives output, fails technically, or reports a problem; after `takes`.

    `marks` has the place of each field that it gives.
    """

    mark: Mark
    kind: Literal["give", "fail", "problem"]
    value: Json = None
    message: str = ""
    detail: Json = None
    takes: Duration | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True)
class ChildAnswer:
    """How a child pathway goes: it ends with an outcome and what that gives, goes on running, or fails.

    `marks` has the place of each field that it gives.
    """

    mark: Mark
    kind: Literal["end", "run", "fail"]
    outcome: str = ""
    give: Json = None
    message: str = ""
    takes: Duration | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True)
class Stubs:
    """What stands in for the world: the answers of actions by name, how children go by name, their places by name.

    `real` says that children without a stub run their own definitions.
    """

    actions: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
    children: Mapping[str, tuple[ChildAnswer, ...]] = field(default_factory=dict)
    real: bool = False
    marks: Mapping[tuple[str, str], Mark] = field(default_factory=dict)


@dataclass(frozen=True)
class Expectation:
    """One entry of `expect`: its value is plain JSON, `marks` has the place of each item of a list or map.

    `inner` are the expectations of a child, by its address.
    """

    what: Expected
    value: Json
    mark: Mark
    marks: Mapping[str | int, Mark] = field(default_factory=dict)
    inner: Mapping[str, tuple[Expectation, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Happening:
    """One entry of `then`: time passes for `after`, then somebody does something (or nothing: `pass`).

    `target` is the address of a task, position or child, the event's type, a side flow, a step's name or a version.
    `within` is the address of the child in which it happens; "" the instance itself. `refused` is the code of the
    refusal that is expected. `steps` are those that are held, `own` of this instance alone. `expect` is compared when
    it has happened.
    """

    mark: Mark
    verb: Verb
    after: Duration | None = None
    target: str = ""
    outcome: str = ""
    form: Mapping[str, Json] = field(default_factory=dict)
    by: str = "somebody"
    roles: tuple[str, ...] | None = None
    key: str | None = None
    data: Json = None
    given: Json = None
    had_no_effect: bool = False
    reason: str = ""
    to: str = ""
    undo: bool = False
    pause_clocks: bool = False
    steps: tuple[str, ...] = ()
    own: bool = False
    seen: bool = False
    scope: str = ""
    message: str = ""
    queue: str = ""
    priority: str = "routine"
    help: str | None = None
    due: Duration | None = None
    within: str = ""
    refused: str | None = None
    expect: tuple[Expectation, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """One scenario."""

    name: str
    mark: Mark
    start: Start
    stubs: Stubs = Stubs()
    then: tuple[Happening, ...] = ()
    expect: tuple[Expectation, ...] = ()
    about: str | None = None

    @property
    def actions(self) -> Mapping[str, tuple[Answer, ...]]:
        """What each action answers."""
        return self.stubs.actions


@dataclass(frozen=True)
class ScenarioFile:
    """A file of scenarios for one pathway, of one version or of whichever stands beside it."""

    file: str
    pathway: str | None
    version: str | None
    scenarios: tuple[Scenario, ...]
    lines: tuple[str, ...] = ()

    def line(self, mark: Mark) -> str:
        """The authored line at a place, without its indentation."""
        return self.lines[mark.line - 1].strip() if 0 < mark.line <= len(self.lines) else ""
