"""Addresses as authors write them: whole, without visits or iterations, or only as much of the end as is needed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from pathways.addresses import path_of
from pathways.diagnostics import nearest
from pathways.plan import Plan

_PART = re.compile(r"(?P<name>[^@#]*)(?:@(?P<visit>\d+))?(?:#(?P<number>\d+))?")


@lru_cache(maxsize=4096)
def _parts(text: str) -> tuple[tuple[str, str | None, str | None], ...]:
    found = []
    for part in text.strip("/").split("/"):
        match = _PART.fullmatch(part)
        found.append((match["name"], match["visit"], match["number"]) if match else (part, None, None))
    return tuple(found)


def spelled(value: Any) -> str:
    """An address as it was meant: `+1`, the address of an added task, is a number in YAML."""
    return f"+{value}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def whole(text: str, address: str) -> bool:
    """Whether a text names an address, level by level; visits and iterations that it leaves out may be any."""
    wanted, there = _parts(text), _parts(address)
    return len(wanted) == len(there) and _agree(wanted, there)


def ending(text: str, address: str) -> bool:
    """Whether a text names the inner end of an address: `top-up`, `stock/top-up`."""
    wanted, there = _parts(text), _parts(address)
    return len(wanted) <= len(there) and _agree(wanted, there[len(there) - len(wanted) :])


def _agree(
    wanted: tuple[tuple[str, str | None, str | None], ...], there: tuple[tuple[str, str | None, str | None], ...]
) -> bool:
    return all(
        name == other and (visit is None or visit == (at or "1")) and (number is None or number == of)
        for (name, visit, number), (other, at, of) in zip(wanted, there, strict=True)
    )


def means(plan: Plan, text: str, address: str) -> bool:
    """Whether a text names an address of a plan: the path of a step is taken whole, anything else as an end."""
    if path_of(text).removesuffix("/undo") in plan.step:
        return whole(text, address)
    return ending(text, address)


def candidates(text: str, addresses: Iterable[str]) -> list[str]:
    """The addresses that a text names: the very one, else those it names level by level, else by their end.

    A clock's task may be named by the clock.
    """
    known = list(addresses)
    if text in known:
        return [text]
    for fits in (whole, ending):
        found = [one for one in known if fits(text, one) or fits(f"!{text}", one)]
        if found:
            return found
    return []


def steps_named(plan: Plan, text: str) -> list[str]:
    """The paths of the steps that a text names, as a path or as the end of one."""
    path = path_of(text.removesuffix("/undo"))
    if path in plan.step:
        return [path]
    return [one.id for one in plan.steps if one.id.endswith(f"/{path}")] if path else []


def unknown_step(plan: Plan, text: str) -> str | None:
    """What is wrong with a text that should name a step of a plan, or None; the hint comes after a tab.

    Where it may name several, what happens tells which is meant.
    """
    if steps_named(plan, text):
        return None
    return f'There is no step "{text}".\t{nearest_step(plan, text)}'


def nearest_step(plan: Plan, text: str) -> str:
    """A hint with the step that was probably meant."""
    path = path_of(text)
    locals_: Collection[str] = {one.local for one in plan.steps}
    return nearest(path, plan.step) or nearest(path.rpartition("/")[2], locals_)
