"""What is timed, and whether anybody hears of it."""

from __future__ import annotations

from typing import Final

from pathways.lint.rules.rule import Family, Rule

FAMILY: Final = Family(
    "Clocks and times",
    (
        Rule("unknown-clock", "error", "Unknown clock", "Nothing would be timed."),
        Rule(
            "clock-never-started",
            "warning",
            "A clock that is never started",
            "Nothing is timed by it.",
            "Start it at a step: clocks: {start: [name]}.",
        ),
        Rule(
            "clock-never-stopped",
            "warning",
            "A clock that is never stopped",
            "It never counts as met, however soon the work is done.",
            "Stop it at the step that meets it.",
        ),
        Rule(
            "clock-left-running",
            "warning",
            "A successful end with a clock running",
            "It is dropped, so nobody can say whether it was met.",
            "Stop it on this way too.",
        ),
        Rule(
            "clock-not-running",
            "warning",
            "A clock that cannot be running",
            "The verb does nothing here.",
            "Start it before, or take the verb out.",
        ),
        Rule(
            "clock-never-resumed",
            "warning",
            "A clock paused for good",
            "Its deadline never comes.",
            "Resume it where the reason has gone.",
        ),
        Rule(
            "clock-at-once",
            "warning",
            "A clock started and stopped by one step",
            "It measures nothing.",
            "Say at: completion for the one that comes last.",
        ),
        Rule(
            "silent-clock",
            "warning",
            "A clock that tells nobody",
            "A breach without a task or a warning is seen by nobody.",
            "Give it warn, or a breach with a queue.",
        ),
        Rule(
            "untried-time",
            "warning",
            "A time that no scenario moves",
            "A deadline that reads data is worked out anew when the data changes, earlier or later.",
            "Write a scenario in which the data changes while it runs, to an earlier and to a later time.",
        ),
    ),
)
