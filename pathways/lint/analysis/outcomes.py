"""What an outcome tells: a child gives what its outcome gives, a wait of several ways has data where an event came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pathways.catalog import Catalog
from pathways.feel import nodes
from pathways.lint.analysis.known import Dotted, dotted
from pathways.plan import Child, Decide, Plan, Step, WaitForAny


class Telling:
    """Which fields of a saved name are there for which outcome (or `which`)."""

    def __init__(self, plan: Plan, catalog: Catalog) -> None:
        self._by_step: dict[str, dict[str, frozenset[Dotted]]] = {}
        self._by_path: dict[Dotted, dict[str, frozenset[Dotted]]] = {}
        sometimes: set[Dotted] = set()
        for step in plan.steps:
            save = getattr(step, "save", None)
            if isinstance(step, Decide) and save is not None:
                sometimes |= {(save, name) for name in _of_some_rows(step)}
            field, told = _told(step, catalog) if save is not None else ("", {})
            if save is None or not told:
                continue
            paths = {one: frozenset[Dotted]((str(save), name) for name in names) for one, names in told.items()}
            everything = frozenset[Dotted]().union(*paths.values())
            sometimes |= everything - frozenset.intersection(*paths.values())
            self._by_step[step.id] = paths
            known = self._by_path.setdefault((save, field), {})
            for one, names in paths.items():
                known[one] = names & known[one] if one in known else names
        self.sometimes = frozenset(sometimes)

    def by_outcome(self, step: Step, outcome: str) -> frozenset[Dotted]:
        """What is there on the way of an outcome."""
        return self._by_step.get(step.id, {}).get(outcome, frozenset())

    def by_condition(self, node: nodes.Node, holds: bool) -> frozenset[Dotted]:
        """What is there where a condition on an outcome holds, or does not."""
        match node:
            case nodes.Logic(conjunction=conjunction, operands=operands):
                told = [self.by_condition(one, holds) for one in operands]
                return frozenset[Dotted]().union(*told) if conjunction is holds else frozenset.intersection(*told)
            case nodes.Call(function=nodes.Name(name="not"), arguments=(inner,)):
                return self.by_condition(inner, not holds)
            case nodes.Comparison(operator="=" | "!=" as operator, left=left, right=right):
                return self._compared(left, right, (operator == "=") is holds)
            case nodes.In(value=value, test=test) if holds:
                known = self._by_path.get(dotted(value) or (), {})
                texts = list(_texts(test))
                if known and texts:
                    return frozenset.intersection(*(known.get(one, frozenset()) for one in texts))
        return frozenset()

    def _compared(self, left: nodes.Node, right: nodes.Node, equal: bool) -> frozenset[Dotted]:
        for path, literal in ((left, right), (right, left)):
            known = self._by_path.get(dotted(path) or (), {})
            if known and isinstance(literal, nodes.Literal) and isinstance(literal.value, str):
                if equal:
                    return known.get(literal.value, frozenset())
                others = [names for one, names in known.items() if one != literal.value]
                return frozenset.intersection(*others) if others else frozenset()
        return frozenset()


def _of_some_rows(step: Decide) -> frozenset[str]:
    """The fields that some rows of a table give, and others do not."""
    rows = step.table.rows if step.table is not None else ()
    given = [one.give.source for one in rows if one.give is not None]
    names = [{name for name, value in one.items() if value is not None} for one in given if isinstance(one, Mapping)]
    return (
        frozenset(set().union(*names) - set.intersection(*names)) if names and len(names) == len(given) else frozenset()
    )


def _told(step: Step, catalog: Catalog) -> tuple[str, dict[str, frozenset[str]]]:
    """By outcome of a step the fields that are there, and the field that says which outcome it was."""
    if isinstance(step, WaitForAny):
        return "which", {one.name: frozenset() if one.timed else frozenset({"data"}) for one in step.ways}
    if isinstance(step, Child):
        known = catalog.pathways.get(step.pathway)
        if known is not None and known.outcomes is not None:
            gives = {one: frozenset(given.by_name) for one, given in known.outcomes.items()}
            return "outcome", {"cancelled": frozenset(), **gives}
    return "", {}


def _texts(test: nodes.Node) -> Iterator[str]:
    match test:
        case nodes.Tests(tests=several, negated=False) | nodes.ListNode(items=several):
            for one in several:
                yield from _texts(one)
        case nodes.Literal(value=str() as text):
            yield text
        case _:
            return
