"""Facts about an instance as a whole: its life, its data, what people do to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pathways.records import dataclass
from pathways.state import Parent, Source

Json = Any


@dataclass(frozen=True, slots=True)
class InstanceStarted:
    """The first fact of every instance."""

    at: datetime
    pathway: str
    version: str
    digest: str
    title: str
    zone: str
    by: str | None = None
    parent: Parent | None = None
    site: str | None = None
    fact: Literal["instance-started"] = "instance-started"


@dataclass(frozen=True, slots=True)
class InstanceEnding:
    """The instance is on its way to an outcome: what runs settles, what was done is undone. Then it ends."""

    at: datetime
    outcome: str
    by: str | None = None
    reason: str | None = None
    fact: Literal["instance-ending"] = "instance-ending"


@dataclass(frozen=True, slots=True)
class InstanceEnded:
    """The last fact of every instance: its outcome, that outcome's kind, and what it gives to a parent."""

    at: datetime
    outcome: str
    title: str
    kind: Literal["success", "unsuccessful", "cancelled"]
    by: str | None = None
    reason: str | None = None
    give: Json = None
    fact: Literal["instance-ended"] = "instance-ended"


@dataclass(frozen=True, slots=True)
class InstanceSuspended:
    """No new step starts until it is resumed."""

    at: datetime
    by: str
    reason: str
    fact: Literal["instance-suspended"] = "instance-suspended"


@dataclass(frozen=True, slots=True)
class InstanceResumed:
    """The suspension is over; events that were deferred may come again."""

    at: datetime
    by: str
    reason: str
    fact: Literal["instance-resumed"] = "instance-resumed"


@dataclass(frozen=True, slots=True)
class InstanceHeld:
    """These steps are not entered until they are released; `id` is the pause of the version that asks for it.

    `own`: of this instance alone, beside what its version holds.
    """

    at: datetime
    steps: tuple[str, ...]
    by: str
    reason: str
    id: str = ""
    own: bool = False
    fact: Literal["instance-held"] = "instance-held"


@dataclass(frozen=True, slots=True)
class InstanceReleased:
    """No step is held any more, for the pause of its version, or (`own`) for this instance alone."""

    at: datetime
    by: str
    reason: str
    own: bool = False
    fact: Literal["instance-released"] = "instance-released"


@dataclass(frozen=True, slots=True)
class InstanceMigrated:
    """The instance runs another version from here on."""

    at: datetime
    pathway: str
    version: str
    digest: str
    title: str
    before: str
    before_digest: str
    by: str
    reason: str
    fact: Literal["instance-migrated"] = "instance-migrated"


@dataclass(frozen=True, slots=True)
class StageReached:
    """Progress as a person sees it."""

    at: datetime
    stage: str
    fact: Literal["stage-reached"] = "stage-reached"


@dataclass(frozen=True, slots=True)
class AttributesChanged:
    """The typed values that lists filter and sort on; nothing in them identifies a patient."""

    at: datetime
    attributes: Mapping[str, Json]
    fact: Literal["attributes-changed"] = "attributes-changed"


@dataclass(frozen=True, slots=True)
class DataSaved:
    """A name got a value, with where it came from."""

    at: datetime
    scope: str
    name: str
    value: Json
    address: str
    by: str | None = None
    sources: tuple[Source, ...] = ()
    reason: str | None = None
    fact: Literal["data-saved"] = "data-saved"


@dataclass(frozen=True, slots=True)
class OffersChanged:
    """The side flows that a person may start now, each with `side`, `title`, `queue` and `role`."""

    at: datetime
    offers: Json
    fact: Literal["offers-changed"] = "offers-changed"


@dataclass(frozen=True, slots=True)
class Operated:
    """A person intervened: skipped or moved a position, changed data, added a task, took an offer. For the audit."""

    at: datetime
    operation: Literal["skip", "move", "set", "add-task", "offer"]
    address: str
    by: str
    reason: str
    detail: Json = None
    fact: Literal["operated"] = "operated"
