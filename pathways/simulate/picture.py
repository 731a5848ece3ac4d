"""A simulation as a picture: cycle times, outcomes, the work in queues day by day, clocks. SVG, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pathways.diagram.markup import element, escaped, group, path, text_at
from pathways.plan import Plan
from pathways.simulate.measures import Measures, Queue, percentile, ranked, share_met
from pathways.simulate.report import span, target_of
from pathways.simulate.run import Simulated
from pathways.time.zones import zone
from pathways.wording import numbered

WIDTH = 960.0
_LEFT = 40.0
_RIGHT = WIDTH - 40.0
_DAY = 86_400.0
_BINS = 48
_NAMES = 210.0
"""Room for names at the left of bars."""

_LIGHT = """
  --page: #ffffff; --ink: #17252c; --quiet: #4a5d66; --rule: #d5dde1; --bar: #2f6f8f; --soft: #bcd6e2;
  --good: #1b6e45; --bad: #a5231c; --none: #7d8b92; --mark: #8a4b00;
"""
_DARK = """
  --page: #10171a; --ink: #e4ebee; --quiet: #b3c1c7; --rule: #2c383d; --bar: #7fc1de; --soft: #2f5668;
  --good: #7fd6a6; --bad: #ff9d92; --none: #8b9aa1; --mark: #f0b45e;
"""
_RULES = """
svg { font-family: Arial, Helvetica, "Liberation Sans", Arimo, sans-serif; }
.page { fill: var(--page); } text { fill: var(--ink); font-size: 12px; } .quiet { fill: var(--quiet); }
.title { font-size: 20px; font-weight: 700; } .head { font-size: 14px; font-weight: 700; }
.rule { stroke: var(--rule); stroke-width: 1; fill: none; } .bar { fill: var(--bar); } .soft { fill: var(--soft); }
.rule-back { fill: var(--rule); }
.line { stroke: var(--bar); stroke-width: 1.6; fill: none; stroke-linejoin: round; }
.good { fill: var(--good); } .bad { fill: var(--bad); } .none { fill: var(--none); }
.mark { stroke: var(--mark); stroke-width: 1.5; stroke-dasharray: 5 3; fill: none; } .mark-text { fill: var(--mark); }
"""


@dataclass(frozen=True)
class _Panel:
    """A part of the picture: its markup, drawn from its own top, and its height."""

    height: float
    markup: str


def to_svg(plan: Plan, simulated: Simulated, seed: int | str) -> str:
    """The picture as SVG, with the same in words for those who do not see it."""
    measures = simulated.measures
    panels = [_cycles(plan, measures), _outcomes(plan, measures), _queues(measures), _clocks(plan, measures)]
    y, drawn = 76.0, []
    for panel in panels:
        if panel.height:
            drawn.append(group("panel", [panel.markup], transform=f"translate(0 {y:.0f})"))
            y += panel.height + 34
    title = f"{plan.title} {plan.version}: {measures.cases:,} simulated cases"
    head = [
        text_at(_LEFT, 38, title, "title"),
        text_at(_LEFT, 58, f"{_when(measures)} Seed {seed}. Times and choices are drawn, not observed.", "quiet"),
    ]
    style = f":root {{{_LIGHT}}}\n@media screen and (prefers-color-scheme: dark) {{ :root {{{_DARK}}} }}\n{_RULES}"
    attributes: dict[str, str | float | None] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {WIDTH:.0f} {y:.0f}",
        "width": WIDTH,
        "height": y,
        "role": "img",
        "aria-labelledby": "title words",
    }
    body = element(
        "svg",
        attributes,
        element("title", {"id": "title"}, escaped(title)),
        element("desc", {"id": "words"}, escaped(_words(plan, measures))),
        element("style", {}, style),
        element("rect", {"class": "page", "width": WIDTH, "height": y}),
        *head,
        *drawn,
    )
    return f"{body}\n"


def _when(measures: Measures) -> str:
    if measures.first is None or measures.last is None:
        return ""
    there = zone(measures.zone)
    first, last = measures.first.astimezone(there), measures.last.astimezone(there)
    return f"Cases begin from {first:%d %b %Y} to {last:%d %b %Y}."


def _words(plan: Plan, measures: Measures) -> str:
    cycles = sorted(measures.cycles)
    shares = ", ".join(
        f"{plan.outcome[name].title} {count / measures.cases:.1%}" for name, count in ranked(measures.outcomes)
    )
    times = f"half of the cases take at most {span(percentile(cycles, 50))}, nine in ten {span(percentile(cycles, 90))}"
    clocks = ", ".join(
        f"{plan.clock[name].title} {met:.1%}"
        for name, statuses in sorted(measures.clocks.items())
        if (met := share_met(statuses)) is not None
    )
    return f"Outcomes: {shares}. Time from start to end: {times}." + (f" Clocks attained: {clocks}." if clocks else "")


def _rule(x1: float, y1: float, x2: float, y2: float, kind: str = "rule") -> str:
    return path(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", kind)


def _rect(x: float, y: float, width: float, height: float, kind: str) -> str:
    return element("rect", {"x": x, "y": y, "width": max(width, 0.0), "height": max(height, 0.0), "class": kind})


# -- cycle times ----------------------------------------------------------------------------------------------


def _cycles(plan: Plan, measures: Measures) -> _Panel:
    """A histogram up to the 99th percentile, with the median, the 90th percentile and the target."""
    cycles = sorted(measures.cycles)
    if not cycles:
        return _Panel(0, "")
    most = max(percentile(cycles, 99), 1.0)
    counts = [0] * _BINS
    for one in cycles:
        if one <= most:
            counts[min(int(one / most * _BINS), _BINS - 1)] += 1
    base, high, width = 186.0, 130.0, (_RIGHT - _LEFT) / _BINS
    top = max(counts)
    bars = [
        _rect(_LEFT + n * width, base - high * count / top, width - 1, high * count / top, "bar")
        for n, count in enumerate(counts)
    ]
    place = (_RIGHT - _LEFT) / most
    marks = [(50.0, percentile(cycles, 50)), (90.0, percentile(cycles, 90))]
    labels = [(_LEFT + at * place, f"p{percent:g} {span(at)}") for percent, at in marks]
    target = target_of(plan, measures)
    if target is not None and target.seconds <= most:
        labels.append((_LEFT + target.seconds * place, f"target {target.words}"))
    drawn = [text_at(_LEFT, 14, "Time from start to end", "head"), *bars, _rule(_LEFT, base, _RIGHT, base)]
    for n, (x, words) in enumerate(sorted(labels)):
        y = 30.0 + 13 * (n % 3)
        near_end = x > _RIGHT - 130
        drawn += [
            _rule(x, y + 3, x, base, "mark"),
            text_at(x - 4 if near_end else x + 4, y + 8, words, "mark-text", anchor="end" if near_end else None),
        ]
    drawn += _time_axis(most, base)
    beyond = sum(one > most for one in cycles)
    said = f"{numbered(beyond, 'case')} beyond {span(most)} {'is' if beyond == 1 else 'are'} not drawn"
    drawn.append(text_at(_RIGHT, 14, said, "quiet", anchor="end"))
    return _Panel(base + 22, "".join(drawn))


def _time_axis(most: float, base: float) -> list[str]:
    unit, word = (_DAY, "days") if most > 3 * _DAY else (3600.0, "hours") if most > 3 * 3600 else (60.0, "minutes")
    step = _step(most / unit)
    drawn, value = [], 0.0
    while value <= most / unit:
        x = _LEFT + value * unit / most * (_RIGHT - _LEFT)
        label = f"{value:g}" if value else f"0 {word}"
        drawn += [
            _rule(x, base, x, base + 4),
            text_at(x, base + 17, label, "quiet", anchor="middle" if value else None),
        ]
        value += step
    return drawn


def _step(most: float) -> float:
    """A round step with about ten to the whole."""
    size = 1.0
    while True:
        for factor in (1, 2, 5):
            if most / (size * factor) <= 12:
                return size * factor
        size *= 10


# -- bars -----------------------------------------------------------------------------------------------------


def _outcomes(plan: Plan, measures: Measures) -> _Panel:
    kinds = {"success": "good", "unsuccessful": "none", "cancelled": "none"}
    rows = [
        (plan.outcome[name].title, count / measures.cases, kinds[plan.outcome[name].kind], numbered(count, "case"))
        for name, count in ranked(measures.outcomes)
    ]
    if left := measures.cases - sum(measures.outcomes.values()):
        rows.append(("(did not end)", left / measures.cases, "bad", numbered(left, "case")))
    return _bars("Outcomes", rows)


def _clocks(plan: Plan, measures: Measures) -> _Panel:
    rows = []
    for name, statuses in sorted(measures.clocks.items()):
        met = share_met(statuses)
        if met is not None:
            late = statuses["late"] + statuses["breached"]
            rows.append((plan.clock[name].title, met, "good", f"{late:,} late"))
    return _bars("Clocks attained", rows)


def _bars(title: str, rows: Sequence[tuple[str, float, str, str]]) -> _Panel:
    if not rows:
        return _Panel(0, "")
    left, room = _LEFT + _NAMES, _RIGHT - _LEFT - _NAMES - 150
    drawn = [text_at(_LEFT, 14, title, "head")]
    for n, (name, share, kind, note) in enumerate(rows):
        y = 28.0 + n * 22
        drawn += [
            text_at(left - 10, y + 12, _short(name, 34), "", anchor="end"),
            _rect(left, y, room, 15, "rule-back"),
            _rect(left, y, room * share, 15, kind),
            text_at(left + room + 8, y + 12, f"{share:.1%}  {note}", "quiet"),
        ]
    return _Panel(28.0 + len(rows) * 22, "".join(drawn))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


# -- queues ---------------------------------------------------------------------------------------------------


def _queues(measures: Measures) -> _Panel:
    """One small picture per queue: how many tasks are open at the end of each day."""
    if not measures.queues or len(measures.days) < 2:
        return _Panel(0, "")
    drawn = [text_at(_LEFT, 14, "Open tasks at the end of each day, by queue", "head")]
    gap, columns = 28.0, 2
    width = (_RIGHT - _LEFT - gap * (columns - 1)) / columns
    for n, (name, queue) in enumerate(sorted(measures.queues.items())):
        x, y = _LEFT + (n % columns) * (width + gap), 30.0 + (n // columns) * 96
        drawn.append(_queue(measures, name, queue, x, y, width))
    rows = -(-len(measures.queues) // columns)
    return _Panel(30.0 + rows * 96, "".join(drawn))


def _queue(measures: Measures, name: str, queue: Queue, x: float, y: float, width: float) -> str:
    counts = list(measures.open_by_day(queue).values())
    opened, high, base = measures.working_days(queue), 56.0, y + 76
    top = max(max(counts), 1)
    step = width / (len(counts) - 1)
    points = [(x + n * step, base - high * count / top) for n, count in enumerate(counts)]
    line = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
    area = f"{line}L{x + width:.1f} {base:.1f}L{x:.1f} {base:.1f}Z"
    mean = sum(opened) / len(opened) if opened else 0.0
    words = f"{mean:.1f} new a day, at most {top} open"
    return "".join(
        [
            text_at(x, y + 12, _short(name, 30), ""),
            text_at(x + width, y + 12, words, "quiet", anchor="end"),
            path(area, "soft"),
            path(line, "line"),
            _rule(x, base, x + width, base),
        ]
    )
