"""Pathway time as the world meets it: the present moment, unless instances run on a demonstration clock."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from pathways.messages import Pace

Json = Any


@lru_cache(maxsize=1)
def _pace() -> TypeAdapter[Pace]:
    return TypeAdapter(Pace)


def pace_to_json(pace: Pace | None) -> Json:
    """The clock as the store keeps it."""
    return None if pace is None else _pace().dump_python(pace, mode="json")


def pace_from_json(document: Json) -> Pace | None:
    """The clock from the store; None where there is none."""
    return None if document is None else _pace().validate_python(document)


def pathway_now(pace: Pace | None, now: datetime) -> datetime:
    """What an instance takes for now at a real moment."""
    if pace is None:
        return now
    return pace.shown + (now - pace.anchor) * pace.factor


def pace_for_new(factor: float | None, running: Pace | None, now: datetime) -> Pace | None:
    """The clock of a new instance at a real moment: all of a demonstration share the time of the one that is `running`.

    None where nothing runs faster than it is (`factor` is None).
    """
    if factor is None:
        return None
    return Pace(factor, now, pathway_now(running, now))
