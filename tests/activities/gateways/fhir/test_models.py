"""The R4 models say what is wrong, and never change what is right."""

from __future__ import annotations

from activities.gateways.fhir.models import flaws_of, has_identifiers, is_resource_type


def test_a_missing_element_is_found() -> None:
    """A Task without its intent is flawed, and the flaw says where."""
    flaws = flaws_of({"resourceType": "Task", "status": "requested"})
    assert [flaw.path for flaw in flaws] == ["Task.intent"]


def test_an_unknown_element_is_found() -> None:
    """Elements that R4 does not have are refused rather than dropped somewhere later."""
    flaws = flaws_of({"resourceType": "Patient", "nickname": "x"})
    assert flaws[0].path == "Patient.nickname"


def test_an_r5_resource_is_no_r4_resource() -> None:
    """The models are those of R4B: an element of R5 is unknown to them."""
    appointment = {"resourceType": "Appointment", "status": "booked", "participant": [{"status": "accepted"}]}
    assert not flaws_of(appointment)
    assert flaws_of(appointment | {"virtualService": [{}]})


def test_types_are_known() -> None:
    """Resource types are told from data types and nonsense."""
    assert is_resource_type("ServiceRequest")
    assert not any(map(is_resource_type, ("HumanName", "Nonsense", "", "../x", "Resource1", "metadata")))
    assert flaws_of({"resourceType": "Nonsense"})
    assert flaws_of({})


def test_types_with_identifiers_are_known() -> None:
    """Only a list of identifiers has room for ours."""
    assert has_identifiers("Task")
    assert not has_identifiers("Provenance")
    assert not has_identifiers("QuestionnaireResponse")
    assert not has_identifiers("Nonsense")
