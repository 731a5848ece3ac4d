"""The table of rules: what each is called, how severe it is, why it is there, and what to do.

An error cannot run or may harm; a warning is unwise. Whatever reading, compiling or lint finds has its rule here: the
table says how severe it is, and documentation is made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pathways.diagnostics import Severity


@dataclass(frozen=True)
class Rule:
    """A rule: `why` is for the reference, `hint` is said with a finding that has none of its own."""

    id: str
    severity: Severity
    title: str
    why: str
    hint: str = ""


_ROWS: Final = (
    # -- the file ------------------------------------------------------------------------------------------------
    Rule("yaml", "error", "Not readable as YAML", "A file that is read by halves says something else than it means."),
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
    Rule("decide-next", "error", "next beside rules", "A decide step goes where its rules say."),
    Rule("otherwise-last", "error", "Rows behind otherwise", "They are never asked.", "Put otherwise last."),
    Rule("repeat-how", "error", "A repeat without a way to go round", "It would not be known how often it runs."),
    Rule("wait-for-what", "error", "A wait for nothing, or for two things", "It would not be known when it ends."),
    Rule("condition-equals", "error", "A condition with =", "Conditions are FEEL already."),
    Rule("bad-duration", "error", "Not a time", "A misread time moves a deadline."),
    # -- limits --------------------------------------------------------------------------------------------------
    Rule("too-many-steps", "error", "Too many steps", "Nobody can review it.", "Split the pathway into children."),
    Rule(
        "too-deep", "error", "Nested too deep", "Nobody can review it.", "Make a pathway of its own of what is inside."
    ),
    Rule("too-many-attributes", "error", "Too many attributes", "Lists filter on few things."),
    Rule("long-expression", "error", "Expression too long", "Nobody can review it.", "Compute it by a set, in parts."),
    # -- structure -----------------------------------------------------------------------------------------------
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
        "error",
        "A join that is never met",
        "The branches that it waits for all leave, or go round.",
        "Let every branch end well, or join: any.",
    ),
    Rule("runs-off", "error", "Runs off the end", "The last step must lead on or end the pathway."),
    Rule("end-next", "error", "next after an end", "Nothing comes after the end."),
    Rule("end-branch", "error", "end: branch outside a branch", "There is nothing around it that would go on."),
    Rule("no-such-task", "error", "Separate from no task", "Nobody would be kept from doing both."),
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
    Rule("next-map", "error", "next by outcome without outcomes", "Only tasks and pathways have outcomes to go by."),
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
        "idle-handler",
        "warning",
        "A handler that never hears",
        "A step that waits for nothing is over at once.",
        "Put it on a step that waits, or on the pathway.",
    ),
    Rule("idle-limit", "warning", "A limit on going through a list", "The list's end is its limit.", "Take it out."),
    Rule(
        "idle-undo", "warning", "undo_rest where nothing is left", "A join of all branches leaves none.", "Take it out."
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
        "error",
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
    # -- the catalog -----------------------------------------------------------------------------------------------
    Rule("unknown-action", "error", "Unknown action", "It cannot be run."),
    Rule("unknown-input", "error", "Unknown input of an action", "The action would not get it."),
    Rule("missing-input", "error", "Missing input of an action", "The action cannot run without it."),
    Rule("input-misfit", "error", "Input that does not fit", "The action would refuse it."),
    Rule("unknown-event", "error", "Unknown event type", "Nobody sends or takes it."),
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
    Rule("event-misfit", "error", "Event data that does not fit", "Receivers would refuse it."),
    Rule("unknown-queue", "error", "Unknown queue", "The task would lie where nobody looks."),
    Rule("unknown-role", "error", "Unknown role", "Nobody could complete the task."),
    Rule("unknown-pathway", "error", "Unknown pathway", "It cannot be started."),
    Rule("unknown-value-set", "error", "Unknown value set", "Codes could not be checked."),
    Rule("unknown-calendar", "error", "Unknown calendar", "Business time could not be counted."),
    Rule("no-calendar", "error", "Business time without calendar", "Business time could not be counted."),
    # -- data and expressions --------------------------------------------------------------------------------------
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
    Rule(
        "optional-unique",
        "warning",
        "A unique key of an optional input",
        "Without it the start is refused.",
        "Require the input, or give it a default.",
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
        "every-of-none",
        "error",
        "every over a list that may be empty",
        "It holds of an empty list.",
        "Say count(list) > 0 and … beside it.",
    ),
    Rule("code-outside-options", "error", "A code outside its options", "It never occurs, or is refused."),
    Rule(
        "dead-row",
        "error",
        "A row that is never asked",
        "A row above takes all of it, or nothing fits it.",
        "Put the narrower row first.",
    ),
    Rule(
        "overlapping-rows",
        "warning",
        "Rows that overlap",
        "Which one holds depends on their order.",
        "Let the ranges meet without overlapping.",
    ),
    Rule(
        "missing-otherwise",
        "error",
        "A table without otherwise",
        "A case that fits no row stands still.",
        "Add a row for what is missing, or otherwise.",
    ),
    Rule("default-misfit", "error", "A default that does not fit", "Every start without the input would be refused."),
    Rule("unused-input", "warning", "An input never read", "Who starts the pathway is asked for nothing."),
    # -- tasks -----------------------------------------------------------------------------------------------------
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
    Rule("escalates-nowhere", "warning", "An escalation to the same queue", "It moves nothing.", "Name another queue."),
    # -- the contract ----------------------------------------------------------------------------------------------
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
    # -- about the pathway -----------------------------------------------------------------------------------------
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
        "missing-review",
        "warning",
        "Missing review date",
        "What nobody reviews goes out of date.",
        "review_by: a date.",
    ),
    Rule("bad-date", "error", "Not a date", "It could not be held against the calendar.", "Such as 2027-06-30."),
    Rule(
        "past-review", "warning", "Past its review date", "It may be out of date.", "Review it, then move review_by on."
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
    # -- catalogs ------------------------------------------------------------------------------------------------
    Rule("bad-calendar", "error", "A calendar that cannot be kept", "Times counted in it would be nobody's hours."),
    Rule(
        "bad-row",
        "error",
        "A governed table that is not as its schema has it",
        "A row that is read otherwise than it was meant decides for a patient.",
    ),
    Rule("unread-key", "warning", "A key of a catalog that nothing reads", "What it asks for does not happen."),
    Rule(
        "untried-time",
        "warning",
        "A time that no scenario moves",
        "A deadline that reads data is worked out anew when the data changes, earlier or later.",
        "Write a scenario in which the data changes while it runs, to an earlier and to a later time.",
    ),
)

RULES: Final = {rule.id: rule for rule in _ROWS}
