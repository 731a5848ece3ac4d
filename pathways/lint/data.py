"""Rules about data on its way: nothing is read that some way gets to without setting it.

What is known is carried along the ways between steps until nothing changes any more: a name is known where every way
to the place has set it, and a condition that was passed tells what it had to have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from pathways import feel
from pathways.diagnostics import Mark
from pathways.lint.analysis.carry import Knowing, level_of
from pathways.lint.analysis.causes import Causes
from pathways.lint.analysis.flow import DONE, ROUND, inside, key_paths
from pathways.lint.analysis.known import Dotted, Known, Level, Use, dotted, told_by, uses
from pathways.lint.analysis.sites import Site, of_authored, of_step, sites_of
from pathways.lint.analysis.solve import solve
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import Placed, SetDecl
from pathways.plan import End, Repeat, Task
from pathways.values import Computed

_LENIENT = frozenset({"key", "offer", "always", "unique", "start"})
"""Where null has a meaning of its own: nothing is listened for, nothing offered, nothing shown; or other rules look."""


_WANTED: Mapping[str, tuple[str, str]] = {
    "time": ("empty-time", "there is no time"),
    "list": ("empty-time", "there is no list to go through"),
    "column": ("null-column", "no cell of this column fits: the case goes where the others do"),
}
"""What a plain value is wanted for: the rule that asks for it, and what becomes of null."""


def check(subject: Subject) -> Findings:
    """All findings about data on its way; where a way leaves something unset, what reads it first says so."""
    first = _Reading(subject, subject.known)
    blamed: dict[str, set[str]] = {}
    for placed, entry in _reached(subject, subject.known):
        for one in first.step(placed, entry):
            if one.rule == "unset-data" and one.about and one.level is Level.UNSET:
                blamed.setdefault(placed.path, set()).add(one.about)
    known = subject.known
    if blamed:
        said = {path: frozenset(names) for path, names in blamed.items()}
        known = solve(subject.flow, Knowing(subject.flow, subject.names, subject.telling, subject.may, said))
    reading = _Reading(subject, known)
    found = [one for site in sites_of(subject.definition) if not site.step for one in reading.outside(site)]
    found += [one for placed, entry in _reached(subject, known) for one in reading.step(placed, entry)]
    yield from _said(subject, known, found)


def _said(subject: Subject, known: Mapping[str, Known], found: list[Read]) -> Findings:
    """The findings, with what leaves a name unset; of those with one cause the first says how many there are."""
    causes = Causes(subject, known) if found else None
    together: dict[tuple[str, str], list[Read]] = {}
    for one in found:
        why = causes.why(one.about, one.step) if causes is not None and one.about else ""
        if why:
            together.setdefault((one.about, why), []).append(one)
        else:
            yield Finding(one.rule, one.mark, one.message, one.hint)
    for (_, why), several in together.items():
        one, places = min(several, key=lambda each: each.mark), len({each.mark for each in several})
        more = f" So in {places - 1} more place{'s' if places > 2 else ''}." if places > 1 else ""
        yield Finding(one.rule, one.mark, one.message + why + more, one.hint)


def _reached(subject: Subject, known: Mapping[str, Known]) -> Iterator[tuple[Placed, Known]]:
    for placed in subject.definition.placed:
        entry = known.get(placed.path)
        if entry is not None:
            yield placed, entry


@dataclass(frozen=True)
class Read:
    """A finding before it is said: `about` is the name, `step` where it is read, if its being unset has a cause."""

    rule: str
    mark: Mark
    message: str
    hint: str = ""
    about: str = ""
    step: str = ""
    level: Level = Level.VALUE


Reads = Iterator[Read]


class _Reading:
    def __init__(self, subject: Subject, known: Mapping[str, Known]) -> None:
        self.subject = subject
        self.known = known
        self.flow = subject.flow
        self.knowing = Knowing(subject.flow, subject.names, subject.telling, subject.may)
        self.tracked = frozenset(subject.plan.types) | {"problem", "event"}
        self.left_out = {one.name for one in subject.plan.inputs if not one.required and one.default is None}
        self.optional = _optional_fields(subject) | subject.telling.sometimes

    def step(self, placed: Placed, entry: Known) -> Reads:
        """What a step reads that may be unset, or, in conditions, null."""
        body = placed.step.body
        if isinstance(body, SetDecl):
            yield from self._set(placed, body, entry)
        step = self.flow.steps[placed.path]
        nested = placed.path in self.flow.inner
        after = self.known.get(placed.path + DONE) if nested else self.knowing.after(step, entry)
        leaving = after
        for site in of_step(placed):
            match site.when:
                case "exit" if leaving is not None and after is not None:
                    condition = site.purpose == "condition"
                    yield from self._reads(site, leaving if condition else after)
                    if condition:
                        leaving = leaving.told(self._told(site, False))
                case "round" | "while" | "until" if isinstance(step, Repeat):
                    yield from self._reads(site, self._rounds(site, step, entry))
                case "heard":
                    yield from self._reads(site, self._heard(site, placed.path if nested else "", entry))
                case "entry" | "event" | "form":
                    if not isinstance(body, SetDecl) or site.purpose == "time":
                        yield from self._reads(site, entry)
                case _:
                    pass

    def _set(self, placed: Placed, body: SetDecl, known: Known) -> Reads:
        at = Site("", placed.step.id.mark, "value", "entry", placed.path, placed.block)
        for name, value in body.assignments:
            for site in of_authored(value, at):
                yield from self._reads(site, known)
            known = known.saved(name.value, self._level(value.source, known))

    @staticmethod
    def _level(source: object, known: Known) -> Level:
        try:
            return level_of(source, known)
        except feel.FeelSyntaxError:
            return Level.VALUE

    def _rounds(self, site: Site, step: Repeat, entry: Known) -> Known | None:
        if site.when == "while":
            return self.knowing.collected(step, entry)
        known = self.known.get(step.id + ROUND)
        return self.knowing.carried(step, known) if site.when == "until" and known is not None else known

    def _heard(self, site: Site, owner: str, entry: Known | None) -> Known | None:
        """What is known as long as a handler listens: on a step itself, or inside one, or anywhere in the pathway."""
        paths: frozenset[Dotted] = frozenset()
        if site.about and _compiles(site.about):
            paths = key_paths(Computed("=" + site.about))
        if owner or not site.step:
            needs = frozenset(path[0] for path in paths) & frozenset(one.name for one in self.subject.plan.names)
            entry = self.known.get(inside(owner, needs))
        return entry.told(paths) if entry is not None else None

    # -- what stands around the steps ---------------------------------------------------------------------------

    def outside(self, site: Site) -> Reads:
        """What clocks, outcomes and the pathway's own handlers read."""
        match site.when:
            case "clock":
                yield from self._reads(site, self._joined(self._starts(site.about)))
            case "outcome":
                yield from self._given(site)
            case "heard":
                yield from self._reads(site, self._heard(site, "", None))
            case "unique":
                yield from self._unique(site)
            case _:
                pass

    def _starts(self, clock: str) -> list[Known]:
        """What is known where a clock is started."""
        reached = ((step, entry) for step in self.subject.plan.steps if (entry := self.known.get(step.id)) is not None)
        return [
            (self.knowing.after(step, entry) if verb.at == "completion" else entry).only(self.subject.names.seen(""))
            for step, entry in reached
            for verb in step.clocks
            if verb.clock == clock and verb.verb in ("start", "restart")
        ]

    def _given(self, site: Site) -> Reads:
        ends = [
            one
            for one in self.subject.plan.steps
            if isinstance(one, End) and one.outcome == site.about and not self._dispatched(one.id)
        ]
        entries = (self.known.get(one.id) for one in ends)
        known = self._joined([one.only(self.subject.names.seen("")) for one in entries if one is not None])
        expression = site.expression
        if known is None or expression is None:
            return
        for use in self._uses(site, known, expression):
            if use.known.level(use.path[:1]) is Level.UNSET:
                message = f'Some way to the outcome "{site.about}" leaves "{use.path[0]}" unset, so it gives nothing.'
                yield Read("gives-nothing", site.at(use.node.start), message)

    def _dispatched(self, path: str) -> bool:
        """Whether a step is chosen by what was said before: then what is known is not what is so."""
        sources = {way.source for ways in self.flow.ways.values() for way in ways if way.to == path}
        return bool(sources) and sources <= self.flow.dispatching

    def _unique(self, site: Site) -> Reads:
        expression = site.expression
        inputs = {one.name: one for one in self.subject.plan.inputs}
        for path in sorted(expression.paths) if expression is not None else ():
            declared = inputs.get(path[0])
            if declared is None and path[0] in self.tracked:
                message = f'"{path[0]}" is no input, and nothing else is there when a case begins.'
                yield Read("unset-data", site.mark, message, "Make it of inputs only.")
            elif declared is not None and not declared.required and declared.default is None:
                message = f'The input "{path[0]}" may be left out, and then the start is refused.'
                yield Read("optional-unique", site.mark, message)

    @staticmethod
    def _joined(known: list[Known]) -> Known | None:
        return reduce(Known.join, known) if known else None

    # -- judging ------------------------------------------------------------------------------------------------

    def _told(self, site: Site, holds: bool) -> frozenset[Dotted]:
        expression = site.expression
        if expression is None:
            return frozenset()
        return told_by(expression.tree, holds) | self.subject.telling.by_condition(expression.tree, holds)

    def _reads(self, site: Site, known: Known | None) -> Reads:
        expression = site.expression
        if expression is None or known is None or site.when in _LENIENT:
            return
        for use in self._uses(site, known, expression):
            yield from self._judge(site, use)

    def _uses(self, site: Site, known: Known, expression: feel.Expression) -> list[Use]:
        own = {"event"} if site.event else set()
        bound = frozenset({field.name for field in site.form} | {"saved", "instance"} | own)
        seen: dict[Dotted, Use] = {}
        visible = self.subject.names.seen(site.block)
        for use in uses(expression.tree, known, bound | expression.field_names, self.subject.telling.by_condition):
            if use.path[0] in self.tracked and use.path[0] in visible:
                seen.setdefault(use.path, use)
        return list(seen.values())

    def _judge(self, site: Site, use: Use) -> Reads:
        name, level = use.path[0], use.known.level(use.path[:1])
        mark = site.at(use.node.start)
        asked = "Some way gets here without"
        if site.when == "clock":
            asked = f'Some way starts the clock "{site.about}" without'
        if level is Level.UNSET:
            message = f'{asked} setting "{name}", which "{site.shown}" reads.'
            hint = f"Say {name} != null first, or set it on every way."
            at = site.step if site.when in ("entry", "event", "form", "exit", "heard") else ""
            yield Read("unset-data", mark, message, hint, name, at, level)
        if level is Level.UNSET or site.when == "form":
            return  # in forms a rule that gives null does not hold, and that is all
        if site.purpose == "condition" and level is Level.NULL:
            message = f'"{name}" may be null, and then "{site.shown}" is neither true nor false.'
            yield Read("unset-data", mark, message, f"Say {name} != null first.")
        elif site.purpose == "condition" and (why := self._why_empty(use)):
            message = f'"{".".join(use.path[:2])}" {why}, and then the condition is neither true nor false.'
            yield Read("empty-field", mark, message)
        elif site.purpose in _WANTED and site.expression and dotted(site.expression.tree) == use.path:
            left_out = level is Level.NULL and name in self.left_out
            why = "may be left out" if left_out else self._why_empty(use)
            rule, what = _WANTED[site.purpose]
            if why:
                yield Read(rule, mark, f'"{".".join(use.path[:2])}" {why}, and then {what}.')

    def _why_empty(self, use: Use) -> str:
        """Why a field may be missing where what it is a field of is there; empty where it is not known to be."""
        if use.path[:2] not in self.optional - use.known.present:
            return ""
        return "is not always given" if use.path[:2] in self.subject.telling.sometimes else "may be left empty"


def _compiles(text: str) -> bool:
    try:
        feel.parse_expression(text)
    except feel.FeelSyntaxError:
        return False
    return True


def _optional_fields(subject: Subject) -> frozenset[tuple[str, ...]]:
    """The form fields, by saved name, that people may leave empty; those with rules of their own are left out."""
    found: dict[tuple[str, ...], bool] = {}
    for step in subject.plan.steps:
        if isinstance(step, Task) and step.save is not None:
            for field in step.form:
                path = (step.save, field.name)
                always = field.required or field.required_when is not None or field.show_when is not None
                found[path] = found.get(path, True) and not always
    return frozenset(path for path, optional in found.items() if optional)
