"""The plans that scenarios may need beside their own."""

from __future__ import annotations

import pytest

from pathways.catalog import Catalog
from pathways.publishing.workbench import SourceText, UncompiledError, Workbench, children_of
from tests.support.plans import make_plan
from tests.support.registry import quiet

PUBLISHED = make_plan(quiet("care", title="As published"))


def test_what_is_published_comes_before_what_lies_beside() -> None:
    """A file of the same version is another one by now; what is not published comes from its file."""
    beside = [SourceText("1.0.0.yaml", quiet("care")), SourceText("1.1.0.yaml", quiet("care", "1.1.0"))]
    bench = Workbench([PUBLISHED], beside, Catalog())
    assert set(bench.names) == {"care"}
    assert list(bench.versions("care")) == ["1.0.0", "1.1.0"]
    assert bench.find("care", "1.0.0").title == "As published"
    assert bench.find("care", "1.1.0") is bench.find("care", "1.1.0")


def test_what_cannot_be_read_is_nothing_until_it_is_needed() -> None:
    """A file that says no name is passed over; one that does not compile is said when it is asked for."""
    broken = quiet("broken").replace("end: done", "end: dune")
    files = [SourceText("a.yaml", "["), SourceText("b.yaml", "- a"), SourceText("c.yaml", broken)]
    bench = Workbench([], files, Catalog())
    assert set(bench.names) == {"broken"}
    with pytest.raises(UncompiledError, match=r"c\.yaml"):
        bench.find("broken", "1.0.0")


def test_children_are_found_wherever_they_are_started() -> None:
    """By name, each once."""
    assert children_of(PUBLISHED) == frozenset()
    parent = make_plan("""
steps:
  both:
    parallel:
      branches:
        one: {steps: {first: {pathway: {name: care, version: ^1}}}}
        two: {steps: {again: {pathway: {name: care, version: ^1}}, other: {pathway: {name: check, version: ^1}}}}
  well: {end: done}
outcomes: {done: {title: Done, kind: success}}
""")
    assert children_of(parent) == {"care", "check"}
