"""Whether the core has moved on since values were read from it: asked when a page is shown, or a gate is passed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from pathways.addresses import data_scopes, scope_of
from pathways.errors import CarelaneError
from pathways.plan import Plan, Task

Json = Any


UNKNOWN = "unknown"
"""The mark that a person knows that the core does not tell whether it has moved on."""


class CoreSilentError(CarelaneError):
    """The core does not tell now."""

    code = "core-silent"


class VersionSource(Protocol):
    """Reads versions from the core."""

    async def versions(self, references: frozenset[str]) -> Mapping[str, str | None]:
        """The present version of each resource; None where it is no longer there. Raises `CoreSilentError`."""
        ...


@dataclass(frozen=True, slots=True)
class Read:
    """A version of a resource that a saved value was read from; `name` is the value's."""

    name: str
    reference: str
    version: str


@dataclass(frozen=True, slots=True)
class MovedOn:
    """A resource of which the core has another version than was read; `now` is None where it is no longer there."""

    names: tuple[str, ...]
    reference: str
    read: str
    now: str | None

    @property
    def mark(self) -> str:
        """What says that a person has seen this."""
        return f"{self.reference}@{self.now or 'gone'}"

    @property
    def told(self) -> Json:
        """As JSON, with its mark."""
        return {**asdict(self), "names": list(self.names), "mark": self.mark}


def marks(moved: tuple[MovedOn, ...] | None) -> tuple[str, ...]:
    """What says that a person has seen all of it."""
    return (UNKNOWN,) if moved is None else tuple(one.mark for one in moved)


@dataclass(frozen=True)
class CoreVersions:
    """Compares what was read with the core. A core that is slow or away delays by `patience` seconds at most."""

    source: VersionSource
    patience: float = 2.0

    async def moved_on(self, reads: tuple[Read, ...]) -> tuple[MovedOn, ...] | None:
        """What has changed in the core since; None where the core does not tell."""
        if not reads:
            return ()
        try:
            asking = self.source.versions(frozenset(one.reference for one in reads))
            now = await asyncio.wait_for(asking, self.patience)
        except (CoreSilentError, TimeoutError):
            return None
        found: dict[tuple[str, str], list[str]] = {}
        for one in reads:
            if one.reference in now and now[one.reference] != one.version:
                found.setdefault((one.reference, one.version), []).append(one.name)
        return tuple(
            MovedOn(tuple(names), reference, read, now[reference]) for (reference, read), names in found.items()
        )


def read_by_gate(
    plan: Plan | None, step: str, address: str, data: Mapping[str, Mapping[str, Json]]
) -> tuple[Read, ...]:
    """The versions that the values were read from on which a gate rests, and that the pathway does not write itself."""
    found = plan.step.get(step) if plan is not None else None
    if plan is None or not isinstance(found, Task) or found.gate is None:
        return ()
    reads = []
    for name in sorted(found.reads):
        scope = next((one for one in data_scopes(scope_of(address)) if name in data.get(one, {})), None)
        if scope is not None:
            reads += list(reads_of(plan, name, data[scope][name]))
    return tuple(reads)


def reads_of_all(plan: Plan | None, data: Mapping[str, Mapping[str, Json]]) -> tuple[Read, ...]:
    """The versions that all values of an instance were read from."""
    return tuple(
        read for scope in data.values() for name, saved in scope.items() for read in reads_of(plan, name, saved)
    )


def reads_of(plan: Plan | None, name: str, saved: Mapping[str, Json]) -> Iterator[Read]:
    """The versions that a saved value was read from. What the pathway writes itself moves on by its own doing."""
    own = plan.contract.writes if plan is not None else ()
    for source in saved.get("sources") or ():
        reference, version = str(source.get("reference") or ""), source.get("version")
        kind, _, ident = reference.partition("/")
        if ident and version and kind not in own:
            yield Read(name, f"{kind}/{ident.partition('/')[0]}", str(version))
