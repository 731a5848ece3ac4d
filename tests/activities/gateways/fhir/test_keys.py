"""Idempotency keys are stamped where a core can find them."""

from __future__ import annotations

import pytest

from activities.gateways.fhir import keys


def test_types_with_identifiers_carry_the_key_there() -> None:
    """A Task gets an identifier beside its own; the original is left alone, stamping twice adds nothing."""
    task = {"resourceType": "Task", "identifier": [{"value": "mine"}]}
    stamped = keys.stamped(task, "instance/step")
    assert stamped["identifier"] == [{"value": "mine"}, {"system": keys.SYSTEM, "value": "instance/step"}]
    assert keys.stamped(stamped, "instance/step") == stamped
    assert task["identifier"] == [{"value": "mine"}]


@pytest.mark.parametrize("resource_type", ["Provenance", "QuestionnaireResponse", "Binary"])
def test_other_types_carry_the_key_as_a_tag(resource_type: str) -> None:
    """Where there is no list of identifiers, a tag does it."""
    stamped = keys.stamped({"resourceType": resource_type}, "k")
    assert stamped["meta"]["tag"] == [{"system": keys.SYSTEM, "code": "k"}]
    assert keys.stamped(stamped, "k") == stamped
    assert keys.if_none_exist(resource_type, "k") == "_tag=urn%3Acarelane%3Aidempotency%7Ck"


def test_the_header_survives_what_addresses_hold() -> None:
    """Characters of an instance's addresses are escaped in If-None-Exist."""
    header = keys.if_none_exist("Task", "series@2#3/both&all")
    assert header.startswith("identifier=urn%3Acarelane%3Aidempotency%7C")
    assert "&" not in header
    assert "#" not in header


@pytest.mark.parametrize("key", ["x" * 200, "a,b", "a|b", "a b", "ä", "a$b", "a\\b"])
def test_unwieldy_keys_are_stored_as_digests(key: str) -> None:
    """Keys that a core would cut off or split are replaced by a digest, the same each time."""
    stored = keys.stored_key(key)
    assert stored.startswith("sha256:")
    assert len(stored) == 71
    assert stored == keys.stored_key(key) != keys.stored_key(key + "x")


def test_an_empty_key_is_refused() -> None:
    """Without a key nothing is written: it could happen twice."""
    with pytest.raises(ValueError, match="cannot be empty"):
        keys.stored_key("")
