"""Identifiers that follow from what they name, so that a rebuilt list carries the same ones.

Each is a ULID: 48 bits of the moment it stands for, then 80 bits of a SHA-256. Nothing in it tells who it is about.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache

SITE = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$"
"""How the id of a site is written: `main-street`, or a reference such as `Location/1`."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


@lru_cache(maxsize=4096)
def derived(at: datetime, *parts: str) -> str:
    """The ULID of the thing that `parts` name, ordered by `at`."""
    millis = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    number = (millis << 80) | int.from_bytes(digest[:10], "big")
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def task_id(instance: str, address: str, opened_at: datetime) -> str:
    """The id of the task that stands at an address."""
    return derived(opened_at, instance, "task", address)


def child_id(instance: str, address: str, run: int, started_at: datetime) -> str:
    """The id of the child that is started from an address for the `run`-th time."""
    return derived(started_at, instance, "child", address, str(run))


def incident_id(instance: str, number: int, opened_at: datetime) -> str:
    """The id of an instance's incident by its number."""
    return derived(opened_at, instance, "incident", str(number))


def event_id(instance: str, address: str, at: datetime) -> str:
    """The id of the domain event that a step emitted; the same however often it is sent."""
    return derived(at, instance, "event", address)


def fingerprint(*parts: str) -> str:
    """A short name for the same trouble met anywhere: the first 16 hexadecimal digits of a SHA-256."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
