"""Rules about texts that stand where an expression was meant: without `=` they are only themselves, word for word."""

from __future__ import annotations

from functools import cached_property

from pathways import feel
from pathways.feel import nodes
from pathways.lint.analysis.sites import Site, literals_of, sites_of
from pathways.lint.expressions import walk
from pathways.lint.subject import Finding, Findings, Subject
from pathways.time.durations import DurationError, parse_duration
from pathways.values import Timing


def check(subject: Subject) -> Findings:
    """All findings about texts that are no expressions, and about those that are no durations."""
    for site in sites_of(subject.definition):
        if "business_add" in site.text and site.expression is not None:
            yield from _added(site, site.expression.tree)
    for site in literals_of(subject.definition):
        one = _Literal(subject, site)
        if site.purpose == "list":
            yield Finding("bad-types", site.mark, f'"{site.shown}" is a text, which is no list.', one.hint)
        elif site.purpose == "time" and not _is_time(site.text):
            message = f'"{site.shown}" is neither a date nor an instant.'
            yield Finding("bad-duration", site.mark, message, one.hint or "Such as =claim.received.")
        elif one.hint and (one.is_path or _is_asked(site)):
            message = f'"{site.shown}" is a text here, the same in every case, and not the value of that name.'
            yield Finding("forgotten-equals", site.mark, message, one.hint)


def meant(subject: Subject, site: Site) -> str:
    """What to write instead of a text that is the name of a value known here; empty where it is none."""
    return _Literal(subject, site).hint


def _is_asked(site: Site) -> bool:
    """Whether a text makes no sense where it stands if it is the name of a value: it tells no case from another."""
    return site.purpose == "key" or site.when in ("unique", "always")


def _is_time(text: str) -> bool:
    return feel.date_value(text) is not None or feel.instant_value(text) is not None


def _added(site: Site, tree: nodes.Node) -> Findings:
    """Durations that `business_add` is given, and that are none: it would give null."""
    for node in walk(tree):
        if not isinstance(node, nodes.Call) or not isinstance(node.function, nodes.Name) or node.names is not None:
            continue
        given = node.arguments[1] if node.function.name == "business_add" and len(node.arguments) > 1 else None
        if isinstance(given, nodes.Literal) and isinstance(given.value, str):
            try:
                parse_duration(given.value)
            except DurationError as error:
                yield Finding("bad-duration", site.at(given.start), error.message, error.hint)


class _Literal:
    """A text, and what it would be if it were an expression."""

    def __init__(self, subject: Subject, site: Site) -> None:
        self.subject, self.site = subject, site
        self.path = Timing(f"={site.text}").path or ()

    @property
    def is_path(self) -> bool:
        """Whether it is a name with fields: such a text is hardly ever meant as it stands."""
        return len(self.path) > 1

    @cached_property
    def hint(self) -> str:
        """What to write instead, where the text is the name of a value that is known here."""
        if not self.path:
            return ""
        scope = self.subject.scope
        known = scope.names(self.site)
        if self.path[0] not in known:
            return ""
        inferred = feel.infer(feel.parse_expression(self.site.text), known, scope.functions)
        return "" if inferred.problems else f"Write ={self.site.text}."
