"""Rules about clocks: started and stopped, on every way, and with somebody who hears of it when the time is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce

from pathways.lint.analysis.flow import DONE, INSIDE, Flow, Way
from pathways.lint.analysis.solve import solve
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import ClockDecl, ClockVerbDecl, Placed
from pathways.plan import ClockVerb, End, Parallel, Step

_BEGIN = frozenset({"start", "restart"})
_NEEDS = frozenset({"stop", "pause", "resume"})


def check(subject: Subject) -> Findings:
    """All findings about clocks."""
    if not subject.definition.clocks:
        return
    running = solve(subject.flow, _Running(subject.flow))
    for clock in subject.definition.clocks:
        yield from _clock(subject, clock, running)
    for placed in subject.definition.placed:
        yield from _verbs(subject, placed, running)


def _verbs_of(subject: Subject, clock: str) -> list[tuple[Step, ClockVerb]]:
    return [(step, verb) for step in subject.plan.steps for verb in step.clocks if verb.clock == clock]


def _clock(subject: Subject, clock: ClockDecl, running: Mapping[str, int]) -> Findings:
    name, mark = clock.id.value, clock.id.mark
    verbs = {verb.verb for _, verb in _verbs_of(subject, name)}
    if not verbs & _BEGIN:
        yield Finding("clock-never-started", mark, f'No step starts the clock "{name}".')
        return
    if "stop" not in verbs:
        yield Finding("clock-never-stopped", mark, f'No step stops the clock "{name}".')
    else:
        yield from _left_running(subject, clock, running)
    if clock.breach is None and clock.warn is None:
        message = f'When the clock "{name}" has run out, or soon will, nobody hears of it.'
        yield Finding("silent-clock", mark, message)
    if "pause" in verbs and "resume" not in verbs:
        yield Finding("clock-never-resumed", mark, f'The clock "{name}" is paused and never resumed.')


def _left_running(subject: Subject, clock: ClockDecl, running: Mapping[str, int]) -> Findings:
    """Ends that count as a success, with the clock still going."""
    bit = _bits(subject.flow)[clock.id.value]
    kinds = {one.id: one.kind for one in subject.plan.outcomes}
    for step in subject.plan.steps:
        good = isinstance(step, End) and kinds.get(step.outcome) == "success"
        stops = any(verb.clock == clock.id.value and verb.verb == "stop" for verb in step.clocks)
        if good and not stops and running.get(step.id, 0) & bit:
            message = f'Some way gets to "{step.id}" with the clock "{clock.id}" still running.'
            yield Finding("clock-left-running", subject.flow.declared[step.id].id.mark, message)


def _verbs(subject: Subject, placed: Placed, running: Mapping[str, int]) -> Findings:
    bits = _bits(subject.flow)
    entry = running.get(placed.path)
    doing: dict[str, set[str]] = {}
    for verb in placed.step.clocks:
        clock = verb.clock.value
        if clock not in bits:
            continue
        before = doing.setdefault(clock, set())
        if entry is not None and verb.verb in _NEEDS and not (entry & bits[clock]) and not before & _BEGIN:
            yield from _not_running(subject, verb)
        before.add(verb.verb)
    for clock, verbs in doing.items():
        if verbs >= {"start", "stop"}:
            mark = next(one.clock.mark for one in placed.step.clocks if one.clock.value == clock)
            at = {one.verb: one.at for one in placed.step.clocks if one.clock.value == clock}
            if at["start"] == at["stop"]:
                message = f'"{placed.step.id}" starts and stops the clock "{clock}" at once.'
                yield Finding("clock-at-once", mark, message)


def _not_running(subject: Subject, verb: ClockVerbDecl) -> Findings:
    clock = verb.clock
    begun = any(one.verb in _BEGIN for _, one in _verbs_of(subject, clock.value))
    if begun:
        message = f'The clock "{clock}" runs on no way that leads here, so there is nothing to {verb.verb}.'
        yield Finding("clock-not-running", clock.mark, message)
    else:
        yield Finding("clock-not-running", clock.mark, f'No step starts the clock "{clock}".')


def _bits(flow: Flow) -> dict[str, int]:
    return {clock.id: 1 << place for place, clock in enumerate(flow.plan.clocks)}


class _Running:
    """The clocks that may be running or paused, as bits."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._bits = _bits(flow)
        self._begun = {step.id: self._mask(step, _BEGIN) for step in flow.plan.steps}
        side = [one for one in flow.plan.steps if one.block.startswith("~")]
        self._beside = reduce(int.__or__, (self._begun[one.id] for one in side), 0)
        self._inside: dict[str, int] = {}
        self._touched: dict[str, int] = {}
        for step in flow.plan.steps:
            for owner in flow.around[step.block]:
                self._inside[owner] = self._inside.get(owner, 0) | self._begun[step.id]
            block = step.block
            while block:
                self._touched[block] = self._touched.get(block, 0) | self._mask(step, _BEGIN | {"stop"})
                block = self._outside(block)
        self._only = self._begun_only_inside()

    def _outside(self, block: str) -> str:
        """The block around a block; "" around those of the pathway itself and of side flows."""
        owner = self._flow.plan.blocks[block].owner
        return self._flow.steps[owner].block if owner else ""

    def _outwards(self, block: str) -> Iterator[str]:
        while block:
            yield block
            block = self._outside(block)

    def _begun_only_inside(self) -> dict[str, int]:
        """By block the clocks that no step begins but those in it: they belong to its scopes."""
        found: dict[str, int] = {}
        for bit in self._bits.values():
            begun = [one for one in self._flow.plan.steps if self._begun[one.id] & bit]
            around = [frozenset(self._outwards(one.block)) for one in begun]
            for block in frozenset.intersection(*around) if around else ():
                found[block] = found.get(block, 0) | bit
        return found

    def _dropped(self, node: str, to: str) -> int:
        """The clocks that a way leaves behind, with the scopes that they were started in."""
        owner, marked, _ = node.partition(INSIDE)
        source = self._flow.steps.get(owner if marked else node.removesuffix(DONE))
        target = self._flow.steps.get(to)
        if source is None or target is None:
            return 0
        kept = {*self._outwards(target.block)}
        left = [block for block in self._outwards(source.block) if block not in kept]
        left += [block for block in self._flow.inner.get(owner, ()) if marked]
        return reduce(int.__or__, (self._only.get(block, 0) for block in left), 0)

    def _mask(self, step: Step, verbs: frozenset[str], at: str | None = None) -> int:
        chosen = (one for one in step.clocks if one.verb in verbs and (at is None or one.at == at))
        return reduce(int.__or__, (self._bits.get(one.clock, 0) for one in chosen), 0)

    def begin(self) -> int:
        """Those that side flows may start."""
        return self._beside

    def join(self, one: int, other: int) -> int:
        """What either way may have."""
        return one | other

    def leave(self, node: str, entry: int) -> Iterator[tuple[Way, int]]:
        """What a step starts and stops, on entry and on completion."""
        step = self._flow.steps.get(node)
        done = self._flow.steps.get(node[:-1]) if node.endswith(DONE) else None
        standing = self._moved(step, entry, "entry") if step is not None else entry
        after = standing
        if step is not None and step.id not in self._flow.inner:
            after = self._moved(step, standing, "completion")
        elif done is not None:
            after = self._moved(done, entry, "completion")
        if isinstance(step, Parallel):
            after |= self._inside.get(step.id, 0)
        if node in self._flow.dispatching:
            after = 0  # which clock runs went with what was said before; so no more can be said of any
        for way in self._flow.ways.get(node, ()):
            state = standing if way.kind in ("timeout", "catch", "on", "side", "stand") else after
            if way.kind not in ("well", "stand", "enter", "again", "skip"):
                state &= ~self._dropped(node, way.to)
            yield way, state | self._beside if way.kind in ("side", "offer") else state

    def _moved(self, step: Step, running: int, at: str) -> int:
        return (running & ~self._mask(step, frozenset({"stop"}), at)) | self._mask(step, _BEGIN, at)

    def together(self, ends: Mapping[str, int]) -> int:
        """Each clock as the branches left it that start or stop it."""
        touched = reduce(int.__or__, (self._touched.get(block, 0) for block in ends), 0)
        found = 0
        for block, end in ends.items():
            own = self._touched.get(block, 0)
            found |= (end & own) | (end & ~touched)
        return found
