"""Completing tasks together: choose the answer, see what it would bring, then what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from api.services.bulk import Candidate, Chosen, Selection, shared_rules
from api.services.patients import Patient, patient_of
from web.form_values import PREFIX, values_of
from web.presenters import bulk as presenter
from web.presenters.form import asks_outcome, field_views, sentence
from web.presenters.task import kept_pairs
from web.visit import Visit


async def show(visit: Visit) -> Response:
    """The form for the tasks that were selected; or, where they are of several kinds, which kind first."""
    chosen = _chosen(visit.request.query_params.getlist(presenter.CHOSEN))
    return await _form(visit, chosen, await visit.services.tasks.select(visit.actor, chosen))


async def send(visit: Visit) -> Response:
    """What was typed, on its way: back to the form, to what it would bring, or done."""
    chosen = _chosen(visit.typed.every(presenter.CHOSEN))
    selection = await visit.services.tasks.select(visit.actor, chosen)
    act = visit.typed.one("act")
    if len(selection.kinds) > 1 or not selection.candidates or act == "change":
        return await _form(visit, chosen, selection)
    if act == "complete":
        return await _complete(visit, chosen, selection)
    errors = _errors(visit, selection)
    if errors:
        return await _form(visit, chosen, selection, errors=errors)
    return await _preview(visit, chosen, selection)


async def _form(
    visit: Visit, chosen: Sequence[Chosen], selection: Selection, *, errors: Mapping[str, str] | None = None
) -> Response:
    patients = await _patients(visit, selection)
    views = presenter.kinds(selection, patients, _versions(chosen), visit.now)
    if len(views) != 1:
        return await visit.render("bulk_kinds.html", kinds=views, missing=len(selection.missing))
    wrong, sharing = dict(errors or {}), _sharing(selection)
    rules, zone = shared_rules(sharing), sharing[0].instance.zone
    labels = presenter.labels(sharing[0])
    listed = [
        {"text": sentence(labels[name], why), "href": f"#field-{name.replace('_', '-')}"}
        for name, why in wrong.items()
        if name in labels
    ]
    outcome_first = asks_outcome(rules.fields)
    if "outcome" in wrong:
        listed.insert(0 if outcome_first else len(listed), {"text": wrong["outcome"], "href": "#outcome"})
    return await visit.render(
        "bulk_form.html",
        status=422 if wrong else 200,
        kind=views[0],
        missing=len(selection.missing),
        ready=len(selection.ready),
        fields=field_views(rules, visit.typed, wrong, zone),
        outcomes=presenter.outcomes(sharing, visit.actor, visit.typed.one("outcome")),
        outcome_first=outcome_first,
        outcome_error=wrong.get("outcome"),
        errors=listed,
        request_id=visit.key,
    )


async def _preview(visit: Visit, chosen: Sequence[Chosen], selection: Selection) -> Response:
    outcome, values = _outcome(visit, selection), _values(visit, selection)
    seen = await visit.services.tasks.preview(visit.actor, chosen, outcome=outcome, form=values)
    patients = await _patients(visit, seen)
    (view,) = presenter.kinds(seen, patients, _versions(chosen), visit.now)
    titles = {one.id: one.title for one in presenter.outcomes(seen.candidates, visit.actor, outcome)}
    return await visit.render(
        "bulk_preview.html",
        kind=view,
        ready=[one for one in view.rows if not one.problem],
        left_out=[one for one in view.rows if one.problem],
        missing=len(seen.missing),
        outcome=titles.get(outcome, "") if len(titles) > 1 else "",
        pairs=_pairs(visit, selection),
        typed=_typed(visit),
        request_id=visit.key,
    )


async def _complete(visit: Visit, chosen: Sequence[Chosen], selection: Selection) -> Response:
    outcome, values = _outcome(visit, selection), _values(visit, selection)
    done = await visit.services.tasks.complete_all(visit.actor, chosen, outcome=outcome, form=values, key=visit.key)
    after = await visit.services.tasks.select(visit.actor, [Chosen(one.task) for one in chosen])
    patients = await _patients(visit, after)
    rows = {one.task.id: presenter.bulk_row(one, patients, {}, visit.now) for one in after.candidates}
    told = presenter.results(done, rows, presenter.labels(selection.candidates[0]))
    failed = [one.row for one in told if not one.done and one.row is not None]
    return await visit.render(
        "bulk_done.html",
        title=selection.candidates[0].step_title,
        results=told,
        completed=sum(one.done for one in told),
        failed=failed,
        pairs=_pairs(visit, selection),
        typed=_typed(visit),
        request_id=visit.key,
    )


def _chosen(given: Sequence[str]) -> list[Chosen]:
    """The tasks that inputs name, each with the version that was seen."""
    found = []
    for one in given:
        ident, _, version = one.partition(".")
        found.append(Chosen(ident, int(version) if version.isdecimal() and len(version) < 10 else None))
    return found


def _versions(chosen: Sequence[Chosen]) -> Mapping[str, int | None]:
    return {one.task: one.version for one in chosen}


def _sharing(selection: Selection) -> Sequence[Candidate]:
    """Those whose form it is: the ones that will be completed, or all where none can be."""
    return selection.ready or selection.candidates


def _values(visit: Visit, selection: Selection) -> dict[str, object]:
    first = _sharing(selection)[0]
    return values_of(first.rules.fields, visit.typed, first.instance.zone)


def _outcome(visit: Visit, selection: Selection) -> str:
    known = [one["id"] for one in selection.candidates[0].task.outcomes or []]
    chosen = visit.typed.one("outcome")
    return chosen if chosen in known else str(known[0]) if len(known) == 1 else ""


def _errors(visit: Visit, selection: Selection) -> dict[str, str]:
    errors = shared_rules(_sharing(selection)).check(_values(visit, selection), _outcome(visit, selection))
    if not _outcome(visit, selection):
        errors["outcome"] = "Choose how they ended"
    return errors


def _pairs(visit: Visit, selection: Selection) -> list[object]:
    first = _sharing(selection)[0]
    return list(kept_pairs(first.rules.fields, visit.typed, first.instance.zone))


def _typed(visit: Visit) -> list[tuple[str, str]]:
    """What was typed, to go along unseen."""
    names = [name for name in visit.typed.raw if name.startswith(PREFIX) or name == "outcome"]
    return [(name, value) for name in names for value in visit.typed.raw[name]]


async def _patients(visit: Visit, selection: Selection) -> Mapping[str, Patient]:
    return await visit.services.patients.of(patient_of(one.instance.inputs) for one in selection.candidates)
