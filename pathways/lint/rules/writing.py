"""What reading a file finds: its form, its names, and how much may be in it."""

from __future__ import annotations

from typing import Final

from pathways.lint.rules.rule import Family, Rule

FAMILY: Final = Family(
    "How it is written",
    (
        Rule(
            "yaml", "error", "Not readable as YAML", "A file that is read by halves says something else than it means."
        ),
        Rule("shape", "error", "Something of the wrong shape", "A list where a map belongs cannot be understood."),
        Rule("unknown-key", "error", "Unknown key", "A misspelt key would be ignored, and with it what it asks for."),
        Rule("missing-key", "error", "Missing key", "The construct means nothing without it."),
        Rule("language-version", "error", "Unknown language version", "Another version may mean something else."),
        Rule("bad-version", "error", "Not a version", "Versions are compared and ordered."),
        Rule("bad-id", "error", "Not an id", "Ids are parts of addresses."),
        Rule("bad-name", "error", "Not a name", "Expressions could not read it, or would read something else."),
        Rule("unknown-type", "error", "Unknown type", "Values could not be checked."),
        Rule("unknown-kind", "error", "Unknown kind of outcome", "Reports count outcomes by kind."),
        Rule("two-kinds", "error", "Two kinds in one step", "A step is one thing."),
        Rule("no-kind", "error", "A step that says nothing", "Nobody knows what it does."),
        Rule("duplicate-field", "error", "Two fields of one name", "One would hide the other."),
        Rule("stands-twice", "error", "An entry that stands twice", "Another one was probably meant."),
        Rule("decide-next", "error", "next beside rules", "A decide step goes where its rules say."),
        Rule("otherwise-last", "error", "Rows behind otherwise", "They are never asked.", "Put otherwise last."),
        Rule("repeat-how", "error", "A repeat without a way to go round", "It would not be known how often it runs."),
        Rule(
            "carry-at-once",
            "error",
            "carry of iterations that run at once",
            "Whichever ended last would win.",
            "Use collect: it keeps a value of each, in their order.",
        ),
        Rule("wait-for-what", "error", "A wait for nothing, or for two things", "It would not be known when it ends."),
        Rule("condition-equals", "error", "A condition with =", "Conditions are FEEL already."),
        Rule("bad-duration", "error", "Not a time", "A misread time moves a deadline."),
        Rule("too-many-steps", "error", "Too many steps", "Nobody can review it.", "Split the pathway into children."),
        Rule(
            "too-deep",
            "error",
            "Nested too deep",
            "Nobody can review it.",
            "Make a pathway of its own of what is inside.",
        ),
        Rule("too-many-attributes", "error", "Too many attributes", "Lists filter on few things."),
        Rule(
            "long-expression", "error", "Expression too long", "Nobody can review it.", "Compute it by a set, in parts."
        ),
    ),
)
