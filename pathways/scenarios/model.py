"""A scenario as its author wrote it: what happens, and what is expected, each with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pathways.diagnostics import Mark
from pathways.durations import Duration

Json = Any

Verb = Literal["pass", "complete", "event", "retry", "cancel", "claim"]
Expected = Literal[
    "outcome",
    "at",
    "visited",
    "data",
    "open_tasks",
    "emitted",
    "actions_run",
    "actions_order",
    "incidents",
    "no_incidents",
]


@dataclass(frozen=True)
class Start:
    """How the instance begins: `at` is an ISO text as written, None where none is."""

    mark: Mark
    at: str | None = None
    zone: str | None = None
    inputs: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What an action answers once: it gives output, fails technically, or reports a problem; after `takes`."""

    mark: Mark
    kind: Literal["give", "fail", "problem"]
    value: Json = None
    message: str = ""
    detail: Json = None
    takes: Duration | None = None


@dataclass(frozen=True)
class Happening:
    """One entry of `then`: time passes for `after`, then somebody does something (or nothing: `pass`).

    `target` is the address of a task or incident, or the event's type.
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


@dataclass(frozen=True)
class Expectation:
    """One entry of `expect`: its value is plain JSON, `marks` has the place of each item of a list or map."""

    what: Expected
    value: Json
    mark: Mark
    marks: Mapping[str | int, Mark] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """One scenario."""

    name: str
    mark: Mark
    start: Start
    actions: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
    then: tuple[Happening, ...] = ()
    expect: tuple[Expectation, ...] = ()
    about: str | None = None


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
