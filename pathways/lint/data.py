"""Rules about data on its way: nothing is read that some way gets to without setting it.

What is known is carried along the ways between steps until nothing changes any more: a name is known where every way
to the place has set it, and a condition that was passed tells what it had to have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pathways import feel
from pathways.feel import nodes
from pathways.lint.flow import Way
from pathways.lint.known import Known, Level, Use, dotted, is_null, told_by, uses
from pathways.lint.sites import Site, of_step, of_value
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import DoDecl, SetDecl, StepDecl, TaskDecl, WaitForEventDecl
from pathways.values import is_expression

Json = Any


def check(subject: Subject) -> Findings:
    """All findings about data on its way."""
    analysis = _Analysis(subject)
    for name, step in subject.flow.steps.items():
        entry = analysis.entries.get(name)
        if entry is not None:
            yield from analysis.findings(step, entry)


class _Analysis:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.flow = subject.flow
        self.tracked = frozenset(subject.plan.types) | {"problem"}
        self.optional = _optional_fields(subject)
        self.entries: dict[str, Known] = {}
        self._solve()

    # -- carrying it along --------------------------------------------------------------------------------------

    def _solve(self) -> None:
        self.entries[self.flow.first] = Known(
            {
                one.name: Level.VALUE if one.required or one.default is not None else Level.NULL
                for one in self.subject.plan.inputs
            }
        )
        order = {name: place for place, name in enumerate(self.flow.steps)}
        waiting = {self.flow.first}
        while waiting:
            name = min(waiting, key=order.__getitem__)
            waiting.remove(name)
            for way, after in self._ways(self.flow.steps[name], self.entries[name]):
                before = self.entries.get(way.to)
                joined = after if before is None else before.join(after)
                if before is None or joined != before:
                    self.entries[way.to] = joined
                    waiting.add(way.to)

    def _ways(self, step: StepDecl, entry: Known) -> Iterator[tuple[Way, Known]]:
        entry_only = entry.forget("problem")
        after = self.after(step, entry).forget("problem")
        for way in self.flow.ways[step.id.value]:
            match way.kind:
                case "timeout":
                    yield way, entry_only
                case "catch":
                    yield way, entry_only.saved("problem")
                case "next":
                    tree = _tree(way.when.value) if way.when else None
                    yield way, after.told(told_by(tree, True)) if tree else after
                    after = after.told(told_by(tree, False)) if tree else after

    def after(self, step: StepDecl, known: Known) -> Known:
        """What is known when a step has done its work."""
        if isinstance(step.body, SetDecl):
            for name, value in step.body.assignments:
                known = known.saved(name.value, _level_of(value.source, known))
        elif step.save is not None and isinstance(step.body, (DoDecl, TaskDecl, WaitForEventDecl)):
            known = known.saved(step.save.value)
        return known

    # -- saying it ----------------------------------------------------------------------------------------------

    def findings(self, step: StepDecl, entry: Known) -> Findings:
        """What a step reads that may be unset, or, in conditions, null."""
        known = entry
        if isinstance(step.body, SetDecl):
            for name, value in step.body.assignments:
                for site in of_value(value, value.source, (), step.id.value, "entry"):
                    yield from self._reads(site, known)
                known = known.saved(name.value, _level_of(value.source, known))
        after = self.after(step, entry)
        for site in of_step(step):
            if site.when == "exit":
                yield from self._reads(site, after)
                tree = _tree(site.text)
                after = after.told(told_by(tree, False)) if tree else after
            elif not isinstance(step.body, SetDecl) or site.purpose == "time":
                yield from self._reads(site, entry)

    def _reads(self, site: Site, known: Known) -> Findings:
        expression = site.expression
        if expression is None:
            return
        fields = {field.name.value for field in site.form} | {"saved", "event", "instance"}
        seen: set[tuple[str, ...]] = set()
        for use in uses(expression.tree, known, frozenset(fields)):
            if use.path not in seen and use.path[0] in self.tracked:
                seen.add(use.path)
                yield from self._judge(site, use)

    def _judge(self, site: Site, use: Use) -> Findings:
        name, level = use.path[0], use.known.level(use.path[:1])
        mark = site.place(site.text.count("\n", 0, use.node.start) + 1, _column(site.text, use.node.start))
        if level is Level.UNSET:
            message = f'Some way gets here without setting "{name}", which "{site.text[:60]}" reads.'
            yield Finding("unset-data", mark, message, f"Say {name} != null first, or set it on every way.")
        if level is Level.UNSET or site.purpose != "condition" or site.when == "form":
            return  # in forms a rule that gives null does not hold, and that is all
        if level is Level.NULL:
            message = f'"{name}" may be null, and then "{site.text[:60]}" is neither true nor false.'
            yield Finding("unset-data", mark, message, f"Say {name} != null first.")
        elif use.path[:2] in self.optional - use.known.present:
            field = ".".join(use.path[:2])
            message = f'"{field}" may be left empty, and then the condition is neither true nor false.'
            yield Finding("empty-field", mark, message)


def _column(text: str, offset: int) -> int:
    return offset - text.rfind("\n", 0, offset)


def _tree(text: str) -> nodes.Node | None:
    try:
        return feel.parse_expression(text).tree
    except feel.FeelSyntaxError:
        return None


def _level_of(source: Json, known: Known) -> Level:
    """How sure it is that a value as authored is not null."""
    if source is None:
        return Level.NULL
    if not is_expression(source):
        return Level.VALUE
    tree = _tree(source[1:])
    return Level.VALUE if tree is None else _level(tree, known)


def _level(tree: nodes.Node, known: Known) -> Level:
    match tree:
        case nodes.If(condition=condition, yes=yes, no=no):
            when_yes = known.told(told_by(condition, True))
            when_no = known.told(told_by(condition, False))
            return min(_level(yes, when_yes), _level(no, when_no))
        case nodes.Name():
            path = dotted(tree)
            return max(known.level(path), Level.NULL) if path else Level.VALUE
        case _:
            return Level.NULL if is_null(tree) else Level.VALUE


def _optional_fields(subject: Subject) -> frozenset[tuple[str, str]]:
    """The form fields, by saved name, that people may leave empty; those with rules of their own are left out."""
    found: dict[tuple[str, str], bool] = {}
    for step in subject.definition.steps:
        if step.save is not None and isinstance(step.body, TaskDecl):
            for field in step.body.form:
                path = (step.save.value, field.name.value)
                always = field.required or field.required_when is not None or field.show_when is not None
                found[path] = found.get(path, True) and not always
    return frozenset(path for path, optional in found.items() if optional)
