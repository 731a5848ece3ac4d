"""What a pathway says of itself."""

from __future__ import annotations

from typing import Final

from pathways.lint.rules.rule import Family, Rule

FAMILY: Final = Family(
    "About the pathway",
    (
        Rule("missing-purpose", "warning", "Missing purpose", "Alerts and readers ask what the pathway is for."),
        Rule("missing-owner", "warning", "Missing owner", "Somebody answers for it.", "owner: the accountable team."),
        Rule(
            "missing-success",
            "warning",
            "Missing measure of success",
            "Nobody could say whether it works.",
            "success: {measure, target, at}.",
        ),
        Rule(
            "bad-success",
            "warning",
            "A measure of success that says nothing",
            "No result could be compared with it.",
            "success: {measure: asked_in_time, target: 1 business day, at: p90}.",
        ),
        Rule(
            "missing-review",
            "warning",
            "Missing review date",
            "What nobody reviews goes out of date.",
            "review_by: a date.",
        ),
        Rule("bad-date", "error", "Not a date", "It could not be held against the calendar.", "Such as 2027-06-30."),
        Rule(
            "past-review",
            "warning",
            "Past its review date",
            "It may be out of date.",
            "Review it, then move review_by on.",
        ),
        Rule(
            "alert-without-why",
            "warning",
            "An alert without a reason",
            "Nobody can judge whether it is worth the interruption.",
            "Say why, or the pathway's purpose.",
        ),
        Rule(
            "alert-without-review",
            "warning",
            "An alert without a review date",
            "Alerts that nobody reviews are switched off in the mind.",
            "Say review_by.",
        ),
        Rule(
            "identifying-attribute",
            "error",
            "An attribute that identifies a patient",
            "Lists store attributes; names come from the core when a page is shown.",
            "Take it out.",
        ),
    ),
)
