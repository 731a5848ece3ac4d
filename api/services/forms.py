"""The form of a task as it stands while somebody fills it in: which fields there are, needed, or not asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from api.services.records import Instance, Task
from pathways import feel, forms
from pathways.addresses import scope_of
from pathways.datatypes import MisfitError
from pathways.engine.scope import environment, names_of
from pathways.names import OUTCOME
from pathways.pace import pace_from_json, pathway_now
from pathways.plan import FormField, Plan
from pathways.state import Saved

Json = Any


@dataclass(frozen=True, slots=True)
class FieldState:
    """A field now. `conditional`: whether it is shown depends on what is typed in this form."""

    field: FormField
    shown: bool
    required: bool
    conditional: bool


class Rules(Protocol):
    """A form that is being filled in, for one task or for several."""

    @property
    def fields(self) -> tuple[FormField, ...]:
        """The fields, in the form's order."""
        ...

    def states(self, typed: Mapping[str, Json], outcome: str = "") -> tuple[FieldState, ...]:
        """The fields as they stand for what was typed (JSON values), and for the outcome that was chosen."""
        ...

    def check(self, typed: Mapping[str, Json], outcome: str = "") -> dict[str, str]:
        """What is wrong, by field name."""
        ...


@dataclass(frozen=True)
class FormRules:
    """A form with all that its rules see. Without the plan (a closed task) every field simply shows."""

    fields: tuple[FormField, ...]
    scope: Mapping[str, Any]
    env: feel.Environment | None
    outcomes: tuple[str, ...] = ()

    def states(self, typed: Mapping[str, Json], outcome: str = "") -> tuple[FieldState, ...]:
        """The fields as they stand for what was typed (JSON values) and chosen, in the form's order."""
        names = {OUTCOME, *(field.name for field in self.fields)}
        if self.env is None:
            return tuple(FieldState(field, True, field.required, False) for field in self.fields)
        seen = forms.form_scope(self.fields, self._fitting(typed), self._chosen(outcome), self.scope)
        return tuple(self._state(field, names, seen, self.env) for field in self.fields)

    def check(self, typed: Mapping[str, Json], outcome: str = "") -> dict[str, str]:
        """What is wrong, by field name: the same rules by which the pathway takes or refuses a completion."""
        if self.env is None:
            return {}
        _, errors = forms.check(self.fields, typed, self._chosen(outcome), self.scope, self.env)
        return errors

    def _chosen(self, outcome: str) -> str | None:
        """The outcome as it counts: where there is only one, it is that one before anybody chose."""
        if len(self.outcomes) == 1:
            return self.outcomes[0]
        return outcome if outcome in self.outcomes else None

    def _state(self, field: FormField, names: set[str], seen: Mapping[str, Any], env: feel.Environment) -> FieldState:
        try:
            shown, required = forms.rules(field, seen, env)
        except feel.FeelLimitError:
            shown, required = True, field.required  # the completion is refused, and says why at the field
        return FieldState(field, shown, required, field.show_when is not None and bool(field.show_when.names & names))

    def _fitting(self, typed: Mapping[str, Json]) -> dict[str, Json]:
        """What was typed, without what does not fit its field's type yet."""
        fitting: dict[str, Json] = {}
        for field in self.fields:
            try:
                fitting[field.name] = forms.read(field, typed.get(field.name))
            except MisfitError:
                fitting[field.name] = None
        return fitting


def rules_of(task: Task, instance: Instance, plan: Plan | None, now: datetime) -> FormRules:
    """The form's rules, with the instance's data as their expressions see it."""
    fields = forms.from_json(task.form)
    if plan is None:
        return FormRules(fields, {}, None)
    saved = {
        scope: {
            name: Saved(one["value"], str(one.get("address", "")), instance.started_at) for name, one in values.items()
        }
        for scope, values in instance.data.items()
    }
    scope = names_of(plan, instance.id, instance.started_at, saved, scope_of(task.address), site=instance.site)
    moment = pathway_now(pace_from_json(instance.pace), now)
    outcomes = tuple(str(one["id"]) for one in task.outcomes or ())
    return FormRules(fields, scope, environment(plan, instance.zone, moment), outcomes)
