"""What belongs to an instance: the pathways that it started, the one that started it, and what it offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.services.actor import Actor
from api.services.instances import InstanceDetail
from api.services.queues import Queues
from api.services.records import Child
from web.presenters.places import Places
from web.presenters.times import Time, time_of
from web.presenters.values import words

STATUS = {"starting": "Starting", "running": "Running", "cancelling": "Being cancelled", "ended": "Ended"}


@dataclass(frozen=True, slots=True)
class ChildView:
    """A pathway that this one started."""

    id: str
    title: str
    where: str
    stands: str
    kind: str
    since: Time


@dataclass(frozen=True, slots=True)
class OfferView:
    """A side flow that may be started by hand; `needs` is the role that the person does not have."""

    side: str
    title: str
    queue: str
    needs: str


def offer_views(found: InstanceDetail, actor: Actor, queues: Queues) -> tuple[OfferView, ...]:
    """The side flows that may be started by hand, for one person."""
    return tuple(
        OfferView(
            side=str(one.get("side")),
            title=str(one.get("title") or words(str(one.get("side")))),
            queue=queues.title(str(one["queue"])) if one.get("queue") else "",
            needs=words(str(one["role"])) if one.get("role") and one["role"] not in actor.roles else "",
        )
        for one in found.instance.offers or ()
    )


_CHILD = {"ordered": "Is being started", "running": "Runs", "ended": "Ended", "failed": "Failed"}


def child_view(one: Child, places: Places, zone: str, now: datetime) -> ChildView:
    """A pathway that this one started, as it stands."""
    stands = _CHILD[one.status]
    if one.status == "ended" and one.outcome:
        stands = f"Ended: {words(one.outcome)}"
    elif one.status == "failed":
        stands = f"Failed: {one.failed or 'it could not be started'}"
    elif one.cancelled_at is not None:
        stands = f"{stands}, told to cancel"
    elif one.detached:
        stands = f"{stands}, not waited for"
    return ChildView(
        id=one.instance,
        title=f"{words(one.pathway)} {one.version or ''}".strip(),
        where=places.whole(one.address),
        stands=stands,
        kind={"failed": "bad", "ended": "done"}.get(one.status, "running"),
        since=time_of(one.ended_at or one.started_at or one.ordered_at, zone, now),
    )


def parent_of(found: InstanceDetail) -> tuple[str, str, str] | None:
    """The parent's id and title, and whether it goes on."""
    one = found.instance
    if one.parent_instance is None:
        return None
    if found.parent is None:
        return one.parent_instance, "Another pathway", ""
    stands = found.parent.outcome_title or STATUS[found.parent.status]
    return found.parent.id, f"{found.parent.title} {found.parent.version}", stands
