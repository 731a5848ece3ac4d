"""What an action is: a function that touches the world, and what it declares about itself.

`@step` makes a `Step` of an async function; `discover` finds every step in the modules of `activities.steps`. What a
step declares is what lint checks definitions against, what the engine validates, and what the core's client allows.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, get_type_hints
from zoneinfo import ZoneInfo

from pydantic import BaseModel

import activities.steps
from activities.gateways.fhir import ScopedFhir
from pathways.catalog import Action, Catalog, Retry
from pathways.datatypes.reading import from_json_schema
from pathways.errors import CarelaneError

Json = Any
_Input = TypeVar("_Input", bound=BaseModel)
_Output = TypeVar("_Output", bound=BaseModel)


class Problem(CarelaneError):  # noqa: N818 - a named problem is an answer of the action, not a fault
    """A named problem: an answer that the pathway may catch. It is not tried again.

    `name` must be among the problems that the step declares; `detail` is JSON for the person who looks at it.
    """

    code = "problem"

    def __init__(self, name: str, message: str = "", detail: Json = None) -> None:
        super().__init__(message or name)
        self.name = name
        self.detail = detail


class RegistryError(CarelaneError):
    """A step is declared in a way that cannot work; found when the worker starts."""

    code = "bad-step"


@dataclass(frozen=True)
class StepContext:
    """What an action is given besides its input.

    `fhir` is the core, narrowed to what both the pathway's contract and the step's declaration list; its writes carry
    `key` and a Provenance. `now` is pathway time, which in demonstrations is not the wall's; what people read is said
    in `zone`.
    """

    fhir: ScopedFhir
    key: str
    now: datetime
    instance: str
    address: str
    zone: ZoneInfo


@dataclass(frozen=True)
class Step(Generic[_Input, _Output]):
    """An action: its function, and what it declares. Call it as the function itself."""

    name: str
    function: Callable[[_Input, StepContext], Awaitable[_Output]]
    input: type[_Input]
    output: type[_Output]
    problems: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    business_key: str | None
    retry: Retry
    timeout: float
    slow: bool

    async def __call__(self, given: _Input, context: StepContext) -> _Output:
        """Run the function."""
        return await self.function(given, context)

    @property
    def action(self) -> Action:
        """The step as definitions know it."""
        return Action(
            name=self.name,
            input=from_json_schema(self.input.model_json_schema()),
            output=from_json_schema(self.output.model_json_schema(mode="serialization")),
            problems=self.problems,
            reads=self.reads,
            writes=self.writes,
            business_key=self.business_key,
            retry=self.retry,
            timeout_seconds=self.timeout,
            slow=self.slow,
        )


AnyStep = Step[Any, Any]


def step(
    name: str,
    *,
    problems: Iterable[str] = (),
    reads: Iterable[str] = (),
    writes: Iterable[str] = (),
    business_key: str | None = None,
    retry: Retry = Retry(),  # noqa: B008 - frozen
    timeout: float = 30.0,
    slow: bool = False,
) -> Callable[[Callable[[_Input, StepContext], Awaitable[_Output]]], Step[_Input, _Output]]:
    """Declare an async function `(input, context) -> output`, both pydantic models, as the action `name`.

    `reads` and `writes` are resource types of the core. `business_key` names an input field: with the same value there
    the action has the same idempotency key, however often a pathway comes by. `timeout` is one attempt's limit in
    seconds; a `slow` action is one that people should not wait for. Raises `RegistryError` where the declaration
    cannot work.
    """

    def declare(function: Callable[[_Input, StepContext], Awaitable[_Output]]) -> Step[_Input, _Output]:
        hints = get_type_hints(function)
        models = [hints.get(one) for one in (*list(hints)[:1], "return")]
        if len(models) != 2 or not all(isinstance(one, type) and issubclass(one, BaseModel) for one in models):
            raise RegistryError(f"{name} must take a pydantic model and a StepContext, and return a pydantic model.")
        given: Any = models[0]
        if business_key is not None and business_key not in given.model_fields:
            raise RegistryError(f'{name} has no input "{business_key}", which its business key names.')
        output: Any = models[1]
        return Step(
            name,
            function,
            given,
            output,
            tuple(problems),
            tuple(reads),
            tuple(writes),
            business_key,
            retry,
            timeout,
            slow,
        )

    return declare


def discover() -> dict[str, AnyStep]:
    """Every step in the modules of `activities.steps`, by name. Raises `RegistryError` for a name used twice."""
    found: dict[str, AnyStep] = {}
    for module in pkgutil.walk_packages(activities.steps.__path__, f"{activities.steps.__name__}."):
        for one in vars(importlib.import_module(module.name)).values():
            if not isinstance(one, Step) or found.get(one.name) is one:
                continue
            if one.name in found:
                raise RegistryError(f"Two actions are called {one.name}.")
            found[one.name] = one
    return found


def catalog(steps: Mapping[str, AnyStep] | None = None) -> Catalog:
    """The actions' part of the catalog that definitions are checked against."""
    known = discover() if steps is None else steps
    return Catalog(actions={name: one.action for name, one in sorted(known.items())})
