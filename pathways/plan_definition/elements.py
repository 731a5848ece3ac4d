"""The small elements that the export is made of: identifiers, expressions, durations, extensions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from pathways import wording
from pathways.time.durations import Duration
from pathways.values import Computed, Condition, Timing, is_expression

Json = Any

FEEL = "text/FEEL"
"""The language of the expressions: FEEL (DMN 1.5), which FHIR's own list of expression languages lacks."""

UCUM = "http://unitsofmeasure.org"
LONGEST_ID = 64

_UNITS = {"seconds": "s", "minutes": "min", "hours": "h", "days": "d", "weeks": "wk", "months": "mo", "years": "a"}
_NO_ID = re.compile(r"[^A-Za-z0-9.\-]+")


def action_id(path: str) -> str:
    """A step's path as a FHIR id: letters, digits, `-` and `.`, 64 at most. Different paths give different ids.

    What is no step begins with a capital, as no step does: `Pathway`, `Side.call-payer`, `On.1`, `Goal.decision`.
    """
    plain = path.replace("~", "Side.").replace("/", ".").strip(".") or "Pathway"
    clean = _NO_ID.sub("-", plain)
    if len(clean) <= LONGEST_ID and clean == plain:
        return clean
    return f"{clean[: LONGEST_ID - 13]}-{hashlib.sha256(path.encode()).hexdigest()[:12]}"


def concept(text: str, system: str | None = None, code: str | None = None) -> Json:
    """A concept, coded where there is a code."""
    coding = {"coding": [{"system": system, "code": code}]} if code else {}
    return {**coding, "text": text}


def expression(source: str, description: str | None = None) -> Json:
    """A FEEL expression."""
    said = {"description": description} if description else {}
    return {**said, "language": FEEL, "expression": source}


def condition(when: Condition, kind: str = "applicability") -> Json:
    """A condition of an action."""
    return {"kind": kind, "expression": expression(when.source)}


class Extensions:
    """Our own extensions, under one base address: what R4 has no element for and a reader should still get."""

    def __init__(self, base: str) -> None:
        self.base = base

    def _address(self, name: str) -> str:
        return f"{self.base}/StructureDefinition/{name}"

    def text(self, name: str, value: str) -> Json:
        """A text."""
        return {"url": self._address(name), "valueString": value}

    def expression(self, name: str, source: str) -> Json:
        """An expression."""
        return {"url": self._address(name), "valueExpression": expression(source)}

    def parts(self, name: str, /, **values: str | None) -> Json:
        """Several texts that belong together."""
        inside = [{"url": key, "valueString": value} for key, value in values.items() if value]
        return {"url": self._address(name), "extension": inside}

    def value(self, name: str, source: Json) -> Json:
        """An authored value: an expression where it is one, else as text."""
        if is_expression(source):
            return self.expression(name, source[1:].strip())
        return self.text(name, wording.value_words(source))

    def members(self, name: str, value: Computed) -> list[Json]:
        """The members of an input, each with its name."""
        if not isinstance(value.source, Mapping):
            return [] if value.source is None else [self.value(name, value.source)]
        found = []
        for key, source in value.source.items():
            given = (
                {"url": "value", "valueExpression": expression(source[1:].strip())}
                if is_expression(source)
                else {"url": "value", "valueString": wording.value_words(source)}
            )
            found.append({"url": self._address(name), "extension": [{"url": "name", "valueString": str(key)}, given]})
        return found


def duration(authored: Duration | None) -> Json | None:
    """A FHIR duration; None for what has several units or counts business time, which FHIR cannot."""
    if authored is None or authored.needs_calendar or len(authored.parts) != 1:
        return None
    amount, unit = authored.parts[0]
    code = _UNITS.get(unit if unit.endswith("s") else f"{unit}s")
    if code is None or amount < 0:
        return None
    return {"value": amount, "unit": code, "system": UCUM, "code": code}


def timing_duration(timing: Timing | None) -> Json | None:
    """The FHIR duration of an authored time, where it is one."""
    return duration(timing.authored) if timing is not None else None


def without_nothing(document: Mapping[str, Json]) -> dict[str, Json]:
    """The element without members that are empty: FHIR allows none."""
    return {key: value for key, value in document.items() if value not in (None, [], {}, "")}
