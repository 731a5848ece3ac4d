"""The whole plan: what stands around the steps, and everything put together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pathways.catalog import Catalog
from pathways.compile.clocks import clock_of
from pathways.compile.context import Context, plain
from pathways.compile.saved import check_names
from pathways.compile.steps import step_of
from pathways.compile.used import calendars_of, check_value_sets, value_sets_of
from pathways.compile.ways import handlers_of
from pathways.datatypes import ANY, DataType, Field
from pathways.diagnostics import Diagnostic
from pathways.model import Definition, OfferDecl, OutcomeDecl, SideFlowDecl, StartOnDecl
from pathways.name_types import NameTypes
from pathways.plan import (
    Assignment,
    Attribute,
    Contract,
    Input,
    Offer,
    Outcome,
    Plan,
    SideFlow,
    StartOn,
    Thresholds,
)


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
    context = Context(definition, catalog)
    plan = _plan(context)
    found = tuple(sorted(context.reader.diagnostics, key=lambda one: (one.line, one.column, one.rule)))
    return Compiled(None if any(one.severity == "error" for one in found) else plan, found, plan)


def _plan(context: Context) -> Plan:
    definition = context.definition
    calendar = definition.calendar
    plan = Plan(
        pathway=definition.pathway.value,
        version=definition.version.value,
        title=definition.title,
        purpose=definition.purpose.value if definition.purpose else None,
        owner=definition.owner.value if definition.owner else None,
        review_by=definition.review_by.value if definition.review_by else None,
        success=definition.success.source if definition.success else None,
        effective_from=definition.effective_from.value if definition.effective_from else None,
        unique=context.optional(definition.unique),
        on_duplicate=definition.on_duplicate,
        starts_on=tuple(_start_on(context, one) for one in definition.starts_on),
        inputs=tuple(Input(one.name.value, one.type, one.required, one.default) for one in definition.inputs),
        outcomes=tuple(_outcome(context, one) for one in definition.outcomes),
        stages=tuple(stage.value for stage in definition.stages),
        attributes=tuple(Attribute(name.value, context.value(value)) for name, value in definition.attributes),
        contract=_contract(definition),
        calendar=context.known(calendar, context.catalog.calendars, "calendar") if calendar else None,
        clocks=tuple(clock_of(context, one) for one in definition.clocks),
        handlers=handlers_of(context, definition.on, ""),
        side_flows=tuple(_side_flow(context, one) for one in definition.side_flows),
        thresholds=Thresholds(**dict(definition.coverage)),
        steps=tuple(step_of(context, one) for one in definition.placed),
    )
    check_names(context)
    check_value_sets(context)
    typed = NameTypes(plan).typed()
    calendars, value_sets = calendars_of(typed, context.catalog), value_sets_of(typed, context.catalog)
    return replace(typed, calendars=calendars, value_sets=value_sets)


def _contract(definition: Definition) -> Contract:
    if definition.contract is None:
        return Contract()
    reads, writes = definition.contract.reads, definition.contract.writes
    return Contract(tuple(one.value for one in reads), tuple(one.value for one in writes))


def _outcome(context: Context, outcome: OutcomeDecl) -> Outcome:
    """An outcome; what it gives without saying of which type is inferred when all names are known."""
    give = tuple(Assignment(one.name.value, context.value(one.value)) for one in outcome.give)
    gives = tuple(Field(one.name.value, one.type or ANY) for one in outcome.give if one.type is not None)
    return Outcome(outcome.id.value, outcome.title, outcome.kind, outcome.undo, give, gives)


def _side_flow(context: Context, flow: SideFlowDecl) -> SideFlow:
    title = flow.title or flow.id.value
    offer = _offer(context, flow, flow.offer) if flow.offer else None
    return SideFlow(flow.id.value, title, flow.once, offer)


def _offer(context: Context, flow: SideFlowDecl, offer: OfferDecl) -> Offer:
    queue = context.known(offer.queue, context.catalog.queues, "queue") if offer.queue else None
    title = context.value(offer.title, plain(flow.title, flow.id.value))
    return Offer(title, queue, context.condition(offer.when), context.role(offer.role))


def _start_on(context: Context, start: StartOnDecl) -> StartOn:
    takes = DataType(
        "object",
        fields=tuple(
            Field(one.name.value, one.type, one.required and one.default is None) for one in context.definition.inputs
        ),
    )
    context.inputs("The pathway", start.type, start.inputs, takes)
    return StartOn(
        start.type.value, context.condition(start.when), context.value(start.inputs, {}), context.event(start.type)
    )
