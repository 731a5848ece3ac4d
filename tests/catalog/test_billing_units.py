"""Billing units: what is given and wasted, by a dated table; and that amounts are never taken for units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from catalog.tables.billing_units import BillingUnit, UnlikeUnitsError, billing_units
from catalog.tables.governed import NoRowError

DAY = date(2026, 3, 23)


def row(*vials: int) -> BillingUnit:
    """A row for a drug of 10 mg a unit, from vials of so many mg."""
    sizes = [{"value": one, "unit": "mg"} for one in vials]
    named = {"id": "drug", "since": DAY, "source": "label", "product": "drug", "code": "J0000"}
    unit = {"one_unit": {"value": 10, "unit": "mg"}, "vials": sizes, "administration": ["96413"]}
    return BillingUnit.model_validate(named | unit)


@pytest.mark.parametrize(
    ("value", "unit", "units"),
    [
        ("410", "mg", (41, 9)),
        ("0.41", "g", (41, 9)),
        ("400", "mg", (40, 0)),
        ("405", "mg", (41, 9)),
        ("1", "mg", (1, 9)),
    ],
)
def test_units_given_and_wasted(value: str, unit: str, units: tuple[int, int]) -> None:
    """Infliximab 410 mg at 10 mg a unit from vials of 100 mg is 41 given and 9 wasted."""
    found = billing_units().row("Infliximab 100 mg vial", DAY)
    assert (found.code, found.units_of(Decimal(value), unit)) == ("J1745", units)


@pytest.mark.parametrize(("milligrams", "wasted"), [(410, 4), (450, 0), (510, 4), (90, 1)])
def test_the_vials_that_waste_least_are_opened(milligrams: int, wasted: int) -> None:
    """Of vials of 50 and 400 mg: 410 mg are better opened as 450 than as 800."""
    assert row(400, 50).units_of(Decimal(milligrams), "mg") == (milligrams // 10, wasted)


@pytest.mark.parametrize("unit", ["mL", "kg/m2", "{unit}", "dose"])
def test_amounts_are_never_taken_for_units(unit: str) -> None:
    """What does not measure the same is refused: read as milligrams it would be a tenfold error."""
    with pytest.raises(UnlikeUnitsError):
        row(100).units_of(Decimal(41), unit)


def test_no_row_is_never_a_default() -> None:
    """Neither for a product, nor for a day before any row held."""
    for product, day in (("obscuremab", DAY), ("infliximab", date(2020, 1, 1))):
        with pytest.raises(NoRowError):
            billing_units().row(product, day)


def test_a_unit_is_of_a_measure() -> None:
    """What UCUM does not know is no row."""
    with pytest.raises(ValidationError):
        BillingUnit.model_validate(row(100).model_dump() | {"one_unit": {"value": 10, "unit": "milligrams"}})
