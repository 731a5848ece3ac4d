"""A definition as it was written, with the place of everything: what lint reads and the compiler turns into a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pathways.datatypes import DataType
from pathways.diagnostics import Mark

Json = Any


@dataclass(frozen=True)
class Text:
    """A text and its place."""

    value: str
    mark: Mark

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Authored:
    """A value that may hold expressions: its JSON, its place, and the places of the scalars inside it by path."""

    source: Json
    mark: Mark
    places: dict[tuple[str | int, ...], Mark] = field(default_factory=dict)

    def place(self, path: tuple[str | int, ...]) -> Mark:
        """The place of what stands at a path inside the value."""
        return self.places.get(path, self.mark)


@dataclass(frozen=True)
class EdgeDecl:
    """A way on: `{when, to}`, or an outcome's, or the plain next step."""

    to: Text
    when: Text | None = None
    outcome: Text | None = None


@dataclass(frozen=True)
class TimeoutDecl:
    """`timeout: {after, to}`."""

    after: Text
    to: Text


@dataclass(frozen=True)
class RetryDecl:
    """`retry: {attempts, first, factor, most}`; times in seconds, None where not given."""

    mark: Mark
    attempts: int | None = None
    first: float | None = None
    factor: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class DoDecl:
    """`do`, `with`."""

    action: Text
    given: Authored | None = None
    retry: RetryDecl | None = None
    catch: tuple[tuple[Text, Text], ...] = ()


@dataclass(frozen=True)
class FieldDecl:
    """A field of a form."""

    name: Text
    label: str
    type: DataType
    required: bool = False
    required_when: Text | None = None
    show_when: Text | None = None
    help: str | None = None


@dataclass(frozen=True)
class TaskOutcomeDecl:
    """An outcome of a task."""

    id: Text
    title: str
    role: Text | None = None


@dataclass(frozen=True)
class TaskDecl:
    """`task`."""

    mark: Mark
    title: Authored | None = None
    help: Authored | None = None
    queue: Authored | None = None
    role: Text | None = None
    priority: Authored | None = None
    due: Text | None = None
    form: tuple[FieldDecl, ...] = ()
    outcomes: tuple[TaskOutcomeDecl, ...] = ()


@dataclass(frozen=True)
class DecideDecl:
    """`decide`."""

    rules: tuple[EdgeDecl, ...]
    mark: Mark


@dataclass(frozen=True)
class SetDecl:
    """`set`."""

    assignments: tuple[tuple[Text, Authored], ...]


@dataclass(frozen=True)
class WaitForEventDecl:
    """`wait: {event, key, when}`."""

    type: Text
    mark: Mark
    key: Authored | None = None
    when: Text | None = None


@dataclass(frozen=True)
class WaitForTimeDecl:
    """`wait: {until}` or `wait: {for}`."""

    mark: Mark
    until: Text | None = None
    duration: Text | None = None


@dataclass(frozen=True)
class EmitDecl:
    """`emit`."""

    type: Text
    data: Authored | None = None


@dataclass(frozen=True)
class EndDecl:
    """`end`."""

    outcome: Text


Body = DoDecl | TaskDecl | DecideDecl | SetDecl | WaitForEventDecl | WaitForTimeDecl | EmitDecl | EndDecl


@dataclass(frozen=True)
class StepDecl:
    """A step: its body by kind, and what every step may have. `next` is None where none was written."""

    id: Text
    body: Body
    title: str | None = None
    stage: Text | None = None
    note: str | None = None
    save: Text | None = None
    timeout: TimeoutDecl | None = None
    accept: tuple[Text, ...] = ()
    next: tuple[EdgeDecl, ...] | None = None


@dataclass(frozen=True)
class InputDecl:
    """An input."""

    name: Text
    type: DataType
    required: bool = False
    default: Json = None


@dataclass(frozen=True)
class OutcomeDecl:
    """An outcome of the pathway."""

    id: Text
    title: str
    kind: Literal["success", "unsuccessful", "cancelled"] = "unsuccessful"
    undo: bool = False


@dataclass(frozen=True)
class ContractDecl:
    """The contract with the core."""

    mark: Mark
    reads: tuple[Text, ...] = ()
    writes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Definition:
    """One version of one pathway, as written."""

    file: str
    pathway: Text
    version: Text
    title: str
    steps: tuple[StepDecl, ...]
    inputs: tuple[InputDecl, ...] = ()
    outcomes: tuple[OutcomeDecl, ...] = ()
    stages: tuple[Text, ...] = ()
    attributes: tuple[tuple[Text, Authored], ...] = ()
    contract: ContractDecl | None = None
    calendar: Text | None = None
    purpose: Text | None = None
    owner: Text | None = None
    success: Authored | None = None
    review_by: Text | None = None
    exit_plan: Text | None = None

    @property
    def step(self) -> dict[str, StepDecl]:
        """The steps by id."""
        return {step.id.value: step for step in self.steps}
