"""What an author's files hold, and which belong together: told by their keys, and by where they lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from pathways.source import SourceError, read_source
from pathways.versions import Version, VersionError

Kind = Literal["definition", "scenarios", "catalog", "simulation", "map"]

SCENARIOS = "scenarios"
"""The folder beside a definition that holds its scenarios."""

SIMULATION = "simulation.yaml"
"""The file beside a definition that says what its simulation draws from."""

_CATALOG_KEYS = {"actions", "events", "queues", "roles", "calendars"}


@dataclass(frozen=True)
class Holds:
    """What a file holds, and of which pathway and version it says that it is."""

    kind: Kind
    pathway: str | None = None
    version: str | None = None


class Named(Protocol):
    """A file that says of which pathway and version it is."""

    @property
    def pathway(self) -> str | None:
        """The pathway, where it says one."""

    @property
    def version(self) -> str | None:
        """The version, where it says one."""


NamedFile = TypeVar("NamedFile", bound=Named)


def what_holds(path: str, text: str) -> Holds:
    """What a file holds, as far as its keys tell. What is no YAML counts by where it lies (`folder/name`)."""
    folder, _, name_of_file = path.rpartition("/")
    in_scenarios = folder.rpartition("/")[2] == SCENARIOS
    try:
        root = read_source(text)
    except SourceError:
        if name_of_file == SIMULATION:
            return Holds("simulation")
        return Holds("scenarios" if in_scenarios else "definition")
    keys = set(root.keys)
    if "steps" not in keys and ("arrivals" in keys or name_of_file == SIMULATION):
        kind: Kind = "simulation"
    elif {"from", "to"} <= keys and "pathway" not in keys:
        kind = "map"
    elif SCENARIOS in keys or (in_scenarios and "steps" not in keys):
        kind = "scenarios"
    elif "steps" not in keys and "pathway" not in keys and keys & _CATALOG_KEYS:
        kind = "catalog"
    else:
        kind = "definition"
    name, version = root.get("pathway"), root.get("version")
    return Holds(kind, str(name.value) if name else None, str(version.value) if version else None)


def definition_for(scenarios: Named, definitions: Iterable[NamedFile]) -> NamedFile | None:
    """The definition that a file of scenarios is for: of its name and version, else the newest of its name."""
    fitting = [one for one in definitions if scenarios.pathway in (None, one.pathway)]
    if scenarios.version is not None:
        fitting = [one for one in fitting if one.version == scenarios.version]
    return max(fitting, key=lambda one: version_order(one.version), default=None)


def version_order(version: str | None) -> Version:
    """The order of what says a version; what says none comes first."""
    try:
        return Version.parse(version or "")
    except VersionError:
        return Version((0, 0, 0))
