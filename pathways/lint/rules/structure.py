"""The ways between steps: where they lead, whether they end, and what is waited for on them."""

from __future__ import annotations

from typing import Final

from pathways.lint.rules.rule import Family, Rule

FAMILY: Final = Family(
    "Steps and ways",
    (
        Rule("unknown-step", "error", "Unknown step", "The way leads nowhere."),
        Rule(
            "unreachable-step",
            "error",
            "Unreachable step",
            "What is written there never happens.",
            "Lead a way to it, or remove it.",
        ),
        Rule(
            "no-way-to-end",
            "error",
            "No way to an end",
            "A case that gets there stays open for good.",
            "Lead a way on to a step with end.",
        ),
        Rule(
            "ends-by-event",
            "warning",
            "An end only by an event",
            "If the event never comes, the case stays open for good.",
            "Lead a way on to a step with end, or let a timeout end it.",
        ),
        Rule(
            "join-never-met",
            "warning",
            "A join that is never met",
            "The branches that it waits for all leave, or go round.",
            "Let every branch end well, or join: any.",
        ),
        Rule("runs-off", "error", "Runs off the end", "The last step must lead on or end the pathway."),
        Rule("end-next", "error", "next after an end", "Nothing comes after the end."),
        Rule("end-branch", "error", "end: branch outside a branch", "There is nothing around it that would go on."),
        Rule(
            "next-map", "error", "next by outcome without outcomes", "Only tasks and pathways have outcomes to go by."
        ),
        Rule("missing-outcome", "error", "An outcome without a way on", "The case would stand still."),
        Rule(
            "missing-default",
            "error",
            "Missing default",
            "Where nothing applies the case stands still.",
            "Let the last entry have no when.",
        ),
        Rule(
            "dead-way",
            "error",
            "A way that is never taken",
            "Entries behind one without when are never asked.",
            "Put the entry without when last.",
        ),
        Rule(
            "endless-wait",
            "error",
            "An event wait without timeout",
            "An event that never comes loses the patient.",
            "Give it a timeout, or say accept: [forever].",
        ),
        Rule(
            "idle-loop",
            "error",
            "A loop that waits for nothing",
            "It turns until it is stopped as runaway.",
            "Let a task, an action or a wait be part of it.",
        ),
        Rule("idle-timeout", "warning", "A timeout that never fires", "A step that waits for nothing is over at once."),
        Rule(
            "idle-limit", "warning", "A limit on going through a list", "The list's end is its limit.", "Take it out."
        ),
        Rule(
            "idle-undo",
            "warning",
            "undo_rest where nothing is left",
            "A join of all branches leaves none.",
            "Take it out.",
        ),
        Rule(
            "stays-inside",
            "warning",
            "undo on a way that leaves nothing",
            "A way undoes what was done in what it leaves. One that stays among the same steps leaves nothing.",
            "Put the steps that are to be undone into a section (steps:), or say undo: true on an outcome.",
        ),
        Rule(
            "undo-never-settled",
            "warning",
            "An undo until a step that never comes",
            "The step after which it is to stay done is never completed after it, so it can be undone to the end.",
            "Name a step that follows, of the same scope or one around it.",
        ),
        Rule("saves-nothing", "warning", "save where nothing comes", "This kind of step has no result."),
        Rule(
            "ignored-outcome",
            "warning",
            "A choice that nothing asks for",
            "People choose, and it makes no difference.",
            "Say next by outcome, or save it.",
        ),
        Rule(
            "ignored-child",
            "warning",
            "A child whose outcome is not asked for",
            "A child that was cancelled would count like one that succeeded.",
            "Say next by outcome, or save it.",
        ),
        Rule("accepts-nothing", "warning", "accept where nothing is reported", "It has no effect here."),
        Rule("unknown-stage", "error", "Unknown stage", "Progress could not be shown."),
        Rule(
            "unused-stage",
            "warning",
            "A stage never reached",
            "People would wait to see it.",
            "Remove it, or let a step reach it.",
        ),
        Rule("unknown-outcome", "error", "Unknown outcome", "Nobody could count it."),
        Rule("unused-outcome", "warning", "An outcome never reached", "It promises an end that never comes."),
    ),
)
