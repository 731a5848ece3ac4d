"""Time zones, read from the pinned `tzdata` package alone.

The machine's own zone files differ from host to host and change under a running process. A pathway's
deadlines must not, so `zone` is the only way Carelane obtains a zone. Nothing is set globally: other
libraries in the same process keep their own search path.
"""

from __future__ import annotations

import difflib
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import ClassVar
from zoneinfo import ZoneInfo

from pathways.errors import CarelaneError


class ZoneError(CarelaneError):
    """A zone's name is not in the IANA database that Carelane carries."""

    code: ClassVar[str] = "unknown-zone"


@cache
def zone_names() -> frozenset[str]:
    """Return every zone name of the pinned database."""
    listing = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(listing.split())


@cache
def zone(name: str) -> ZoneInfo:
    """Return the zone called `name`, such as `America/New_York` or `UTC`.

    Each name gives one object for the life of the process. Such zones can be neither pickled nor deep-copied,
    so what is stored or sent is the name. Raises `ZoneError` for an unknown name.
    """
    if name not in zone_names():
        near = difflib.get_close_matches(str(name), zone_names(), n=1)
        hint = f'Did you mean "{near[0]}"?' if near else "Zones are IANA names such as America/New_York."
        raise ZoneError(f'There is no time zone "{name}".', hint=hint)
    with resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def instant_of(local: datetime, tz: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which clocks in `tz` show the naive time `local`.

    A local time that does not exist moves forward by the gap; one that exists twice is the first (PEP 495's
    `fold=0`). Raises `OverflowError` where the instant lies outside the years 1 to 9999.
    """
    return local.replace(tzinfo=tz, fold=0).astimezone(UTC)
