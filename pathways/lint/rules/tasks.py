"""What is asked of people: forms, choices, due times and alerts."""

from __future__ import annotations

from typing import Final

from pathways.lint.rules.rule import Family, Rule

FAMILY: Final = Family(
    "Tasks",
    (
        Rule("no-such-task", "error", "Separate from no task", "Nobody would be kept from doing both."),
        Rule(
            "unknown-priority",
            "error",
            "Unknown priority",
            "The task would be an incident instead.",
            "Priorities are routine, urgent, asap and stat.",
        ),
        Rule(
            "code-without-options",
            "warning",
            "A code without options",
            "People have nothing to choose from.",
            "Give options, or a value_set.",
        ),
        Rule(
            "required-and-hidden",
            "warning",
            "A required field that may be hidden",
            "A hidden field is not required.",
            "Say required_when instead.",
        ),
        Rule(
            "required-anyway",
            "warning",
            "required beside required_when",
            "The rule makes no difference.",
            "Take one of them out.",
        ),
        Rule(
            "gate-without-role",
            "warning",
            "A gate without a role",
            "Anybody could pass it.",
            "Say role, or a role for each outcome.",
        ),
        Rule("gate-in-bulk", "warning", "A gate in bulk", "A gate is passed one by one.", "Take bulk out."),
        Rule(
            "escalation-without-due",
            "warning",
            "An escalation without due time",
            "It is counted from the opening.",
            "Give the task a due time.",
        ),
        Rule(
            "escalates-nowhere",
            "warning",
            "An escalation to the same queue",
            "It moves nothing.",
            "Name another queue.",
        ),
        Rule(
            "escalates-at-once",
            "warning",
            "An escalation at once",
            "Whoever works in the task's own queue has no time left.",
            "Let some time pass, or open the task in that queue.",
        ),
        Rule(
            "idle-reminder",
            "warning",
            "A reminder that reminds of nothing",
            "It comes with the task, or when the task is overdue already.",
            "Let it come between the opening and the due time; escalate what is overdue.",
        ),
        Rule(
            "never-due",
            "warning",
            "A task that is never due",
            "It is left before, so it is never overdue, and never escalated.",
            "Make the timeout longer, or the due time shorter.",
        ),
        Rule(
            "same-title",
            "warning",
            "Two choices of one title",
            "People cannot tell them apart.",
            "Say what makes them different.",
        ),
    ),
)
