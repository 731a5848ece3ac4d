"""Addresses: where in an instance something stands.

`series@2#3/both/stock/top-up@4` is a step's id, its visit within its scope instance when not the first (`@2`), its
iteration (`#3`), then inwards. A *scope* is the prefix that the addresses of one scope instance have in common: "" is
the pathway, `series@2#3/` an iteration, `both/stock/` a branch, `visit@2/` a section, `~call-family#2/` a run of a
side flow. A *path* is the same without visits and iterations: it names a step of the plan, or with a block what a scope
is an instance of. Whether `a/b/` is the branch `b` of `a` or a section `a/b`, the plan knows (`Plan.container_of`).

Beside positions: `submit@2/undo` is an undo, `series^1` the first handler of a step, `^1` that of the pathway,
`answer^later` one way of a wait that has several, `!payer-decision` a clock's task, `+1` a task that a person added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

PATHWAY = ""
"""The scope of the pathway itself."""

_COUNTS = re.compile(r"[@#]\d+")
_VISITS = re.compile(r"@\d+")


@lru_cache(maxsize=8192)
def path_of(address: str) -> str:
    """The path of an address or scope: without visits, iterations, and the slash that ends a scope."""
    return _COUNTS.sub("", address).rstrip("/")


def without_visits(address: str) -> str:
    """An address without its visits, as scenarios name what was visited; iterations stay."""
    return _VISITS.sub("", address)


def step_address(scope: str, local: str, visit: int) -> str:
    """The address of a step's visit in a scope."""
    return f"{scope}{local}" if visit == 1 else f"{scope}{local}@{visit}"


def visit_of(address: str) -> int:
    """Which visit of its step an address is."""
    _, _, visit = address.rpartition("/")[2].partition("#")[0].partition("@")
    return int(visit) if visit.isdigit() else 1


def local_of(path: str) -> str:
    """The id of a step within its block."""
    return path.rpartition("/")[2]


def block_of(path: str) -> str:
    """The path of the block in which a step stands: "" for the pathway's own."""
    return path.rpartition("/")[0]


def scope_of(address: str) -> str:
    """The scope in which an address stands."""
    return address[: address.rfind("/") + 1]


def iteration_of(scope: str) -> int | None:
    """The number of the innermost iteration that a scope lies in, or None. A side flow's run is no iteration."""
    for part in reversed(scope.split("/")):
        name, numbered, number = part.partition("#")
        if numbered and not name.startswith("~"):
            return int(number)
    return None


def iteration_scope(container: str, number: int) -> str:
    """The scope of an iteration of a repeat, or of a side flow's run."""
    return f"{container}#{number}/"


def branch_scope(container: str, branch: str) -> str:
    """The scope of a branch of a parallel."""
    return f"{container}/{branch}/"


def section_scope(container: str) -> str:
    """The scope of a section."""
    return f"{container}/"


def around(scope: str) -> str:
    """The next prefix of a scope that ends as a scope does; it need not be one."""
    return scope_of(scope[:-1])


def data_scopes(scope: str) -> Iterator[str]:
    """The scopes that keep data visible in a scope, from the inside out: iterations, side flow runs, the pathway."""
    while scope:
        if "#" in scope[:-1].rpartition("/")[2]:
            yield scope
        scope = around(scope)
    yield PATHWAY


@lru_cache(maxsize=8192)
def data_home(scope: str) -> str:
    """The scope that keeps what is saved in a scope: the nearest of those whose data is visible there."""
    return next(data_scopes(scope))


def is_inside(address: str, container: str) -> bool:
    """Whether an address lies inside a position (in its iterations, branches, handlers, or its undo)."""
    return address.startswith(container) and address[len(container) : len(container) + 1] in ("#", "/", "^")
