"""Whether what a `simulation.yaml` lets the world answer is what the plan's actions, forms, children and events know.

A problem that an action never reports, or a field that a form does not have, would only be seen in cases that do not
end. What an action, a child or an event brings beyond what is declared of it is dropped, as everywhere, so there only
a misspelt field is a finding.
"""

from __future__ import annotations

from collections.abc import Callable

from pathways.datatypes import ANY, DataType, Field
from pathways.diagnostics import Mark, Severity, nearest
from pathways.plan import Child, Do, Plan, Task
from pathways.reader import Reader
from pathways.source import Node

Check = Callable[[Node], None]
"""Looks through one answer as it is written."""

DRAWN = frozenset({"one_of", "between", "after"})
"""Keys that, alone in a map, say how a value is drawn."""


class Fitting:
    """Notes what does not fit; `severity` is that of a name that the plan does not know."""

    def __init__(self, reader: Reader, plan: Plan, severity: Severity) -> None:
        self._reader = reader
        self._plan = plan
        self._severity: Severity = severity
        self._codes = {one.name: one.codes for one in plan.value_sets}

    def action(self, name: str) -> Check:
        """Of an answer of an action: its problem, and what it gives."""
        steps = [one for one in self._plan.steps if isinstance(one, Do) and one.action == name]
        problems = {problem for one in steps for problem in one.problems}

        def check(answer: Node) -> None:
            problem = self._reader.text(answer.get("problem"), "problem")
            if problem is not None and problems and problem.value not in problems:
                hint = nearest(problem.value, problems, plural="Its problems")
                self._note("unknown-problem", problem.mark, f'{name} reports no problem "{problem}".', hint)
            if steps:
                self._value(answer.get("give"), steps[0].output, f"{name} does not give")

        return check

    def task(self, task: Task) -> Check:
        """Of an answer of a task: its outcome, and its form."""
        outcomes = {one.id for one in task.outcomes}
        fields = DataType("object", fields=tuple(Field(one.name, one.type) for one in task.form))

        def check(answer: Node) -> None:
            outcome = self._reader.text(answer.get("outcome"), "outcome")
            if outcome is None and len(outcomes) > 1:
                hint = f"Its outcomes: {', '.join(sorted(outcomes))}."
                self._note("unknown-outcome", answer.mark, f"An answer of {task.id} says its outcome.", hint)
            elif outcome is not None and outcome.value not in (outcomes or {"done"}):
                hint = nearest(outcome.value, outcomes or {"done"}, plural="Its outcomes")
                self._note("unknown-outcome", outcome.mark, f'"{outcome}" is not an outcome of {task.id}.', hint)
            self._value(answer.get("form"), fields, f"The form of {task.id} has no field", closed=True)

        return check

    def child(self, name: str) -> Check:
        """Of an answer of a child: its outcome, and what it gives."""
        gives = next((one.gives for one in self._plan.steps if isinstance(one, Child) and one.pathway == name), ANY)
        member = gives.by_name.get("outcome")
        outcomes = member.type.options if member is not None else ()

        def check(answer: Node) -> None:
            outcome = self._reader.text(answer.get("outcome"), "outcome")
            if outcome is not None and outcomes and outcome.value not in outcomes:
                hint = nearest(outcome.value, outcomes, plural="Outcomes")
                self._note("unknown-outcome", outcome.mark, f'{name} has no outcome "{outcome}".', hint)
            self._value(answer.get("give"), gives, f"{name} does not give")

        return check

    def event(self, name: str) -> Check:
        """Of an arrival of an event: its data."""
        return lambda arrival: self._value(arrival.get("data"), self._plan.event_data[name], f"{name} does not bring")

    def inputs(self, node: Node | None) -> None:
        """What cases start with."""
        fields = tuple(Field(one.name, one.type) for one in self._plan.inputs)
        self._value(node, DataType("object", fields=fields), "The pathway has no input", closed=True)

    def _value(
        self, node: Node | None, declared: DataType, lacks: str, place: str = "", *, closed: bool = False
    ) -> None:
        """Look through a value; `closed` says that what is not declared is refused rather than dropped."""
        if node is None:
            return
        if node.is_map and len(node.value) == 1 and not DRAWN.isdisjoint(node.value):
            self._drawn(node, declared, lacks, place, closed=closed)
        elif node.is_list:
            item = declared.item or ANY if declared.kind == "list" else ANY
            for one in node.value:
                self._value(one, item, lacks, place, closed=closed)
        elif node.is_map and declared.kind == "object":
            for name, one in node.value.items():
                inner = f"{place}.{name}" if place else name
                if (member := declared.by_name.get(name)) is not None:
                    self._value(one, member.type, lacks, inner, closed=closed)
                elif not declared.open:
                    self._lacking(node.keys[name], name, inner, declared, node, lacks, closed=closed)
        elif isinstance(node.value, str) and not node.value.startswith("="):
            self._code(node.mark, node.value, declared, place)

    def _lacking(
        self, mark: Mark, name: str, place: str, declared: DataType, node: Node, lacks: str, *, closed: bool
    ) -> None:
        near = nearest(name, declared.by_name.keys() - node.value.keys())
        if near or closed:
            hint = near or (f"There are {', '.join(declared.by_name)}." if declared.by_name else "It has none.")
            self._note("unknown-field", mark, f'{lacks} "{place}".', hint)

    def _drawn(self, node: Node, declared: DataType, lacks: str, place: str, *, closed: bool) -> None:
        choices = node.value.get("one_of")
        if choices is None:
            return
        if choices.is_map:
            for name, mark in choices.keys.items():
                self._code(mark, name, declared, place)
        elif choices.is_list:
            for one in choices.value:
                chosen = one.value["value"] if one.is_map and set(one.value) <= {"value", "weight"} else one
                self._value(chosen, declared, lacks, place, closed=closed)

    def _code(self, mark: Mark, code: str, declared: DataType, place: str) -> None:
        known = (declared.options or self._codes.get(declared.value_set or "", ())) if declared.kind == "code" else ()
        if known and code not in known and code != "null":
            hint = nearest(code, known, plural="Codes")
            self._note("unknown-code", mark, f'"{code}" is no code of {place}.', hint)

    def _note(self, rule: str, mark: Mark, message: str, hint: str) -> None:
        self._reader.note(rule, mark, message, hint, self._severity)
