"""The work list."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from api.services.patients import patient_of
from api.services.records import Order
from api.services.tasks import ListWish, Whose
from web.form_values import Typed
from web.presenters.work_list import PRIORITIES, address, choices, queue_links, rows
from web.visit import Visit

PAGE = 50

_WHOSE: tuple[Whose, ...] = ("all", "mine", "nobody")
_ORDERS: tuple[Order, ...] = ("due", "priority")


async def show(visit: Visit) -> Response:
    """A page of the work list."""
    wish = _wish(visit.request.query_params.get)
    after = visit.query("after") or None
    tasks, queues = visit.services.tasks, visit.services.queues
    counts = await tasks.counts(visit.actor)
    found = await tasks.named_list(visit.actor, wish, after=after, limit=PAGE)
    patients = await visit.services.patients.of(patient_of(one.inputs) for one in found.briefs.values())
    return await visit.render(
        "work.html",
        queues=queue_links(counts, queues, wish, queues.own(visit.actor)),
        rows=rows(found, patients, queues, person=visit.actor.id, roles=visit.actor.roles, now=visit.now),
        wish=wish,
        whose=choices([("", "Everybody's"), ("mine", "Mine"), ("nobody", "Nobody's")], _chosen(wish.whose, "all")),
        priorities=choices([("", "Any"), *((one, one.capitalize()) for one in PRIORITIES)], wish.priority),
        orders=choices([("", "Due time"), ("priority", "Priority")], _chosen(wish.order, "due")),
        queue_title=queues.title(wish.queue) if wish.queue else "All queues",
        next_page=address(wish, after=found.page.next) if found.page.next else None,
        first_page=address(wish) if after else None,
        names_missing=any(not patients.get(patient_of(one.inputs) or "") for one in found.briefs.values()),
        back=urlencode([one for one in visit.request.query_params.multi_items() if one[0] != "note"]),
    )


async def claim_next(visit: Visit) -> Response:
    """Take the next task of the list, and go to it."""
    wish = _wish(visit.typed.one)
    task = await visit.services.tasks.claim_next(visit.actor, wish)
    if task is None:
        return RedirectResponse(address(wish, note="nothing-left"), 303)
    return RedirectResponse(f"/tasks/{task.id}?note=claimed", 303)


def back_to_list(typed: Typed) -> str:
    """The list that a person came from."""
    query = typed.one("back")
    return f"/work?{query}" if query and "\n" not in query else "/work"


def _wish(get: Callable[[str], str | None]) -> ListWish:
    whose, order, priority = get("whose"), get("order"), get("priority")
    return ListWish(
        queue=get("queue") or None,
        whose=next((one for one in _WHOSE if one == whose), "all"),
        priority=priority if priority in PRIORITIES else None,
        overdue=get("overdue") == "yes",
        order=next((one for one in _ORDERS if one == order), "due"),
    )


def _chosen(value: str, default: str) -> str:
    return "" if value == default else value
