"""The names that FEEL itself takes: functions with spaces, which the tokens must know beforehand."""

from __future__ import annotations

from typing import Final

SPACED_FUNCTIONS: Final = frozenset(
    {
        "context merge",
        "context put",
        "date and time",
        "day of week",
        "day of year",
        "distinct values",
        "ends with",
        "get entries",
        "get value",
        "index of",
        "insert before",
        "list contains",
        "list replace",
        "lower case",
        "met by",
        "month of year",
        "overlaps after",
        "overlaps before",
        "round down",
        "round half down",
        "round half up",
        "round up",
        "started by",
        "finished by",
        "starts with",
        "string join",
        "string length",
        "substring after",
        "substring before",
        "upper case",
        "week of year",
        "years and months duration",
    }
)
