"""What is wrong or unwise in a catalog's file: every finding with its place, where reading stops at the first.

A catalog that has errors here is one that `read_catalog` refuses, or that would be read as something else than it says.
"""

from pathways.catalog.checking.sections import check_calendar, check_catalog, check_section

__all__ = ["check_calendar", "check_catalog", "check_section"]
