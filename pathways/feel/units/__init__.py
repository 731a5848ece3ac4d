"""Units of measure: UCUM's codes, what they are of one another, and what is never converted."""

from __future__ import annotations

from pathways.feel.units.ucum import Unit, UnitError, divide, factor_between, multiply, unit

__all__ = ["Unit", "UnitError", "divide", "factor_between", "multiply", "unit"]
