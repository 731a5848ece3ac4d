"""What a definition names that others keep: actions, queues, roles, calendars and the like."""

from __future__ import annotations

from typing import Final

from pathways.lint.rules.rule import Family, Rule

FAMILY: Final = Family(
    "Names of the catalog",
    (
        Rule("unknown-action", "error", "Unknown action", "It cannot be run."),
        Rule("unknown-input", "error", "Unknown input of an action", "The action would not get it."),
        Rule("missing-input", "error", "Missing input of an action", "The action cannot run without it."),
        Rule("input-misfit", "error", "Input that does not fit", "The action would refuse it."),
        Rule("unknown-queue", "error", "Unknown queue", "The task would lie where nobody looks."),
        Rule("unknown-role", "error", "Unknown role", "Nobody could complete the task."),
        Rule("unknown-resource", "error", "Unknown type of resource", "No reference is to one, and the core has none."),
        Rule("unknown-pathway", "error", "Unknown pathway", "It cannot be started."),
        Rule("unknown-value-set", "error", "Unknown value set", "Codes could not be checked."),
        Rule("unknown-calendar", "error", "Unknown calendar", "Business time could not be counted."),
        Rule("no-calendar", "error", "Business time without calendar", "Business time could not be counted."),
    ),
)
