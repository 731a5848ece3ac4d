"""From a definition and a catalog to a plan: names resolved, types taken along, every expression compiled once.

What keeps a definition from running at all is found here; what is unwise is lint's (`pathways.lint`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pathways.catalog import Action, Catalog, Retry
from pathways.datatypes import ANY, OPEN_OBJECT, DataType, Field
from pathways.diagnostics import Diagnostic, nearest
from pathways.expressions import check_authored, check_condition, check_timing
from pathways.inference import type_of
from pathways.model import (
    DecideDecl,
    Definition,
    DoDecl,
    EdgeDecl,
    EmitDecl,
    EndDecl,
    RetryDecl,
    SetDecl,
    StepDecl,
    TaskDecl,
    Text,
    WaitForEventDecl,
    WaitForTimeDecl,
)
from pathways.plan import (
    Assignment,
    Attribute,
    CalendarContent,
    Catch,
    Contract,
    Decide,
    Do,
    Edge,
    Emit,
    End,
    FormField,
    Input,
    Outcome,
    Plan,
    Set,
    Step,
    StepBase,
    Task,
    TaskOutcome,
    Timeout,
    WaitForEvent,
    WaitForTime,
    saved_by,
)
from pathways.reader import Reader
from pathways.values import Computed, Condition, Timing

DONE = TaskOutcome("done", "Done")
"""The outcome of a task that declares none."""


@dataclass(frozen=True)
class Compiled:
    """The plan, or None with the errors that keep it from being one.

    `draft` is the plan as far as it could be made out: for lint, which goes on past errors, and for nothing else.
    """

    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]
    draft: Plan


def compile_definition(definition: Definition, catalog: Catalog) -> Compiled:
    """Compile a definition that was parsed without errors."""
    compiler = _Compiler(definition, catalog)
    plan = compiler.plan()
    found = tuple(sorted(compiler.reader.diagnostics, key=lambda one: (one.line, one.column, one.rule)))
    return Compiled(None if any(one.severity == "error" for one in found) else plan, found, plan)


class _Compiler:
    def __init__(self, definition: Definition, catalog: Catalog) -> None:
        self.definition = definition
        self.catalog = catalog
        self.reader = Reader(definition.file)
        self.ids = [step.id.value for step in definition.steps]
        self.outcomes = {outcome.id.value for outcome in definition.outcomes} | {"cancelled"}

    def plan(self) -> Plan:
        definition = self.definition
        contract = definition.contract
        steps = tuple(self._step(place, step) for place, step in enumerate(definition.steps))
        plan = Plan(
            pathway=definition.pathway.value,
            version=definition.version.value,
            title=definition.title,
            purpose=definition.purpose.value if definition.purpose else None,
            owner=definition.owner.value if definition.owner else None,
            inputs=tuple(Input(one.name.value, one.type, one.required, one.default) for one in definition.inputs),
            outcomes=tuple(Outcome(one.id.value, one.title, one.kind, one.undo) for one in definition.outcomes),
            stages=tuple(stage.value for stage in definition.stages),
            attributes=tuple(
                Attribute(name.value, Computed(check_authored(self.reader, value)))
                for name, value in definition.attributes
            ),
            contract=Contract(
                tuple(one.value for one in contract.reads) if contract else (),
                tuple(one.value for one in contract.writes) if contract else (),
            ),
            calendar=definition.calendar.value if definition.calendar else None,
            steps=steps,
        )
        return replace(plan, names=names_of(plan), calendars=self._calendars(plan))

    def _calendars(self, plan: Plan) -> tuple[CalendarContent, ...]:
        """The pathway's calendar, and those that expressions name in quotes, as they are now."""
        known = self.catalog.calendars
        chosen = self.definition.calendar
        if chosen is not None and chosen.value not in known:
            hint = nearest(chosen.value, known, plural="Calendars")
            self.reader.note("unknown-calendar", chosen.mark, f'There is no calendar "{chosen}".', hint)
        text = json.dumps(plan.document, ensure_ascii=False)
        named = [name for name in known if plan.calendar == name or f'\\"{name}\\"' in text]
        return tuple(CalendarContent(name, known[name].to_json()) for name in sorted(named))

    # -- steps ------------------------------------------------------------------------------------------------

    def _step(self, place: int, step: StepDecl) -> Step:
        base = StepBase(
            id=step.id.value,
            title=step.title,
            stage=self._stage(step.stage),
            next=self._next(place, step),
            timeout=(
                Timeout(self._timing(step.timeout.after), self._target(step.timeout.to)) if step.timeout else None
            ),
        )
        shared = {name: getattr(base, name) for name in ("id", "title", "stage", "next", "timeout")}
        save = step.save.value if step.save else None
        body = step.body
        match body:
            case DoDecl():
                return self._do(step, body, shared)
            case TaskDecl():
                return self._task(step, body, shared)
            case DecideDecl():
                edges = tuple(self._edge(edge) for edge in body.rules)
                return Decide(**{**shared, "next": edges}, kind="decide")
            case SetDecl():
                assignments = tuple(
                    Assignment(name.value, Computed(check_authored(self.reader, value)))
                    for name, value in body.assignments
                )
                return Set(**shared, assignments=assignments, kind="set")
            case WaitForEventDecl():
                key = Computed(check_authored(self.reader, body.key) if body.key else None)
                return WaitForEvent(
                    **shared,
                    type=body.type.value,
                    key=key,
                    keyed=body.key is not None,
                    when=self._condition(body.when),
                    data=self._event(body.type),
                    save=save,
                    kind="wait-for-event",
                )
            case WaitForTimeDecl():
                until = self._timing(body.until) if body.until else None
                duration = self._timing(body.duration) if body.duration else None
                return WaitForTime(**shared, until=until, duration=duration, kind="wait-for-time")
            case EmitDecl():
                data = Computed(check_authored(self.reader, body.data) if body.data else None)
                return Emit(**shared, type=body.type.value, data=data, schema=self._event(body.type), kind="emit")
            case EndDecl():
                self._known_outcome(body.outcome)
                return End(**{**shared, "next": ()}, outcome=body.outcome.value, kind="end")

    def _do(self, step: StepDecl, body: DoDecl, shared: dict[str, object]) -> Do:
        action = self._action(body.action)
        for problem, _ in body.catch:
            self._known_problem(action, problem)
        for problem in step.accept:
            self._known_problem(action, problem)
        if body.given is not None and isinstance(body.given.source, dict) and not action.input.open:
            for name in body.given.source:
                if name not in action.input.by_name:
                    hint = nearest(name, action.input.by_name, plural="Its input")
                    mark = body.given.place((name,))
                    self.reader.note("unknown-input", mark, f'"{name}" is no input of {action.name}.', hint)
        given = Computed(check_authored(self.reader, body.given) if body.given else {})
        for member in action.input.fields:
            if member.required and not (isinstance(given.source, dict) and member.name in given.source):
                self.reader.note("missing-input", body.action.mark, f'{action.name} needs the input "{member.name}".')
        return Do(
            **shared,  # type: ignore[arg-type]  # the fields that every step has
            action=action.name,
            input=given,
            takes=action.input,
            save=step.save.value if step.save else None,
            output=action.output,
            problems=action.problems,
            catch=tuple(Catch(problem.value, self._target(to)) for problem, to in body.catch),
            accept=tuple(problem.value for problem in step.accept),
            retry=_retry(action.retry, body.retry),
            timeout_seconds=action.timeout_seconds,
            business_key=action.business_key,
            slow=action.slow,
            kind="do",
        )

    def _task(self, step: StepDecl, body: TaskDecl, shared: dict[str, object]) -> Task:
        title = check_authored(self.reader, body.title) if body.title else (step.title or step.id.value)
        queue = check_authored(self.reader, body.queue) if body.queue else ""
        if body.queue is not None and isinstance(queue, str) and Computed(queue).is_literal:
            self._known(Text(queue, body.queue.mark), self.catalog.queues, "queue")
        roles = [body.role, *(outcome.role for outcome in body.outcomes)]
        for role in roles:
            if role is not None:
                self._known(role, self.catalog.roles, "role")
        return Task(
            **shared,  # type: ignore[arg-type]  # the fields that every step has
            task_title=Computed(title),
            help=Computed(check_authored(self.reader, body.help)) if body.help else None,
            queue=Computed(queue),
            role=body.role.value if body.role else None,
            priority=Computed(check_authored(self.reader, body.priority) if body.priority else "routine"),
            due=self._timing(body.due) if body.due else None,
            form=tuple(
                FormField(
                    name=one.name.value,
                    label=one.label,
                    type=one.type,
                    required=one.required,
                    required_when=self._condition(one.required_when),
                    show_when=self._condition(one.show_when),
                    help=one.help,
                )
                for one in body.form
            ),
            outcomes=tuple(
                TaskOutcome(one.id.value, one.title, one.role.value if one.role else None) for one in body.outcomes
            )
            or (DONE,),
            save=step.save.value if step.save else None,
            kind="task",
        )

    # -- ways on ----------------------------------------------------------------------------------------------

    def _next(self, place: int, step: StepDecl) -> tuple[Edge, ...]:
        if step.next is None:
            following = self.ids[place + 1] if place + 1 < len(self.ids) else None
            if isinstance(step.body, (EndDecl, DecideDecl)):
                return ()
            if following is None:
                message = f'Nothing comes after "{step.id}".'
                self.reader.note("runs-off", step.id.mark, message, "Say next, or add a step with end.")
                return ()
            return (Edge(following),)
        if isinstance(step.body, EndDecl):
            self.reader.note("end-next", step.id.mark, f'"{step.id}" ends the pathway, so it has no next.')
        outcomes = [edge for edge in step.next if edge.outcome is not None]
        if outcomes:
            self._outcomes_of_task(step, outcomes)
        return tuple(self._edge(edge) for edge in step.next)

    def _outcomes_of_task(self, step: StepDecl, edges: list[EdgeDecl]) -> None:
        if not isinstance(step.body, TaskDecl):
            mark = edges[0].outcome.mark if edges[0].outcome else step.id.mark
            self.reader.note("next-map", mark, "Only a task's next is a map by outcome.", "Use a list of {when, to}.")
            return
        known = {outcome.id.value for outcome in step.body.outcomes} or {DONE.id}
        named = {edge.outcome.value for edge in edges if edge.outcome}
        for edge in edges:
            if edge.outcome is not None and edge.outcome.value not in known:
                hint = nearest(edge.outcome.value, known, plural="Outcomes")
                self.reader.note(
                    "unknown-outcome", edge.outcome.mark, f'The task has no outcome "{edge.outcome}".', hint
                )
        if missing := sorted(known - named):
            message = f'next of "{step.id}" says nothing for the outcome {", ".join(missing)}.'
            self.reader.note("missing-outcome", step.id.mark, message)

    def _edge(self, edge: EdgeDecl) -> Edge:
        outcome = edge.outcome.value if edge.outcome else None
        return Edge(self._target(edge.to), self._condition(edge.when), outcome)

    def _target(self, to: Text) -> str:
        if to.value not in self.ids:
            hint = nearest(to.value, self.ids)
            self.reader.note("unknown-step", to.mark, f'There is no step "{to}".', hint)
        return to.value

    # -- names of the catalog ---------------------------------------------------------------------------------

    def _action(self, name: Text) -> Action:
        known = self.catalog.actions.get(name.value)
        if known is None:
            hint = nearest(name.value, self.catalog.actions, plural="Actions")
            self.reader.note("unknown-action", name.mark, f'There is no action "{name}".', hint)
        return known or Action(name.value)

    def _event(self, name: Text) -> DataType:
        known = self.catalog.events.get(name.value)
        if known is None and self.catalog.events:
            hint = nearest(name.value, self.catalog.events, plural="Events")
            self.reader.note("unknown-event", name.mark, f'There is no event type "{name}".', hint)
        return known.data if known else OPEN_OBJECT

    def _known(self, name: Text, known: frozenset[str] | None, what: str) -> None:
        if known is not None and name.value not in known:
            hint = nearest(name.value, known, plural=f"{what.capitalize()}s")
            self.reader.note(f"unknown-{what}", name.mark, f'There is no {what} "{name}".', hint)

    def _known_outcome(self, name: Text) -> None:
        if name.value not in self.outcomes:
            hint = nearest(name.value, self.outcomes, plural="Outcomes")
            self.reader.note("unknown-outcome", name.mark, f'The pathway has no outcome "{name}".', hint)

    def _known_problem(self, action: Action, problem: Text) -> None:
        if action.problems and problem.value not in action.problems:
            hint = nearest(problem.value, action.problems, plural="Its problems")
            self.reader.note("unknown-problem", problem.mark, f'{action.name} reports no problem "{problem}".', hint)

    def _stage(self, stage: Text | None) -> str | None:
        known = {one.value for one in self.definition.stages}
        if stage is not None and stage.value not in known:
            hint = nearest(stage.value, known, plural="Stages") or "List it under stages."
            self.reader.note("unknown-stage", stage.mark, f'There is no stage "{stage}".', hint)
        return stage.value if stage else None

    def _condition(self, when: Text | None) -> Condition | None:
        return Condition(check_condition(self.reader, when)) if when else None

    def _timing(self, text: Text) -> Timing:
        business = self.definition.calendar is not None
        return Timing(check_timing(self.reader, text, business=business))


def _retry(default: Retry, declared: RetryDecl | None) -> Retry:
    if declared is None:
        return default
    given = {name: getattr(declared, name) for name in ("attempts", "first", "factor", "most")}
    return replace(default, **{name: value for name, value in given.items() if value is not None})


def names_of(plan: Plan) -> tuple[Field, ...]:
    """The saved names of a plan with their types; of differing objects, what both have."""
    inputs = {one.name: one.type for one in plan.inputs}
    found: dict[str, list[DataType]] = {}
    computed: list[tuple[str, Computed]] = []
    for step in plan.steps:
        name, declared = saved_by(step)
        if name is not None:
            found.setdefault(name, []).append(declared)
        if isinstance(step, Set):
            computed += [(one.name, one.value) for one in step.assignments]
    types = {name: _common(declared) for name, declared in found.items()}
    for _ in range(2):  # a computed name may be computed from another
        inferred: dict[str, list[DataType]] = {}
        for name, value in computed:
            inferred.setdefault(name, []).append(type_of(value, {**inputs, **types}))
        types |= {name: _common([*found.get(name, ()), *declared]) for name, declared in inferred.items()}
    return tuple(Field(name, declared) for name, declared in types.items())


def _common(types: Iterable[DataType]) -> DataType:
    """One type for what is saved with several: of objects the fields of all, those that differ being of any type."""
    known = [one for one in types if one.kind != "any"]
    if not known or all(one == known[0] for one in known):
        return known[0] if known else ANY
    if any(one.kind != "object" for one in known):
        return ANY
    names = dict.fromkeys(name for one in known for name in one.by_name)
    fields = (_shared(name, [one.by_name.get(name) for one in known]) for name in names)
    return DataType("object", fields=tuple(fields), open=any(one.open for one in known))


def _shared(name: str, declared: Sequence[Field | None]) -> Field:
    there = [one for one in declared if one is not None]
    required = len(there) == len(declared) and all(one.required for one in there)
    return Field(name, _common([one.type for one in there]), required)
