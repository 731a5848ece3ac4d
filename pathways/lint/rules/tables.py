"""Rows and columns of tables."""

from __future__ import annotations

from typing import Final

from pathways.lint.rules.rule import Family, Rule

FAMILY: Final = Family(
    "Decision tables",
    (
        Rule(
            "dead-row",
            "error",
            "A row that is never asked",
            "A row above takes all of it, or nothing fits it.",
            "Put the narrower row first.",
        ),
        Rule(
            "overlapping-rows",
            "warning",
            "Rows that overlap",
            "Which one holds depends on their order.",
            "Let the ranges meet without overlapping.",
        ),
        Rule(
            "missing-otherwise",
            "error",
            "A table without otherwise",
            "A case that fits no row stands still.",
            "Add a row for what is missing, or otherwise.",
        ),
        Rule(
            "null-column",
            "warning",
            "A column of a table that may be null",
            "Null fits no ordinary cell, so that a case of which something is not known is taken for one of the rest.",
            "Say what holds of it: a row with null in this column.",
        ),
    ),
)
