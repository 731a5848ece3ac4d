"""The table of units is UCUM's own, as the library that carries it has it."""

from __future__ import annotations

import inspect

from pathways.feel.units import table
from tests.support import units_table


def test_the_table_is_what_the_library_carries() -> None:
    """Nobody has mended a factor by hand, and a newer UCUM shows here."""
    assert inspect.getsource(table) == units_table.table()
