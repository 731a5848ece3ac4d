"""From a plan to what there is to draw of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from pathways import wording
from pathways.diagram.drawing import CLOCKS, START, Drawing, Group, Line, Link, LinkKind, Node
from pathways.diagram.lines import lines_of, notes_of
from pathways.plan import (
    Clock,
    Container,
    Decide,
    Do,
    Edge,
    End,
    Handler,
    Parallel,
    Plan,
    Repeat,
    Section,
    SideFlow,
    Step,
    Table,
)


def draw(plan: Plan) -> Drawing:
    """Everything of a plan that its picture shows, in authored order."""
    return _Build(plan).drawing()


class _Build:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.found: dict[tuple[str, str, LinkKind, bool], list[str]] = {}

    def drawing(self) -> Drawing:
        plan = self.plan
        nodes = [self._start(), *self._anywhere()]
        for path in _order(plan):
            nodes.extend(self._block(path))
        nodes.extend(_clock(one) for one in plan.clocks)
        known = {one.id for one in nodes}
        links = tuple(
            Link(tail, head, kind, tuple(reasons), undo)
            for (tail, head, kind, undo), reasons in self.found.items()
            if tail in known and head in known
        )
        return Drawing(
            title=plan.title,
            version=plan.version,
            purpose=plan.purpose or "",
            nodes=tuple(nodes),
            links=links,
            groups=tuple(self._groups()),
            stages=plan.stages,
        )

    def _link(self, tail: str, head: str, kind: LinkKind, reason: str = "", *, undo: bool = False) -> None:
        reasons = self.found.setdefault((tail, head, kind, undo), [])
        if reason and reason not in reasons:
            reasons.append(reason)

    def _start(self) -> Node:
        plan = self.plan
        if plan.steps:
            self._link(START, plan.steps[0].id, "next")
        events = (
            Line(f"by event {one.type}{f' when {one.when.source}' if one.when else ''}") for one in plan.starts_on
        )
        asked = [f"{one.name}{'' if one.required else ' (optional)'}" for one in plan.inputs]
        notes = (f"Inputs: {', '.join(asked)}.",) if asked else ()
        return Node(START, "start", "Start", plan.title, lines=tuple(events), notes=notes)

    def _anywhere(self) -> Iterator[Node]:
        """The pathway's own handlers: they listen wherever it stands."""
        for number, handler in enumerate(self.plan.handlers, start=1):
            node = f"^{number}"
            words = wording.handler_words(handler)
            yield Node(node, "anywhere", "Anywhere in the pathway", f"On {words}")
            self._handler(node, handler, "")

    def _handler(self, tail: str, handler: Handler, reason: str) -> None:
        if handler.side is not None:
            self._link(tail, f"~{handler.side}", "side", reason)
        elif handler.to is not None:
            block = self.plan.step[tail].block if tail in self.plan.step else ""
            self._link(tail, self._target(handler.to, block), "handler", reason, undo=handler.undo)

    def _block(self, path: str) -> Iterator[Node]:
        """A block's steps, each container's blocks after it; a side flow begins with what starts it."""
        plan = self.plan
        side = plan.side_flow.get(path[1:]) if path.startswith("~") else None  # none: a block inside a side flow
        if side is not None:
            yield self._side_start(side)
        for step in plan.steps:
            if step.block != path:
                continue
            yield self._step(step)
            self._ways(step)
            inner = [one for one in plan.blocks.values() if one.owner == step.id and one.path]
            for block in inner:
                self._link(step.id, block.first, "inner")
                yield from self._block(block.path)
            if inner and isinstance(step, Container):
                yield self._closing(step)
        if side is not None:
            over = _over(path)
            if any(head == over for _, head, _, _ in self.found):
                yield Node(over, "over", "End", "The side flow is over", group=path)

    def _step(self, step: Step) -> Node:
        group = step.id if isinstance(step, Container) else step.block
        title, tone = wording.step_title(step), ""
        if isinstance(step, End):
            outcome = self.plan.outcome.get(step.outcome)
            tone = outcome.kind if outcome else ""
            title = outcome.title if outcome else (step.title or wording.SCOPE_WORDS[self.plan.blocks[step.block].kind])
        return Node(
            id=step.id,
            kind="over" if isinstance(step, End) and not tone else step.kind,
            word=wording.KIND_WORDS[step.kind],
            title=title,
            group=group,
            step=step.id,
            stage=step.stage,
            lines=lines_of(self.plan, step),
            notes=notes_of(self.plan, step),
            tone=tone,
        )

    def _side_start(self, side: SideFlow) -> Node:
        lines = []
        if side.offer is not None:
            queue = f" to {side.offer.queue}" if side.offer.queue else ""
            role = f" (role {side.offer.role})" if side.offer.role else ""
            lines.append(Line(f"offered{queue}{role}: {wording.computed_words(side.offer.title)}", "person"))
            if side.offer.when is not None:
                lines.append(Line(f"while {side.offer.when.source}"))
        if side.once:
            lines.append(Line("one at a time"))
        path = f"~{side.id}"
        block = self.plan.blocks.get(path)
        if block is not None:
            self._link(path, block.first, "next")
        return Node(path, "offer", "Beside the main flow", side.title, group=path, lines=tuple(lines))

    def _closing(self, step: Container) -> Node:
        """Where a container's blocks come together again."""
        over = _over(step.id)
        match step:
            case Parallel():
                return Node(over, "join", "Join", _joined(step), group=step.id, step=step.id)
            case Section():
                return Node(over, "over", "End", "The section is over", group=step.id, step=step.id)
            case Repeat():
                self._link(over, step.id, "again")
                taken = (("collect", step.collect), ("carry", step.carry))
                said = (f"{verb} {wording.listed(one.name for one in names)}" for verb, names in taken if names)
                lines = tuple(Line(one, "data") for one in said)
                title = "Another one, or go on"
                return Node(over, "again", "Next", title, group=step.id, step=step.id, lines=lines)
            case _:
                assert_never(step)

    def _ways(self, step: Step) -> None:
        leaves = self._leaves(step)
        if isinstance(step, Decide) and step.table is not None:
            self._table(step, step.table)
        for place, edge in enumerate(step.next):
            reason = self._reason(step, edge, place)
            self._link(leaves, self._target(edge.to, step.block), "next", reason, undo=edge.undo)
        if isinstance(step, End) and not step.outcome and step.block:
            self._link(step.id, self._target("", step.block), "next")
        if isinstance(step, Do):
            for one in step.catch:
                target = self._target(one.to, step.block)
                self._link(step.id, target, "catch", f"problem {one.problem}", undo=one.undo)
        if step.timeout is not None:
            reason = wording.after_words(step.timeout.after)
            self._link(step.id, self._target(step.timeout.to, step.block), "timeout", reason, undo=step.timeout.undo)
        for handler in step.handlers:
            self._handler(step.id, handler, f"on {wording.handler_words(handler)}")

    def _table(self, step: Decide, table: Table) -> None:
        for row in table.rows:
            if row.to is not None:
                self._link(step.id, self._target(row.to, step.block), "next", wording.row_words(table, row))

    def _leaves(self, step: Step) -> str:
        """The node from which a step goes on: of a container, the one where its blocks come together."""
        owns = isinstance(step, Container) and any(one.owner == step.id for one in self.plan.blocks.values())
        return _over(step.id) if owns else step.id

    def _reason(self, step: Step, edge: Edge, place: int) -> str:
        if edge.outcome is not None:
            titles = {one.id: one.title for one in getattr(step, "outcomes", ())}
            said = titles.get(edge.outcome, edge.outcome)
            if len(step.next) == 1 and edge.when is None:
                return ""
            return f"{said} and {edge.when.source}" if edge.when else said
        if edge.when is not None:
            return edge.when.source
        return "otherwise" if place else ""

    def _target(self, to: str, block: str) -> str:
        """The node of a target; a scope that ends well leads to where its container's blocks come together."""
        if to:
            return to
        owner = self.plan.blocks[block].owner if block in self.plan.blocks else ""
        return _over(owner or block)

    def _groups(self) -> Iterator[Group]:
        plan = self.plan
        for step in plan.steps:
            if isinstance(step, Container):
                yield Group(step.id, step.kind, step.shown, _around(plan, step))
            for name in step.branches if isinstance(step, Parallel) else ():
                path = f"{step.id}/{name}"
                if path in plan.blocks:
                    yield Group(path, "branch", name, step.id)
        for side in plan.side_flows:
            yield Group(f"~{side.id}", "side", side.title)
        if plan.clocks:
            yield Group(CLOCKS, "clocks", "Clocks")


def _order(plan: Plan) -> list[str]:
    return ["", *(f"~{one.id}" for one in plan.side_flows)]


def _around(plan: Plan, step: Step) -> str:
    """The group that a container lies in: that of its block."""
    return step.block if step.block in plan.blocks and step.block else ""


def _over(path: str) -> str:
    return f"{path}/."


def _joined(step: Parallel) -> str:
    number = len(step.branches)
    undone = "; what the others did is undone" if step.undo_rest else ""
    if step.join in (0, number):
        return "When all have ended"
    if step.join == 1:
        return f"When the first has ended{undone}"
    return f"When {step.join} of {number} have ended{undone}"


def _clock(clock: Clock) -> Node:
    lines = [Line(f"limit {wording.limit_words(clock)}")]
    if clock.warn is not None:
        lines.append(Line(f"warns at {clock.warn:.0%} of it"))
    if clock.breach is not None:
        queue = wording.computed_words(clock.breach.queue)
        lines.append(Line(f"breach: task in {queue}", "person"))
    notes = []
    if clock.breach is not None:
        notes.append(f"The breach's task: {wording.computed_words(clock.breach.title)}.")
    if clock.why:
        notes.append(f"Why: {clock.why}.")
    return Node(f"!{clock.id}", "clock", "Clock", clock.title, group=CLOCKS, lines=tuple(lines), notes=tuple(notes))
