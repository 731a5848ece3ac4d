"""The search parameters that this core knows, as data: name, kind and where the values lie.

Names, kinds and paths are those of FHIR R4's search parameter registry (https://hl7.org/fhir/R4/searchparameter-
registry.html), for the types that Carelane's pathways and their source data use. A path is a list of element
names; `a|b` gives several. `patient` indexes what `subject` does where that is a Patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["token", "reference", "date", "string"]


@dataclass(frozen=True)
class SearchParameter:
    """One parameter of one resource type."""

    name: str
    kind: Kind
    paths: tuple[tuple[str, ...], ...]
    only_type: str | None = None
    """For references: only those to this type are indexed."""


def _parameter(name: str, kind: Kind, paths: str, only_type: str | None = None) -> SearchParameter:
    split = tuple(tuple(path.strip().split(".")) for path in paths.split("|"))
    return SearchParameter(name, kind, split, only_type)


def _build(table: str) -> dict[str, dict[str, SearchParameter]]:
    types: dict[str, dict[str, SearchParameter]] = {}
    for line in table.strip().splitlines():
        head, _, rest = line.partition(":")
        parameters = [_parameter("identifier", "token", "identifier")]
        for item in rest.split(";"):
            name, kind, *more = item.split()
            full = _KINDS[kind]
            paths = more[0] if more else name
            target = more[1] if len(more) > 1 else None
            if name == "patient" and not more:
                paths, target = "subject|patient", "Patient"
            parameters.append(_parameter(name, full, paths, target))
        types[head.strip()] = {parameter.name: parameter for parameter in parameters}
    return types


_KINDS: dict[str, Kind] = {"t": "token", "r": "reference", "d": "date", "s": "string"}

_COMMON = {
    parameter.name: parameter
    for parameter in (
        _parameter("_tag", "token", "meta.tag"),
        _parameter("_security", "token", "meta.security"),
        _parameter("_profile", "token", "meta.profile"),
        _parameter("identifier", "token", "identifier"),
    )
}

# Each entry: name, kind (token, reference, date, string), then its paths when they are not the name itself,
# then the only type of reference that is indexed.
_TYPES = _build("""
AllergyIntolerance: patient r; code t; clinical-status t clinicalStatus; date d recordedDate
Appointment: status t; date d start; patient r participant.actor Patient; practitioner r participant.actor Practitioner; location r participant.actor Location; actor r participant.actor; based-on r basedOn; service-type t serviceType; specialty t
CarePlan: patient r; subject r; status t; date d period; category t
CareTeam: patient r; subject r; status t
Claim: patient r; status t; use t; created d; insurer r; provider r
ClaimResponse: patient r; status t; outcome t; request r; use t; created d; insurer r
Communication: patient r; subject r; status t; sent d; received d; based-on r basedOn; part-of r partOf; sender r; recipient r; category t; medium t
CommunicationRequest: patient r; subject r; status t; authored d authoredOn; based-on r basedOn
Condition: patient r; subject r; code t; clinical-status t clinicalStatus; category t; recorded-date d recordedDate; onset-date d onsetDateTime|onsetPeriod; encounter r
Consent: patient r; status t; date d dateTime; category t
Coverage: patient r beneficiary Patient; beneficiary r; status t; payor r; subscriber r; type t; policy-holder r policyHolder
Device: patient r; type t; status t; organization r owner
DiagnosticReport: patient r; subject r; status t; code t; date d effectiveDateTime|effectivePeriod; issued d; based-on r basedOn; category t; encounter r; result r
DocumentReference: patient r; subject r; status t; type t; category t; date d; author r; related r context.related; encounter r context.encounter; description s
Encounter: patient r; subject r; status t; class t; type t; date d period; appointment r; based-on r basedOn; service-provider r serviceProvider; participant r participant.individual; location r location.location
ExplanationOfBenefit: patient r; status t; created d; claim r; coverage r insurance.coverage
Goal: patient r; subject r; lifecycle-status t lifecycleStatus
ImagingStudy: patient r; subject r; status t; started d
Immunization: patient r; status t; date d occurrenceDateTime; vaccine-code t vaccineCode
Location: name s; status t; address s; organization r managingOrganization; type t
Medication: code t; status t
MedicationAdministration: patient r; subject r; status t; code t medicationCodeableConcept; medication r medicationReference; effective-time d effectiveDateTime|effectivePeriod; request r; context r
MedicationRequest: patient r; subject r; status t; intent t; code t medicationCodeableConcept; medication r medicationReference; authoredon d authoredOn; requester r; encounter r
MedicationStatement: patient r; subject r; status t; code t medicationCodeableConcept; effective d effectiveDateTime|effectivePeriod
Observation: patient r; subject r; status t; code t; category t; date d effectiveDateTime|effectivePeriod|effectiveInstant; encounter r; value-concept t valueCodeableConcept; performer r; based-on r basedOn
Organization: name s; active t; type t; address s; partof r partOf
Patient: name s; family s name.family; given s name.given; birthdate d birthDate; gender t; active t; telecom t; phone t telecom; email t telecom; address s; deceased t deceasedBoolean; organization r managingOrganization; general-practitioner r generalPractitioner; link r link.other
Person: name s; birthdate d birthDate
Practitioner: name s; family s name.family; given s name.given; active t; telecom t
PractitionerRole: practitioner r; organization r; specialty t; role t code; active t; location r
Procedure: patient r; subject r; status t; code t; date d performedDateTime|performedPeriod; encounter r; based-on r basedOn
Provenance: target r; patient r target Patient; recorded d; agent r agent.who; entity r entity.what; agent-type t agent.type; when d occurredDateTime
Questionnaire: name s; title s; status t; url t; version t
QuestionnaireResponse: patient r subject Patient; subject r; status t; authored d; based-on r basedOn; questionnaire t; encounter r
RelatedPerson: patient r; name s; relationship t
Schedule: actor r; active t; date d planningHorizon; service-type t serviceType
ServiceRequest: patient r; subject r; status t; intent t; priority t; category t; code t; authored d authoredOn; requester r; performer r; based-on r basedOn; encounter r; requisition t
Slot: schedule r; status t; start d; service-type t serviceType; specialty t
Specimen: patient r; subject r; status t; type t; collected d collection.collectedDateTime
SupplyDelivery: patient r; status t
Task: patient r for Patient; subject r for; focus r; based-on r basedOn; status t; business-status t businessStatus; intent t; priority t; code t; owner r; requester r; authored-on d authoredOn; modified d lastModified; part-of r partOf; group-identifier t groupIdentifier; encounter r; period d executionPeriod
""")  # noqa: E501 - a table reads best with a line for each type


def parameters_of(resource_type: str) -> dict[str, SearchParameter]:
    """The parameters of a type by name; types not in the table have `identifier`, `_tag` and the like."""
    return _COMMON | _TYPES.get(resource_type, {})


def documented_types() -> list[str]:
    """The types that have parameters of their own here."""
    return sorted(_TYPES)
