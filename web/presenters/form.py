"""A task's form as inputs: each field with its control, what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from api.services.forms import FieldState, Rules
from pathways.datatypes import DataType
from pathways.names import OUTCOME
from pathways.plan import FormField
from web.form_values import PREFIX, Typed, values_of
from web.presenters.values import words

Json = Any
Control = Literal[
    "text", "lines", "number", "date", "instant", "yes-no", "radios", "select", "checkboxes", "reference", "period",
    "quantity",
]  # fmt: skip

FEW_OPTIONS = 6
"""Up to so many options are all shown; more are a select."""


@dataclass(frozen=True, slots=True)
class OptionView:
    """One option of a field."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field with its control. `values` are those of its inputs, by the input's suffix (empty for the only one)."""

    id: str
    name: str
    key: str
    label: str
    hint: str
    control: Control
    values: Mapping[str, str]
    options: tuple[OptionView, ...]
    required: bool
    hidden: bool
    conditional: bool
    error: str | None

    @property
    def value(self) -> str:
        """The value of a field with one input."""
        return self.values.get("", "")

    @property
    def items(self) -> list[dict[str, Any]]:
        """The options as radios and checkboxes take them; the first has the field's own id."""
        return [{"value": one.value, "text": one.text, "checked": one.chosen} for one in self.options]

    @property
    def choices(self) -> list[dict[str, Any]]:
        """The options as a select takes them."""
        return [{"value": one.value, "text": one.text, "selected": one.chosen} for one in self.options]


def field_views(rules: Rules, typed: Typed, errors: Mapping[str, str], zone_name: str) -> list[FieldView]:
    """The fields to show. One that depends on this form is always there; scripts hide it until it is asked for."""
    states = rules.states(values_of(rules.fields, typed, zone_name), typed.one(OUTCOME))
    return [
        _view(one, typed, errors.get(one.field.name), zone_name, hidden=not one.shown)
        for one in states
        if one.shown or one.conditional
    ]


def visible(rules: Rules, typed: Typed, zone_name: str) -> dict[str, dict[str, bool]]:
    """Which fields are asked for and needed, for what was typed so far."""
    states = rules.states(values_of(rules.fields, typed, zone_name), typed.one(OUTCOME))
    return {one.field.name: {"shown": one.shown, "required": one.required} for one in states}


def asks_outcome(form: tuple[FormField, ...]) -> bool:
    """Whether a form's rules ask how the task ended; then that is chosen before the fields are filled in."""
    rules = (rule for one in form for rule in (one.show_when, one.required_when) if rule is not None)
    return any(OUTCOME in rule.names for rule in rules)


def sentence(label: str, message: str) -> str:
    """What is wrong with a field, as a sentence that stands alone."""
    if message == "is required":
        return f"{label} is needed"
    text = message[:1].lower() + message[1:]
    return f"{label} {text}" if text.startswith(("must", "is ", "has ", "needs ")) else f"{label}: {message}"


def _view(state: FieldState, typed: Typed, error: str | None, zone_name: str, *, hidden: bool) -> FieldView:
    declared, name = state.field.type, PREFIX + state.field.name
    control = _control(declared)
    suffixes = {"reference": ("reference", "display"), "period": ("start", "end"), "quantity": ("value", "unit")}
    parts = suffixes.get(control, ("",))
    values = {part: typed.one(f"{name}.{part}" if part else name) for part in parts}
    return FieldView(
        id=f"field-{state.field.name.replace('_', '-')}",
        name=name,
        key=state.field.name,
        label=state.field.label,
        hint=_hint(state, control, zone_name),
        control=control,
        values=values,
        options=_options(declared, control, set(typed.every(name))),
        required=state.required,
        hidden=hidden,
        conditional=state.conditional,
        error=sentence(state.field.label, error) if error else None,
    )


def _control(declared: DataType) -> Control:
    match declared.kind:
        case "code" if declared.options:
            return "radios" if len(declared.options) <= FEW_OPTIONS else "select"
        case "boolean":
            return "yes-no"
        case "integer" | "decimal" | "billing_units":
            return "number"
        case "date":
            return "date"
        case "instant":
            return "instant"
        case "Reference":
            return "reference"
        case "period":
            return "period"
        case "quantity":
            return "quantity"
        case "list":
            item = declared.item
            return "checkboxes" if item is not None and item.kind == "code" and item.options else "lines"
        case "text" | "any" | "object":
            return "lines"
        case _:
            return "text"


def _options(declared: DataType, control: Control, chosen: set[str]) -> tuple[OptionView, ...]:
    if control == "yes-no":
        return tuple(OptionView(value, text, value in chosen) for value, text in (("yes", "Yes"), ("no", "No")))
    options = declared.item.options if declared.kind == "list" and declared.item else declared.options
    return tuple(OptionView(value, words(value), value in chosen) for value in options)


def _hint(state: FieldState, control: Control, zone_name: str) -> str:
    declared, hints = state.field.type, []
    if state.field.help:
        hints.append(state.field.help)
    if control == "instant":
        hints.append(f"Date and time in {zone_name.replace('_', ' ')}.")
    if control == "reference":
        hints.append(f"For example {(declared.target or ('Patient',))[0]}/123.")
    if control == "lines" and declared.kind == "list":
        hints.append("One to a line.")
    if control == "number" and declared.kind != "decimal":
        hints.append("A whole number.")
    return " ".join(hints)
