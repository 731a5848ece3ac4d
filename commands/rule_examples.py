"""The examples of the rules: what each finds and what it leaves alone, for the reference and for its test.

They stand in `rule_examples.yaml`; the line that ends with `# here` is the one that is found. `mend` is what takes its
place where the rule is kept to. What an example leaves out, of head and steps, comes from a small pathway.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from pathways.catalog import Catalog, read_catalog

HERE: Final = "# here"

_DEFAULTS: Final = {
    "language": "language: 1",
    "pathway": "pathway: example",
    "version": "version: 1.0.0",
    "title": "title: Example",
    "purpose": "purpose: To be looked at",
    "owner": "owner: The team",
    "success": "success: {measure: looked_at, target: 1 day}",
    "review_by": "review_by: 2027-01-31",
    "inputs": "inputs: {order: {type: Reference, target: [ServiceRequest], required: true}}",
    "outcomes": "outcomes: {done: {title: Done, kind: success}}",
    "steps": 'steps:\n  only: {task: {title: "{{ order.display }}", queue: intake}}\n  over: {end: done}',
}

_CATALOG: Final = {
    "actions": {
        "visits.book": {
            "input": {
                "order": {"type": "Reference", "target": ["ServiceRequest"], "required": True},
                "kind": {"type": "code", "options": ["routine", "urgent"]},
                "minutes": "integer",
            },
            "output": {"appointment": "Reference"},
            "problems": ["slot-taken"],
            "reads": ["ServiceRequest"],
            "writes": ["Appointment"],
        },
        "visits.cancel": {"input": {"appointment": "Reference"}, "writes": ["Appointment"]},
    },
    "events": {
        "note.filed": {"schema": {"note": "Reference"}},
        "case.closed": {"schema": {"result": {"type": "text", "required": True}, "count": "integer"}},
    },
    "queues": ["intake", "desk"],
    "roles": ["nurse"],
    "value_sets": {"colours": ["red", "green"]},
    "pathways": {"visit": {"inputs": {"order": "Reference"}, "outcomes": ["seen", "missed"]}},
    "calendars": {"clinic": {"zone": "America/New_York", "hours": {"mon": ["08:00-17:00"]}}},
}


@dataclass(frozen=True)
class Example:
    """What a rule finds and what it leaves alone, as shown, and each completed to a definition.

    `of` is what it is an example of, where that is no definition: a catalog, a governed table.
    """

    shown_bad: str
    shown_good: str
    bad: str
    good: str
    of: str = "definition"

    @property
    def line(self) -> int:
        """The line of `bad` that is found."""
        return next(number for number, one in enumerate(self.bad.splitlines(), 1) if one.endswith(HERE))


def catalog() -> Catalog:
    """The catalog that the examples name things of."""
    return read_catalog(_CATALOG)


@cache
def examples() -> Mapping[str, Example]:
    """The examples by rule."""
    file = Path(__file__).with_name("rule_examples.yaml")
    given: dict[str, dict[str, str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {rule: _example(rule, one) for rule, one in given.items()}


def _example(rule: str, given: Mapping[str, str]) -> Example:
    bad = given["bad"]
    if bad == "HEAD":
        key = {"missing-review": "review_by"}.get(rule, rule.removeprefix("missing-"))
        return Example(f"pathway: example   {HERE}\n", _DEFAULTS[key] + "\n", without(key), completed(""))
    if bad in _MADE:
        shown, text, good = _MADE[bad]
        missing = {"alert-without-why": ("purpose",), "alert-without-review": ("review_by",)}.get(rule, ())
        made = completed(text, missing)
        return Example(shown or text, good, made, completed(good, missing if bad != "ALERT" else ()))
    good = given["good"] if "good" in given else _mended(bad, given["mend"])
    if "of" in given:
        return Example(bad, good, bad, good, given["of"])
    return Example(bad, good, completed(bad), completed(good))


def _mended(bad: str, mend: str) -> str:
    """The example with other lines in place of the one that is found."""
    lines = []
    for one in bad.splitlines():
        if one.endswith(HERE):
            indent = one[: len(one) - len(one.lstrip())]
            lines += [indent + each for each in mend.splitlines()]
        else:
            lines.append(one)
    return "\n".join(lines) + "\n"


def completed(text: str, missing: tuple[str, ...] = ()) -> str:
    """An example with what it leaves out."""
    keys = {*re.findall(r"^(\w+):", text, re.MULTILINE), *missing}
    unread = "steps" in keys and "order" not in text
    defaults = {key: value for key, value in _DEFAULTS.items() if not (unread and key == "inputs")}
    return text + "\n".join(value for key, value in defaults.items() if key not in keys) + "\n"


def without(key: str) -> str:
    """The small pathway without one of its lines, marked where that is missed."""
    lines = [f"{value}   {HERE}" if one == "pathway" else value for one, value in _DEFAULTS.items() if one != key]
    return "\n".join(lines)


def _steps(number: int) -> str:
    rows = [f"  s{place}: {{wait: {{for: 1 day}}}}" for place in range(1, number)]
    return "steps:\n" + "\n".join([*rows, f"  over: {{end: done}}   {HERE}"]) + "\n"


def _deep(levels: int) -> str:
    lines = ["steps:"]
    for level in range(levels):
        pad = "  " * (4 * level + 1)
        lines += [f"{pad}s{level}:", f"{pad}  parallel:", f"{pad}    branches:", f"{pad}      b{level}:"]
    lines += ["  " * (4 * levels + 1) + f"last: {{wait: {{for: 1 day}}}}   {HERE}", "  over: {end: done}"]
    return "\n".join(lines) + "\n"


_LONG = " + ".join(["1"] * 1500)
_ALERT = f"""steps:
  ask:
    task:
      title: Ask
      queue: intake
      remind:
        - {{after: 1 day}}   {HERE}
  over: {{end: done}}
"""
_TIME = f"""steps:
  first: {{wait: {{for: 1 day}}}}
  begin: {{set: {{day: =today()}}}}
  rest: {{wait: {{until: =day}}}}   {HERE}
  over: {{end: done}}
"""
_NEXT = "steps:\n  only: {wait: {for: 1 day}}\n  over: {end: done}\n"

_MADE: Final[dict[str, tuple[str, str, str]]] = {
    "LONG": (
        f"steps:\n  a: {{set: {{x: =1 + 1 + 1 + …}}}}   {HERE}\n",
        f"steps:\n  a: {{set: {{x: ={_LONG}}}}}   {HERE}\n  b: {{end: done}}\n",
        _NEXT,
    ),
    "STEPS": (f"steps:\n  s1: …\n  s2: …\n  …\n  s2001: …   {HERE}\n", _steps(2001), _NEXT),
    "DEEP": (f"steps:\n  a:\n    parallel:\n      …   {HERE}\n", _deep(30), _NEXT),
    "ALERT": (
        "",
        _ALERT,
        _ALERT.replace("1 day}", "1 day, why: It is often forgotten, review_by: 2027-01-31}").replace(f"   {HERE}", ""),
    ),
    "TIME": ("", _TIME, _NEXT),
}
