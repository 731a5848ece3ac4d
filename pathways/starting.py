"""Whether and with what a pathway starts: by an event (`starts_on`), and beside another of the same (`unique`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pathways.datatypes import DataType, MisfitError, check_size, plain_json
from pathways.engine.scope import environment
from pathways.errors import CarelaneError
from pathways.events import MessageReceived
from pathways.feel import FeelLimitError
from pathways.inputs import conform_inputs
from pathways.plan import Plan, StartOn

Json = Any


class KeylessError(CarelaneError):
    """The pathway's `unique` gives nothing for these inputs, so it can't be said whether the same runs already."""

    code: ClassVar[str] = "no-unique-key"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The pathway starts, with these inputs."""

    inputs: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Unsure:
    """It can't be said whether or with what the pathway starts: for a person to look at."""

    reason: str


def unique_key(plan: Plan, inputs: Mapping[str, Json], *, zone: str, at: datetime) -> str | None:
    """What no second open instance of the pathway may have; None where it asks for nothing of the kind.

    The inputs are such as the pathway takes. Raises `KeylessError` where the key is null, or a list that holds null.
    """
    if plan.unique is None:
        return None
    values, _ = conform_inputs(plan, inputs)
    scope = {one.name: one.type.load(values.get(one.name)) for one in plan.inputs}
    try:
        value = plain_json(plan.unique.work_out(scope, environment(plan, zone, at)))
    except FeelLimitError as error:
        message = f"Whether {plan.title} runs already for the same {plan.unique.source} can't be worked out: {error}."
        raise KeylessError(message) from None
    if value is None or (isinstance(value, list) and None in value):
        raise KeylessError(
            f"{plan.title} may run only once for the same {plan.unique.source}, and these inputs give none.",
            hint="Fill in what it is made of.",
        )
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))


def starts(plan: Plan, event: MessageReceived, *, zone: str, at: datetime) -> Wanted | Unsure | None:
    """Whether an event starts the pathway: by the first entry of `starts_on` that wants it; None where none does.

    An entry that can't be judged counts only where no other wants the event.
    """
    found = [_judged(plan, one, event, zone, at) for one in plan.starts_on if one.type == event.type]
    wanted = next((one for one in found if isinstance(one, Wanted)), None)
    return wanted or next((one for one in found if one is not None), None)


def _judged(plan: Plan, entry: StartOn, event: MessageReceived, zone: str, at: datetime) -> Wanted | Unsure | None:
    try:
        data = entry.data.conform(event.data)
        check_size(data)
    except MisfitError as error:
        return Unsure(f"The data of {event.type} does not fit its schema: {error.misfit}.")
    scope, env = {"event": _shown(entry.data, event, data)}, environment(plan, zone, at)
    if entry.when is not None:
        holds = entry.when.holds(scope, env)
        if holds is None:
            why = entry.when.why_null(scope, env)
            return Unsure(f'The condition "{entry.when.source}" is neither true nor false for it{why}.')
        if not holds:
            return None
    try:
        given = plain_json(entry.inputs.work_out(scope, env))
    except FeelLimitError as error:
        return Unsure(f"The inputs that it gives can't be worked out: {error}.")
    given = {name: value for name, value in given.items() if value is not None} if isinstance(given, dict) else {}
    _, errors = conform_inputs(plan, given)
    if errors:
        said = "; ".join(f"{name} {why}" for name, why in sorted(errors.items()))
        return Unsure(f"The inputs that it gives do not fit: {said}.")
    return Wanted(given)


def _shown(schema: DataType, event: MessageReceived, data: Json) -> Mapping[str, Any]:
    """An event as expressions see it."""
    time = event.time.isoformat() if event.time else None
    return {
        "id": event.id,
        "type": event.type,
        "key": event.key,
        "data": schema.load(data),
        "time": DataType("instant").load(time),
    }
