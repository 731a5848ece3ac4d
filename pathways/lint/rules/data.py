"""What expressions read and give, and whether it is there."""

from __future__ import annotations

from typing import Final

from pathways.lint.rules.rule import Family, Rule

FAMILY: Final = Family(
    "Data and expressions",
    (
        Rule("bad-expression", "error", "Not FEEL", "It cannot be evaluated."),
        Rule(
            "forgotten-equals",
            "error",
            "A name that is taken for a text",
            "Without = it is that text, word for word: the same for every case, and equal to nobody's key.",
        ),
        Rule("unknown-name", "error", "Unknown name", "It is null for good."),
        Rule("unknown-function", "error", "Unknown function", "It gives null."),
        Rule("unknown-field", "error", "Unknown field", "It is null for good."),
        Rule("shadowed-name", "error", "A name that hides another", "Readers would take the one for the other."),
        Rule("name-saved-twice", "error", "A name saved by two branches", "Whichever came last would win."),
        Rule("unlike-types", "error", "Comparison of unlike types", "It never holds."),
        Rule("bad-types", "error", "Types that do not fit", "It gives null."),
        Rule("not-a-condition", "error", "A condition that is not true or false", "It opens an incident."),
        Rule(
            "unset-data",
            "error",
            "Data that may be unset",
            "Some way gets here without a value.",
            "Say x != null first, or set it on every way.",
        ),
        Rule(
            "gives-nothing",
            "warning",
            "An outcome that may give nothing",
            "The parent reads null.",
            "Set it on every way to the outcome.",
        ),
        Rule("unused-name", "warning", "A name never read", "It is computed for nothing.", "Remove it, or read it."),
        Rule(
            "empty-field",
            "warning",
            "A form field that may be empty",
            "A condition that gives null opens an incident.",
            "Require the field, or say x != null first.",
        ),
        Rule(
            "empty-time",
            "warning",
            "A time or a list that may be empty",
            "Null is neither, and opens an incident.",
            "Require it, or say what holds without it: =if x != null then x else ….",
        ),
        Rule(
            "every-of-none",
            "error",
            "every over a list that may be empty",
            "It holds of an empty list.",
            "Say count(list) > 0 and … beside it.",
        ),
        Rule("code-outside-options", "error", "A code outside its options", "It never occurs, or is refused."),
        Rule(
            "default-misfit", "error", "A default that does not fit", "Every start without the input would be refused."
        ),
        Rule("unused-input", "warning", "An input never read", "Who starts the pathway is asked for nothing."),
    ),
)
