"""The list of checks: each a named function, `required` or a `capability`."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from activities.gateways.fhir.contract.bench import Bench

Run: TypeAlias = "Callable[[Bench], Awaitable[None]]"


class Unmet(AssertionError):  # noqa: N818 - a finding about a core, not an error of ours
    """The core does not do what the check asks; the message says what it did instead."""


@dataclass(frozen=True)
class Check:
    """One thing asked of a core. `capability` is None for what our client cannot do without."""

    name: str
    says: str
    capability: str | None
    needs_sign_in: bool
    run: Run

    @property
    def mark(self) -> str:
        """`required` or `capability:<name>`."""
        return "required" if self.capability is None else f"capability:{self.capability}"


_CHECKS: list[Check] = []


def required(run: Run) -> Run:
    """Mark a check as one that our client cannot do without."""
    return _register(run, None)


def required_when_signed_in(run: Run) -> Run:
    """Mark a check as required of cores that ask for a sign-in; it is left out where none is used."""
    return _register(run, None, needs_sign_in=True)


def capability(name: str) -> Callable[[Run], Run]:
    """Mark a check as something that our client uses where a core has it."""
    return lambda run: _register(run, name)


def _register(run: Run, name: str | None, *, needs_sign_in: bool = False) -> Run:
    title = getattr(run, "__name__", "").replace("_", "-")
    says = (run.__doc__ or "").strip().splitlines()[0]
    _CHECKS.append(Check(title, says, name, needs_sign_in, run))
    return run


def all_checks() -> list[Check]:
    """Every check, the required ones first."""
    for module in ("required", "capabilities"):
        importlib.import_module(f"activities.gateways.fhir.contract.{module}")
    return sorted(_CHECKS, key=lambda check: check.capability is not None)


def expect(holds: object, otherwise: str) -> None:
    """Raise Unmet when something does not hold."""
    if not holds:
        raise Unmet(otherwise)
