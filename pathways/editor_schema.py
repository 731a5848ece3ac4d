"""The JSON Schema of the language, for editors: completion, help on every key, and mistakes of form as they are typed.

It says what may stand where; what names mean, lint says. A test holds it to the parser.
"""

from __future__ import annotations

from typing import Any

from pathways.datatypes import KINDS

Json = Any

IDENTIFIER = "^[a-z][a-z0-9-]*$"
NAME = "^[a-z_][A-Za-z0-9_]*$"
EXPRESSION = "An expression begins with =, text may hold {{ … }}."

_TEXT: Json = {"type": ["string", "number"]}
_FLAG: Json = {"type": "boolean"}
_ANY: Json = {}
_DATE: Json = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_SHARE: Json = {"type": ["string", "number"], "description": "A share: 75% or 0.75."}


def _ref(name: str, description: str = "") -> Json:
    return {"$ref": f"#/$defs/{name}"} | ({"description": description} if description else {})


def _told(schema: Json, description: str) -> Json:
    return {**schema, "description": description}


def _map(properties: dict[str, Json], *required: str, **more: Json) -> Json:
    """A map of known keys."""
    found: Json = {"type": "object", "properties": properties, "additionalProperties": False, **more}
    return found | ({"required": list(required)} if required else {})


def _named(schema: Json, pattern: str = IDENTIFIER, **more: Json) -> Json:
    """A map of names that the author chooses."""
    return {"type": "object", "propertyNames": {"pattern": pattern}, "additionalProperties": schema, **more}


def _many(schema: Json) -> Json:
    """One, or a list of them."""
    return {"anyOf": [schema, {"type": "array", "items": schema}]}


_TIME = _ref("time")
_CAUGHT: Json = _named(_ref("way"), ".", description="Problems that actions report, and where they lead.")
_VALUES: Json = {"anyOf": [{"type": "object"}, {"type": "string", "pattern": "^="}]}
_CONDITION = _ref("condition")
_FORM_SEES = "FEEL, without =: sees the form's fields as typed, and outcome."
_TARGET = _told(_TEXT, "The id of a step: of this scope, or of one around it.")
_NOTE = _told(_TEXT, "For readers only.")
_UNDO_ASKED = _told(_FLAG, "Undo what was done in the scope that this way leaves, before the target is entered.")
_ALERT = {
    "why": _told(_TEXT, "Why there is this alert, and why at this threshold."),
    "review_by": _told(_DATE, "When to ask again whether it is still needed."),
    "cause": _told(_TEXT, "Alerts of one cause are one item in the lists."),
}
_TYPE = {
    "type": {"enum": list(KINDS)},
    "target": _told(_many(_TEXT), "Resource types that a Reference may be to."),
    "options": {"type": "array", "description": "The codes that may be chosen."},
    "value_set": _told(_TEXT, "A value set of the catalog."),
    "fields": {"type": "object", "description": "The fields of an object, by name."},
    **{key: _told(_ANY, "The type of a list's items.") for key in ("item", "items", "of")},
    "many": _told(_FLAG, "A list of these."),
}
_LISTENING = {
    "event": _told(_TEXT, "The type of a domain event of the catalog."),
    "key": _told(_ANY, f"Its correlation key. {EXPRESSION}"),
    "when": _CONDITION,
    "lookback": _told(_TEXT, "How long before its arming an event may have come."),
}
_TIMES = {
    "until": _told(_TEXT, "A date or instant, or an expression that gives one."),
    "for": _told(_TEXT, "A duration: 90 minutes, 3 days, 4 business hours."),
}


def _definitions() -> dict[str, Json]:
    return {
        "time": _told(_TEXT, "A duration such as 1 business day, a date or instant, or an expression that gives one."),
        "condition": {"type": ["string", "boolean"], "description": "FEEL, without =. Null is an incident."},
        "way": {"anyOf": [_TARGET, _map({"to": _TARGET, "undo": _UNDO_ASKED, "note": _NOTE}, "to")]},
        "edges": {
            "type": "array",
            "description": "Tried in order; the last has no when.",
            "items": _map({"when": _CONDITION, "to": _TARGET, "undo": _UNDO_ASKED, "note": _NOTE}, "to"),
        },
        "retry": _map({"attempts": {"type": "integer"}, "first": _TEXT, "factor": {"type": "number"}, "most": _TEXT}),
        "type": {"anyOf": [{"enum": list(KINDS)}, {"type": "object"}]},
        "handlers": _many(
            _map(
                {
                    **_LISTENING,
                    "to": _told(_TARGET, "Interrupts, and goes to this step."),
                    "side": _told(_TEXT, "Interrupts nothing, and starts this side flow."),
                    "undo": _UNDO_ASKED,
                    "note": _NOTE,
                },
                "event",
            )
        ),
        "steps": _named(_ref("step"), minProperties=1),
        "step": _step(),
        "task": _task(),
        "wait": _wait(),
        "parallel": _parallel(),
        "repeat": _repeat(),
        "pathway": _child(),
        "decide": _decide(),
    }


def _step() -> Json:
    common = {
        "title": _told(_TEXT, "What people call the step."),
        "stage": _told(_TEXT, "The stage that is reached here."),
        "note": _NOTE,
        "next": {"anyOf": [_ref("way"), _ref("edges"), _named(_ref("way"))], "description": "Where it goes on."},
        "timeout": _map({"after": _TIME, "to": _TARGET, "undo": _UNDO_ASKED, "note": _NOTE}, "after", "to"),
        "save": {"type": "string", "pattern": NAME, "description": "The name that its result is kept under."},
        "accept": _told(_many(_TEXT), "Problems of which an incident is the wanted answer; forever, for a wait."),
        "on": _ref("handlers", "Events that interrupt this step, or start a side flow."),
        "clocks": _map(
            {verb: _many(_TEXT) for verb in ("start", "stop", "pause", "resume", "restart")}
            | {"from": _ANY, "at": {"enum": ["entry", "completion"]}, "note": _NOTE},
            description="What the step does to clocks.",
        ),
        "undo": {
            "anyOf": [
                _TEXT,
                _map(
                    {
                        "do": _TEXT,
                        "with": _VALUES,
                        "retry": _ref("retry"),
                        "until": _told(
                            _TEXT, "A step, of this scope or one around it: from its completion on it stays done."
                        ),
                        "note": _NOTE,
                    },
                    "do",
                ),
            ],
            "description": "The action that takes back what the step did.",
        },
        "retry": {**_ref("retry", "How its action, or its undo, is tried again.")},
        "gate": {"enum": ["clinical"], "description": "Skipping it, or changing what it read, needs its role."},
    }
    kinds = {
        "do": {
            "do": _told(_TEXT, "Run a registered action."),
            "with": {**_VALUES, "description": f"The action's input. {EXPRESSION}"},
            "catch": _CAUGHT,
        },
        "task": {"task": _ref("task")},
        "decide": {"decide": _ref("decide")},
        "set": {"set": _named(_ANY, NAME, description="Compute data, name by name.")},
        "wait": {"wait": _ref("wait")},
        "parallel": {"parallel": _ref("parallel"), "catch": _CAUGHT},
        "repeat": {"repeat": _ref("repeat"), "catch": _CAUGHT},
        "steps": {
            "steps": _ref("steps", "Steps held together: what this one has holds for all of them."),
            "catch": _CAUGHT,
        },
        "pathway": {"pathway": _ref("pathway"), "detached": _told(_FLAG, "As in the map of the pathway.")},
        "emit": {"emit": _map({"type": _TEXT, "data": _ANY}, "type", description="Publish a domain event.")},
        "end": {"end": _told(_TEXT, "The outcome to end with; branch ends only the scope it stands in.")},
    }
    return {"oneOf": [_map({**common, **own}, kind) for kind, own in kinds.items()]}


def _task() -> Json:
    field = _map(
        {
            "name": {"type": "string", "pattern": NAME},
            "label": _TEXT,
            **_TYPE,
            "required": _FLAG,
            "required_when": _told(_CONDITION, f"When it has to be filled in. {_FORM_SEES}"),
            "show_when": _told(_CONDITION, f"When it is asked for at all. {_FORM_SEES}"),
            "help": _TEXT,
        },
        "name",
    )
    reminder = _map({"after": _TIME, "before": _TIME, "at": _TIME, **_ALERT, "note": _NOTE})
    return _map(
        {
            "title": _told(_TEXT, f"What the work list shows. {EXPRESSION}"),
            "help": _TEXT,
            "queue": _told(_TEXT, "The queue it opens in."),
            "role": _told(_TEXT, "Who may complete it."),
            "priority": _told(_TEXT, "routine, urgent, asap or stat."),
            "due": _TIME,
            "remind": _many({"anyOf": [_TIME, reminder]}),
            "escalate": _many(_map({"after": _TIME, "queue": _TEXT, **_ALERT, "note": _NOTE}, "after", "queue")),
            "form": {"type": "array", "items": field},
            "outcomes": _named(
                {"anyOf": [_TEXT, {"type": "null"}, _map({"title": _TEXT, "role": _TEXT, "note": _NOTE})]}
            ),
            "skill": _TEXT,
            "bulk": _told(_FLAG, "Whether many may be completed at once."),
            "separate_from": _told(_TEXT, "A task that must not be done by the same person."),
            **_ALERT,
            "note": _NOTE,
        },
        "queue",
        description="Open a task for people.",
    )


def _wait() -> Json:
    way = _map({**_LISTENING, **_TIMES, "note": _NOTE})
    named = _map({"name": _told(_TEXT, "The way's name."), **_LISTENING, **_TIMES, "note": _NOTE}, "name")
    listed = {"type": "array", "items": {"anyOf": [_named(way), named]}}
    ways = {**_LISTENING, **_TIMES, "any": {"anyOf": [_named(way), listed]}, "note": _NOTE}
    return _map(ways, description="Wait for an event, a time, or whichever of several comes first.")


def _parallel() -> Json:
    branch, many = (
        _map({"title": _TEXT, "steps": _ref("steps"), "note": _NOTE}, "steps"),
        {"type": "integer", "minimum": 1},
    )
    return _map(
        {
            "branches": _named({"if": {"required": ["steps"]}, "then": branch, "else": _ref("steps")}, minProperties=1),
            "join": {"anyOf": [{"enum": ["all", "any"]}, many, _map({"count": many}, "count")]},
            "undo_rest": _told(_FLAG, "Undo what the branches did that are left when the join is met."),
            "note": _NOTE,
        },
        "branches",
        description="Branches that run side by side.",
    )


def _repeat() -> Json:
    return _map(
        {
            "for_each": _told(_ANY, "A list: one iteration for each item."),
            "as": {"type": "string", "pattern": NAME, "description": "The item's name inside."},
            "mode": {"enum": ["one-by-one", "at-once"]},
            "while": _told(_CONDITION, "Asked before each iteration."),
            "until": _told(_CONDITION, "Asked after each; sees the iteration's data."),
            "limit": {"type": ["integer", "string"], "description": "How often at most; reaching it is an incident."},
            "collect": _named(_ANY, NAME, description="A value of each iteration, appended to a list outside."),
            "carry": _named(_ANY, NAME, description="A value of each iteration, in place of the one before, outside."),
            "keep": _told(_FLAG, "Go on with the lists when the repeat is entered again."),
            "steps": _ref("steps"),
            "note": _NOTE,
        },
        "steps",
    )


def _child() -> Json:
    body = _map(
        {
            "name": _told(_TEXT, "The pathway to start."),
            "version": _told(_TEXT, "A range of versions, such as ^1."),
            "inputs": _VALUES,
            "detached": _told(_FLAG, "Do not wait for it, and do not cancel it with this one."),
            "note": _NOTE,
        },
        "name",
    )
    return {"anyOf": [_TEXT, body]}


def _decide() -> Json:
    plain = {"type": ["string", "number", "boolean", "null"]}
    row = {
        "type": "object",
        "description": "Expressions with the tests that they must pass; then to, give, or both.",
        "properties": {"to": _TARGET, "give": _ANY, "otherwise": {"anyOf": [_TARGET, {"const": True}]}},
        "additionalProperties": {"anyOf": [plain, {"type": "array", "items": plain, "minItems": 1}]},
    }
    return _map(
        {"rules": _ref("edges"), "table": {"type": "array", "items": row, "minItems": 1}, "note": _NOTE},
        description="Only routing: rules, or a decision table whose first matching row is taken.",
    )


def language_schema() -> Json:
    """The schema of a definition file (JSON Schema 2020-12)."""
    clock = _map(
        {
            "title": _TEXT,
            "limit": _TIME,
            "calendar": _told(_TEXT, "Whose open time counts; none for elapsed time."),
            "warn": _SHARE,
            "breach": _map(
                {
                    "queue": _TEXT,
                    "title": _TEXT,
                    "role": _TEXT,
                    "priority": _TEXT,
                    "help": _TEXT,
                    **_ALERT,
                    "note": _NOTE,
                },
                "queue",
            ),
            **_ALERT,
            "note": _NOTE,
        },
        "limit",
    )
    offer = _map({"title": _TEXT, "when": _CONDITION, "queue": _TEXT, "role": _TEXT})
    side = {"title": _TEXT, "once": _FLAG, "offer": offer, "steps": _ref("steps"), "note": _NOTE}
    start = {"event": _TEXT, "when": _CONDITION, "inputs": _VALUES, "note": _NOTE}
    inputs = {**_TYPE, "required": _FLAG, "optional": _FLAG, "default": _ANY}
    inputs |= dict.fromkeys(("title", "label", "help"), _TEXT) | {"note": _NOTE}
    give = {"anyOf": [{"not": {"type": "object", "required": ["value"]}}, _map({"value": _ANY, **_TYPE}, "value")]}
    outcome = {
        "title": _TEXT,
        "kind": {"enum": ["success", "unsuccessful", "cancelled"]},
        "undo": _told(_FLAG, "Undo all that was done before the pathway ends."),
        "give": _named(give, NAME),
        "note": _NOTE,
    }
    shares = dict.fromkeys(("steps", "transitions", "conditions", "timeouts", "catches", "handlers"), _SHARE)
    success = {
        "measure": _told(_TEXT, "What is measured."),
        "target": _told(_TEXT, "What it should come to: a duration, a share or a number."),
        "at": _told({"type": "string", "pattern": "^(p[1-9][0-9]?|mean|median)$"}, "At which percentile of the cases."),
        "note": _NOTE,
    }
    keys = {
        "language": {"const": 1},
        "pathway": {"type": "string", "pattern": IDENTIFIER, "description": "The same in every version."},
        "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "title": _TEXT,
        "purpose": _told(_TEXT, "What it is for, in a sentence."),
        "owner": _told(_TEXT, "The accountable team."),
        "success": _map(success, "measure", description="How success is measured."),
        "review_by": _DATE,
        "effective_from": _told(_DATE, "No start before this day."),
        "exit_plan": _told(_TEXT, "How it can be done without."),
        "calendar": _told(_TEXT, "The calendar of business durations."),
        "unique": _told(_TEXT, "What may run only once at a time."),
        "on_duplicate": {"enum": ["join", "refuse"]},
        "starts_on": _told(_many(_map(start, "event")), "Events that start it."),
        "inputs": _named({"anyOf": [{"enum": list(KINDS)}, _map(inputs)]}, NAME),
        "contract": _map({"reads": _many(_TEXT), "writes": _many(_TEXT)}),
        "coverage": _map(shares, description="What scenarios must go through before it is published."),
        "stages": _many(_TEXT),
        "attributes": _named(_ANY, NAME, maxProperties=8),
        "clocks": _named(clock),
        "on": _ref("handlers", "Events that are listened for anywhere in the pathway."),
        "steps": _ref("steps"),
        "side_flows": _named(_map(side, "steps")),
        "outcomes": _named({"anyOf": [_TEXT, {"type": "null"}, _map(outcome)]}),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Carelane pathway, language 1",
        **_map(keys, "language", "pathway", "version", "title", "steps"),
        "$defs": _definitions(),
    }
