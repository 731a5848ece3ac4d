"""Pathway time as people meet it: the present moment, unless an instance runs on a demonstration clock."""

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


def pace_to_json(pace: Pace) -> Json:
    """The clock as the store keeps it."""
    return _pace().dump_python(pace, mode="json")


def pace_from_json(document: Json) -> Pace | None:
    """The clock from the store; None where there is none."""
    return None if document is None else _pace().validate_python(document)


def pathway_now(pace: Pace | None, now: datetime) -> datetime:
    """What an instance takes for now at a real moment."""
    if pace is None:
        return now
    return pace.shown + (now - pace.anchor) * pace.factor
