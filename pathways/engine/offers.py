"""Offers: side flows that a person may start, while their condition holds."""

from __future__ import annotations

from pathways.datatypes import shown_json
from pathways.engine import moving
from pathways.engine.run import Run
from pathways.engine.scope import Names, environment, names_of
from pathways.engine.transition import Refusal, role_refusal
from pathways.events import OfferTaken
from pathways.facts import OffersChanged, Operated
from pathways.feel import Environment
from pathways.plan import Plan, SideFlow
from pathways.state import Json, State


def update(run: Run, *, before: Json = None) -> None:
    """State what is offered, where that changed; after another version also where it differs from `before`."""
    if before is None and (not run.plan.side_flows or not _due(run)):
        return
    over = run.status != "running" or run.suspension is not None
    names = run.names()
    offered = () if over else tuple(one.id for one in run.plan.side_flows if _offered(run, one, names))
    if offered != run.offers or before is not None:
        shown_now = _shown(run.plan, offered, names, run.env)
        run.offers = offered
        if shown_now != before:
            run.facts.append(OffersChanged(run.now, shown_now))


def _due(run: Run) -> bool:
    """Whether something else may be offered than before the event."""
    before = run.state
    if run.afresh or run.plan.offers_move or run.status != before.status:
        return True
    return (run.suspension is None) != (before.suspension is None) or not run.saved.isdisjoint(run.plan.offer_names)


def _offered(run: Run, side: SideFlow, names: Names) -> bool:
    if side.offer is None or not moving.may_start_side(run, side.id):
        return False
    return side.offer.when is None or side.offer.when.holds(names, run.env) is True


def _shown(plan: Plan, offered: tuple[str, ...], names: Names, env: Environment) -> Json:
    found = []
    for name in offered:
        side = plan.side_flow[name]
        if side.offer is not None:
            title = shown_json(side.offer.title.evaluate(names, env)) or side.title
            found.append({"side": name, "title": str(title), "queue": side.offer.queue, "role": side.offer.role})
    return found


def shown(plan: Plan, state: State) -> Json:
    """What is offered, as lists show it."""
    if not state.offers:
        return []
    names = names_of(plan, state.instance, state.started_at, state.data, site=state.site)
    return _shown(plan, state.offers, names, environment(plan, state.zone, state.now))


def take(run: Run, event: OfferTaken) -> tuple[Refusal | None, Json]:
    """Start the side flow that a person chose."""
    side = run.plan.side_flow.get(event.side)
    if side is None or side.offer is None or event.side not in run.offers:
        return Refusal("not-offered", f'"{event.side}" is not offered now.'), None
    refusal = role_refusal(side.offer.role, event.roles)
    if refusal is not None:
        return refusal, None
    scope = moving.start_side(run, event.side, by=event.by)
    if scope is None:
        return Refusal("not-offered", f'"{side.title}" runs already.'), None
    run.facts.append(Operated(run.now, "offer", scope.rstrip("/"), event.by, side.title))
    return None, {"scope": scope}
