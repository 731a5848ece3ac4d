"""`carelane calendar show`: when an office is open."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]

CATALOG = """
calendars:
  clinic:
    title: The clinic
    zone: America/New_York
    hours: {mon: ["08:00-12:00", "13:00-17:00"], tue: ["08:00-17:00"], wed: ["08:00-17:00"], sat: ["09:00-12:00"]}
    holidays: US
    closed: ["2027-08-03"]
"""


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """A catalog with a calendar."""
    path = tmp_path / "catalog.yaml"
    path.write_text(CATALOG, encoding="utf-8")
    return path


def test_a_year_is_shown_by_month(run: Run, catalog: Path) -> None:
    """Hours of the week, then each month with what is closed in it, and the sum."""
    status, out, _ = run("calendar", "show", "clinic", "--catalog", catalog, "--year", "2027")
    assert status == 0
    lines = out.splitlines()
    assert lines[0].startswith("clinic: The clinic, America/New_York (")
    assert lines[1:6] == [
        "  Mon      08:00-12:00, 13:00-17:00",
        "  Tue–Wed  08:00-17:00",
        "  Thu–Fri  closed",
        "  Sat      09:00-12:00",
        "  Sun      closed",
    ]
    assert lines[6] == "2027"
    assert next(line for line in lines if "August" in line).endswith("   Tue 3 closed")
    assert "Mon 5 Independence Day (observed)" in next(line for line in lines if "July" in line)
    assert "Sun 4" not in out, "a holiday on a day that is closed anyway makes no difference"
    assert len(lines) == 7 + 12 + 1
    assert lines[-1].split()[:2] == ["in", "all"]


def test_a_year_is_shown_as_json(run: Run, catalog: Path) -> None:
    """With every closure, and the calendar's digest."""
    status, out, _ = run("calendar", "show", "clinic", "--catalog", catalog, "--year", "2027", "--format", "json")
    found = json.loads(out)
    assert (status, found["year"], len(found["months"]), len(found["digest"])) == (0, 2027, 12, 64)
    assert found["months"][7]["closed"] == [
        {"date": "2027-08-03", "weekday": "tue", "kind": "closure", "name": "", "would_open": True}
    ]
    assert found["months"][6]["closed"][0]["name"] == "Independence Day"


def test_the_built_in_calendars_are_shown_in_the_present_year(run: Run) -> None:
    """Unless another is asked for."""
    status, out, _ = run("calendar", "show", "us-business")
    assert (status, "Mon–Fri  08:00-17:00" in out) == (0, True)


def test_what_is_not_there_is_a_wrong_command_line(run: Run, tmp_path: Path) -> None:
    """With what there is instead."""
    status, _, err = run("calendar", "show", "us-busines")
    assert (status, "us-business" in err) == (2, True)
    assert run("calendar", "show", "clinic", "--catalog", tmp_path / "none.yaml")[0] == 2
    for year in ("0", "99999", "next"):
        assert run("calendar", "show", "us-business", "--year", year)[0] == 2
