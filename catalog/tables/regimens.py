"""Regimens: doses, intervals and windows, what is screened, and the chair that a dose needs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

from pydantic import Field, model_validator

from catalog.tables.governed import AuthoredDuration, NoRowError, Row, Strict, Table, read


class Amount(Strict):
    """How much: a fixed amount, or so much per kilogram, in a UCUM unit."""

    value: Decimal = Field(gt=0)
    unit: Literal["mg", "g", "[IU]"]
    per_kilogram: bool = False


class DoseStep(Strict):
    """A dose of the beginning: so long after the first one, with this amount and chair time in minutes."""

    after: AuthoredDuration
    amount: Amount
    chair_minutes: int = Field(gt=0)
    observation_minutes: int = Field(default=30, ge=0)


class Screening(Strict):
    """A result that must be there: LOINC codes, how old it may be on the day, and what counts as a good answer."""

    name: str
    codes: tuple[str, ...]
    young_enough: AuthoredDuration
    acceptable: tuple[str, ...] = Field(description="Codes or words of an acceptable value, in small letters.")


class Regimen(Row):
    """A row of the regimen table: one product for one or more indications."""

    title: str
    product: str
    indications: tuple[str, ...] = Field(default=(), description="Words of the indication; empty: every one.")
    ordered_as: tuple[str, ...] = Field(default=(), description="Words of the order's dosage; empty: whatever it says.")
    doses: tuple[DoseStep, ...] = Field(min_length=1)
    every: AuthoredDuration
    maintenance: DoseStep
    most_doses: int | None = None
    earliest: AuthoredDuration = Field(description="How much before the due date a dose may be given.")
    latest: AuthoredDuration = Field(description="How much after the due date a dose may be given without asking.")
    restart_after: AuthoredDuration = Field(description="The gap since the last dose after which to begin anew.")
    minimum_interval: AuthoredDuration = Field(description="No two administrations closer than this, at any site.")
    rounding: Decimal = Field(default=Decimal(1), gt=0)
    weight_young_enough: AuthoredDuration | None = Field(
        default=None, description="How old a weight may be to plan a dose with; on its day it is taken anew."
    )
    screening: tuple[Screening, ...] = ()
    premedication: tuple[str, ...] = ()
    review_before_dose: int | None = Field(default=None, description="The stop rule is asked before this dose.")
    stop_rule: str | None = None

    @model_validator(mode="after")
    def _weights_have_an_age(self) -> Regimen:
        if self.weight_based and self.weight_young_enough is None:
            raise ValueError("doses by weight need weight_young_enough")
        return self

    @property
    def weight_based(self) -> bool:
        """Whether any amount is per kilogram."""
        return any(one.amount.per_kilogram for one in (*self.doses, self.maintenance))


class Regimens(Table[Regimen]):
    """The regimen table."""

    def regimen(self, product: str, indication: str | None, dosage: str | None, day: date) -> Regimen:
        """The row for a product, an indication and an order's dosage on a day. Raises `NoRowError`."""
        wanted, about, dosed = product.lower(), (indication or "").lower(), (dosage or "").lower()

        def fits(row: Regimen) -> bool:
            named = row.product.lower() in wanted
            return named and _says(row.indications, about) and _says(row.ordered_as, dosed)

        return self.first(day, fits)


def _says(words: tuple[str, ...], text: str) -> bool:
    return not words or any(word in text for word in words)


@cache
def regimens() -> Regimens:
    """The installed regimen table."""
    return read(Regimens, "regimens")


__all__ = ["Amount", "DoseStep", "NoRowError", "Regimen", "Regimens", "Screening", "regimens"]
