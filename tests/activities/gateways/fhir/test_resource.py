"""References and versions, as cores write them."""

from __future__ import annotations

import pytest

from activities.gateways.fhir.resource import Reference, version_from_etag, version_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Task/1", Reference("Task", "1")),
        ("Task/a.b-c/_history/3", Reference("Task", "a.b-c", "3")),
        ("http://core/fhir/Task/1", Reference("Task", "1")),
        ("https://core/a/b/Task/1/_history/x7", Reference("Task", "1", "x7")),
    ],
)
def test_references_are_read(text: str, expected: Reference) -> None:
    """Relative, absolute and versioned references name the same things."""
    assert Reference.parse(text) == expected


@pytest.mark.parametrize("text", ["", "Task", "task/1", "urn:uuid:x", "Task?identifier=1", "#1", "Task/1/2/3"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    """Links that need resolving first are not taken for references."""
    with pytest.raises(ValueError, match="expected Type/id"):
        Reference.parse(text)


def test_a_resource_knows_its_reference() -> None:
    """A resource from a core gives its reference with the version that it is."""
    reference = Reference.of({"resourceType": "Task", "id": "1", "meta": {"versionId": "2"}})
    assert (str(reference), reference.unversioned) == ("Task/1/_history/2", "Task/1")
    assert str(Reference("Task", "1")) == "Task/1"
    assert version_of({"resourceType": "Task"}) is None


@pytest.mark.parametrize(
    ("etag", "version"), [('W/"3"', "3"), ('"3"', "3"), ("3", "3"), ("", None), (None, None), ('W/""', None)]
)
def test_etags_come_in_several_forms(etag: str | None, version: str | None) -> None:
    """A version is found in an ETag whether it is weak, strong or bare."""
    assert version_from_etag(etag) == version
