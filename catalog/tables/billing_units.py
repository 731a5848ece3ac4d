"""Billing units: how much of a product one unit of its code is, and the vials that it comes in."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from functools import cache

from pydantic import Field, field_validator

from catalog.tables.governed import Row, Strict, Table, read
from pathways.feel.units import UnitError, factor_between, unit


class UnlikeUnitsError(ValueError):
    """An amount cannot be counted in units of another measure: milligrams are no billing units."""


class Measure(Strict):
    """An amount with its UCUM unit."""

    value: Decimal = Field(gt=0)
    unit: str

    @field_validator("unit")
    @classmethod
    def _is_ucum(cls, code: str) -> str:
        try:
            unit(code)
        except UnitError as error:
            raise ValueError(str(error)) from None
        return code


class BillingUnit(Row):
    """A row: the code of a product, what one unit of it is, its vials, and the codes of giving it."""

    product: str
    code: str
    one_unit: Measure
    vials: tuple[Measure, ...] = Field(min_length=1)
    administration: tuple[str, ...] = Field(min_length=1, description="Codes of giving it, of which one is authorized.")

    def units_of(self, value: Decimal, code: str) -> tuple[int, int]:
        """Units given, and units wasted of the vials that are opened. Raises `UnlikeUnitsError`.

        Infliximab 410 mg, 10 mg a unit, from vials of 100 mg: 41 and 9.
        """
        given = _whole(self._in_units(value, code))
        vials = sorted({_whole(self._in_units(one.value, one.unit)) for one in self.vials})
        return given, _least(given, vials) - given

    def _in_units(self, value: Decimal, code: str) -> Fraction:
        try:
            factor = factor_between(unit(code), unit(self.one_unit.unit))
        except UnitError as error:
            raise UnlikeUnitsError(str(error)) from None
        if factor is None:
            raise UnlikeUnitsError(f"{code} cannot be counted in units of {self.one_unit.unit}")
        return Fraction(value) * factor / Fraction(self.one_unit.value)


def _whole(units: Fraction) -> int:
    return int((Decimal(units.numerator) / Decimal(units.denominator)).to_integral_value(ROUND_CEILING))


def _least(wanted: int, vials: list[int]) -> int:
    """The least that whole vials hold and that is enough."""
    reached = {0}
    for total in range(1, wanted + vials[0]):
        if any(total - vial in reached for vial in vials):
            reached.add(total)
    return min(one for one in reached if one >= wanted)


class BillingUnits(Table[BillingUnit]):
    """The table of billing units, dated: what a unit is may change within the years of a series."""

    def row(self, product: str, day: date) -> BillingUnit:
        """The row of a product on a day. Raises `NoRowError`."""
        return self.first(day, lambda row: row.product in product.lower())


@cache
def billing_units() -> BillingUnits:
    """The installed table of billing units."""
    return read(BillingUnits, "billing-units")
