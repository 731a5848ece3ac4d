"""Where a scenario finds other plans: the definitions of children, and the versions that an instance migrates to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from pathways.plan import Plan
from pathways.versions import VersionError, highest


class Library(Protocol):
    """Plans by name and version."""

    @property
    def names(self) -> Collection[str]:
        """The pathways there are."""
        ...

    def versions(self, pathway: str) -> Collection[str]:
        """The versions of a pathway."""
        ...

    def find(self, pathway: str, version: str) -> Plan:
        """A version that there is. Raises `CarelaneError` where it does not compile."""
        ...


class Plans:
    """A library of plans that are there already."""

    def __init__(self, plans: Iterable[Plan] = ()) -> None:
        self._plans = {(one.pathway, one.version): one for one in plans}

    @property
    def names(self) -> Collection[str]:
        """The pathways there are."""
        return {name for name, _ in self._plans}

    def versions(self, pathway: str) -> Collection[str]:
        """The versions of a pathway."""
        return [version for name, version in self._plans if name == pathway]

    def find(self, pathway: str, version: str) -> Plan:
        """A version that there is."""
        return self._plans[pathway, version]


def highest_of(library: Library, pathway: str, wanted: str) -> str | None:
    """The highest version of a pathway within a range (any, where none is named), or None."""
    try:
        return highest(library.versions(pathway), wanted or None)
    except VersionError:
        return None
