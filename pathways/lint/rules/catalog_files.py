"""What is wrong in a catalog's own files."""

from __future__ import annotations

from typing import Final

from pathways.lint.rules.rule import Family, Rule

FAMILY: Final = Family(
    "Files of a catalog",
    (
        Rule("bad-calendar", "error", "A calendar that cannot be kept", "Times counted in it would be nobody's hours."),
        Rule(
            "bad-row",
            "error",
            "A governed table that is not as its schema has it",
            "A row that is read otherwise than it was meant decides for a patient.",
        ),
        Rule("unread-key", "warning", "A key of a catalog that nothing reads", "What it asks for does not happen."),
    ),
)
