"""Definitions written at random: every construct, in every other, with ways, handlers, times and undo across them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import Any

from pathways.plan import Plan
from tests.support.plans import make_plan

Json = Any

CATALOG: Json = {
    "actions": {
        "do.it": {"input": {"n": "any"}, "output": {"v": "integer"}, "problems": ["gone", "full"]},
        "take.back": {"input": {"n": "any"}, "output": {}},
    },
    "events": {
        "note.filed": {"schema": {"n": "integer"}},
        "call.came": {"schema": {"n": "integer"}},
        "order.revoked": {"schema": {}},
    },
    "queues": ["first", "second"],
    "pathways": {"child": {"outcomes": {"arranged": {}, "declined": {}}}},
}
UNDO: Json = {"do": "take.back", "with": {"n": 1}}
DEEPEST = 3


@lru_cache(maxsize=256)
def written(seed: int) -> Plan:
    """The definition of a seed, as a plan."""
    document = Author(Random(seed)).definition()  # noqa: S311 - the same definition for the same seed
    return make_plan("\n".join(f"{key}: {json.dumps(value)}" for key, value in document.items()), CATALOG)


class Author:
    """Writes one definition."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.named = 0

    def definition(self) -> Json:
        """The whole of it, but its head."""
        steps = {**self.block((), 0), "fin": {"end": "good"}}
        revoked = {"event": "order.revoked", "key": "K", **self.way(list(steps))}
        return {
            "inputs": {
                "key": {"type": "text", "default": "K"},
                "bound": "integer",
                "day": {"type": "date", "default": "2026-03-04"},
                "items": {"type": "list", "item": "integer", "default": [3, 1]},
            },
            "clocks": {
                "short": {"limit": "5 hours", "calendar": "none", "breach": {"queue": "second", "title": "Late"}},
                "long": {"limit": "=day", "calendar": "none", "warn": "50%"},
            },
            "attributes": {"bound": "=bound"},
            "on": [revoked, {"event": "call.came", "key": "K", "side": "beside"}],
            "side_flows": {"beside": self.beside()},
            "steps": steps,
            "outcomes": {"good": {}, "bad": {"kind": "unsuccessful"}, "back": {"kind": "unsuccessful", "undo": True}},
        }

    def beside(self) -> Json:
        """The side flow that handlers start, and people while `bound` is set."""
        called = {"task": {"queue": "first"}, "timeout": {"after": "1 day", "to": "over"}}
        steps = {"act": {"do": "do.it", "with": {"n": 1}, "undo": UNDO}, "called": called, "over": {"end": "branch"}}
        return {"once": self.maybe(0.3), "offer": {"title": "Beside", "when": "bound != null"}, "steps": steps}

    def maybe(self, share: float) -> bool:
        """True for a share of the cases."""
        return self.random.random() < share

    def name(self, begin: str) -> str:
        """A name that nothing has yet."""
        self.named += 1
        return f"{begin}{self.named}"

    def way(self, targets: Sequence[str], share: float = 0.4) -> Json:
        """A way to one of the steps that may be named, with undo or without."""
        return {"to": self.random.choice(targets), **({"undo": True} if self.maybe(share) else {})}

    def block(self, around: Sequence[str], depth: int) -> Json:
        """Steps one below the other."""
        ids = [self.name("s") for _ in range(self.random.randint(1, 4) if depth else self.random.randint(3, 6))]
        targets = [*ids, *around]
        steps: dict[str, Json] = {}
        for ident in ids:
            if depth and ident == ids[-1] and self.maybe(0.3):
                steps[ident] = {"end": "branch"}
            elif self.maybe(0.03):
                steps[ident] = {"end": self.random.choice(["good", "bad", "back"])}
            else:
                steps[ident] = self.step(targets, depth)
        return steps

    def step(self, targets: Sequence[str], depth: int) -> Json:
        """A step of any kind, with what any step may have."""
        plain: list[Callable[[Sequence[str]], Json]] = [
            self.act, self.act, self.task, self.task, self.compute, self.wait, self.wait, self.decide, self.child
        ]  # fmt: skip
        if depth < DEEPEST and self.maybe(0.35):
            step = self.container(targets, depth)
        else:
            step = self.random.choice(plain)(targets)
        if "decide" not in step and "next" not in step and self.maybe(0.25):
            step["next"] = [{"when": "bound > 2", **self.way(targets)}, self.way(targets)]
        if "decide" not in step and self.maybe(0.25):
            step["undo"] = UNDO
        if self.maybe(0.2):
            step["timeout"] = {"after": self.random.choice(["2 hours", "1 day", "3 days"]), **self.way(targets)}
        if self.maybe(0.3):
            step["on"] = [self.handler(targets) for _ in range(self.random.randint(1, 2))]
        if self.maybe(0.2):
            verbs = self.random.sample(["start", "stop", "pause", "resume", "restart"], 2)
            step["clocks"] = {verb: self.random.choice(["short", "long"]) for verb in verbs}
        return step

    def handler(self, targets: Sequence[str]) -> Json:
        """What an event does to a step; often its condition can't be told."""
        when = self.random.choice(["event.data.n > 2", "event.data.n > bound", "event.data.n != null"])
        does = {"side": "beside"} if self.maybe(0.25) else self.way(targets)
        return {"event": self.random.choice(["note.filed", "call.came"]), "key": "=key", "when": when, **does}

    def act(self, targets: Sequence[str]) -> Json:
        """An action."""
        caught = {problem: self.way(targets) for problem in ("gone", "full") if self.maybe(0.4)}
        step = {"do": "do.it", "with": {"n": "=bound"}, "save": self.name("v"), "catch": caught}
        return step | ({"undo": UNDO} if self.maybe(0.5) else {})

    def task(self, targets: Sequence[str]) -> Json:
        """A task with two outcomes."""
        task = {"queue": "first", "due": "2 hours", "remind": ["1 hour"], "outcomes": {"yes": "Yes", "no": "No"}}
        if self.maybe(0.3):
            task["escalate"] = {"after": "1 hour", "queue": "second"}
        step: Json = {"task": task} | ({"gate": "clinical"} if self.maybe(0.2) else {})
        return step | ({"next": {"yes": self.way(targets), "no": self.way(targets)}} if self.maybe(0.5) else {})

    def compute(self, _targets: Sequence[str]) -> Json:
        """A value."""
        return {"set": {self.name("v"): self.random.choice([1, "=now()", "=bound", "=key"])}}

    def decide(self, targets: Sequence[str]) -> Json:
        """Rules, of which the first may not be told."""
        when = self.random.choice(["bound > 2", 'key = "K"', "bound != null"])
        return {"decide": {"rules": [{"when": when, **self.way(targets)}, self.way(targets)]}}

    def child(self, _targets: Sequence[str]) -> Json:
        """A child that is waited for, or not."""
        return {"pathway": {"name": "child", "version": "^1", **({"detached": True} if self.maybe(0.2) else {})}}

    def wait(self, _targets: Sequence[str]) -> Json:
        """For an event, for a while, until a day, or for the first of two."""
        event = {"event": "note.filed", "key": "=key", "lookback": "1 day"}
        if self.maybe(0.4):
            event["when"] = "event.data.n > bound"
        waits = [event, {"for": "1 hour"}, {"until": "=day"}, {"any": {"a": event, "b": {"for": "5 hours"}}}]
        return {"wait": self.random.choice(waits), "save": self.name("v"), "accept": ["forever"]}

    def container(self, targets: Sequence[str], depth: int) -> Json:
        """A section, a parallel or a repeat."""
        match self.random.choice(["section", "parallel", "parallel", "repeat", "repeat"]):
            case "section":
                return {"steps": self.block(targets, depth + 1)}
            case "parallel":
                blocks = [self.block(targets, depth + 1) for _ in range(self.random.randint(2, 3))]
                branches = {self.name("b"): {"steps": block} for block in blocks}
                join = self.random.choice(["all", "any", {"count": 2}])
                return {"parallel": {"branches": branches, "join": join, "undo_rest": self.maybe(0.5)}}
            case _:
                each: Json = {"for_each": "=items", "as": self.name("v")}
                begun = {"until": "iteration >= 2", "limit": 3}
                asked = {"while": "bound > 2", "limit": 2}
                rounds = self.random.choice([each, {**each, "mode": "at-once"}, begun, asked])
                kept = {"collect": {self.name("v"): "=iteration"}} if self.maybe(0.5) else {}
                return {"repeat": {**rounds, **kept, "steps": self.block(targets, depth + 1)}}
