"""What is read and written in the core, and what actions report."""

from __future__ import annotations

from typing import Final

from pathways.lint.rules.rule import Family, Rule

FAMILY: Final = Family(
    "The contract and problems",
    (
        Rule("outside-contract", "error", "A resource outside the contract", "The core's client refuses it."),
        Rule(
            "unused-contract",
            "warning",
            "A contract entry never used",
            "It asks for more rights than are needed.",
            "Remove it.",
        ),
        Rule("unknown-problem", "error", "Unknown problem", "The action never reports it."),
        Rule(
            "unhandled-problem",
            "error",
            "A problem neither caught nor accepted",
            "It would be an incident nobody meant.",
            "Catch it, or list it under accept: where an incident is the wanted answer.",
        ),
        Rule("handled-twice", "warning", "A problem both caught and accepted", "It is caught; accept has no effect."),
        Rule(
            "retry-outlasts-timeout",
            "warning",
            "Retries that outlast the timeout",
            "The last attempts are never made.",
            "Make the pauses shorter, or the timeout longer.",
        ),
    ),
)
