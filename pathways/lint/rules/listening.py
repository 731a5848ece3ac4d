"""What is listened for: by waits, handlers, side flows and starts."""

from __future__ import annotations

from typing import Final

from pathways.lint.rules.rule import Family, Rule

FAMILY: Final = Family(
    "Events, side flows and starts",
    (
        Rule("unknown-event", "error", "Unknown event type", "Nobody sends or takes it."),
        Rule("event-misfit", "error", "Event data that does not fit", "Receivers would refuse it."),
        Rule(
            "keyless",
            "warning",
            "Events of any case",
            "Without a key the events of other patients are taken too.",
            "Give a key, such as key: =order.reference.",
        ),
        Rule(
            "never-armed",
            "error",
            "A handler that is never armed",
            "Its key has no value where it listens.",
            "Set what the key reads before, or listen elsewhere.",
        ),
        Rule(
            "handler-behind",
            "error",
            "A handler behind another",
            "The one above takes the event.",
            "Say by when what sets them apart.",
        ),
        Rule(
            "idle-handler",
            "warning",
            "A handler that never hears",
            "A step that waits for nothing is over at once.",
            "Put it on a step that waits, or on the pathway.",
        ),
        Rule("unknown-side-flow", "error", "Unknown side flow", "The event would start nothing."),
        Rule(
            "unused-side-flow",
            "warning",
            "A side flow that nothing starts",
            "It never runs.",
            "Start it by on … side, or offer it.",
        ),
        Rule(
            "offer-to-all",
            "warning",
            "An offer to everybody",
            "It stands in nobody's list, and anybody may take it.",
            "Say for which queue or role it is.",
        ),
        Rule(
            "start-behind",
            "error",
            "A start behind another",
            "The one above starts the case.",
            "Say by when what sets them apart.",
        ),
        Rule(
            "start-without-unique",
            "warning",
            "Starts by events without unique",
            "The same thing may be started twice.",
            "Say unique: =order.reference, or what there is one case for.",
        ),
        Rule(
            "optional-unique",
            "warning",
            "A unique key of an optional input",
            "Without it the start is refused.",
            "Require the input, or give it a default.",
        ),
    ),
)
