"""How many instances of a version stand where, for its diagram."""

from __future__ import annotations

from collections.abc import Mapping

from api.services.base import Base
from pathways.diagram import Number


async def step_numbers(base: Base, name: str, version: str) -> Mapping[str, Number]:
    """The numbers of a version's steps, by their path."""
    async with base.database.transaction() as unit:
        found = await unit.statistics.steps(name, version)
    return {step: Number(one.standing, one.passed, one.median) for step, one in found.items()}
