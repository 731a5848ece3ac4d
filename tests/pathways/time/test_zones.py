"""Zones: pinned, known by name, and without effect on anything else."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from pathways.time.zones import ZoneError, instant_of, zone, zone_names


def test_every_name_gives_a_zone() -> None:
    """Each zone of the pinned database can be read and knows an offset."""
    assert len(zone_names()) > 500
    for name in zone_names():
        assert datetime(2026, 1, 1, tzinfo=zone(name)).utcoffset() is not None


def test_a_zone_is_one_object() -> None:
    """The same name gives the same object."""
    assert zone("Europe/London") is zone("Europe/London")
    assert zone("Europe/London").key == "Europe/London"


def test_zones_do_not_come_from_the_machine(tmp_path: Path) -> None:
    """What the machine says of a zone is not read."""
    wrong = tmp_path / "Asia" / "Kathmandu"
    wrong.parent.mkdir()
    wrong.write_bytes(resources.files("tzdata.zoneinfo").joinpath("UTC").read_bytes())
    zone.cache_clear()
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    try:
        noon = datetime(2026, 1, 1, 12, tzinfo=zone("Asia/Kathmandu"))
    finally:
        zoneinfo.reset_tzpath()
    assert noon.utcoffset() == timedelta(hours=5, minutes=45)


@pytest.mark.parametrize("name", ["Europe/Lundon", "../zones", "zones", "/etc/localtime", "", "europe/london"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    """Only names of the database are looked up, whatever else a name may be made to look like."""
    with pytest.raises(ZoneError) as caught:
        zone(name)
    assert caught.value.code == "unknown-zone"
    assert caught.value.hint


def test_the_nearest_name_is_suggested() -> None:
    """A slip of the pen gets the name that was meant."""
    with pytest.raises(ZoneError, match='Did you mean "Europe/London"'):
        zone("Europe/Lundon")


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-03-08T02:30", "2026-03-08T07:30Z"),  # does not exist: 03:30
        ("2026-11-01T01:30", "2026-11-01T05:30Z"),  # twice: the first
        ("2026-07-01T12:00", "2026-07-01T16:00Z"),
    ],
)
def test_local_times_become_instants(local: str, expected: str) -> None:
    """A time in a gap moves on by the gap; of two the first is meant."""
    result = instant_of(datetime.fromisoformat(local), zone("America/New_York"))
    assert result == datetime.fromisoformat(expected)
    assert result.tzinfo is UTC
