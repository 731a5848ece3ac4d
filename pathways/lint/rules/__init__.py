"""The table of rules: what each is called, how severe it is, why it is there, and what to do.

An error cannot run or may harm; a warning is unwise. Whatever reading, compiling or lint finds has its rule here, in a
module per family: the table says how severe it is, and documentation is made from it.
"""

from __future__ import annotations

from typing import Final

from pathways.lint.rules import (
    catalog,
    catalog_files,
    clocks,
    contract,
    data,
    listening,
    metadata,
    structure,
    tables,
    tasks,
    writing,
)
from pathways.lint.rules.rule import Family, Rule

__all__ = ["FAMILIES", "RULES", "Family", "Rule"]

FAMILIES: Final = (
    writing.FAMILY,
    structure.FAMILY,
    listening.FAMILY,
    clocks.FAMILY,
    catalog.FAMILY,
    data.FAMILY,
    tables.FAMILY,
    tasks.FAMILY,
    contract.FAMILY,
    metadata.FAMILY,
    catalog_files.FAMILY,
)
"""Every family, in the order of the reference."""

RULES: Final = {rule.id: rule for family in FAMILIES for rule in family.rules}
"""Every rule by its id."""
