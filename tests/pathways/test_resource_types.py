"""The types of resource are those of FHIR R4, and what is installed reads and writes no others."""

from __future__ import annotations

from activities.registry import discover
from pathways.resource_types import RESOURCE_TYPES


def test_there_are_as_many_as_the_standard_lists() -> None:
    """FHIR 4.0.1 lists 148 types, two of which are abstract."""
    assert len(RESOURCE_TYPES) == 146
    assert not RESOURCE_TYPES & {"Resource", "DomainResource"}


def test_what_is_installed_reads_and_writes_resources_that_there_are() -> None:
    """An action that named another could be granted no scope."""
    named = {name for step in discover().values() for name in (*step.reads, *step.writes)}
    assert named
    assert named <= RESOURCE_TYPES
