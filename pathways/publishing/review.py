"""What a second person, with a clinical role, must see of a version before it is published.

It reads plans as documents, so that versions that were published years ago compare with those of today. What is
compared is what may harm: gates, forms (who is asked what, and may answer how), clocks, tables, and the contract with
the core. Everything else is for the diff.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Json = Any
Kind = Literal["gate", "form", "clock", "table", "contract"]
Change = Literal["added", "removed", "changed"]

_FORM = ("form", "outcomes", "role", "skill", "separate_from", "bulk", "priority", "help")
_SEVERAL = 2
_STEP_ALERTS = {"remind": "reminds", "escalate": "escalates"}


@dataclass(frozen=True, order=True)
class Part:
    """A part of a pathway that was added, removed or changed. `where` is a step's or clock's id."""

    kind: Kind
    where: str
    change: Change

    def __str__(self) -> str:
        named = f"{self.kind} {self.where}".strip()
        return f"{named} {self.change}"


@dataclass(frozen=True)
class Review:
    """What an approval is about. `base` is the version that it is compared with, None where it is the first."""

    base: str | None
    parts: tuple[Part, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    alerts: tuple[str, ...]
    less_tried: tuple[str, ...] = ()

    @property
    def needs_approval(self) -> bool:
        """Whether somebody with the clinical role must approve it."""
        return bool(self.parts)


def review(old: Json | None, new: Json) -> Review:
    """What is new in a plan's document against the document of the version before, or all of it without one.

    `reads` and `writes` are the core's resource types that it could not read or write before; `less_tried` says of
    what its scenarios need to go through less than before, or than all steps and transitions.
    """
    before: Json = old or {}
    base = str(before["version"]) if old else None
    alerts = tuple(f"{where} {what}" for where, what in _alerts(new) if (where, what) not in set(_alerts(before)))
    reads, writes = (_widened(before, new, key) for key in ("reads", "writes"))
    parts = tuple(sorted(_changed(_parts(before), _parts(new))))
    return Review(base, parts, reads, writes, alerts, tuple(_less_tried(before, new)))


def _changed(before: Mapping[tuple[Kind, str], Json], after: Mapping[tuple[Kind, str], Json]) -> Iterator[Part]:
    for kind, where in before.keys() | after.keys():
        old, new = before.get((kind, where)), after.get((kind, where))
        if old != new:
            yield Part(kind, where, "added" if old is None else "removed" if new is None else "changed")


def _parts(plan: Json) -> dict[tuple[Kind, str], Json]:
    """The parts whose change somebody must approve, by kind and place."""
    found: dict[tuple[Kind, str], Json] = {}
    for step in plan.get("steps", ()):
        name = str(step["id"])
        if step.get("gate"):
            found["gate", name] = step
        if _asks(step):
            found["form", name] = {key: step[key] for key in _FORM if key in step}
        if step.get("table"):
            found["table", name] = step["table"]
        if step.get("clocks"):
            found["clock", f"at {name}"] = step["clocks"]
    for clock in plan.get("clocks", ()):
        found["clock", str(clock["id"])] = clock
    for table in plan.get("tables", ()):
        found["table", str(table.get("name") or table.get("id"))] = table
    if plan.get("contract"):
        found["contract", ""] = {key: sorted(types) for key, types in plan["contract"].items() if types}
    return found


def _asks(step: Json) -> bool:
    """Whether a step asks people for anything but to say that it is done."""
    return bool(step.get("form")) or len(step.get("outcomes") or ()) >= _SEVERAL


def _widened(before: Json, after: Json, key: str) -> tuple[str, ...]:
    allowed = set((before.get("contract") or {}).get(key, ()))
    return tuple(sorted(set((after.get("contract") or {}).get(key, ())) - allowed))


def _alerts(plan: Json) -> Iterator[tuple[str, str]]:
    """Every alert, by where it stands and what it does."""
    for clock in plan.get("clocks", ()):
        where = f"The clock {clock['id']}"
        if clock.get("warn") is not None:
            yield where, f"warns at {_share(clock['warn'])} of its limit"
        if clock.get("breach") is not None:
            yield where, f"opens a task in {(clock['breach'] or {}).get('queue')} when it is breached"
    for step in plan.get("steps", ()):
        for key, does in _STEP_ALERTS.items():
            for number, alert in enumerate(step.get(key) or (), 1):
                yield f"The task {step['id']}", f"{does} {_when(alert, number)}"


def _less_tried(before: Json, after: Json) -> Iterator[str]:
    """The thresholds of coverage that are lower than before."""
    whole = {"steps": 1.0, "transitions": 1.0}
    old, new = ({**whole, **(plan.get("thresholds") or {})} for plan in (before, after))
    for kind, share in old.items():
        if (now := new.get(kind, 0.0)) < share:
            yield f"{kind} {now:.0%}, before {share:.0%}"


def _share(value: Json) -> str:
    return f"{value:.0%}" if isinstance(value, int | float) else str(value)


def _when(alert: Json, number: int) -> str:
    """When an alert comes and where it goes, as far as that is plain; else which of them it is."""
    said = [f"{key} {alert[key]}" for key in ("after", "at") if alert.get(key) is not None]
    if alert.get("before") is not None:
        said.append(f"{alert['before']} before it is due")
    if alert.get("queue") is not None:
        said.append(f"to {alert['queue']}")
    return ", ".join(said) or f"({number})"
