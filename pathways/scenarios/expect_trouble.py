"""The incidents of an instance, compared with those that a scenario expects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pathways.facts import IncidentClosed, IncidentOpened, PositionRenamed
from pathways.scenarios.compare import listed, match_all, shown
from pathways.scenarios.model import Expectation
from pathways.scenarios.places import candidates, spelled
from pathways.scenarios.view import Mismatch, View
from pathways.state import Json
from pathways.wording import numbered


def incidents(expected: Expectation, view: View) -> Iterator[Mismatch]:
    """The incidents open at the end, or all that ever opened: either may be what the author means."""
    opened = _opened(view)
    closed = {one.id for one in view.of_all(IncidentClosed)}
    left = [one for one in opened if one.id not in closed]
    listing = "; ".join(f"{one.kind} at {one.address}: {one.message}" for one in opened) or "none"
    if isinstance(expected.value, int):
        if expected.value not in (len(left), len(opened)):
            yield Mismatch(expected.mark, f"expected {numbered(expected.value, 'incident')}; there were: {listing}")
        return
    wanted = [one for entry in listed(expected.value) for one in _each(entry)]
    if any(match_all(wanted, actual, _fits) is not None for actual in (left, opened)):
        return
    for place, one in enumerate(listed(expected.value)):
        if not any(_fits(_each(one)[0], incident) for incident in opened if _each(one)):
            mark = expected.marks.get(place, expected.mark)
            yield Mismatch(mark, f"expected the incident {shown(one)}; there were: {listing}")
            return
    yield Mismatch(expected.mark, f"expected {numbered(len(wanted), 'incident')}; there were: {listing}")


def _each(entry: Json) -> list[Json]:
    """An entry as often as its `count` says."""
    if not isinstance(entry, dict) or "count" not in entry:
        return [entry]
    one = {name: value for name, value in entry.items() if name != "count"}
    return [one] * (entry["count"] if isinstance(entry["count"], int) else 1)


def no_incidents(expected: Expectation, view: View) -> Iterator[Mismatch]:
    """None opened, save those that an operator's retry has mended."""
    mended = {one.id for one in view.of_all(IncidentClosed) if one.how == "completed"}
    found = [one for one in _opened(view) if one.id not in mended]
    if bool(found) is not expected.value:
        return
    if expected.value:
        listing = "; ".join(f"{one.kind} at {one.address}: {one.message}" for one in found)
        yield Mismatch(expected.mark, f"expected no incidents; there was {listing}")
    else:
        yield Mismatch(expected.mark, "expected incidents; there were none")


def _opened(view: View) -> list[IncidentOpened]:
    """Each incident once, as it was stated last; a migration takes open ones along to where they stand then."""
    found: dict[str, IncidentOpened] = {}
    for case in view.family:
        here: dict[str, str] = {}
        for one in case.facts:
            match one:
                case IncidentOpened():
                    found[one.id] = one
                    here[one.id] = one.address
                case IncidentClosed():
                    here.pop(one.id, None)
                case PositionRenamed():
                    for ident in [ident for ident, address in here.items() if address == one.before]:
                        found[ident] = replace(found[ident], address=one.address, step=one.step)
                        here[ident] = one.address
                case _:
                    pass
    return list(found.values())


def _fits(wanted: Json, incident: IncidentOpened) -> bool:
    if not isinstance(wanted, dict):
        return str(wanted) == incident.kind
    return all(_field_fits(name, value, incident) for name, value in wanted.items())


def _field_fits(name: str, value: Json, incident: IncidentOpened) -> bool:
    match name:
        case "at" | "address":
            return bool(candidates(spelled(value), [incident.address])) or value == incident.step
        case "step":
            return value == incident.step or bool(candidates(spelled(value), [incident.step]))
        case "message":
            return str(value) in incident.message
        case _:
            return bool(value == getattr(incident, name))
