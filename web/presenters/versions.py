"""A version for its page: its state, what is held of it, what changed in it, what was done to it and what may be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from api.services.actor import Actor, Operation
from api.services.definitions import DefinitionDetail
from api.services.publishing import Examination
from api.services.records import Definition, DefinitionSummary
from pathways.diff import Diff
from web.presenters.novelties import Novelty, novelties
from web.presenters.times import Time, time_of
from web.presenters.values import in_words, words

_DONE = {
    "draft": "Written",
    "publish": "Published",
    "approve": "Approved and published",
    "withdraw": "Withdrawn",
    "deprecate": "Deprecated",
    "retire": "Retired",
    "pause": "Paused",
    "unpause": "Goes on",
}


@dataclass(frozen=True, slots=True)
class StateView:
    """The state in words; `kind` is what it is called in styles, `more` what else keeps it from starting."""

    kind: str
    text: str
    more: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """Something that was done to the version."""

    text: str
    who: str
    time: Time
    reason: str


@dataclass(frozen=True, slots=True)
class HoldView:
    """A pause: who, why, since when; for each held step how many wait there; and how many instances know of it."""

    who: str
    reason: str
    since: Time | None
    steps: tuple[tuple[str, str, int], ...]
    know: int
    running: int


@dataclass(frozen=True, slots=True)
class ChangesView:
    """What changed since a version, in words; `asks` what that means for instances that migrate from it."""

    against: str
    asks: str
    told: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version. `novelties` is what a second person must see of it against `base`."""

    state: StateView
    owner: str
    review_by: str
    in_flight: int
    others: int
    hold: HoldView | None
    base: str
    novelties: tuple[Novelty, ...]
    changes: ChangesView | None
    history: tuple[ChangeView, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be done with a version now."""

    name: str
    text: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class ActPage:
    """The page that asks before an act is done. `holds`: steps may be chosen; `is_ready`: it can be done."""

    act: str
    title: str
    button: str
    why: str
    told: tuple[str, ...]
    operation: Operation
    warns: bool = False
    holds: bool = False
    is_ready: bool = True


@dataclass(frozen=True, slots=True)
class StepChoice:
    """A step that may be held, how many stand there, and whether it is chosen."""

    path: str
    title: str
    standing: int
    chosen: bool


def state_of(one: DefinitionSummary, now: datetime, zone: str) -> StateView:
    """The state of a version, and what else keeps it from starting."""
    more = []
    if one.paused:
        more.append("Paused")
    if one.effective_from is not None and one.effective_from > now and one.state != "retired":
        more.append(f"In effect from {time_of(one.effective_from, zone, now).exact}")
    return StateView(one.state, words(one.state), tuple(more))


def changes_view(diff: Diff | None, against: str, others: Iterable[str]) -> ChangesView:
    """What changed since another version. `others` are those that it may be compared with."""
    told = tuple(str(change) for change in diff.changes) if diff is not None else ()
    return ChangesView(against, diff.kind if diff is not None and diff.kind else "", told, tuple(others))


def version_view(
    found: DefinitionDetail, examination: Examination, changes: ChangesView | None, zone: str, now: datetime
) -> VersionView:
    """A version for its page."""
    one, plan = found.definition, found.definition.plan
    flights = examination.in_flight
    return VersionView(
        state=state_of(one, now, zone),
        owner=str(plan.get("owner") or ""),
        review_by=in_words(plan.get("review_by"), zone) if plan.get("review_by") else "",
        in_flight=found.in_flight,
        others=sum(flights.values()) - flights.get(one.version, 0),
        hold=_hold(found, zone, now),
        base=examination.review.base or "",
        novelties=novelties(examination),
        changes=changes,
        history=tuple(
            ChangeView(
                _DONE.get(change.action, words(change.action)),
                found.names.get(change.by, change.by),
                time_of(change.at, zone, now),
                str(change.detail.get("reason") or ""),
            )
            for change in reversed(found.history)
        ),
    )


def _hold(found: DefinitionDetail, zone: str, now: datetime) -> HoldView | None:
    one = found.definition
    if not one.paused:
        return None
    told = one.pausing or {}
    standing = found.holding.standing if found.holding else {}
    at = told.get("at")
    return HoldView(
        who=found.names.get(str(told.get("by")), str(told.get("by") or "")),
        reason=str(told.get("reason") or ""),
        since=time_of(datetime.fromisoformat(at), zone, now) if at else None,
        steps=tuple((path, _title(one, path), standing.get(path, 0)) for path in one.held_steps),
        know=found.holding.know if found.holding else 0,
        running=found.holding.running if found.holding else 0,
    )


def acts_for(one: DefinitionSummary, actor: Actor) -> tuple[Act, ...]:
    """What a person may do with a version now."""
    if one.state == "draft":
        return (Act("withdraw", "Withdraw", bad=True),) if actor.may("publish") else ()
    if one.state == "retired" or not actor.may("change-versions"):
        return ()
    acts = [Act("unpause", "Let it go on"), Act("pause", "Change what is held")] if one.paused else []
    acts = acts or [Act("pause", "Pause")]
    if one.state == "published":
        acts.append(Act("deprecate", "Deprecate"))
    if actor.may("migrate"):
        acts.append(Act("migrate", "Migrate its instances"))
    return (*acts, Act("retire", "Retire", bad=True))


def act_page(act: str, found: DefinitionDetail) -> ActPage | None:
    """The page that asks before an act is done; None where there is no such act."""
    one, running = found.definition, found.in_flight
    named, instances = f"{one.title} {one.version}", "1 instance runs" if running == 1 else f"{running} instances run"
    told: tuple[str, ...]
    match act:
        case "withdraw":
            told = ("The draft is put away. Who wrote it, who withdrew it and its text stay in the audit.",)
            why = "Why is it withdrawn? (optional)"
            return ActPage(act, f"Withdraw {named}?", "Withdraw", why, told, "publish", warns=True)
        case "deprecate":
            told = ("Nothing new starts of it, unless by its number and on purpose.", f"{instances} on.")
            why = "Why is it deprecated? (optional)"
            return ActPage(act, f"Deprecate {named}?", "Deprecate", why, told, "change-versions")
        case "retire":
            why = "Why is it retired? (optional)"
            if running:
                told = (
                    f"{instances} of it now. It can be retired once none does.",
                    "Migrate them to another version, or wait until they have ended; once deprecated, none is added.",
                )
                return ActPage(
                    act, f"{named} can't be retired yet", "Retire", why, told, "change-versions", is_ready=False
                )
            told = ("Nothing starts of it ever again.", "Nothing runs of it now.")
            return ActPage(act, f"Retire {named}?", "Retire", why, told, "change-versions", warns=True)
        case "pause":
            told = (
                "Nothing new starts of it until somebody lets it go on.",
                f"{instances} on. Nobody enters the steps that are chosen here; what is in one goes on, and clocks do.",
            )
            why = "Why is it paused?"
            return ActPage(act, f"Pause {named}?", "Pause", why, told, "change-versions", warns=True, holds=True)
        case "unpause":
            waiting = sum(found.holding.standing.values()) if found.holding else 0
            told = ("It can be started again.", f"What waits before a held step enters it: {waiting} now.")
            why = "Why does it go on? (optional)"
            return ActPage(act, f"Let {named} go on?", "Let it go on", why, told, "change-versions")
        case _:
            return None


def step_choices(one: Definition, standing: Mapping[str, int], chosen: Collection[str]) -> tuple[StepChoice, ...]:
    """The steps of a version, for choosing those that are held."""
    return tuple(
        StepChoice(path, _title(one, path), standing.get(path, 0), path in chosen)
        for path in (str(step["id"]) for step in one.plan.get("steps", ()))
    )


def _title(one: Definition, path: str) -> str:
    for step in one.plan.get("steps", ()):
        if step.get("id") == path:
            return str(step.get("title") or words(path.rpartition("/")[2].lstrip("~")))
    return path
