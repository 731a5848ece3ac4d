"""What every part of the compiler works with: the definition, its catalog, its layout, and where findings go."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from pathways.catalog import Action, Catalog
from pathways.compile.layout import Layout
from pathways.datatypes import OPEN_OBJECT, DataType
from pathways.expressions import check_authored, check_condition, check_timing
from pathways.model import AlertDecl, Authored, Definition, Text
from pathways.reader import Reader
from pathways.values import Computed, Condition, Timing, is_expression, is_template


class Context:
    """Turns what was authored into what the plan has, and notes what keeps it from that."""

    def __init__(self, definition: Definition, catalog: Catalog) -> None:
        self.definition = definition
        self.catalog = catalog
        self.reader = Reader(definition.file)
        self.layout = Layout(definition)
        self.outcomes = {outcome.id.value for outcome in definition.outcomes} | {"cancelled"}
        self.clocks = {clock.id.value for clock in definition.clocks}
        self.side_flows = {flow.id.value for flow in definition.side_flows}
        self.stages = {stage.value for stage in definition.stages}

    # -- values -----------------------------------------------------------------------------------------------

    def value(self, authored: Authored | None, default: object = None) -> Computed:
        """A value, or a default where none was written."""
        return Computed(check_authored(self.reader, authored) if authored else default)

    def optional(self, authored: Authored | None) -> Computed | None:
        """A value, where one was written."""
        return self.value(authored) if authored else None

    def condition(self, when: Text | None) -> Condition | None:
        """A condition, where one was written."""
        return Condition(check_condition(self.reader, when)) if when else None

    def timing(self, text: Text, lasting: str = "") -> Timing:
        """A time that is counted in the pathway's calendar where it is business time.

        `lasting` names what means nothing unless it takes some time.
        """
        business = self.definition.calendar is not None
        return Timing(check_timing(self.reader, text, business=business, lasting=lasting))

    def optional_timing(self, text: Text | None, lasting: str = "") -> Timing | None:
        """A time, where one was written."""
        return self.timing(text, lasting) if text else None

    def optional_length(self, text: Text | None, what: str) -> Timing | None:
        """A time that something is counted back by, where one was written; a day is no such thing."""
        timing = self.optional_timing(text)
        if text is not None and timing is not None and timing.computed.is_literal and timing.authored is None:
            message = f'"{text}" is a day or an instant, and {what} says how long before.'
            self.reader.note("bad-duration", text.mark, message, "Such as 2 hours.")
        return timing

    # -- names ------------------------------------------------------------------------------------------------

    def target(self, block: str, to: Text) -> str:
        """The path of the step that an id means in a block; of the nearest one where that is not there.

        So what stands behind a misspelt way does not seem out of reach as well.
        """
        found = self.layout.resolve(block, to.value)
        if found is None:
            message = f'There is no step "{to}"' + (f" in {self.layout.place(block)} or around it." if block else ".")
            hint = self.layout.elsewhere(block, to.value) or self._ending(to.value)
            hint = hint or self.reader.nearest(to.value, self.layout.visible(block))
            self.reader.note("unknown-step", to.mark, message, hint)
            meant = difflib.get_close_matches(to.value, sorted(self.layout.visible(block)), n=1)
            found = self.layout.resolve(block, meant[0]) if meant else None
        return found or to.value

    def _ending(self, word: str) -> str:
        """The hint for a way to an outcome, or to `end`: these are what a step says, not steps."""
        if word != "end" and all(one.id.value != word for one in self.definition.outcomes):
            return ""
        outcome = "OUTCOME" if word == "end" else word
        return f"A way leads to a step: write one that ends, such as over: {{end: {outcome}}}."

    def known(self, name: Text, known: Collection[str] | None, what: str) -> str:
        """A name that must be among those known, where they are."""
        if known is not None and name.value not in known:
            hint = self.reader.nearest(name.value, known, plural=f"{what.capitalize()}s")
            rule = f"unknown-{what.replace(' ', '-')}"
            self.reader.note(rule, name.mark, f'There is no {what} "{name}".', hint)
        return name.value

    def stage(self, stage: Text | None) -> str | None:
        """A stage of the pathway."""
        if stage is not None and stage.value not in self.stages:
            hint = self.reader.nearest(stage.value, self.stages, plural="Stages") or "List it under stages."
            self.reader.note("unknown-stage", stage.mark, f'There is no stage "{stage}".', hint)
        return stage.value if stage else None

    def outcome(self, name: Text) -> str:
        """An outcome of the pathway."""
        if name.value not in self.outcomes:
            hint = self.reader.nearest(name.value, self.outcomes, plural="Outcomes")
            self.reader.note("unknown-outcome", name.mark, f'The pathway has no outcome "{name}".', hint)
        return name.value

    def queue(self, authored: Authored | None) -> Computed:
        """A queue, known to the catalog unless an expression says which."""
        queue = self.value(authored, "")
        if authored is not None and isinstance(queue.source, str) and queue.is_literal:
            self.known(Text(queue.source, authored.mark), self.catalog.queues, "queue")
        return queue

    def role(self, name: Text | None) -> str | None:
        """A role of the catalog."""
        return self.known(name, self.catalog.roles, "role") if name else None

    def action(self, name: Text) -> Action:
        """An action of the catalog; one that takes and gives anything where it is not known."""
        known = self.catalog.actions.get(name.value)
        if known is None:
            hint = self.reader.nearest(name.value, self.catalog.actions, plural="Actions")
            self.reader.note("unknown-action", name.mark, f'There is no action "{name}".', hint)
        return known or Action(name.value)

    def event(self, name: Text) -> DataType:
        """The type of an event's data."""
        known = self.catalog.events.get(name.value)
        if known is None and self.catalog.events:
            hint = self.reader.nearest(name.value, self.catalog.events, plural="Events")
            self.reader.note("unknown-event", name.mark, f'There is no event type "{name}".', hint)
        return known.data if known else OPEN_OBJECT

    def problem(self, action: Action, problem: Text) -> str:
        """A problem that an action reports."""
        if action.problems and problem.value not in action.problems:
            hint = self.reader.nearest(problem.value, action.problems, plural="Its problems")
            self.reader.note("unknown-problem", problem.mark, f'{action.name} reports no problem "{problem}".', hint)
        return problem.value

    def inputs(self, owner: str, named: Text, given: Authored | None, takes: DataType | None) -> None:
        """Check what an action or pathway is given against what it takes."""
        source = given.source if given is not None and isinstance(given.source, dict) else {}
        if takes is None or (given is not None and is_expression(given.source)):
            return
        for name in source if not takes.open else ():
            if name not in takes.by_name:
                hint = self.reader.nearest(name, takes.by_name, plural="Its input")
                mark = given.place((name,)) if given else named.mark
                whose = owner[:1].lower() + owner[1:]
                self.reader.note("unknown-input", mark, f'"{name}" is no input of {whose}.', hint)
        for member in takes.fields:
            if member.required and member.name not in source:
                self.reader.note("missing-input", named.mark, f'{owner} needs the input "{member.name}".')

    def alert(self, alert: AlertDecl | None, *around: AlertDecl) -> dict[str, str | None]:
        """Why there is an alert, until when and with which cause: its own, else that of what is around it.

        What nobody says is the pathway's purpose and review date.
        """
        said = [one for one in (alert, *around) if one is not None]
        why = next((one.why for one in said if one.why), self.definition.purpose)
        review_by = next((one.review_by for one in said if one.review_by), self.definition.review_by)
        cause = next((one.cause for one in said if one.cause), None)
        return {"why": _text(why), "review_by": _text(review_by), "cause": _text(cause)}


def plain(title: str | None, name: str) -> str:
    """A title that stands for an authored text; the id where the title would be taken for an expression."""
    return name if title is None or is_expression(title) or is_template(title) else title


def _text(text: Text | None) -> str | None:
    return text.value if text else None
